// What passed in the last while, for means over a policy's times. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string_view>

#include "common/time.hpp"

namespace assent::watch {

enum class Direction : std::uint8_t { up, down }; ///< from the organisation, to the organisation
inline constexpr std::array<Direction, 2> directions = {Direction::up, Direction::down};
inline std::string_view name_of(Direction direction) {
  return direction == Direction::up ? "up" : "down";
}
template <class T>
using Each = std::array<T, 2>; ///< by Direction

/// So many discards as nobody knows: not a number, which no comparison holds for.
inline constexpr double discards_unknown = std::numeric_limits<double>::quiet_NaN();

/// Traffic of one span.
struct Stretch {
  Instant from{}, until{};
  Each<double> octets{};
  Each<double> discards{}; ///< or discards_unknown, which makes the mean over it unknown
  Each<double> allowed{};  ///< octets that the entitlement of that time allowed; infinite where there is none
};

/// Means over a span; in octets and packets per second.
struct Mean {
  Each<double> octets{}, discards{}, allowed{};
};

/// The newest stretches, at most some hundred however fast they come.
class Window {
 public:
  /// Keeps what is younger than `longest`; means over `shortest` and more are exact to a thirtieth of it.
  void set_spans(Duration shortest, Duration longest);
  void add(const Stretch& stretch);
  void clear() { stretches_.clear(); }
  /// Over `span` up to the newest stretch's end. Nothing where less than four fifths of it is known.
  std::optional<Mean> mean(Duration span) const;
  /// Where what is known of the last `span` begins.
  Instant begin(Duration span) const;
  const std::deque<Stretch>& stretches() const { return stretches_; }

 private:
  std::deque<Stretch> stretches_;
  Duration grain_{std::chrono::seconds{30}}, longest_{std::chrono::hours{1}};
};

} // namespace assent::watch
