// From two readings of an interface's counters to what went through it between them, or to why that cannot be
// said. A reboot, a wrap that could be a reset, a gap or a slow device never makes a rate. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/time.hpp"

namespace assent::watch {

inline constexpr std::uint64_t no_counter = UINT64_MAX; ///< the device did not say

/// What one report says of one interface.
struct CounterSample {
  Instant time{};                           ///< the daemon's clock: the agent's, moved by its measured offset
  std::optional<std::uint64_t> uptime;      ///< sysUpTime (SNMPv2-MIB) of the same answer, in 1/100 s
  std::optional<std::uint64_t> boots;       ///< snmpEngineBoots (SNMP-FRAMEWORK-MIB)
  std::uint64_t in = no_counter;            ///< octets: ifHCInOctets, else ifInOctets
  std::uint64_t out = no_counter;           ///< octets
  std::uint64_t in_discards = no_counter;   ///< packets: ifInDiscards
  std::uint64_t out_discards = no_counter;  ///< packets: ifOutDiscards
  std::uint64_t speed = no_counter;         ///< bit/s: ifHighSpeed; 0 where the device knows none
  std::uint64_t discontinuity = no_counter; ///< ifCounterDiscontinuityTime
  bool narrow_in = false, narrow_out = false; ///< the octets are of 32 bits
};

/// Why two samples make no rate.
enum class Why : std::uint8_t {
  rate,          ///< they do
  first,         ///< there is only one
  unsaid,        ///< the device did not say
  restarted,     ///< sysUpTime fell or snmpEngineBoots moved
  discontinuity, ///< ifCounterDiscontinuityTime moved
  width,         ///< 32 bits now and 64 before, or the other way round
  gap,           ///< too long between them
  clock,         ///< the device's clock and ours disagree about how long
  stale,         ///< the device's clock did not advance: a cached answer; the older sample stays
  ambiguous,     ///< 32 bits, and the counter could have gone round once more
  fell,          ///< it fell and cannot have gone round: reset
  impossible,    ///< more than the line carries
};
inline constexpr std::size_t whys = 12; ///< how many there are
std::string_view name_of(Why why);      ///< `rate`, `first`, `unsaid`, …

/// What went through in a span of time.
struct Passed {
  Instant from{}, until{};
  Duration elapsed{};                              ///< by the device's own clock
  std::uint64_t in = 0, out = 0;                   ///< octets
  std::uint64_t in_discards = 0, out_discards = 0; ///< packets; 0 where they fell or are not known
};

/// The samples of one interface, one after the other.
class Meter {
 public:
  /// `longest`: a longer span is a gap. `line`: what the interface can carry where more is known than its
  /// speed, bit/s. `passed` is filled where the answer is Why::rate.
  Why next(const CounterSample& sample, Duration longest, std::uint64_t line, Passed& passed);
  /// The next sample is the first.
  void forget() { last_.reset(); }
  /// As it was before a restart.
  void resume(const CounterSample& last) { last_ = last; }
  const std::optional<CounterSample>& last() const { return last_; }

 private:
  std::optional<CounterSample> last_;
};

} // namespace assent::watch
