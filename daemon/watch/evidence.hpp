// What the bandwidth watch knows of one link and must not lose with a restart: what holds of it, and what was
// measured since the last whole slot of five minutes. Kept as text beside the samples (store, area `link`),
// outside the journal. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.hpp"
#include "daemon/watch/percentile.hpp"
#include "daemon/watch/rates.hpp"

namespace assent::watch {

/// Something that holds of a link in one direction.
struct Verdict {
  bool holds = false;
  Instant since{}; ///< the begin of what shows it
};

struct Evidence {
  Each<Verdict> congestion, abuse, excess;
  Each<bool> by_discards{};          ///< congestion was found by discards alone
  bool unmeasured = false;           ///< told that it has no rate
  Instant valid{};                   ///< what was measured before must not be judged any more
  std::optional<CounterSample> last; ///< the next sample makes a rate with it, where the rules allow
  std::vector<Stretch> stretches;    ///< since the begin of the slot that is not over
};

/// JSON, canonical. Numbers of 64 bits are texts.
std::string to_kept(const Evidence& evidence);
/// Fault::outside (`traffic.not-understood`) where it is nothing of ours.
Result<Evidence> evidence_from(std::string_view text);

/// What the samples of a link were made of, as far as they tell: minute by minute, discards not known (NaN).
/// `allowed` gives bit/s of an entitlement at a moment, infinite where there is none.
template <class Allowed>
std::vector<Stretch> stretches_of(const std::vector<LinkSample>& samples, Allowed&& allowed) {
  constexpr Duration minute = std::chrono::minutes{1};
  std::vector<Stretch> out;
  for (const auto& sample : samples)
    for (Instant from = begin_of(sample.slot); from < begin_of(sample.slot + 1); from += minute) {
      Stretch stretch;
      stretch.from = from;
      stretch.until = from + minute;
      stretch.octets = {static_cast<double>(sample.up) * 60 / 8, static_cast<double>(sample.down) * 60 / 8};
      stretch.discards = {discards_unknown, discards_unknown};
      for (const Direction direction : directions)
        stretch.allowed[static_cast<std::size_t>(direction)] = allowed(direction, stretch.until) * 60 / 8;
      out.push_back(stretch);
    }
  return out;
}

/// The part of a stretch from a moment on, evenly.
Stretch tail_of(const Stretch& stretch, Instant from);

} // namespace assent::watch
