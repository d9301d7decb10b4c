#include "agents/snmp/engine.hpp"

#include <algorithm>

namespace assent::snmp::usm {
namespace {

/// `from` some time later; at the end of 2^31-1 seconds boots rise (RFC 3414 section 2.2.2).
EngineStamp later(EngineStamp from, Steady passed) {
  const auto seconds = std::max<std::int64_t>(0, std::chrono::floor<std::chrono::seconds>(passed).count());
  const std::uint64_t time = from.time + static_cast<std::uint64_t>(seconds);
  if (time <= max_boots) return {from.boots, static_cast<std::uint32_t>(time)};
  return {from.boots == max_boots ? max_boots : from.boots + 1, static_cast<std::uint32_t>(time - max_boots)};
}

} // namespace

EngineStamp EngineClock::now(Steady now) const {
  return known_ ? later(latest_, now - at_) : EngineStamp{};
}

void EngineClock::set(EngineStamp stamp, Steady now) {
  known_ = true;
  latest_ = stamp;
  at_ = now;
  floor_ = std::max(floor_, stamp);
}

bool EngineClock::inside(EngineStamp stamp, Steady now) const {
  if (stamp.boots == max_boots) return false; // latched: its boots can't be told apart any more
  if (!known_ || stamp > latest_) return true;
  if (stamp.boots < latest_.boots) return false;
  return stamp.time + time_window >= this->now(now).time;
}

bool EngineClock::authentic(EngineStamp stamp, Steady now) {
  if (!inside(stamp, now)) return false;
  if (!known_ || stamp > latest_) set(stamp, now);
  return true;
}

bool EngineClock::notified(EngineStamp stamp, Steady now) {
  if (!known_ || stamp.boots < floor_.boots) return false;
  // What this run has received itself may lie behind by the window; what an earlier run may have had, may
  // not, not even in the same second.
  if (stamp <= earlier_ || (floor_ > latest_ && stamp < floor_)) return false;
  return authentic(stamp, now);
}

EngineClock::Sync EngineClock::synchronise(EngineStamp stamp, Steady now) {
  const bool was_known = known_;
  // Before a first exchange the floor of the run before is all that is known.
  const EngineStamp thought = was_known ? this->now(now) : floor_;
  set(stamp, now);
  if (stamp.boots > thought.boots) return was_known ? Sync::rebooted : Sync::first;
  if (stamp.boots < thought.boots || stamp.time + time_window < thought.time) return Sync::fell_back;
  if (!was_known) return Sync::first;
  return stamp.time > thought.time + time_window ? Sync::jumped : Sync::as_before;
}

EngineStamp LocalEngine::now(Steady now) const {
  return later({boots_, 0}, now - started_);
}

bool in_window(EngineStamp said, EngineStamp ours) {
  if (ours.boots == max_boots || said.boots != ours.boots) return false;
  const std::uint32_t apart = said.time > ours.time ? said.time - ours.time : ours.time - said.time;
  return apart <= time_window;
}

bool LocalEngine::in_window(EngineStamp stamp, Steady now) const {
  return usm::in_window(stamp, this->now(now));
}

} // namespace assent::snmp::usm
