#include "agents/snmp/message.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/json.hpp"
#include "common/text.hpp"
#include "daemon/watch/canonical.hpp"

namespace assent::snmp {
namespace {

constexpr std::uint64_t exact_in_json = (1ULL << 53) - 1;
constexpr std::size_t max_line = 1000;

/// Appends to a text; the caller minds commas and braces by `member` and `item`.
class Printer {
 public:
  explicit Printer(std::size_t expected) { out_.reserve(expected); }

  void open(char bracket) {
    comma();
    out_ += bracket;
    fresh_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    fresh_ = false;
  }
  /// `name` needs no escaping: it is ours, or the schema's for names of columns.
  void member(std::string_view name) {
    comma();
    out_ += '"';
    out_ += name;
    out_ += "\":";
    fresh_ = true;
  }
  void text(std::string_view value) {
    comma();
    const auto plain = [](char each) { return each >= ' ' && each < 0x7f && each != '\\' && each != '"'; };
    if (std::ranges::all_of(value, plain)) {
      out_ += '"';
      out_ += value;
      out_ += '"';
    } else {
      out_ += json::serialize(json::value(value));
    }
  }
  /// Integers beyond 2^53 travel as text.
  void number(std::uint64_t value) {
    comma();
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    if (value > exact_in_json) out_ += '"';
    out_.append(digits.data(), end);
    if (value > exact_in_json) out_ += '"';
  }
  void flag(bool value) {
    comma();
    out_ += value ? "true" : "false";
  }

  std::string take() { return std::move(out_); }

 private:
  void comma() {
    if (!fresh_) out_ += ',';
    fresh_ = false;
  }

