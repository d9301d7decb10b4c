#include "agents/snmp/engine_store.hpp"

#include <fcntl.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "agents/snmp/config.hpp"
#include "common/json.hpp"
#include "common/text.hpp"

namespace assent::snmp {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view format = "assent-snmp-engines-1";
constexpr usm::Steady save_every = 10s, save_urgent = 1s;
constexpr std::size_t most_devices = 100'000; ///< in the file
constexpr std::size_t most_unwanted = 50'000;
constexpr std::int64_t unwanted_seconds = 30 * 86'400;
/// A stamp this near to what the file holds is written anew, so that the file is ahead at all times.
constexpr std::uint32_t margin = 30;

/// RFC 3411 section 5, SnmpEngineID: our enterprise number, format 5 (octets), 16 random ones.
std::string new_engine() {
  std::string id("\x80\x00\x7e\xd9\x05", 5);
  std::array<unsigned char, 16> random{};
  ASSENT_CHECK(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1);
  id.append(reinterpret_cast<const char*>(random.data()), random.size());
  return id;
}

std::optional<std::string> engine_from(const json::object& object) {
  std::string bytes = from_hex(text_of(object, "engine"));
  if (bytes.size() < 5 || bytes.size() > usm::max_engine) return std::nullopt;
  return bytes;
}

std::optional<std::uint32_t> count_from(const json::object& object, std::string_view name) {
  const std::uint64_t number = number_of(object, name, std::numeric_limits<std::uint64_t>::max());
  if (number > usm::max_boots) return std::nullopt;
  return static_cast<std::uint32_t>(number);
}

Error damaged(std::string_view where) {
  return fail(Fault::invalid, "snmp.engines-damaged", {{"where", std::string(where)}});
}

} // namespace

std::string EngineBook::text() const {
  json::array list;
  for (const auto& [device, record] : devices)
    list.push_back({{"device", device},
                    {"engine", to_hex(record.engine)},
                    {"boots", record.stamp.boots},
                    {"time", record.stamp.time},
                    {"received", record.received}});
  return canonical(json::object{{"format", format},
                                {"own", {{"engine", to_hex(own_engine)}, {"boots", own_boots}}},
                                {"engines", std::move(list)}}) +
         "\n";
}

Result<EngineBook> EngineBook::parse(std::string_view text) {
  Result<json::value> value = parse_json(text, 64U << 20, "engines.json");
  if (!value) return std::move(value).error();
  if (!value->is_object() || text_of(value->as_object(), "format") != format) return damaged("format");
  const json::object& whole = value->as_object();
  EngineBook book;
  const std::optional<std::string> own = engine_from(object_of(whole, "own"));
  const std::optional<std::uint32_t> boots = count_from(object_of(whole, "own"), "boots");
  if (!own || !boots) return damaged("own");
  book.own_engine = *own;
  book.own_boots = *boots;
  for (const json::value& each : array_of(whole, "engines")) {
    if (!each.is_object() || book.devices.size() == most_devices) return damaged("engines");
    const json::object& item = each.as_object();
    const std::string device = text_of(item, "device");
    const std::optional<std::string> engine = engine_from(item);
    const std::optional<std::uint32_t> boots_of = count_from(item, "boots"), time = count_from(item, "time");
    const std::uint64_t received = number_of(item, "received");
    if (device.empty() || device.size() > 64 || !engine || !boots_of || !time || received > (1ULL << 40))
      return damaged(device.substr(0, 64));
    book.devices[device] = {*engine, {*boots_of, *time}, static_cast<std::int64_t>(received)};
  }
  if (book.text() != text) return damaged("text");
  return book;
}

EngineStore::EngineStore() {
  book_.own_engine = new_engine();
  book_.own_boots = 1;
}

