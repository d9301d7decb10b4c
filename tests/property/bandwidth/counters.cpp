// Interfaces whose every octet is known, and a meter that sees only what a device shows of them.
#include <algorithm>
#include <array>

#include "daemon/watch/rates.hpp"
#include "tests/property/bandwidth/parts.hpp"

namespace assent::bandwidth {
namespace {

using watch::CounterSample;
using watch::Why;

constexpr std::uint64_t round32 = std::uint64_t{1} << 32;
constexpr std::uint64_t speeds[] = {10'000'000, 100'000'000, 1'000'000'000, 10'000'000'000};
constexpr Duration longest = std::chrono::seconds{190};

/// Octets and packets since the interface was made: what really happened.
struct Truth {
  std::uint64_t in = 0, out = 0, lost = 0;
};

/// What has happened since the sample that the meter compares with.
struct Since {
  bool rebooted = false, announced = false, hidden = false, boots_hidden = false;
  unsigned speed_changes = 0;
  std::uint64_t fastest = 0;
};

class Life {
 public:
  explicit Life(unsigned seed) : dice_(seed) {
    speed_ = speeds[dice_.below(4)];
    narrow_ = dice_.chance(400);
    // Counters begin anywhere, often just before they go round; uptime too.
    const std::uint64_t edge = narrow_ ? round32 : 0;
    zero_.in = Truth{}.in - (dice_.chance(500) ? edge - dice_.below(1u << 30) : dice_.below(1u << 30));
    zero_.out = Truth{}.out - dice_.below(1u << 30);
    ticks_ = dice_.chance(300) ? round32 - dice_.below(500'000) : dice_.below(round32);
    capacity_ = dice_.chance(200) ? speed_ : 0;
    boots_known_ = dice_.chance(700);
    since_.fastest = speed_;
  }

  void run(int samples) {
    for (int i = 0; i < samples; ++i) {
      if (i != 0) wait();
      judge();
    }
  }

 private:
  /// The device's second goes by.
  void second(std::uint64_t load) {
    ++now_;
    ticks_ = (ticks_ + 100) % round32;
    const std::uint64_t octets = speed_ / 8;
    truth_.in += octets * load / 100;
    truth_.out += octets * dice_.below(load + 1) / 100;
    truth_.lost += dice_.below(3);
    std::rotate(recent_.rbegin(), recent_.rbegin() + 1, recent_.rend());
    recent_[0] = truth_;
  }

  void wait() {
    const auto kind = dice_.below(100);
    int length = kind < 70   ? dice_.from(55, 65)
                 : kind < 85 ? dice_.from(1, 30)
                 : kind < 96 ? dice_.from(100, 180)
                             : 3600;
    const bool reboots = dice_.chance(40), resets = dice_.chance(60), changes = dice_.chance(60);
    if (reboots) length = std::max(length, 70);
    const int when = dice_.from(0, length - 1);
    const std::uint64_t load = dice_.chance(300) ? 100 : dice_.below(101);
    for (int i = 0; i < length; ++i) {
      if (i == when && reboots) {
        const int down = dice_.from(20, 40);
        now_ += down;
        i += down;
        ticks_ = 0;
        ++boots_;
        zero_ = truth_;
        recent_.fill(truth_);
        discontinuity_ = 0;
        since_.rebooted = true;
        ++seen.reboots;
      } else if (i == when && resets) {
        zero_ = truth_;
        recent_.fill(truth_);
        if (dice_.chance(500))
          discontinuity_ = ticks_ + 1, since_.announced = true;
        else
          since_.hidden = true;
        ++seen.resets;
      } else if (i == when && changes) {
        speed_ = speeds[dice_.below(4)];
        since_.fastest = std::max(since_.fastest, speed_);
        ++since_.speed_changes;
        ++seen.speeds;
      }
      second(load);
    }
    if (dice_.chance(30)) narrow_ = !narrow_;
    if (dice_.chance(20)) ours_ += dice_.from(-4000, 4000); // somebody sets the agent's clock
  }

  CounterSample read(Truth& shown_of) {
    const std::size_t age =
        narrow_ || dice_.chance(500) ? 0 : dice_.below(5); // a device may show what it knew then
    shown_of = recent_[age];
    CounterSample sample;
    sample.time = Instant{std::chrono::seconds{1'800'000'000 + now_ + ours_}};
    if (dice_.chance(30)) sample.time += std::chrono::seconds{dice_.from(3, 60)}; // read late
    if (!dice_.chance(20)) sample.uptime = ticks_;
    if (boots_known_ && !dice_.chance(100)) sample.boots = boots_;
    const std::uint64_t mask = narrow_ ? round32 - 1 : UINT64_MAX;
    if (!dice_.chance(20)) sample.in = (shown_of.in - zero_.in) & mask;
    if (!dice_.chance(20)) sample.out = (shown_of.out - zero_.out) & mask;
    sample.in_discards = (shown_of.lost - zero_.lost) & (round32 - 1);
    sample.speed = dice_.chance(30) ? (dice_.chance(500) ? 0 : watch::no_counter) : speed_;
    sample.discontinuity = discontinuity_;
    sample.narrow_in = sample.narrow_out = narrow_;
    return sample;
  }

  void require(bool holds, const std::string& what) {
    if (!holds) wrong("counters", dice_.seed(), now_, what);
  }

  void judge() {
    Truth truth;
    CounterSample sample = read(truth);
    if (any_ && dice_.chance(30)) { // a cached answer
      const Instant time = sample.time;
      sample = last_;
      sample.time = time;
      truth = last_truth_;
      watch::Passed none;
      const Why why = meter_.next(sample, longest, capacity_, none);
      require(why == (last_.uptime ? Why::stale : Why::clock),
              "a cached answer made " + std::string(name_of(why)));
      if (why == Why::stale) return;
      began(sample, truth);
      return;
    }
    watch::Passed passed;
    const Why why = meter_.next(sample, longest, capacity_, passed);
    if (why == Why::rate) {
      ++seen.rates;
      right(sample, truth, passed);
    } else {
      ++seen.absent;
      if (why == Why::gap) ++seen.gaps;
      require(!nothing_against(sample, truth), "nothing stands against a rate: " + std::string(name_of(why)));
      if (why == Why::stale) return;
    }
    began(sample, truth);
  }

  void began(const CounterSample& sample, const Truth& truth) {
    since_ = {};
    since_.fastest = speed_;
    last_ = sample;
    last_truth_ = truth;
    last_now_ = now_;
    any_ = true;
  }

  /// What the line can carry while the device's clock goes on so long, and a cache of five seconds.
  static bool carries(std::uint64_t line, double octets, double seconds) {
    return octets <= static_cast<double>(line) / 8 * (seconds + 5);
  }

  void right(const CounterSample& sample, const Truth& truth, const watch::Passed& passed) {
    require(any_, "a rate out of one sample");
    require(!since_.rebooted, "a rate over a reboot");
    require(!since_.announced, "a rate over an announced reset");
    require(sample.narrow_in == last_.narrow_in, "a rate over a change of width");
    require(sample.uptime && last_.uptime, "a rate without the device's clock");
    require(sample.in != watch::no_counter && sample.out != watch::no_counter &&
                last_.in != watch::no_counter && last_.out != watch::no_counter,
            "a rate out of what was not said");
    const auto seconds = now_ - last_now_;
    require(passed.elapsed == std::chrono::seconds{seconds}, "not the device's time");
    require(passed.until == sample.time && passed.from == sample.time - passed.elapsed, "of another time");
    require(std::chrono::seconds{seconds} <= longest && sample.time - last_.time <= longest,
            "a rate over a gap");
    const std::uint64_t in = truth.in - last_truth_.in, out = truth.out - last_truth_.out;
    const double elapsed = static_cast<double>(seconds);
    if (since_.hidden) {
      // Nobody can see that a counter that was reset has already passed its old value; but it says no more
      // than the line carries.
      const auto most =
          std::max({since_.fastest, capacity_, sample.speed == watch::no_counter ? 0 : sample.speed});
      const bool known = sample.speed != watch::no_counter && sample.speed != 0 &&
                         last_.speed != watch::no_counter && last_.speed != 0;
      require(!known || (carries(most, static_cast<double>(passed.in), elapsed) &&
                         carries(most, static_cast<double>(passed.out), elapsed)),
              "more than the line carries");
      return;
    }
    // It was faster than either sample says, or than the register where the device says nothing.
    const bool said = sample.speed != watch::no_counter && last_.speed != watch::no_counter &&
                      sample.speed != 0 && last_.speed != 0;
    if (narrow_ && (since_.speed_changes > 1 || (!said && capacity_ < since_.fastest))) return;
    require(passed.in == in && passed.out == out,
            "a wrong rate: " + std::to_string(passed.in) + " octets, really " + std::to_string(in) + "; " +
                std::to_string(passed.out) + ", really " + std::to_string(out));
    require(passed.in_discards == truth.lost - last_truth_.lost || passed.in_discards == 0, "wrong discards");
    if (narrow_ && sample.in < last_.in) ++seen.wraps;
  }

  bool nothing_against(const CounterSample& sample, const Truth& truth) const {
    if (!any_ || since_.rebooted || since_.announced || since_.hidden || !sample.uptime || !last_.uptime)
      return false;
    if (sample.in == watch::no_counter || sample.out == watch::no_counter || last_.in == watch::no_counter ||
        last_.out == watch::no_counter || sample.narrow_in != last_.narrow_in)
      return false;
    const double seconds = static_cast<double>(now_ - last_now_);
    const double ours = std::chrono::duration<double>(sample.time - last_.time).count();
    if (ours <= 0 || ours > 190 || seconds > 190 || std::abs(seconds - ours) > std::max(2.0, ours / 10))
      return false;
    if (*sample.uptime < *last_.uptime && !(sample.boots && last_.boots))
      return false; // 497 days, or a reboot
    if (sample.speed == 0 || sample.speed == watch::no_counter || last_.speed == 0 ||
        last_.speed == watch::no_counter)
      return false;
    const std::uint64_t line = std::max({sample.speed, last_.speed, capacity_});
    const auto octets = static_cast<double>(std::max(truth.in - last_truth_.in, truth.out - last_truth_.out));
    if (!carries(line, octets, seconds)) return false;
    if (narrow_) return static_cast<double>(line) / 8 * (seconds + 5) < static_cast<double>(round32);
    return sample.in >= last_.in && sample.out >= last_.out; // 64 bits never go round
  }

  Dice dice_;
  long now_ = 0, last_now_ = 0, ours_ = 0;
  std::uint64_t ticks_ = 0, boots_ = 1, discontinuity_ = 0, speed_ = 0, capacity_ = 0;
  bool narrow_ = false, boots_known_ = true, any_ = false;
  Truth truth_, zero_, last_truth_;
  std::array<Truth, 6> recent_{};
  CounterSample last_;
  Since since_;
  watch::Meter meter_;
};

} // namespace

void counters(unsigned seed) {
  for (unsigned i = 0; i < 20; ++i)
    Life(seed * 1000 + i).run(60);
}

} // namespace assent::bandwidth