  std::string out_;
  bool fresh_ = true;
};

/// One line of valid UTF-8 without control characters.
void print_line(Printer& out, std::string_view text) {
  const auto plain = [](char each) { return each >= ' ' && each < 0x7f && each != '\\'; };
  if (text.size() <= max_line && std::ranges::all_of(text, plain)) return out.text(text);
  const std::string safe = for_terminal(watch::escaped(text));
  std::size_t end = std::min(safe.size(), max_line);
  // Cut between characters.
  while (end > 0 && end < safe.size() && (static_cast<unsigned char>(safe[end]) & 0xc0U) == 0x80U)
    --end;
  out.text(std::string_view(safe).substr(0, end));
}

void print_stamps(Printer& out, const std::vector<std::pair<std::string, std::string>>& stamps) {
  if (stamps.empty()) return;
  out.member("stamps"), out.open('[');
  for (const auto& [name, value] : stamps) {
    out.open('{');
    out.member("name"), out.text(name);
    out.member("value"), print_line(out, value);
    out.close('}');
  }
  out.close(']');
}

void print(Printer& out, const StateSeen& seen) {
  out.member("device"), out.number(seen.device);
  out.member("profile"), out.text(seen.profile);
  out.member("revision"), out.number(seen.revision);
  out.member("fingerprint"), out.text(seen.fingerprint);
  out.member("started"), out.text(to_text(seen.started));
  out.member("ended"), out.text(to_text(seen.ended));
  if (!seen.unknown.empty()) {
    out.member("unknown"), out.open('[');
    for (const std::string& path : seen.unknown)
      out.text(path);
    out.close(']');
  }
  if (!seen.empty.empty()) {
    out.member("empty"), out.open('[');
    for (const std::string& path : seen.empty)
      out.text(path);
    out.close(']');
  }
  if (seen.stamp) out.member("stamp"), out.text(to_text(*seen.stamp));
  if (seen.order != 0) out.member("order"), out.number(seen.order);
  if (seen.uptime) out.member("uptime"), out.number(*seen.uptime);
  if (seen.boots) out.member("boots"), out.number(*seen.boots);
  print_stamps(out, seen.stamps);
}

void print(Printer& out, const ReachSeen& seen) {
  out.member("device"), out.number(seen.device);
  out.member("reachable"), out.flag(seen.reachable);
  if (!seen.reason.empty()) out.member("reason"), out.text(seen.reason);
  if (!seen.conditions.empty()) {
    out.member("conditions"), out.open('[');
    for (const std::string& condition : seen.conditions)
      out.text(condition);
    out.close(']');
  }
  if (!seen.detail.empty()) out.member("detail"), print_line(out, seen.detail);
}

void print(Printer& out, const HintsSeen& seen) {
  out.member("device"), out.number(seen.device);
  if (seen.uptime) out.member("uptime"), out.number(*seen.uptime);
  if (seen.boots) out.member("boots"), out.number(*seen.boots);
  print_stamps(out, seen.stamps);
}

void print(Printer& out, const CountersSeen& seen) {
  out.member("device"), out.number(seen.device);
  out.member("time"), out.text(to_text(seen.time));
  out.member("uptime"), out.number(seen.uptime);
  out.member("names"), out.open('[');
  for (const std::string& name : *seen.names)
    print_line(out, name);
  out.close(']');
  if (!seen.narrow.empty()) {
    out.member("narrow"), out.open('[');
    for (const std::string& name : seen.narrow)
      out.text(name);
    out.close(']');
  }
  for (const auto& [name, cells] : seen.columns) {
    out.member(name), out.open('[');
    for (const std::uint64_t cell : cells)
      if (cell == no_count)
        out.text("unknown");
      else
        out.number(cell);
    out.close(']');
  }
}

void print(Printer& out, const NoticeSeen& seen) {
  out.member("device"), out.number(seen.device);
  out.member("time"), out.text(to_text(seen.time));
  out.member("version"), out.text(seen.version);
  out.member("authentic"), out.flag(seen.authentic);
  out.member("name"), print_line(out, seen.name);
  for (const auto& [name, value] : {std::pair<std::string_view, std::string_view>{"who", seen.who},
                                    {"from", seen.from},
                                    {"command", seen.command},
                                    {"claimed", seen.claimed}})
    if (!value.empty()) out.member(name), print_line(out, value);
}

template <class Seen>
void print_all(Printer& out, std::string_view member, const std::vector<Seen>& seen) {
  if (seen.empty()) return;
  out.member(member), out.open('[');
  for (const Seen& each : seen) {
    out.open('{');
    print(out, each);
    out.close('}');
  }
  out.close(']');
}

} // namespace

std::string report_message(const Batch& batch, std::string_view session, std::uint64_t sequence,
                           Instant sent) {
  Printer out(1024 + batch.counters.size() * 6000 + (batch.size() - batch.counters.size()) * 400);
  out.open('{');
  out.member("session"), out.text(session);
  out.member("sequence"), out.number(sequence);
  out.member("sent"), out.text(to_text(sent));
  print_all(out, "states", batch.states);
  print_all(out, "reach", batch.reach);
  print_all(out, "hints", batch.hints);
  print_all(out, "counters", batch.counters);
  print_all(out, "notices", batch.notices);
  if (batch.strangers) {
    out.member("strangers"), out.open('{');
    out.member("address"), out.text(batch.strangers->address);
    out.member("count"), out.number(batch.strangers->count);
    out.close('}');
  }
  if (!batch.figures.empty()) {
    out.member("notifications"), out.open('[');
    for (const auto& [name, count] : batch.figures) {
      out.open('{');
      out.member("outcome"), out.text(name);
      out.member("count"), out.number(count);
      out.close('}');
    }
    out.close(']');
  }
  out.close('}');
  return out.take();
}

std::string tree_message(const StateSeen& state, std::string_view session, std::uint64_t sequence) {
  Printer out(1024 + state.text.size() + state.text.size() / 8);
  out.open('{');
  out.member("session"), out.text(session);
  out.member("sequence"), out.number(sequence);
  out.member("device"), out.number(state.device);
  out.member("fingerprint"), out.text(state.fingerprint);
  out.member("text"), out.text(state.text);
  out.close('}');
  return out.take();
}

std::string plan_message(std::uint64_t version) {
  Printer out(64);
  out.open('{');
  out.member("version"), out.number(version);
  out.close('}');
  return out.take();
}

} // namespace assent::snmp
