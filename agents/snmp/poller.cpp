#include "agents/snmp/poller.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace assent::snmp {
namespace {

using namespace std::chrono_literals;

constexpr Steady first_spread = 20ms;  ///< between two devices' first readings
constexpr Steady state_limit = 240s;   ///< of one reading of the state
constexpr Steady order_patience = 20s; ///< until an answered order that is still asked for is read again
constexpr int good_before_raise = 50;  ///< cycles, before more repetitions are tried again

} // namespace

Poller::Poller(PollLimits limits, std::map<std::string, Credential> credentials, Codec& codec, Send send,
               Sink& sink, std::uint64_t seed, EngineStore* engines)
    : limits_(limits), credentials_(std::move(credentials)), codec_(codec), send_(std::move(send)),
      sink_(sink), random_(seed), engines_(engines == nullptr ? own_engines_ : *engines) {}

void Poller::set_plan(Plan plan, Moment now) {
  counters_interval_ = plan.counters_interval;
  state_interval_ = plan.state_interval;
  std::map<Id, const PlanDevice*> wanted;
  for (const PlanDevice& device : plan.devices)
    wanted.emplace(device.id, &device);
  bool fewer = !std::exchange(planned_, true);
  for (auto each = devices_.begin(); each != devices_.end();) {
    if (wanted.contains(each->first)) {
      ++each;
      continue;
    }
    drop(each->second);
    each = devices_.erase(each);
    fewer = true;
  }
  std::size_t rank = 0;
  for (const auto& [id, device] : wanted)
    adopt(devices_[id], *device, rank++, wanted.size(), now);
  if (fewer) forget_engines(now);
  by_address_.clear();
  for (const auto& [id, device] : devices_)
    if (device.credential != nullptr) {
      Endpoint address = device.endpoint;
      address.port = 0;
      by_address_[address].push_back(id);
    }
  for (const auto& [id, number] : plan.read_now)
    if (const auto found = devices_.find(id); found != devices_.end()) order(found->second, number, now);
}

void Poller::adopt(Device& device, const PlanDevice& plan, std::size_t rank, std::size_t count, Moment now) {
  const bool same = device.plan.id == plan.id && device.plan.address == plan.address &&
                    device.plan.port == plan.port && device.plan.credential == plan.credential &&
                    device.plan.profile == plan.profile && device.plan.profile_name == plan.profile_name &&
                    device.plan.waived == plan.waived;
  if (same && device.credential == nullptr) return;
  if (same) {
    // Intervals may be shorter than before.
    device.counters_due = std::min(device.counters_due, grid(device, counters_interval_, now.steady));
    device.state_due = std::min(device.state_due, grid(device, state_interval_, now.steady));
    plan_wake(device);
    return;
  }
  if (device.plan.id != 0) drop(device);
  device = Device{};
  device.plan = plan;
  const std::optional<Endpoint> endpoint = Endpoint::of(plan.address, plan.port);
  const auto credential = credentials_.find(plan.credential);
  const bool known = credential != credentials_.end();
  // Nothing is sent where the policy permits no protection as weak as this.
  const std::string weak(known ? credential->second.not_waived(plan.waived) : std::string_view());
  if (!endpoint || !plan.profile || !known || !weak.empty()) {
    const char* reason = !endpoint       ? "bad-address"
                         : !plan.profile ? "no-profile"
                         : !known        ? "no-credential"
                                         : "not-waived";
    device.reachable = false;
    tell_reach(device, reason, weak);
    device.counters_due = device.state_due = device.wake = Steady::max();
    return;
  }
  device.endpoint = *endpoint;
  device.credential = &credential->second;
  if (device.credential->version == Credential::Version::v3) open_session(device, now);
  device.repetitions = plan.profile->repetitions;
  // The golden ratio spreads any number of devices evenly.
  device.phase = std::fmod(static_cast<double>(plan.id % 1'000'003) * 0.6180339887498949, 1.0);
  by_endpoint_[device.endpoint] = &device;
  const Steady spread = std::min<Steady>(state_interval_, first_spread * static_cast<long>(count));
  device.state_due =
      now.steady + spread * static_cast<long>(rank) / static_cast<long>(std::max<std::size_t>(count, 1));
  device.counters_due = grid(device, counters_interval_, now.steady);
  plan_wake(device);
}

void Poller::drop(Device& device) {
  leave_engine(device);
  if (device.pending.sent) --in_flight_;
  const auto found = by_endpoint_.find(device.endpoint);
  if (found != by_endpoint_.end() && found->second == &device) by_endpoint_.erase(found);
}

void Poller::order(Device& device, std::uint64_t number, Moment now) {
  // An answer may still be on its way; one that the daemon still asks for later has been lost, or the daemon
  // counts anew.
  const bool answered = number == device.order_done && now.steady < device.order_read + order_patience;
  if (device.credential == nullptr || number == 0 || number == device.order || answered) return;
  device.order = number;
  device.order_at = now.steady;
  device.state_asked = true;
  due(device, now);
  plan_wake(device);
}

