// Times of alarms: policy (`alarms` of assent-policy:policy), with these defaults.
#pragma once

#include "common/time.hpp"

namespace assent::alarms {

/// A moment on both clocks: what people are told is wall time; waits are measured on the steady clock.
struct Moment {
  Instant wall{};
  std::chrono::nanoseconds steady{};
};

struct Limits {
  Duration wait{std::chrono::seconds{30}};     ///< after the first of a group: what follows is told together
  Duration interval{std::chrono::minutes{5}};  ///< between notifications about one group
  Duration repeat{std::chrono::hours{4}};      ///< until what still holds is told again
  Duration half_life{std::chrono::minutes{5}}; ///< of the penalty of an alarm that flaps (RFC 2439, 4.2)
  std::uint32_t suppress = 3000; ///< damped while the penalty is above it; one more raise counts 1000
  std::uint32_t reuse = 1000; ///< damped no longer when the penalty has fallen below it; at most `suppress`
  Duration longest{std::chrono::minutes{20}};       ///< damped at most so long after the last raise
  Duration shelf{std::chrono::hours{24 * 7}};       ///< nobody shelves an alarm for longer
  Duration remembered{std::chrono::hours{24 * 90}}; ///< what cleared so long ago is forgotten
};

} // namespace assent::alarms
