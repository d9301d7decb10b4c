// What makes the poller read a device out of turn: hints in its counters, and what it sends by itself.
#include <algorithm>

#include "agents/snmp/poller.hpp"

namespace assent::snmp {

using namespace std::chrono_literals;

namespace {
constexpr Steady hint_pause = 30s; ///< between two readings that hints cause
} // namespace

void Poller::ask_state(Device& device, Moment now) {
  const bool recently = device.hint_read != Steady::zero() && now.steady < device.hint_read + hint_pause;
  if (recently) {
    // Put off, not forgotten.
    device.hint_waits = true;
    device.state_due = std::min(device.state_due, device.hint_read + hint_pause);
    return;
  }
  device.hint_read = now.steady;
  device.state_asked = true;
  // A cache may still hold what was before the change that the hint told of.
  if (const Steady staleness = device.plan.profile->staleness; staleness > 0s)
    device.state_due = std::min(device.state_due, now.steady + std::max(staleness, hint_pause));
}

const std::vector<Id>& Poller::at_address(Endpoint address) const {
  static const std::vector<Id> nobody;
  address.port = 0;
  const auto found = by_address_.find(address);
  return found == by_address_.end() ? nobody : found->second;
}

Device* Poller::find(Id id) {
  const auto found = devices_.find(id);
  return found == devices_.end() || found->second.credential == nullptr ? nullptr : &found->second;
}

void Poller::hinted(Device& device, Moment now) {
  ask_state(device, now);
  due(device, now);
  plan_wake(device);
}

} // namespace assent::snmp