Steady Poller::grid(const Device& device, Steady interval, Steady now) const {
  // Devices that fall due together are read side by side, and their answers are taken with one call.
  const Steady tick = std::min<Steady>(500ms, interval / 20);
  const auto offset =
      Steady(static_cast<long>(device.phase * static_cast<double>(interval.count()))) / tick * tick;
  Steady next = offset;
  if (next <= now) next += interval * ((now - offset) / interval + 1);
  return next;
}

void Poller::plan_wake(Device& device) {
  // While a cycle runs nothing but its time-out counts: the next one never starts before this one ends.
  if (device.job() != nullptr && !device.pending.sent) return;
  const Steady next = device.state_asked ? Steady(1) : std::min(device.counters_due, device.state_due);
  const Steady wake = std::max(Steady(1), device.job() != nullptr ? device.pending.deadline : next);
  // An entry that comes too early is put off when it is met: most requests are answered and need none of
  // their own.
  if (device.wake != Steady::zero() && device.wake <= wake) return;
  device.wake = wake;
  timetable_.push({device.wake, device.plan.id});
}

Steady Poller::run(Moment now) {
  while (!timetable_.empty() && timetable_.top().when <= now.steady) {
    const Entry entry = timetable_.top();
    timetable_.pop();
    const auto found = devices_.find(entry.device);
    if (found == devices_.end() || found->second.wake != entry.when) continue;
    Device& device = found->second;
    device.wake = Steady::zero();
    if (device.pending.sent && device.pending.deadline <= now.steady) expire(device, now);
    due(device, now);
    plan_wake(device);
  }
  fill_window(now);
  return timetable_.empty() ? now.steady + 1h : timetable_.top().when;
}

void Poller::due(Device& device, Moment now) {
  if (device.credential != nullptr && device.job() == nullptr) start(device, now);
}

void Poller::next_turn(Device& device, Steady& turn, Steady interval, Moment now) {
  if (turn > now.steady) return;
  figures_.skipped += static_cast<std::uint64_t>((now.steady - turn) / interval);
  turn = grid(device, interval, now.steady);
}

void Poller::start(Device& device, Moment now) {
  if (device.state_asked || device.state_due <= now.steady) {
    device.state_asked = false;
    if (std::exchange(device.hint_waits, false)) device.hint_read = now.steady;
    next_turn(device, device.state_due, state_interval_, now);
    device.state = std::make_unique<StateJob>(device.plan.profile);
    device.job_limit = now.steady + state_limit;
    device.job_order = device.order;
  } else if (device.counters_due <= now.steady) {
    next_turn(device, device.counters_due, counters_interval_, now);
    device.counters = std::make_unique<CounterJob>(device.plan.profile, device.memory);
    device.job_limit = now.steady + std::max<Steady>(counters_interval_, 10s);
  } else {
    return;
  }
  device.job_began = now.steady;
  device.job_started = now.wall;
  device.refused = false;
  step(device, now);
}

void Poller::step(Device& device, Moment now) {
  if (now.steady >= device.job_limit) device.job()->silent();
  if (!device.job()->next(device.pending.request, device.repetitions)) return finish(device, now);
  prepare(device);
  device.pending.tries = 0;
  transmit(device, now);
}

void Poller::prepare(Device& device) {
  Device::Pending& pending = device.pending;
  pending.id = static_cast<std::uint32_t>(random_() & 0x7fffffffU);
  if (device.v3)
    device.v3->begin(); // each try is a message of its own, made when it is sent
  else
    pending.bytes = codec_.build(pending.request, pending.id, device.credential->community.reveal());
}

void Poller::transmit(Device& device, Moment now) {
  Device::Pending& pending = device.pending;
  if (in_flight_ >= limits_.in_flight) {
    pending.queued = true;
    waiting_.push_back(device.plan.id);
    return;
  }
  pending.queued = false;
  pending.sent = true;
  ++in_flight_;
  ++figures_.requests;
  if (device.v3) pending.bytes = v3_message(device, now);
  if (!send_(device.endpoint, pending.bytes)) ++figures_.unsent;
  // Backoff and jitter: each try waits half as long again, and up to a tenth more.
  const Steady base = limits_.timeout * (2 + std::min(pending.tries, 4)) / 2;
  pending.deadline = now.steady + base + base * static_cast<long>(random_() % 100) / 1000;
  ++pending.tries;
}

void Poller::fill_window(Moment now) {
  while (!waiting_.empty() && in_flight_ < limits_.in_flight) {
    const auto found = devices_.find(waiting_.front());
    waiting_.pop_front();
    if (found == devices_.end() || !found->second.pending.queued) continue;
    transmit(found->second, now);
    plan_wake(found->second);
  }
}

