// What an agent is to do: its devices, how they are read, and what is to be read now.
#include "daemon/core/state.hpp"

namespace assent::core {
namespace {

std::string network_name(const State& state, Id network) {
  const auto object = state.registry.get(Kind::network, network);
  return object ? text_of(object->body, "name") : std::string();
}

} // namespace

Answer plan(Step& step, Id agent) {
  State& state = step.state;
  const auto object = state.registry.get(Kind::agent, agent);
  ASSENT_CHECK(object.has_value());
  json::array devices, orders, profiles;
  std::set<std::string> used;
  for (const Id id : state.registry.devices_of_agent(agent)) {
    const auto device = state.registry.device(id);
    devices.push_back({{"id", id},
                       {"name", device->name},
                       {"address", device->address.text()},
                       {"port", device->port},
                       {"profile", device->profile},
                       {"credential", device->credential},
                       {"waived", waived(state, *device, step.now)}});
    used.insert(device->profile);
    const auto& live = state.devices[id];
    if (live.order > live.order_done) orders.push_back({{"device", id}, {"order", live.order}});
  }
  for (const auto& name : used) {
    const auto id = state.registry.find(Kind::profile, name);
    const auto profile = id ? state.registry.get(Kind::profile, *id) : std::nullopt;
    if (!profile) continue;
    profiles.push_back(
        {{"name", name}, {"revision", profile->body.at("revision")}, {"text", profile->body.at("text")}});
  }
  const auto seconds = [](Duration duration) {
    return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  };
  return json::object{{"version", state.plan_version},
                      {"network", network_name(state, number_of(object->body, "network"))},
                      {"devices", std::move(devices)},
                      {"profiles", std::move(profiles)},
                      {"counters-interval", seconds(state.policy.counters_interval())},
                      {"state-interval", seconds(state.policy.state_interval())},
                      {"read-now", std::move(orders)}};
}

} // namespace assent::core
