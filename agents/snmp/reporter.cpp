#include "agents/snmp/reporter.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "agents/snmp/message.hpp"
#include "common/text.hpp"

namespace assent::snmp {
namespace {

using namespace std::chrono_literals;

constexpr auto gather = 1000ms;

/// Moves the second half of `from` away.
template <class Seen>
std::vector<Seen> half_of(std::vector<Seen>& from, bool keep_all) {
  const auto middle = from.begin() + static_cast<std::ptrdiff_t>(keep_all ? from.size() : from.size() / 2);
  std::vector<Seen> half(std::make_move_iterator(middle), std::make_move_iterator(from.end()));
  from.erase(middle, from.end());
  return half;
}

} // namespace

Reporter::Reporter(Daemon& daemon, Outbox& outbox, std::string session, const Clock& clock, Log log,
                   Pause pause)
    : daemon_(daemon), outbox_(outbox), session_(std::move(session)), clock_(clock), log_(std::move(log)),
      pause_(std::move(pause)) {}

void Reporter::run() {
  while (!ending_) {
    Batch batch = outbox_.take(gather);
    if (batch.size() == 0 && !batch.strangers && batch.figures.empty()) {
      if (outbox_.stopped()) return;
      continue;
    }
    deliver(std::move(batch));
  }
}

void Reporter::deliver(Batch batch) {
  Result<json::object> output =
      insist("assent-agent:report", report_message(batch, session_, ++sequence_, clock_.wall()));
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
                                  batch.counters.size(), batch.notices.size()}) == batch.size();
  if (one_kind) {
    rest.states = half_of(batch.states, false);
    rest.reach = half_of(batch.reach, false);
    rest.hints = half_of(batch.hints, false);
    rest.counters = half_of(batch.counters, false);
    rest.notices = half_of(batch.notices, false);
  } else if (!batch.notices.empty()) {
    // Before the readings that they are evidence for.
    rest = std::exchange(batch, {});
    batch.notices = std::exchange(rest.notices, {});
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

/// Devices of one make may show the very same text: each that is waited for is sent, for the daemon judges by
/// device.
void Reporter::send_trees(const Batch& batch, const json::object& output) {
  std::set<std::string> wanted;
  for (const json::value& each : array_of(output, "wanted"))
    if (each.is_string()) wanted.emplace(each.get_string());
  for (const StateSeen& state : batch.states) {
    if (!wanted.contains(state.fingerprint) || state.text.empty()) continue;
    Result<json::object> taken = insist("assent-agent:tree", tree_message(state, session_, ++sequence_));
    if (ending_) return;
    if (!taken) {
      ++refused_;
      log_("tree-refused", taken.error());
    }
  }
}

Result<json::object> Reporter::insist(std::string_view operation, const std::string& input) {
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
    const Result<json::object> output = daemon.call("assent-agent:plan", plan_message(version));
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
