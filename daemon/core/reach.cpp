// Whether a device answers its agent, and if not, whose fault that is: one alarm of one kind.
#include "daemon/core/state.hpp"

namespace assent::core {
namespace {

/// What an SNMPv3 agent answers to a credential that it does not take (agents/snmp/seen.hpp).
bool keys_refused(std::string_view reason) {
  for (const std::string_view word :
       {"unknown-user", "authentication-key", "privacy-key", "unsupported-level"})
    if (reason == word) return true;
  return false;
}

bool holds(const json::object& item, std::string_view condition) {
  for (const auto& each : array_of(item, "conditions"))
    if (each.is_string() && each.get_string() == condition) return true;
  return false;
}

} // namespace

void reach(Step& step, const registry::Device& device, const json::object& item) {
  auto& live = step.state.devices[device.id];
  live.heard = true;
  live.reachable = flag_of(item, "reachable");
  live.reason = text_of(item, "reason").substr(0, 64);
  const std::string resource = "device/" + std::to_string(device.id);
  const std::string detail = text_of(item, "detail").substr(0, 256);
  const bool waived = live.reachable || live.reason != "not-waived";
  const bool taken = live.reachable || !keys_refused(live.reason);
  if (live.reachable || !waived || !taken)
    clear(step, "device-unreachable", resource);
  else
    raise(step, "device-unreachable", resource, {{"device", device.name}, {"reason", live.reason}});
  if (taken)
    clear(step, "device-keys-refused", resource);
  else
    raise(step, "device-keys-refused", resource, {{"device", device.name}, {"reason", live.reason}});
  if (waived)
    clear(step, "device-not-waived", resource);
  else
    raise(step, "device-not-waived", resource, {{"device", device.name}, {"weakness", detail}});
  if (holds(item, "equal-engine-id"))
    raise(step, "equal-engine-id", resource, {{"device", device.name}, {"other", detail}});
  else
    clear(step, "equal-engine-id", resource);
  if (holds(item, "boots-not-rising"))
    raise(step, "boots-not-rising", resource, {{"device", device.name}});
  else
    clear(step, "boots-not-rising", resource);
}

} // namespace assent::core
