// What agents tell of traps and informs: evidence beside findings, an event for strangers, counts for
// /metrics. Nothing is decided by it.
#include <algorithm>

#include "daemon/core/resolve.hpp"
#include "daemon/core/state.hpp"

namespace assent::core {
namespace {

constexpr std::size_t notices_kept = 16; ///< of one device
constexpr std::size_t most_named = 3;    ///< in one finding
/// A device may say it later than its own stamp, or than the reading that shows the change.
constexpr auto after_change = std::chrono::minutes{1};
constexpr auto before_unknown = std::chrono::minutes{10};
constexpr auto strangers_pause = std::chrono::minutes{10};

void add(std::string& to, std::size_t& count, const std::string& text) {
  if (text.empty() || to.find(text) != std::string::npos || ++count > most_named) return;
  to += (to.empty() ? "" : "; ") + text;
}

std::string who_of(const Notice& notice) {
  if (notice.who.empty()) return notice.from.empty() ? std::string() : "(" + notice.from + ")";
  return notice.from.empty() ? notice.who : notice.who + " (" + notice.from + ")";
}

std::string how_of(const Notice& notice) {
  std::string text =
      notice.name + ", SNMP " + notice.version + (notice.authentic ? " authenticated" : " not authenticated");
  if (!notice.claimed.empty()) text += ", said to be about " + notice.claimed;
  return notice.command.empty() ? text : text + ": " + notice.command;
}

} // namespace

void take_notice(Step& step, Id device, const json::object& item, Instant time) {
  auto& notices = step.state.devices[device].notices;
  notices.push_back({time, text_of(item, "version"), flag_of(item, "authentic"), text_of(item, "name"),
                     text_of(item, "who"), text_of(item, "from"), text_of(item, "command"),
                     text_of(item, "claimed")});
  if (notices.size() > notices_kept) notices.pop_front();
}

void take_notification_counts(Step& step, Id agent, const json::object& input) {
  AgentLink& link = step.state.agents[agent];
  for (const auto& each : array_of(input, "notifications"))
    link.notifications[text_of(each.as_object(), "outcome")] = number_of(each.as_object(), "count");
  if (!input.contains("strangers")) return;
  const json::object& strangers = object_of(input, "strangers");
  link.strangers += number_of(strangers, "count");
  const bool recently =
      link.strangers_told.count() != 0 && step.monotonic - link.strangers_told < strangers_pause;
  if (recently) return;
  link.strangers_told = step.monotonic;
  const auto object = step.state.registry.get(Kind::agent, agent);
  step.note(journal::Stream::records, "notifications-from-strangers",
            {{"agent", object ? text_of(object->body, "name") : std::string()},
             {"address", text_of(strangers, "address")},
             {"count", std::exchange(link.strangers, 0)}});
}

void attach_notices(const State& state, watch::Finding& finding) {
  const auto live = state.devices.find(finding.device);
  if (live == state.devices.end()) return;
  const Instant from = finding.earliest == Instant{} ? finding.latest - before_unknown : finding.earliest;
  std::string who, how;
  std::size_t persons = 0, ways = 0;
  for (auto each = live->second.notices.rbegin(); each != live->second.notices.rend(); ++each) {
    if (each->time < from || each->time > finding.latest + after_change) continue;
    add(who, persons, who_of(*each));
    add(how, ways, how_of(*each));
  }
  if (!who.empty()) finding.who = std::move(who);
  if (!how.empty()) finding.how = std::move(how);
}

void add_notification_counts(const State& state, std::vector<std::pair<std::string, double>>& counters) {
  for (const auto& [id, link] : state.agents) {
    const auto object = state.registry.get(Kind::agent, id);
    if (!object) continue;
    for (const auto& [outcome, count] : link.notifications)
      counters.emplace_back("agent_notifications{agent=\"" + text_of(object->body, "name") + "\",outcome=\"" +
                                outcome + "\"}",
                            static_cast<double>(count));
  }
}

} // namespace assent::core