void Poller::expire(Device& device, Moment now) {
  device.pending.sent = false;
  --in_flight_;
  ++figures_.timeouts;
  const bool late = now.steady >= device.job_limit;
  const bool bulk = device.pending.request.kind == Request::Kind::get_bulk;
  // The first repeat is the same request (a datagram may be lost); after that the answer may be too big for
  // the way.
  if (!late && bulk && device.pending.tries >= 2 && device.pending.request.repetitions > 1) {
    ++figures_.retries;
    return shrink(device, now);
  }
  if (!late && device.pending.tries < limits_.tries) {
    ++figures_.retries;
    return transmit(device, now);
  }
  if (device.v3) device.v3->failed();
  device.job()->silent();
  step(device, now);
}

void Poller::shrink(Device& device, Moment now) {
  device.repetitions = std::max(1, device.pending.request.repetitions / 2);
  device.good_cycles = 0;
  // The job asks for the same page again, with fewer rows.
  const int tries = device.pending.tries;
  if (!device.job()->next(device.pending.request, device.repetitions)) return finish(device, now);
  prepare(device);
  device.pending.tries = std::min(tries, limits_.tries - 1);
  transmit(device, now);
}

void Poller::datagram(const Endpoint& from, std::string_view bytes, Moment now) {
  const auto found = by_endpoint_.find(from);
  if (found == by_endpoint_.end() || !found->second->pending.sent) {
    ++figures_.strays;
    return;
  }
  Device& device = *found->second;
  Answer answer;
  if (device.v3) {
    if (!take_v3(device, bytes, now, answer)) return;
  } else if (codec_.parse(bytes, device.credential->community.reveal(), answer) != Trouble::none) {
    ++figures_.malformed;
    return;
  }
  if (answer.request_id != device.pending.id) {
    ++figures_.strays;
    return;
  }
  ++figures_.answers;
  device.pending.sent = false;
  --in_flight_;
  const bool bulk = device.pending.request.kind == Request::Kind::get_bulk;
  if (answer.error_status == too_big && bulk && device.pending.request.repetitions > 1) {
    shrink(device, now);
  } else {
    device.job()->answered(answer, bytes.size());
    step(device, now);
  }
  plan_wake(device);
  fill_window(now);
}

void Poller::refused(const Endpoint& at) {
  if (const auto found = by_endpoint_.find(at); found != by_endpoint_.end()) found->second->refused = true;
}

void Poller::reached(Device& device, bool heard) {
  if (heard) {
    device.failed_cycles = 0;
    if (device.reachable == false) device.state_asked = true; // who knows what happened meanwhile
    const bool news = device.reachable != true;
    device.reachable = true;
    if (news) tell_reach(device, {});
    return;
  }
  ++device.failed_cycles;
  if (device.failed_cycles < limits_.failed_cycles) return;
  const std::string_view said = device.v3 ? device.v3->trouble() : std::string_view();
  std::string reason(!said.empty() ? said : device.refused ? "refused" : "timeout");
  if (device.reachable == false && device.reason == reason) return;
  device.reachable = false;
  tell_reach(device, std::move(reason));
}

void Poller::tell_reach(Device& device, std::string reason, std::string detail) {
  device.reason = std::move(reason);
  if (!detail.empty()) device.detail = std::move(detail);
  sink_.seen(ReachSeen{device.plan.id,
                       device.reachable == true,
                       device.reason,
                       {device.conditions.begin(), device.conditions.end()},
                       device.detail});
}

void Poller::finish(Device& device, Moment now) {
  const bool heard = device.state ? finish_state(device, now) : finish_counters(device, now);
  device.state.reset();
  device.counters.reset();
  reached(device, heard);
  if (heard && device.repetitions < device.plan.profile->repetitions &&
      ++device.good_cycles >= good_before_raise) {
    device.repetitions = std::min(device.repetitions * 2, device.plan.profile->repetitions);
    device.good_cycles = 0;
  }
  const bool owing = (device.order != 0 && now.steady >= device.order_at + device.plan.profile->staleness) ||
                     device.memory.seen.empty();
  if (owing && !device.state_asked) // an order, or the first reading of all, is tried again soon
    device.state_due = std::min(device.state_due, grid(device, counters_interval_, now.steady));
  plan_wake(device);
}

bool Poller::finish_counters(Device& device, Moment now) {
  CounterJob& job = *device.counters;
  figures_.oddities += job.oddities();
  if (!job.heard()) return false;
  sink_.seen(job.hints(device.plan.id));
  if (job.remember(device.memory)) ask_state(device, now);
  if (std::optional<CountersSeen> seen = job.take_counters(device.plan.id, now.wall, device.memory))
    sink_.seen(*std::move(seen));
  return true;
}

bool Poller::finish_state(Device& device, Moment now) {
  const StateJob& job = *device.state;
  figures_.oddities += job.oddities();
  switch (job.outcome()) {
  case StateJob::Outcome::complete:
    report_state(device, now);
    device.repeated = false;
    return true;
  case StateJob::Outcome::moved:
    ++figures_.moved;
    if (device.repeated) {
      // Twice is a device in motion: what hangs on indexes is unknown this time.
      report_state(device, now);
      device.repeated = false;
      return true;
    }
    device.repeated = true;
    device.state_asked = true;
    return true;
  default:
    return job.outcome() != StateJob::Outcome::silent;
  }
}

} // namespace assent::snmp
