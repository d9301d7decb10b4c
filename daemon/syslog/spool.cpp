#include "daemon/syslog/spool.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

namespace assent::syslog {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view magic = "assent-spool 1\n\n"; // 16 bytes
constexpr std::size_t head_size = 8;                     // length, CRC-32: little endian
constexpr std::uint32_t longest = 64u << 10;

void put(std::string& out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i)
    out += static_cast<char>(value >> (8 * i) & 0xff);
}

std::uint64_t get(const char* at, unsigned bytes) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < bytes; ++i)
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(at[i])) << (8 * i);
  return value;
}

/// Over number and text, so that a message at a wrong place is damage too.
std::uint32_t checksum(std::uint64_t number, std::string_view text) {
  std::string numbered;
  put(numbered, number, 8);
  uLong crc = ::crc32(0, reinterpret_cast<const Bytef*>(numbered.data()), 8);
  crc = ::crc32(crc, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size()));
  return static_cast<std::uint32_t>(crc);
}

/// The message at `offset`; nothing where there is none that is whole.
std::optional<std::string_view> record_at(std::string_view file, std::uint64_t offset, std::uint64_t number) {
  if (offset + head_size > file.size()) return std::nullopt;
  const auto length = static_cast<std::uint32_t>(get(file.data() + offset, 4));
  if (length == 0 || length > longest || offset + head_size + length > file.size()) return std::nullopt;
  const std::string_view text = file.substr(offset + head_size, length);
  if (checksum(number, text) != get(file.data() + offset + 4, 4)) return std::nullopt;
  return text;
}

/// `bytes` from `offset` on, fewer where the file ends.
std::optional<std::string> read_part(const std::string& path, std::uint64_t offset, std::size_t bytes) {
  const int handle = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (handle < 0) return std::nullopt;
  std::string out(bytes, '\0');
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t got = ::pread(handle, out.data() + done, bytes - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      ::close(handle);
      return std::nullopt;
    }
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  ::close(handle);
  out.resize(done);
  return out;
}

bool write_all(int handle, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t done = ::pwrite(handle, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(done));
    offset += static_cast<std::uint64_t>(done);
  }
  return true;
}

} // namespace

std::string Spool::path_of(std::uint64_t first) const {
  std::array<char, 17> name{};
  std::snprintf(name.data(), name.size(), "%016llx", static_cast<unsigned long long>(first));
  return directory_ + "/" + name.data() + ".spool";
}

Error Spool::trouble(int number) const {
  return fail(Fault::outside, "syslog.spool-unusable",
              {{"directory", directory_}, {"reason", std::generic_category().message(number)}});
}

Result<std::unique_ptr<Spool>> Spool::open(const std::string& directory, std::uint64_t size) {
  std::unique_ptr<Spool> spool(new Spool(directory, std::max(size, smallest_size)));
  std::error_code error;
  fs::create_directories(fs::path(directory).parent_path(), error);
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return spool->trouble(errno);
  spool->lock_ = ::open((directory + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (spool->lock_ < 0) return spool->trouble(errno);
  if (::flock(spool->lock_, LOCK_EX | LOCK_NB) != 0)
    return fail(Fault::busy, "syslog.spool-taken", {{"directory", directory}});
  if (auto loaded = spool->load(); !loaded) return std::move(loaded).error();
  return spool;
}

Spool::~Spool() {
  for (const int handle : {tail_, head_, lock_})
    if (handle >= 0) ::close(handle);
}

Status Spool::load() {
  std::vector<std::uint64_t> firsts;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory_, error)) {
    const std::string name = entry.path().filename().string();
    std::uint64_t first = 0;
    if (name.size() != 22 || !name.ends_with(".spool")) continue;
    const auto read = std::from_chars(name.data(), name.data() + 16, first, 16);
    if (read.ec == std::errc{} && read.ptr == name.data() + 16 && first > 0) firsts.push_back(first);
  }
  if (error) return trouble(error.value());
  std::ranges::sort(firsts);
  for (const std::uint64_t first : firsts)
    if (auto loaded = load_segment(first, first == firsts.back()); !loaded) return loaded;
  position_ = segments_.empty() ? 1 : segments_.front().first;
  next_ = segments_.empty() ? 1 : segments_.back().first + segments_.back().count;
  load_position();
  if (head_ < 0) return trouble(errno);
  return Done{};
}

