#include "daemon/watch/window.hpp"

#include <algorithm>

namespace assent::watch {
namespace {

constexpr std::int64_t grains_of_shortest = 30, grains_of_longest = 256;
constexpr double known_share = 0.8;

} // namespace

void Window::set_spans(Duration shortest, Duration longest) {
  longest_ = std::max(shortest, longest);
  grain_ = std::max(shortest / grains_of_shortest, longest_ / grains_of_longest);
}

void Window::add(const Stretch& stretch) {
  if (!stretches_.empty()) {
    Stretch& last = stretches_.back();
    // What comes fast grows one stretch; across a hole two stay two.
    if (last.until - last.from < grain_ && stretch.from - last.until < grain_ / 4 &&
        last.from - stretch.from < grain_) {
      last.until = std::max(last.until, stretch.until);
      for (std::size_t i = 0; i < 2; ++i) {
        last.octets[i] += stretch.octets[i];
        last.discards[i] += stretch.discards[i];
        last.allowed[i] += stretch.allowed[i];
      }
      return;
    }
  }
  stretches_.push_back(stretch);
  const Instant oldest = stretch.until - longest_ - grain_;
  while (stretches_.front().until < oldest || stretches_.size() > 2 * grains_of_longest)
    stretches_.pop_front();
}

Instant Window::begin(Duration span) const {
  if (stretches_.empty()) return Instant{};
  return std::max(stretches_.front().from, stretches_.back().until - span);
}

std::optional<Mean> Window::mean(Duration span) const {
  if (stretches_.empty()) return std::nullopt;
  const Instant begin = stretches_.back().until - span;
  Mean sum;
  double seconds = 0;
  for (auto at = stretches_.rbegin(); at != stretches_.rend() && at->until > begin; ++at) {
    const double whole = std::chrono::duration<double>(at->until - at->from).count();
    if (whole <= 0) continue;
    const double inside = std::chrono::duration<double>(at->until - std::max(at->from, begin)).count();
    const double share = inside / whole;
    seconds += inside;
    for (std::size_t i = 0; i < 2; ++i) {
      sum.octets[i] += at->octets[i] * share;
      sum.discards[i] += at->discards[i] * share;
      sum.allowed[i] += at->allowed[i] * share;
    }
  }
  if (seconds < std::chrono::duration<double>(span).count() * known_share) return std::nullopt;
  for (std::size_t i = 0; i < 2; ++i) {
    sum.octets[i] /= seconds;
    sum.discards[i] /= seconds;
    sum.allowed[i] /= seconds;
  }
  return sum;
}

} // namespace assent::watch
