// Time as a value. No part but main's Clock asks the machine what time it is.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include "common/result.hpp"

namespace assent {

/// A moment of the wall clock: UTC, microseconds since 1970. `Instant{}` means "never" or "not set".
using Instant = std::chrono::sys_time<std::chrono::microseconds>;
using Duration = std::chrono::microseconds;

/// The machine's clocks behind one seam; tests give a fake. Any thread may call.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant wall() const = 0;
  /// Grows steadily and is unrelated to the calendar; intervals are measured on it.
  virtual std::chrono::nanoseconds monotonic() const = 0;
};

/// The real clocks.
class SystemClock final : public Clock {
 public:
  Instant wall() const override;
  std::chrono::nanoseconds monotonic() const override;
};

/// A clock that a test moves, from any thread.
class FakeClock final : public Clock {
 public:
  Instant wall() const override { return Instant{Duration{wall_.load()}}; }
  std::chrono::nanoseconds monotonic() const override { return std::chrono::nanoseconds{monotonic_.load()}; }
  void set(Instant at) { wall_ = at.time_since_epoch().count(); }
  void advance(Duration by) {
    wall_ += by.count();
    monotonic_ += std::chrono::nanoseconds{by}.count();
  }

 private:
  std::atomic<std::int64_t> wall_{1'800'000'000'000'000};
  std::atomic<std::int64_t> monotonic_{0};
};

/// `2026-11-23T17:55:00.123456Z`: RFC 3339, UTC, always six digits, so that text order is time order.
std::string to_text(Instant at);

/// Reads RFC 3339 with `Z` or a numeric offset and 0 to 6 fractional digits; refuses anything else.
Result<Instant> parse_instant(std::string_view text);

/// Reads `90s`, `15m`, `4h`, `2d` (positive, one unit).
Result<Duration> parse_duration(std::string_view text);

} // namespace assent
