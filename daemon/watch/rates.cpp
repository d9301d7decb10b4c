#include "daemon/watch/rates.hpp"

#include <algorithm>
#include <array>

namespace assent::watch {
namespace {

constexpr std::uint64_t round32 = std::uint64_t{1} << 32;
constexpr Duration tick = std::chrono::milliseconds{10}; ///< TimeTicks
/// Devices keep counters for some seconds: so much more may show in a span than the line carries in it.
constexpr Duration cached = std::chrono::seconds{5};
/// What no line carries, where no speed is known: 10 Tbit/s.
constexpr std::uint64_t highest_line = 10'000'000'000'000;

/// Answers take time, clocks drift: a tenth, and two seconds.
bool agree(Duration device, Duration ours) {
  const Duration apart = device > ours ? device - ours : ours - device;
  return apart <= std::max<Duration>(std::chrono::seconds{2}, ours / 10);
}

/// By the device's clock; nothing where it restarted.
std::optional<Duration> elapsed_ticks(const CounterSample& last, const CounterSample& now) {
  const std::uint64_t before = *last.uptime, after = *now.uptime;
  if (after >= before) return tick * static_cast<std::int64_t>(after - before);
  // TimeTicks go round after 497 days; only boots that stay tell that from a restart.
  const bool same_boots = last.boots && now.boots && *last.boots == *now.boots;
  if (!same_boots) return std::nullopt;
  const Duration round = tick * static_cast<std::int64_t>(after + round32 - before);
  return agree(round, now.time - last.time) ? std::optional(round) : std::nullopt;
}

/// Octets that the line can have carried in so long.
std::uint64_t most_octets(std::uint64_t line, Duration elapsed) {
  const auto microseconds = static_cast<std::uint64_t>((elapsed + cached).count());
  __extension__ using Wide = unsigned __int128;
  const Wide octets = static_cast<Wide>(line) * microseconds / 8 / 1'000'000;
  return octets > UINT64_MAX ? UINT64_MAX : static_cast<std::uint64_t>(octets);
}

Why difference(std::uint64_t before, std::uint64_t after, bool narrow, std::uint64_t line, Duration elapsed,
               std::uint64_t& out) {
  if (before == no_counter || after == no_counter) return Why::unsaid;
  const std::uint64_t most = most_octets(line == 0 ? highest_line : line, elapsed);
  if (narrow) {
    if (before >= round32 || after >= round32) return Why::impossible;
    if (line == 0 || most >= round32) return Why::ambiguous;
    out = after >= before ? after - before : after + round32 - before;
    if (out > most) return after < before ? Why::fell : Why::impossible;
    return Why::rate;
  }
  if (after < before) return Why::fell;
  out = after - before;
  return out > most ? Why::impossible : Why::rate;
}

std::uint64_t risen(std::uint64_t before, std::uint64_t after) {
  return before == no_counter || after == no_counter || after < before ? 0 : after - before;
}

} // namespace

std::string_view name_of(Why why) {
  static constexpr std::array<std::string_view, 12> names = {
      "rate", "first", "unsaid", "restarted", "discontinuity", "width",
      "gap",  "clock", "stale",  "ambiguous", "fell",          "impossible"};
  return names[static_cast<std::size_t>(why)];
}

Why Meter::next(const CounterSample& sample, Duration longest, std::uint64_t line, Passed& passed) {
  if (!last_) {
    last_ = sample;
    return Why::first;
  }
  const CounterSample before = *last_;
  // TimeTicks have 32 bits: what claims more is no clock.
  const auto ticks = [](const CounterSample& one) { return one.uptime && *one.uptime < round32; };
  if (!ticks(sample) || !ticks(before)) {
    last_ = sample;
    return Why::clock;
  }
  const bool other_boots = before.boots && sample.boots && *before.boots != *sample.boots;
  const auto elapsed = elapsed_ticks(before, sample);
  if (!other_boots && elapsed && *elapsed == Duration{}) return Why::stale;
  last_ = sample;
  if (other_boots || !elapsed) return Why::restarted;
  if (before.discontinuity != sample.discontinuity) return Why::discontinuity;
  if (before.narrow_in != sample.narrow_in || before.narrow_out != sample.narrow_out) return Why::width;
  const Duration ours = sample.time - before.time;
  if (ours <= Duration{}) return Why::clock;
  if (ours > longest || *elapsed > longest) return Why::gap;
  if (!agree(*elapsed, ours)) return Why::clock;
  // Between the two it may have been as fast as either says; where one says nothing, nothing is known.
  const auto said = [](std::uint64_t speed) { return speed != no_counter && speed != 0; };
  const bool known = said(before.speed) && said(sample.speed);
  const std::uint64_t most = std::max(known ? std::max(before.speed, sample.speed) : 0, line);
  if (const Why why = difference(before.in, sample.in, sample.narrow_in, most, *elapsed, passed.in);
      why != Why::rate)
    return why;
  if (const Why why = difference(before.out, sample.out, sample.narrow_out, most, *elapsed, passed.out);
      why != Why::rate)
    return why;
  passed.from = sample.time - *elapsed;
  passed.until = sample.time;
  passed.elapsed = *elapsed;
  passed.in_discards = risen(before.in_discards, sample.in_discards);
  passed.out_discards = risen(before.out_discards, sample.out_discards);
  return Why::rate;
}

} // namespace assent::watch