Result<std::unique_ptr<EngineStore>> EngineStore::open(const std::string& directory, std::int64_t now,
                                                       std::optional<Error>& trouble) {
  auto store = std::make_unique<EngineStore>();
  store->file_ = directory + "/engines.json";
  if (::access(store->file_.c_str(), F_OK) == 0) {
    Result<std::string> text = read_text(store->file_);
    Result<EngineBook> book = text ? EngineBook::parse(*text) : Result<EngineBook>(std::move(text).error());
    if (book && book->own_boots < usm::max_boots) {
      store->book_ = std::move(*book);
      ++store->book_.own_boots;
      // A clock that went back would make guesses of hours ahead; what was received then is from now.
      for (auto& [device, record] : store->book_.devices) {
        record.received = std::min(record.received, now);
        store->kept_[device] = record.stamp;
      }
    } else {
      // Boots that may have been given out already are never used again: a new engine begins at one.
      trouble = book ? damaged("own") : std::move(book).error();
    }
  }
  if (!store->write(store->book_.text()))
    return fail(Fault::outside, "snmp.engines-unwritable",
                {{"file", store->file_}, {"why", std::strerror(errno)}});
  store->writer_ = std::thread([raw = store.get()] { raw->write_loop(); });
  return store;
}

EngineStore::~EngineStore() {
  if (!writer_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    waiting_ = book_.text();
  }
  wake_.notify_one();
  writer_.join();
}

const EngineRecord* EngineStore::find(const std::string& device) const {
  const auto found = book_.devices.find(device);
  return found == book_.devices.end() ? nullptr : &found->second;
}

void EngineStore::received(const std::string& device, const std::string& engine, usm::EngineStamp stamp,
                           std::int64_t now, bool unasked) {
  EngineRecord& record = book_.devices[device];
  const bool other = record.engine != engine;
  if (other) record.engine = engine;
  if (!other && stamp <= record.stamp) return;
  record.stamp = stamp;
  record.received = now;
  const auto kept = kept_.find(device);
  const bool covered = !other && kept != kept_.end() && stamp <= kept->second;
  if (!covered || stamp.boots < kept->second.boots || stamp.time + margin > kept->second.time)
    changed_ = true;
  if (!covered && unasked) urgent_ = true;
}

void EngineStore::keep_only(const std::function<bool(const std::string&)>& wanted, std::int64_t now) {
  std::vector<std::pair<std::int64_t, std::string>> unwanted;
  for (const auto& [device, record] : book_.devices)
    if (!wanted(device)) unwanted.emplace_back(record.received, device);
  std::ranges::sort(unwanted, std::greater<>());
  for (std::size_t i = 0; i < unwanted.size(); ++i) {
    if (i < most_unwanted && unwanted[i].first + unwanted_seconds > now) continue;
    book_.devices.erase(unwanted[i].second);
    kept_.erase(unwanted[i].second);
    changed_ = true;
  }
}

void EngineStore::save(usm::Steady now) {
  if (!changed_ || file_.empty()) return;
  if (saved_ && now < *saved_ + (urgent_ ? save_urgent : save_every)) return;
  changed_ = urgent_ = false;
  saved_ = now;
  EngineBook ahead = book_;
  for (auto& [device, record] : ahead.devices) {
    record.stamp.time = std::min(usm::max_boots, record.stamp.time + stamps_ahead);
    kept_[device] = record.stamp;
  }
  {
    const std::lock_guard lock(mutex_);
    waiting_ = ahead.text();
  }
  wake_.notify_one();
}

std::uint64_t EngineStore::failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

void EngineStore::flush() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [&] { return !writer_.joinable() || (!waiting_ && !writing_); });
}

void EngineStore::write_loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return ending_ || waiting_; });
    if (std::optional<std::string> text = std::exchange(waiting_, std::nullopt)) {
      writing_ = true;
      lock.unlock();
      const bool done = write(*text);
      lock.lock();
      writing_ = false;
      if (!done) ++failures_;
      idle_.notify_all();
      continue;
    }
    if (ending_) return;
  }
}

bool EngineStore::write(const std::string& text) const {
  const std::string fresh = file_ + ".new";
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return false;
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t now = ::write(fd, text.data() + done, text.size() - done);
    if (now < 0 && errno == EINTR) continue;
    if (now <= 0) break;
    done += static_cast<std::size_t>(now);
  }
  const bool whole = done == text.size() && ::fsync(fd) == 0;
  ::close(fd);
  if (!whole || ::rename(fresh.c_str(), file_.c_str()) != 0) return false;
  const std::string folder = file_.substr(0, file_.rfind('/'));
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return false;
  const bool durable = ::fsync(directory) == 0;
  ::close(directory);
  return durable;
}

} // namespace assent::snmp
