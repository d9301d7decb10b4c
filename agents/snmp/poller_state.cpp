#include <algorithm>

#include "agents/snmp/interpret.hpp"
#include "agents/snmp/poller.hpp"

namespace assent::snmp {
namespace {

/// The newest trusted stamp as a time of our wall clock: sysUpTime counts hundredths of a second.
std::optional<Instant> stamp_of(const Profile& profile, const StateJob& job, Instant now) {
  const std::optional<std::uint64_t> uptime = job.uptime();
  std::optional<Instant> newest;
  for (const HintRule& hint : profile.hints) {
    const std::optional<std::uint64_t> at = hint.trusted_stamp ? job.hint(hint.oid) : std::nullopt;
    // 0 may mean "never" or "not kept"; a stamp after now is from before a wrap.
    if (!uptime || !at || *at == 0 || *at > *uptime) continue;
    const Instant when = now - std::chrono::microseconds((*uptime - *at) * 10'000);
    newest = newest ? std::max(*newest, when) : when;
  }
  return newest;
}

constexpr Steady empty_again = std::chrono::seconds{10}; ///< until a table that became empty is read again

/// A table is proved empty that was not so in the last reading: at the first reading, too, for nobody knows
/// what an earlier session saw.
bool is_newly_empty(const Profile& profile, const Interpreted& reading, const Memory& memory) {
  return std::ranges::any_of(profile.tables, [&](const TableRule& table) {
    return reading.empty_tables.contains(table.name) && !memory.empty_tables.contains(table.name);
  });
}

} // namespace

void Poller::settle_order(Device& device, StateSeen& seen, Moment now) {
  if (device.order != device.job_order) {
    device.state_asked = true; // a newer order came while this reading ran
  } else if (device.order != 0 && device.job_began < device.order_at + device.plan.profile->staleness) {
    // Some of it may be older than the order.
    device.state_due = std::min<Steady>(device.state_due, device.order_at + device.plan.profile->staleness);
    return;
  } else {
    device.order = 0;
  }
  seen.order = device.job_order;
  if (device.job_order == 0) return;
  device.order_done = device.job_order;
  device.order_read = now.steady;
}

void Poller::report_state(Device& device, Moment now) {
  const StateJob& job = *device.state;
  const Profile& profile = *device.plan.profile;
  Interpreted reading = interpret(profile, job.gathered(), device.memory.seen, device.memory.empty_tables);
  // Twice, some seconds apart, is what counts.
  if (is_newly_empty(profile, reading, device.memory))
    device.state_due = std::min(device.state_due, now.steady + empty_again);
  device.memory.empty_tables = reading.empty_tables;
  if (job.outcome() == StateJob::Outcome::moved) reading.empty.clear();
  if (job.outcome() == StateJob::Outcome::moved)
    for (const char* section : {"/interfaces", "/vlans", "/addresses"})
      reading.unknown.insert(section);
  if (reading.tree.size() > watch::max_canonical_lines) return;
  StateSeen seen;
  seen.device = device.plan.id;
  seen.profile = profile.name;
  seen.revision = profile.revision;
  seen.text = reading.tree.text();
  if (seen.text.size() > watch::max_canonical_bytes) return;
  seen.fingerprint = watch::fingerprint(seen.text);
  // What a device answers from a cache was true some time before it was asked.
  seen.started = device.job_started - profile.staleness;
  seen.ended = now.wall;
  seen.unknown.assign(reading.unknown.begin(), reading.unknown.end());
  seen.empty.assign(reading.empty.begin(), reading.empty.end());
  seen.invisible.assign(reading.invisible.begin(), reading.invisible.end());
  seen.notes.assign(reading.notes.begin(), reading.notes.end());
  seen.stamp = stamp_of(profile, job, now.wall);
  seen.uptime = job.uptime();
  seen.boots = job.boots();
  if (job.outcome() == StateJob::Outcome::complete) seen.stamps = job.stamps();
  settle_order(device, seen, now);
  device.memory.seen.insert(reading.seen.begin(), reading.seen.end());
  if (reading.names.known && !reading.names.by_index.empty()) {
    device.memory.names = std::move(reading.names);
    device.memory.counter_names.reset(); // the same rows may have other names
  }
  sink_.seen(std::move(seen));
}

} // namespace assent::snmp
