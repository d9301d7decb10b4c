// What the poller does for a device that is asked in SNMPv3.
#include <algorithm>

#include "agents/snmp/poller.hpp"

namespace assent::snmp {
namespace {

std::int64_t seconds_of(Instant when) {
  return std::chrono::floor<std::chrono::seconds>(when.time_since_epoch()).count();
}

} // namespace

void Poller::open_session(Device& device, Moment now) {
  device.place = device.endpoint.text();
  EngineKnown known;
  if (const EngineRecord* record = engines_.find(device.place)) {
    known = {record->engine, record->stamp, record->stamp};
    const std::int64_t passed = std::max<std::int64_t>(0, seconds_of(now.wall) - record->received);
    known.guess.time = static_cast<std::uint32_t>(
        std::min<std::int64_t>(usm::max_boots, std::int64_t{record->stamp.time} + passed));
  }
  device.v3 = std::make_unique<V3Session>(*device.credential, v3_, std::move(known), now.steady);
}

std::string Poller::v3_message(Device& device, Moment now) {
  const Device::Pending& pending = device.pending;
  // Before silence is told: does anything live there, and only our keys are wrong?
  const bool probe = device.failed_cycles + 1 >= limits_.failed_cycles && pending.tries > 0 &&
                     pending.tries + 1 == limits_.tries;
  const auto id = static_cast<std::uint32_t>(1 + random_() % usm::max_boots);
  return device.v3->message(pending.request, pending.id, id, probe, now.steady);
}

bool Poller::take_v3(Device& device, std::string_view bytes, Moment now, Answer& answer) {
  const V3Session::Got got = device.v3->receive(bytes, now.steady, answer);
  if (const std::optional<bool> fallen = device.v3->take_fallen())
    set_condition(device, "boots-not-rising", *fallen, {});
  switch (got) {
  case V3Session::Got::answer:
    learn_engine(device, now);
    return true;
  case V3Session::Got::again:
    // The same try, said better: it costs none of the tries that silence has.
    device.pending.sent = false;
    --in_flight_;
    device.pending.tries = std::max(0, device.pending.tries - 1);
    transmit(device, now);
    plan_wake(device);
    return false;
  case V3Session::Got::stray:
    ++figures_.strays;
    return false;
  case V3Session::Got::malformed:
    ++figures_.malformed;
    return false;
  case V3Session::Got::hint:
    return false;
  }
  return false;
}

void Poller::notified(const Device& device, Moment now) {
  if (device.v3 == nullptr || device.v3->engine() == nullptr) return;
  engines_.received(device.place, *device.v3->engine(), device.v3->clock()->floor(), seconds_of(now.wall),
                    true);
}

/// Devices of the plan that can't be asked (no waiver, no profile) keep what is known of them.
void Poller::forget_engines(Moment now) {
  std::set<std::string> places;
  for (const auto& [id, device] : devices_)
    if (const auto endpoint = Endpoint::of(device.plan.address, device.plan.port))
      places.insert(endpoint->text());
  engines_.keep_only([&](const std::string& place) { return places.contains(place); }, seconds_of(now.wall));
}

void Poller::learn_engine(Device& device, Moment now) {
  const std::string& engine = *device.v3->engine();
  engines_.received(device.place, engine, device.v3->clock()->floor(), seconds_of(now.wall));
  if (device.engine == engine) return;
  leave_engine(device);
  set_condition(device, "equal-engine-id", false, {});
  device.engine = engine;
  std::set<Id>& sharers = by_engine_[engine];
  sharers.insert(device.plan.id);
  if (sharers.size() < 2) return;
  // Two devices with one engine have one key: whoever holds one can speak for the other.
  const auto other = std::ranges::find_if(sharers, [&](Id id) { return id != device.plan.id; });
  set_condition(device, "equal-engine-id", true, devices_.at(*other).plan.name);
}

void Poller::leave_engine(Device& device) {
  if (device.engine.empty()) return;
  const auto shared = by_engine_.find(device.engine);
  device.engine.clear();
  if (shared == by_engine_.end()) return;
  shared->second.erase(device.plan.id);
  if (shared->second.size() == 1) {
    const auto left = devices_.find(*shared->second.begin());
    if (left != devices_.end()) set_condition(left->second, "equal-engine-id", false, {});
  }
  if (shared->second.empty()) by_engine_.erase(shared);
}

void Poller::set_condition(Device& device, const std::string& condition, bool holds, std::string detail) {
  const bool changed =
      holds ? device.conditions.insert(condition).second : device.conditions.erase(condition) > 0;
  if (!changed) return;
  device.detail = std::move(detail);
  // Before the first answer is over it is not known whether the device is reachable: reached() tells both.
  if (device.reachable) tell_reach(device, device.reason);
}

} // namespace assent::snmp
