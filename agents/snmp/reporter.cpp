#include "agents/snmp/reporter.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>

#include "common/text.hpp"
#include "daemon/watch/canonical.hpp"

namespace assent::snmp {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t exact_in_json = (1ULL << 53) - 1;
constexpr auto gather = 1000ms;

/// One line without control characters, as the schema wants lines.
std::string line(std::string_view text) {
  const auto plain = [](char each) { return each >= ' ' && each < 0x7f && each != '\\'; };
  if (text.size() <= 1000 && std::ranges::all_of(text, plain)) return std::string(text);
  const std::string safe = for_terminal(watch::escaped(text));
  std::size_t end = std::min<std::size_t>(safe.size(), 1000);
  // Cut between characters.
  while (end > 0 && end < safe.size() && (static_cast<unsigned char>(safe[end]) & 0xc0U) == 0x80U)
    --end;
  return safe.substr(0, end);
}

json::value count(std::uint64_t value) {
  return value <= exact_in_json ? json::value(value) : json::value(std::to_string(value));
}

json::object state_json(const StateSeen& seen, const json::storage_ptr& storage) {
  json::object out({{"device", seen.device},
                    {"profile", seen.profile},
                    {"revision", seen.revision},
                    {"fingerprint", seen.fingerprint},
                    {"started", to_text(seen.started)},
                    {"ended", to_text(seen.ended)}},
                   storage);
  if (!seen.unknown.empty()) {
    json::array unknown(storage);
    for (const std::string& path : seen.unknown)
      unknown.emplace_back(path);
    out["unknown"] = std::move(unknown);
  }
  if (seen.stamp) out["stamp"] = to_text(*seen.stamp);
  if (seen.order != 0) out["order"] = seen.order;
  return out;
}

json::object reach_json(const ReachSeen& seen, const json::storage_ptr& storage) {
  json::object out({{"device", seen.device}, {"reachable", seen.reachable}}, storage);
  if (!seen.reason.empty()) out["reason"] = seen.reason;
  return out;
}

json::object hints_json(const HintsSeen& seen, const json::storage_ptr& storage) {
  json::object out({{"device", seen.device}}, storage);
  if (seen.uptime) out["uptime"] = *seen.uptime;
  if (seen.boots) out["boots"] = *seen.boots;
  json::array stamps(storage);
  for (const auto& [name, value] : seen.stamps)
    stamps.push_back(json::object({{"name", name}, {"value", line(value)}}, storage));
  if (!stamps.empty()) out["stamps"] = std::move(stamps);
  return out;
}

json::object counters_json(const CountersSeen& seen, const json::storage_ptr& storage) {
  json::object out({{"device", seen.device}, {"time", to_text(seen.time)}, {"uptime", seen.uptime}}, storage);
  json::array names(storage);
  names.reserve(seen.names->size());
  for (const std::string& name : *seen.names)
    names.emplace_back(line(name));
  out["names"] = std::move(names);
  for (const auto& [name, cells] : seen.columns) {
    json::array column(storage);
    column.reserve(cells.size());
    for (const std::uint64_t cell : cells)
      column.push_back(cell == no_count ? json::value("unknown") : count(cell));
    out[name] = std::move(column);
  }
  return out;
}

template <class Seen, class ToJson>
void add(json::object& out, std::string_view member, const std::vector<Seen>& seen, ToJson to_json) {
  if (seen.empty()) return;
  json::array list(out.storage());
  list.reserve(seen.size());
  for (const Seen& each : seen)
    list.push_back(to_json(each, out.storage()));
  out[member] = std::move(list);
}

/// Moves the second half of `from` away.
template <class Seen>
std::vector<Seen> half_of(std::vector<Seen>& from, bool keep_all) {
  const auto middle = from.begin() + static_cast<std::ptrdiff_t>(keep_all ? from.size() : from.size() / 2);
  std::vector<Seen> half(std::make_move_iterator(middle), std::make_move_iterator(from.end()));
  from.erase(middle, from.end());
  return half;
}

} // namespace

json::object report_input(const Batch& batch, const std::string& session, std::uint64_t sequence,
                          Instant sent) {
  // Built once, sent, thrown away whole: a hundred thousand values need no hundred thousand blocks of heap.
  json::object out({{"session", session}, {"sequence", sequence}, {"sent", to_text(sent)}},
                   json::make_shared_resource<json::monotonic_resource>());
  add(out, "states", batch.states, state_json);
  add(out, "reach", batch.reach, reach_json);
  add(out, "hints", batch.hints, hints_json);
  add(out, "counters", batch.counters, counters_json);
  return out;
}

