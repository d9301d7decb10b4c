#include "daemon/watch/percentile.hpp"

#include <algorithm>
#include <cmath>

namespace assent::watch {
namespace {

constexpr double known_share = 0.8;

double seconds_between(Instant from, Instant until) {
  return std::chrono::duration<double>(until - from).count();
}

std::uint64_t nearest_rank(std::vector<std::uint64_t>& values) {
  if (values.empty()) return 0;
  const std::size_t rank = (values.size() * 95 + 99) / 100; // ceil(0.95 n)
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

} // namespace

std::optional<LinkSample> Slots::close() const {
  if (seconds_ < seconds_between(Instant{}, Instant{slot_length}) * known_share) return std::nullopt;
  LinkSample sample;
  sample.slot = slot_;
  sample.up = static_cast<std::uint64_t>(std::llround(octets_[0] * 8 / seconds_));
  sample.down = static_cast<std::uint64_t>(std::llround(octets_[1] * 8 / seconds_));
  return sample;
}

std::vector<LinkSample> Slots::add(const Stretch& stretch) {
  std::vector<LinkSample> closed;
  const double whole = seconds_between(stretch.from, stretch.until);
  if (whole <= 0) return closed;
  for (std::int64_t slot = slot_of(stretch.from); slot <= slot_of(stretch.until); ++slot) {
    if (slot < slot_) continue;
    if (slot > slot_) {
      if (const auto before = close()) closed.push_back(*before);
      slot_ = slot;
      clear();
    }
    const double inside =
        seconds_between(std::max(stretch.from, begin_of(slot)), std::min(stretch.until, begin_of(slot + 1)));
    seconds_ += inside;
    for (std::size_t i = 0; i < 2; ++i)
      octets_[i] += stretch.octets[i] * inside / whole;
  }
  return closed;
}

Month month_of(Instant at, Duration utc_offset) {
  const auto day = std::chrono::floor<std::chrono::days>(at + utc_offset);
  const std::chrono::year_month_day date{day};
  const auto first = date.year() / date.month();
  const auto begin = std::chrono::sys_days{first / 1};
  const auto next = std::chrono::sys_days{(first + std::chrono::months{1}) / 1};
  return {Instant{begin} - utc_offset, Instant{next} - utc_offset};
}

Percentile percentile95(const std::vector<LinkSample>& samples, Instant from, Instant until) {
  Percentile out;
  out.from = from;
  out.until = until;
  const std::int64_t first = slot_of(from + slot_length - Duration{1}), end = slot_of(until);
  std::vector<std::uint64_t> up, down;
  for (const auto& sample : samples) {
    if (sample.slot < first || sample.slot >= end) continue;
    up.push_back(sample.up);
    down.push_back(sample.down);
  }
  out.samples = up.size();
  const auto slots = static_cast<std::size_t>(std::max<std::int64_t>(0, end - first));
  out.missing = slots - std::min(slots, out.samples);
  out.up = nearest_rank(up);
  out.down = nearest_rank(down);
  return out;
}

} // namespace assent::watch