/// Reads it through once; cuts off what is not whole. In an older segment the rest is lost and counted
/// exactly, since the next segment's name says how many there were; in the last one at least one is lost.
Status Spool::load_segment(std::uint64_t first, bool last) {
  const std::string path = path_of(first);
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error) return trouble(error.value());
  const auto text = read_part(path, 0, std::min<std::uint64_t>(size, 2 * segment_bytes));
  if (!text) return trouble(errno);
  Segment segment{first, 0, magic.size()};
  if (!segments_.empty()) {
    const Segment& before = segments_.back();
    const std::uint64_t expected = before.first + before.count;
    if (first < expected) return trouble(EEXIST); // two segments for one message: not written by us
    damaged_ += first - expected;
  }
  const bool headed = text->starts_with(magic);
  while (headed)
    if (const auto record = record_at(*text, segment.bytes, first + segment.count)) {
      segment.bytes += head_size + record->size();
      ++segment.count;
    } else {
      break;
    }
  if (last && (!headed || segment.bytes < size)) {
    if (!headed && size < magic.size() && magic.starts_with(*text)) {
      // A segment that was begun and holds nothing yet: nothing is lost.
    } else {
      ++damaged_;
    }
    if (!headed && ::unlink(path.c_str()) != 0) return trouble(errno);
    if (headed && ::truncate(path.c_str(), static_cast<off_t>(segment.bytes)) != 0) return trouble(errno);
    if (!headed) segment.bytes = 0;
  }
  if (segment.bytes == 0 && segments_.empty()) {
    // Numbers go on from the name of the lost segment, so that none is given twice.
    next_ = first;
    return begin_segment();
  }
  if (segment.bytes == 0) return Done{};
  segments_.push_back(segment);
  total_ += segment.bytes;
  return Done{};
}

