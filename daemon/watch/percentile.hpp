// Five-minute samples of links, and the 95th percentile of a month. Definition: docs/watch.md, "The 95th
// percentile". Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/ids.hpp"
#include "daemon/watch/window.hpp"

namespace assent::watch {

inline constexpr Duration slot_length = std::chrono::minutes{5};
inline constexpr Duration samples_kept = std::chrono::hours{24 * 35};

/// The mean rate of a link in one slot: five minutes that begin at a multiple of five minutes of UTC.
struct LinkSample {
  Id link = 0;
  std::int64_t slot = 0;          ///< since 1970, in slots
  std::uint64_t up = 0, down = 0; ///< bit/s
};
inline std::int64_t slot_of(Instant at) {
  return at.time_since_epoch() / slot_length;
}
inline Instant begin_of(std::int64_t slot) {
  return Instant{slot * slot_length};
}

/// Gathers stretches into slots.
class Slots {
 public:
  /// The slots that this stretch ends, of which four fifths are known; `link` is 0.
  std::vector<LinkSample> add(const Stretch& stretch);
  void clear() { seconds_ = 0, octets_ = {}; }

 private:
  std::optional<LinkSample> close() const;
  std::int64_t slot_ = 0;
  double seconds_ = 0;
  Each<double> octets_{};
};

/// A month of the policy's zone: `from` is its first moment, `until` that of the next.
struct Month {
  Instant from{}, until{};
};
Month month_of(Instant at, Duration utc_offset);

struct Percentile {
  std::uint64_t up = 0, down = 0; ///< bit/s
  std::size_t samples = 0;        ///< that there are
  std::size_t missing = 0;        ///< whole slots between `from` and `until` without one
  Instant from{}, until{};
};
/// Nearest rank: of n samples in rising order the one with number ceil(0.95 n), each direction by itself.
/// Missing samples are left out and counted. `samples` may come in any order; those outside are not looked
/// at.
Percentile percentile95(const std::vector<LinkSample>& samples, Instant from, Instant until);

} // namespace assent::watch