Reporter::Reporter(Daemon& daemon, Outbox& outbox, std::string session, const Clock& clock, Log log,
                   Pause pause)
    : daemon_(daemon), outbox_(outbox), session_(std::move(session)), clock_(clock), log_(std::move(log)),
      pause_(std::move(pause)) {}

void Reporter::run() {
  while (!ending_) {
    Batch batch = outbox_.take(gather);
    if (batch.size() == 0) {
      if (outbox_.stopped()) return;
      continue;
    }
    deliver(std::move(batch));
  }
}

void Reporter::deliver(Batch batch) {
  Result<json::object> output =
      insist("assent-agent:report", report_input(batch, session_, ++sequence_, clock_.wall()));
  if (output) return send_trees(batch, *output);
  if (!ending_) split(std::move(batch), output.error());
}

void Reporter::split(Batch batch, const Error& error) {
  if (batch.size() <= 1) {
    ++refused_;
    return log_("report-refused", error);
  }
  // A kind with one entry goes with the first half whole, so that both halves get smaller.
  Batch rest;
  const bool one_kind = std::max({batch.states.size(), batch.reach.size(), batch.hints.size(),
                                  batch.counters.size()}) == batch.size();
  if (one_kind) {
    rest = {half_of(batch.states, false), half_of(batch.reach, false), half_of(batch.hints, false),
            half_of(batch.counters, false)};
  } else {
    // Kinds apart first.
    const bool states = !batch.states.empty();
    const bool reach = !states && !batch.reach.empty();
    rest.hints = states || reach ? std::move(batch.hints) : std::vector<HintsSeen>{};
    rest.counters = std::move(batch.counters);
    rest.reach = states ? std::move(batch.reach) : std::vector<ReachSeen>{};
    if (states || reach) batch.hints.clear();
    batch.counters.clear();
    if (states) batch.reach.clear();
  }
  deliver(std::move(batch));
  if (!ending_) deliver(std::move(rest));
}

void Reporter::send_trees(const Batch& batch, const json::object& output) {
  for (const json::value& each : array_of(output, "wanted")) {
    if (!each.is_string()) continue;
    const std::string wanted(each.get_string());
    const auto has = [&](const StateSeen& state) {
      return state.fingerprint == wanted && !state.text.empty();
    };
    const auto found = std::ranges::find_if(batch.states, has);
    if (found == batch.states.end()) continue;
    const json::object input{{"session", session_},
                             {"sequence", ++sequence_},
                             {"device", found->device},
                             {"fingerprint", found->fingerprint},
                             {"text", found->text}};
    Result<json::object> taken = insist("assent-agent:tree", input);
    if (ending_) return;
    if (!taken) {
      ++refused_;
      log_("tree-refused", taken.error());
    }
  }
}

Result<json::object> Reporter::insist(std::string_view operation, const json::object& input) {
  std::chrono::milliseconds patience = 200ms;
  for (;;) {
    Result<json::object> output = daemon_.call(operation, input);
    if (output) return output;
    const Fault fault = output.error().fault;
    const bool decided = fault == Fault::invalid || fault == Fault::refused || fault == Fault::not_found ||
                         fault == Fault::conflict;
    if (decided) return output;
    log_("daemon-away", output.error());
    if (outbox_.stopped() || !pause_(patience)) {
      ending_ = true;
      return output;
    }
    patience = std::min<std::chrono::milliseconds>(patience * 2, 5000ms);
  }
}

void follow_plan(Daemon& daemon, PlanReader& reader, const std::function<void(Plan)>& take,
                 const Clock& clock, const Log& log, const Pause& pause) {
  std::uint64_t version = 0;
  std::chrono::milliseconds patience = 200ms;
  while (pause(0ms)) {
    const auto asked = clock.monotonic();
    const Result<json::object> output = daemon.call("assent-agent:plan", json::object{{"version", version}});
    Result<Plan> plan =
        output ? reader.read(*output, [&](const Error& error) { log("profile-unusable", error); })
               : Result<Plan>(output.error());
    if (!plan) {
      log("no-plan", plan.error());
      if (!pause(patience)) return;
      patience = std::min<std::chrono::milliseconds>(patience * 2, 5000ms);
      continue;
    }
    patience = 200ms;
    const bool fresh = plan->version != version || !plan->read_now.empty();
    version = plan->version;
    if (fresh) take(std::move(plan).value());
    // A daemon that answers at once instead of waiting must not be asked in circles.
    else if (clock.monotonic() - asked < 100ms && !pause(1000ms))
      return;
  }
}

std::string new_session() {
  std::array<unsigned char, 16> bytes{};
  ASSENT_CHECK(::getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0fU) | 0x40U);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3fU) | 0x80U);
  std::string text = to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  for (const std::size_t at : {8, 13, 18, 23})
    text.insert(at, 1, '-');
  return text;
}

} // namespace assent::snmp
