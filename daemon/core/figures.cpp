// What core tells of itself for /metrics, /readyz and the lists of state: Figures.
#include "daemon/core/alarm_news.hpp"
#include "daemon/core/events.hpp"
#include "daemon/core/thread.hpp"
#include <algorithm>
#include <set>

namespace assent::core {

namespace {

json::array alarm_list(const State& state) {
  json::array list;
  for (const auto* alarm : state.alarms.active())
    list.push_back(alarm_json(state, *alarm, false));
  return list;
}

void add_alarm_figures(const alarms::Book& book, Figures& figures) {
  const auto& counts = book.counts();
  for (std::size_t i = 0; i < alarms::whys; ++i)
    figures.counters.emplace_back("alarms_suppressed{why=\"" +
                                      std::string(name_of(static_cast<alarms::Why>(i))) + "\"}",
                                  static_cast<double>(counts.hidden[i]));
  for (const auto& [sort, count] : {std::pair{"first", counts.now}, std::pair{"grouped", counts.grouped},
                                    std::pair{"repeated", counts.repeated}})
    figures.counters.emplace_back("alarm_notifications{sort=\"" + std::string(sort) + "\"}",
                                  static_cast<double>(count));
  figures.counters.emplace_back("alarms_beyond_limit", static_cast<double>(counts.beyond));
}

} // namespace

Figures CoreThread::make_figures(const WantFigures& want) {
  Figures figures;
  State& state = *state_;
  std::size_t unreachable = 0;
  for (const auto& [id, live] : state.devices)
    unreachable += live.reachable ? 0u : 1u;
  for (const Kind kind :
       {Kind::organisation, Kind::network, Kind::prefix, Kind::address, Kind::device, Kind::link})
    figures.gauges.emplace_back("register_objects{kind=\"" + std::string(name_of(kind)) + "\"}",
                                static_cast<double>(state.registry.count(kind)));
  for (const auto which :
       {tickets::State::submitted, tickets::State::approved, tickets::State::open, tickets::State::verifying})
    figures.gauges.emplace_back(
        "tickets{state=\"" + std::string(name_of(which)) + "\"}",
        static_cast<double>(std::count_if(state.tickets.begin(), state.tickets.end(),
                                          [&](const auto& entry) { return entry.second.state == which; })));
  figures.gauges.emplace_back("findings_open", static_cast<double>(state.watch.open_count()));
  figures.gauges.emplace_back("devices_unreachable", static_cast<double>(unreachable));
  for (const auto severity : {alarms::Severity::warning, alarms::Severity::minor, alarms::Severity::major,
                              alarms::Severity::critical})
    figures.gauges.emplace_back("alarms{severity=\"" + std::string(name_of(severity)) + "\"}",
                                static_cast<double>(state.alarms.count(severity)));
  figures.gauges.emplace_back("read_only", read_only_ ? 1 : 0);
  const auto store = store_->counters();
  figures.counters = {{"requests", static_cast<double>(requests_)},
                      {"refusals", static_cast<double>(refused_)},
                      {"findings_retired", static_cast<double>(retired_)},
                      {"state_reloads", static_cast<double>(reloads_)},
                      {"store_groups", static_cast<double>(store.groups)},
                      {"store_batches", static_cast<double>(store.batches)},
                      {"store_entries", static_cast<double>(store.entries)},
                      {"store_failures", static_cast<double>(store.failures)}};
  if (want.lists || want.series) add_traffic_figures(state, figures, clock_.wall(), want.link);
  add_notification_counts(state, figures.counters);
  figures.step_buckets = step_buckets_;
  figures.step_seconds = step_seconds_;
  figures.checks = {
      {"store",
       !read_only_ && !store_->cramped(),
       {read_only_          ? "ready.read-only"
        : store_->cramped() ? "ready.disk-full"
                            : "ready.store",
        {}}},
      {"authority", true, {"ready.authority", {}}},
      {"clock",
       state.policy.clock_require() == "none" || (options_.clock_sure && options_.clock_sure()),
       {state.policy.clock_require() == "none" ? "ready.clock-not-required" : "ready.clock", {}}},
      {"recovery-keys", true, {"ready.no-recovery-keys", {}}}};
  std::size_t waived_devices = 0;
  figures.waivers = waivers_in_force(state, clock_.wall(), waived_devices);
  // For whoever looks, not a reason to be not ready: the policy permits it.
  figures.checks.push_back({"waivers", true,
                            figures.waivers.empty()
                                ? assent::Message{"ready.no-waivers", {}}
                                : assent::Message{"ready.waivers",
                                                  {{"waivers", std::to_string(figures.waivers.size())},
                                                   {"devices", std::to_string(waived_devices)}}}});
  figures.gauges.emplace_back("devices_waived", static_cast<double>(waived_devices));
  figures.ready = std::all_of(figures.checks.begin(), figures.checks.end(),
                              [](const Check& check) { return check.good; });
  add_alarm_figures(state.alarms, figures);
  if (!want.lists) return figures;
  figures.alarms = alarm_list(state);
  state.registry.each(Kind::agent, [&](const registry::Object& object) {
    const auto link = state.agents.find(object.id);
    const bool heard = link != state.agents.end() && link->second.heard != Instant{};
    json::object item{{"id", object.id},
                      {"name", text_of(object.body, "name")},
                      {"connected", heard && !link->second.silent}};
    if (heard) item["heard"] = to_text(link->second.heard);
    figures.agents.push_back(std::move(item));
  });
  return figures;
}

void CoreThread::handle(WantFigures& want) {
  Figures figures = make_figures(want);
  if (!want.lists && !want.series) return want.answer(std::move(figures));
  Gather gather{std::move(want.answer),
                std::make_unique<Gathering>(std::move(figures), want.lists, device_series_.names(*state_))};
  handle(gather);
}

void CoreThread::handle(Gather& gather) {
  constexpr std::chrono::milliseconds longest{1}; // half of what a step may take
  const auto begun = clock_.monotonic();
  const auto enough = [&] { return clock_.monotonic() - begun >= longest; };
  if (gather.work->go_on(*state_, clock_.wall(), enough)) return gather.answer(gather.work->take());
  queue_.put(std::move(gather));
}

void CoreThread::figures(std::function<void(Figures)> answer, Id link) {
  queue_.put(WantFigures{std::move(answer), true, false, link});
}

void CoreThread::numbers(bool series, std::function<void(Figures)> answer) {
  queue_.put(WantFigures{std::move(answer), false, series, 0});
}

} // namespace assent::core