void Spool::load_position() {
  const std::string path = directory_ + "/position";
  head_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (head_ < 0) return;
  std::array<char, 12> bytes{};
  if (::pread(head_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return;
  const std::uint64_t number = get(bytes.data(), 8);
  // Older than what is there, or not what we wrote: from the first message on, since twice is better than
  // never.
  if (checksum(number, "position") != get(bytes.data() + 8, 4)) return;
  if (segments_.empty()) {
    // The last segment went when all had arrived.
    position_ = next_ = std::max<std::uint64_t>(number, 1);
    return;
  }
  position_ = std::clamp(number, position_, next_);
}

Status Spool::begin_segment() {
  const std::string path = path_of(next_);
  const int handle = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (handle < 0) return trouble(errno);
  if (!write_all(handle, magic, 0)) {
    const int number = errno;
    ::close(handle);
    ::unlink(path.c_str());
    return trouble(number);
  }
  if (tail_ >= 0) {
    if (unsynced_) ::fdatasync(tail_);
    ::close(tail_);
  }
  tail_ = handle;
  segments_.push_back({next_, 0, magic.size()});
  total_ += magic.size();
  return Done{};
}

Result<std::uint64_t> Spool::append(std::string_view text) {
  ASSENT_CHECK(!text.empty() && text.size() <= longest);
  const std::uint64_t bytes = head_size + text.size();
  if (total_ + bytes + magic.size() > size_)
    return fail(Fault::busy, "syslog.spool-full", {{"directory", directory_}});
  const std::uint64_t step = std::min(segment_bytes, size_ / 4);
  if (segments_.empty() || segments_.back().bytes + bytes > step) {
    if (auto begun = begin_segment(); !begun) return std::move(begun).error();
  } else if (tail_ < 0) {
    tail_ = ::open(path_of(segments_.back().first).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (tail_ < 0) return trouble(errno);
  }
  std::string record;
  record.reserve(bytes);
  put(record, text.size(), 4);
  put(record, checksum(next_, text), 4);
  record += text;
  Segment& segment = segments_.back();
  if (!write_all(tail_, record, segment.bytes)) {
    const int number = errno;
    // The next message overwrites what stands there; after a crash it is a torn tail.
    if (::ftruncate(tail_, static_cast<off_t>(segment.bytes)) != 0) return trouble(errno);
    return trouble(number);
  }
  unsynced_ = true;
  segment.bytes += bytes;
  total_ += bytes;
  ++segment.count;
  return next_++;
}

Result<std::vector<Spool::Record>> Spool::read(std::uint64_t from, std::size_t bytes) {
  std::vector<Record> out;
  auto segment =
      std::ranges::find_if(segments_, [&](const Segment& one) { return from < one.first + one.count; });
  while (segment != segments_.end() && bytes > 0) {
    from = std::max(from, segment->first); // damage may have made a gap
    Cursor at{segment->first, magic.size()};
    if (cursor_.number > segment->first && cursor_.number <= from) at = cursor_;
    // From further back than the cursor it is read from the segment's beginning: rare (a lost connection).
    const std::size_t part = at.number == from ? bytes + longest : segment->bytes - at.offset;
    const auto text = read_part(path_of(segment->first), at.offset,
                                std::min<std::uint64_t>(part, segment->bytes - at.offset));
    if (!text) return trouble(errno);
    std::uint64_t offset = 0;
    for (; at.number < segment->first + segment->count; ++at.number) {
      const auto record = record_at(*text, offset, at.number);
      if (!record) break;
      if (at.number >= from) {
        if (!out.empty() && record->size() > bytes) {
          bytes = 0;
          break;
        }
        out.push_back({at.number, std::string(*record)});
        bytes -= std::min(bytes, record->size());
      }
      offset += head_size + record->size();
    }
    if (out.empty()) return trouble(EIO); // what was whole at the start is so no longer
    cursor_ = {at.number, at.offset + offset};
    if (at.number < segment->first + segment->count) break;
    from = at.number;
    ++segment;
  }
  return out;
}

void Spool::arrived(std::uint64_t number) {
  const std::uint64_t first = segments_.empty() ? next_ : segments_.front().first;
  number = std::clamp(number, std::min(first, next_), next_);
  if (number == position_) return;
  position_ = number;
  std::string bytes;
  put(bytes, number, 8);
  put(bytes, checksum(number, "position"), 4);
  // An older position than the true one costs duplicates, never a loss.
  if (!write_all(head_, bytes, 0)) unsynced_ = true;
  remove_arrived();
}

/// Whole segments only; the last one goes too when it is full enough to make room worth it.
void Spool::remove_arrived() {
  while (!segments_.empty()) {
    const Segment& oldest = segments_.front();
    const bool empty = segments_.size() == 1;
    if (oldest.first + oldest.count > position_ || (empty && oldest.bytes < size_ / 8)) return;
    if (::unlink(path_of(oldest.first).c_str()) != 0 && errno != ENOENT) return;
    total_ -= oldest.bytes;
    if (empty && tail_ >= 0) {
      ::close(tail_);
      tail_ = -1;
    }
    segments_.pop_front();
  }
}

std::uint64_t Spool::skip(std::uint64_t number) {
  for (const Segment& segment : segments_)
    if (number < segment.first + segment.count) return segment.first + segment.count;
  return next_;
}

std::uint64_t Spool::waiting_bytes() const {
  std::uint64_t bytes = 0;
  for (const Segment& segment : segments_) {
    const std::uint64_t end = segment.first + segment.count;
    if (position_ >= end || segment.count == 0) continue;
    const std::uint64_t left = end - std::max(position_, segment.first);
    bytes += segment.bytes * left / segment.count;
  }
  return bytes;
}

Status Spool::sync() {
  if (!unsynced_) return Done{};
  if (tail_ >= 0 && ::fdatasync(tail_) != 0) return trouble(errno);
  unsynced_ = false;
  return Done{};
}

} // namespace assent::syslog
