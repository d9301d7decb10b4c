// What the policy's waivers mean now: for agents' plans, and for whoever asks for the status.
#include <map>

#include "daemon/core/state.hpp"

namespace assent::core {
namespace {

json::array list_of(const State& state, Instant now, std::size_t& devices) {
  std::map<const tickets::Waiver*, std::size_t> counts;
  for (const tickets::Waiver& waiver : state.policy.waivers())
    if (now < waiver.expires) counts[&waiver] = 0;
  devices = 0;
  if (!counts.empty())
    state.registry.each(Kind::device, [&](const registry::Object& object) {
      const auto device = state.registry.device(object.id);
      if (!device) return;
      const auto good = state.policy.waivers_of(state.registry, *device, now);
      devices += good.empty() ? 0 : 1;
      for (const tickets::Waiver* waiver : good)
        ++counts[waiver];
    });
  json::array list;
  for (const tickets::Waiver& waiver : state.policy.waivers()) {
    const auto count = counts.find(&waiver);
    if (count == counts.end()) continue;
    json::array weaknesses;
    for (const std::string& weakness : waiver.weaknesses)
      weaknesses.emplace_back(weakness);
    list.push_back({{"name", waiver.name},
                    {"weaknesses", std::move(weaknesses)},
                    {"devices", count->second},
                    {"expires", to_text(waiver.expires)},
                    {"reason", waiver.reason}});
  }
  return list;
}

} // namespace

json::array waived(const State& state, const registry::Device& device, Instant now) {
  json::array words;
  for (const std::string& weakness : state.policy.waived(state.registry, device, now))
    words.emplace_back(weakness);
  return words;
}

const json::array& waivers_in_force(State& state, Instant now, std::size_t& devices) {
  auto& made = state.waivers;
  if (made.plan_version != state.plan_version) {
    made.plan_version = state.plan_version;
    made.list = list_of(state, now, made.devices);
  }
  devices = made.devices;
  return made.list;
}

void follow_waivers(Step& step) {
  Instant next = Instant::max();
  for (const tickets::Waiver& waiver : step.state.policy.waivers())
    if (waiver.expires > step.now) next = std::min(next, waiver.expires);
  // One that has run out, or whose time came back with the clock: what agents may send is another.
  if (next == step.state.next_waiver_end) return;
  const bool known = step.state.next_waiver_end != Instant{};
  step.state.next_waiver_end = next;
  if (known) ++step.state.plan_version;
}

} // namespace assent::core
