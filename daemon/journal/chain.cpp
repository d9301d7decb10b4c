#include <array>
#include <charconv>

#include "common/hash.hpp"
#include "daemon/journal/entry.hpp"
#include "daemon/journal/parts.hpp"

namespace assent::journal {

namespace {

constexpr std::string_view journal_word = "assent-journal-1";
constexpr std::string_view checkpoint_word = "assent-checkpoint-1";
constexpr std::string_view algorithm_word = "sha256";
constexpr std::string_view zeros = "0000000000000000000000000000000000000000000000000000000000000000";
constexpr std::size_t longest_line = 512;

bool is_hash(std::string_view text) {
  if (text.size() != 64) return false;
  for (char c : text)
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  return true;
}

/// Decimal without leading zeros and at most 2^53-1.
bool read_number(std::string_view text, std::uint64_t& number) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return false;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number <= max_number;
}

bool read_stream(std::string_view text, Stream& stream) {
  if (text == name_of(Stream::decisions))
    stream = Stream::decisions;
  else if (text == name_of(Stream::records))
    stream = Stream::records;
  else
    return false;
  return true;
}

/// `2026-11-23T17:55:00.123456Z` by its shape; the calendar is checked only where a moment is needed.
bool is_time_shape(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd.ddddddZ";
  if (text.size() != shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i]) return false;
  return true;
}

/// Exactly N fields divided by one space; false where there are more, fewer, or an empty one.
template <std::size_t N>
bool split(std::string_view line, std::array<std::string_view, N>& fields) {
  for (std::size_t i = 0; i < N; ++i) {
    auto space = line.find(' ');
    if ((space == std::string_view::npos) != (i + 1 == N)) return false;
    fields[i] = line.substr(0, space);
    if (fields[i].empty()) return false;
    if (i + 1 < N) line.remove_prefix(space + 1);
  }
  return true;
}

/// A header's fields inside its own bytes: the chain pass allocates nothing.
struct View {
  std::string_view installation, time, previous, body;
  std::uint64_t epoch = 0, number = 0;
  Stream stream{};
};

/// The name of the first field that is wrong, or empty.
std::string_view view_of(std::string_view text, View& view) {
  if (text.size() > longest_line || text.empty() || text.back() != '\n') return "line";
  text.remove_suffix(1);
  std::array<std::string_view, 9> field;
  if (!split(text, field)) return "line";
  if (field[0] != journal_word) return "format";
  if (field[1] != algorithm_word) return "algorithm";
  if (!is_hash(field[2])) return "installation";
  if (!read_number(field[3], view.epoch) || view.epoch == 0) return "epoch";
  if (!read_stream(field[4], view.stream)) return "stream";
  if (!read_number(field[5], view.number)) return "number";
  if (!is_time_shape(field[6])) return "time";
  if (!is_hash(field[7])) return "previous";
  if (!is_hash(field[8])) return "body";
  view.installation = field[2];
  view.time = field[6];
  view.previous = field[7];
  view.body = field[8];
  return {};
}

std::string joined(std::string_view word, const std::string& installation, std::uint64_t epoch, Stream stream,
                   std::uint64_t number, Instant time) {
  std::string out;
  out.reserve(352);
  out += word;
  out += ' ';
  out += algorithm_word;
  out += ' ';
  out += installation;
  out += ' ';
  out += std::to_string(epoch);
  out += ' ';
  out += name_of(stream);
  out += ' ';
  out += std::to_string(number);
  out += ' ';
  out += to_text(time);
  return out;
}

} // namespace

std::string header_text(const Header& header) {
  std::string out =
      joined(journal_word, header.installation, header.epoch, header.stream, header.number, header.time);
  out += ' ';
  out += header.number == 0 ? zeros : std::string_view(header.previous);
  out += ' ';
  out += header.body;
  out += '\n';
  return out;
}

Result<Header> parse_header(std::string_view text) {
  View view;
  if (auto wrong = view_of(text, view); !wrong.empty())
    return fail(Fault::invalid, "journal.bad-header", {{"field", std::string(wrong)}});
  auto time = parse_instant(view.time);
  if (!time) return fail(Fault::invalid, "journal.bad-header", {{"field", "time"}});
  if (view.number == 0 && view.previous != zeros)
    return fail(Fault::invalid, "journal.bad-header", {{"field", "previous"}});
  Header header;
  header.installation = view.installation;
  header.epoch = view.epoch;
  header.stream = view.stream;
  header.number = view.number;
  header.time = *time;
  header.previous = view.previous;
  header.body = view.body;
  return header;
}

std::string checkpoint_text(const Checkpoint& checkpoint) {
  std::string out = joined(checkpoint_word, checkpoint.installation, checkpoint.epoch, checkpoint.stream,
                           checkpoint.number, checkpoint.time);
  out += ' ';
  out += checkpoint.hash;
  return out;
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  auto wrong = [](std::string_view field) {
    return fail(Fault::invalid, "journal.bad-checkpoint", {{"field", std::string(field)}});
  };
  std::array<std::string_view, 8> field;
  if (text.size() > longest_line || !split(text, field)) return wrong("line");
  Checkpoint checkpoint;
  if (field[0] != checkpoint_word) return wrong("format");
  if (field[1] != algorithm_word) return wrong("algorithm");
  if (!is_hash(field[2])) return wrong("installation");
  if (!read_number(field[3], checkpoint.epoch) || checkpoint.epoch == 0) return wrong("epoch");
  if (!read_stream(field[4], checkpoint.stream)) return wrong("stream");
  if (!read_number(field[5], checkpoint.number)) return wrong("number");
  if (!is_time_shape(field[6])) return wrong("time");
  auto time = parse_instant(field[6]);
  if (!time) return wrong("time");
  if (!is_hash(field[7])) return wrong("hash");
  checkpoint.installation = field[2];
  checkpoint.time = *time;
  checkpoint.hash = field[7];
  return checkpoint;
}

ChainVerifier::ChainVerifier(std::string installation, Stream stream)
    : installation_(std::move(installation)), stream_(stream), head_(zeros) {}

Status ChainVerifier::next(std::string_view header_bytes, std::string_view body_bytes, bool check_body) {
  auto broken = [this](std::string id, std::string_view field = {}) {
    return fail(Fault::conflict, std::move(id),
                {{"stream", std::string(name_of(stream_))},
                 {"number", std::to_string(count_)},
                 {"field", std::string(field)}});
  };
  View view;
  if (auto wrong = view_of(header_bytes, view); !wrong.empty()) return broken("journal.entry-header", wrong);
  if (view.stream != stream_) return broken("journal.entry-header", "stream");
  if (view.installation != installation_) return broken("journal.entry-installation");
  if (view.number != count_) return broken("journal.entry-number");
  if (view.epoch < epoch_) return broken("journal.entry-epoch");
  if (view.previous != head_) return broken("journal.entry-chain");
  if (check_body && sha256_hex(body_bytes) != view.body) return broken("journal.entry-body");
  epoch_ = view.epoch;
  head_ = sha256_hex(header_bytes);
  ++count_;
  return Done{};
}

} // namespace assent::journal
