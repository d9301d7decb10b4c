// How often an alarm was raised lately, as a penalty that fades (RFC 2439). Pure.
#pragma once

#include "daemon/alarms/limits.hpp"

namespace assent::alarms {

/// Each raise adds 1000 to the penalty; it halves with each half-life and never exceeds what fades to `reuse`
/// within `longest`. An alarm is damped from the raise that lifts the penalty above `suppress` until it has
/// fallen below `reuse`.
class Damper {
 public:
  static constexpr double each = 1000;

  /// One more raise. True where it is damped from now on and was not before.
  bool raise(std::chrono::nanoseconds now, const Limits& limits);
  /// True where it was damped and is so no longer.
  bool calm(std::chrono::nanoseconds now, const Limits& limits);
  bool damped() const { return damped_; }
  double penalty(std::chrono::nanoseconds now, const Limits& limits) const;
  /// As it was when the daemon stopped.
  void load(double penalty, bool damped, std::chrono::nanoseconds at);

 private:
  double penalty_ = 0;
  std::chrono::nanoseconds at_{};
  bool damped_ = false;
};

} // namespace assent::alarms
