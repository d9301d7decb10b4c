// The nearest rank by its definition: the least value that at least 95 % of the samples do not exceed.
#include <algorithm>

#include "daemon/watch/percentile.hpp"
#include "tests/property/bandwidth/parts.hpp"

namespace assent::bandwidth {
namespace {

std::uint64_t by_counting(const std::vector<std::uint64_t>& values) {
  std::uint64_t best = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
  for (const std::uint64_t candidate : values) {
    const auto not_above =
        std::count_if(values.begin(), values.end(), [&](std::uint64_t value) { return value <= candidate; });
    if (static_cast<std::size_t>(not_above) * 100 >= values.size() * 95) best = std::min(best, candidate);
  }
  return best;
}

} // namespace

void percentiles(unsigned seed) {
  Dice dice(seed * 31 + 7);
  for (int round = 0; round < 20; ++round) {
    // Any second of about a year, so that edges lie inside slots and months have all lengths.
    const Instant now{
        std::chrono::seconds{1'800'000'000 + static_cast<std::int64_t>(dice.below(32'000'000))}};
    const Duration zone = std::chrono::minutes{15 * dice.from(-48, 56)};
    const watch::Month month = watch::month_of(now, zone);
    if (now < month.from || now >= month.until) wrong("percentiles", seed, round, "now is not in its month");
    const auto first_day = std::chrono::floor<std::chrono::days>(month.from + zone);
    const auto after = std::chrono::floor<std::chrono::days>(month.until + zone);
    if (std::chrono::year_month_day{first_day}.day() != std::chrono::day{1} ||
        std::chrono::year_month_day{after}.day() != std::chrono::day{1} ||
        Instant{first_day} != month.from + zone || after - first_day < std::chrono::days{28} ||
        after - first_day > std::chrono::days{31})
      wrong("percentiles", seed, round, "a month does not begin with its first and end with its last day");

    const Instant until = std::min(month.until, month.from + std::chrono::minutes{dice.from(1, 3000)});
    std::vector<watch::LinkSample> samples;
    std::vector<std::uint64_t> up, down;
    std::size_t slots = 0;
    const unsigned missing = static_cast<unsigned>(dice.below(400));
    for (std::int64_t slot = watch::slot_of(month.from) - 5; slot < watch::slot_of(until) + 5; ++slot) {
      const bool inside = watch::begin_of(slot) >= month.from && watch::begin_of(slot + 1) <= until;
      if (inside) ++slots;
      if (dice.chance(missing)) continue;
      // Few values: many are equal.
      samples.push_back({1, slot, dice.below(50) * 1000, dice.below(1'000'000'000'000)});
      if (!inside) continue;
      up.push_back(samples.back().up);
      down.push_back(samples.back().down);
    }
    for (std::size_t i = samples.size(); i > 1; --i)
      std::swap(samples[i - 1], samples[dice.below(i)]);
    const auto found = watch::percentile95(samples, month.from, until);
    if (found.up != by_counting(up) || found.down != by_counting(down))
      wrong("percentiles", seed, round,
            std::to_string(found.up) + " up, " + std::to_string(found.down) + " down of " +
                std::to_string(up.size()) + " samples; by counting " + std::to_string(by_counting(up)) +
                " and " + std::to_string(by_counting(down)));
    if (found.samples != up.size() || found.missing != slots - up.size())
      wrong("percentiles", seed, round, "samples or missing ones are counted wrongly");
  }
}

} // namespace assent::bandwidth
