// The counter rules: what makes a rate, and all that makes none.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "daemon/watch/rates.hpp"

using namespace assent;
using namespace assent::watch;

namespace {

constexpr Instant start{std::chrono::seconds{1'800'000'000}};
constexpr std::uint64_t mega = 1'000'000;

/// A device whose counters and clocks a test sets.
struct Device {
  CounterSample now{start, 100'000, 5, 1'000'000, 2'000'000, 0, 0, 1000 * mega, 0};
  Meter meter;
  Passed passed;
  Duration longest = std::chrono::seconds{190};
  std::uint64_t line = 0;

  Why read() { return meter.next(now, longest, line, passed); }
  void wait(unsigned seconds) {
    now.time += std::chrono::seconds{seconds};
    *now.uptime += seconds * 100;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(rates)

BOOST_FIXTURE_TEST_CASE(two_samples_make_a_rate_over_the_devices_own_time, Device) {
  BOOST_TEST(int(read()) == int(Why::first));
  wait(60);
  now.time += std::chrono::milliseconds{900}; // the answer came late
  now.in += 7500, now.out += 60'000'000, now.out_discards += 3;
  BOOST_TEST(int(read()) == int(Why::rate));
  BOOST_TEST(passed.in == 7500u);
  BOOST_TEST(passed.out == 60'000'000u);
  BOOST_TEST(passed.out_discards == 3u);
  BOOST_TEST(passed.elapsed.count() == 60'000'000);
  BOOST_TEST((passed.until - passed.from).count() == 60'000'000);
}

BOOST_FIXTURE_TEST_CASE(a_restart_makes_none_and_the_next_sample_begins_anew, Device) {
  read();
  wait(60);
  now.uptime = 1200, now.in = 500, now.out = 700;
  BOOST_TEST(int(read()) == int(Why::restarted));
  wait(60);
  now.in += 100;
  BOOST_TEST(int(read()) == int(Why::rate));
  BOOST_TEST(passed.in == 100u);
}

BOOST_FIXTURE_TEST_CASE(a_restart_that_only_the_boots_show_makes_none, Device) {
  now.uptime = 1000;
  read();
  wait(60);
  now.boots = 6, now.in += 5;
  BOOST_TEST(int(read()) == int(Why::restarted));
}

BOOST_FIXTURE_TEST_CASE(a_restart_during_a_gap_is_seen_by_the_clocks_that_disagree, Device) {
  now.uptime = 3000;
  read();
  wait(100);
  now.uptime = 5000; // more than before, yet it restarted: only 20 s have passed for it
  now.in += 1;
  BOOST_TEST(int(read()) == int(Why::clock));
}

BOOST_FIXTURE_TEST_CASE(uptime_goes_round_after_497_days_where_the_boots_stay, Device) {
  now.uptime = (std::uint64_t{1} << 32) - 3000;
  read();
  now.time += std::chrono::seconds{60};
  now.uptime = 3000, now.in += 10;
  BOOST_TEST(int(read()) == int(Why::rate));
  BOOST_TEST(passed.elapsed.count() == 60'000'000);
}

BOOST_FIXTURE_TEST_CASE(uptime_that_falls_without_known_boots_is_a_restart, Device) {
  now.boots.reset();
  now.uptime = (std::uint64_t{1} << 32) - 3000;
  read();
  now.time += std::chrono::seconds{60};
  now.uptime = 3000, now.in += 10;
  BOOST_TEST(int(read()) == int(Why::restarted));
}

BOOST_FIXTURE_TEST_CASE(a_discontinuity_makes_none, Device) {
  read();
  wait(60);
  now.discontinuity = 104'000, now.in += 10;
  BOOST_TEST(int(read()) == int(Why::discontinuity));
}

BOOST_FIXTURE_TEST_CASE(a_gap_of_an_hour_makes_none, Device) {
  read();
  wait(3600);
  now.in += 10;
  BOOST_TEST(int(read()) == int(Why::gap));
  wait(60);
  BOOST_TEST(int(read()) == int(Why::rate));
}

BOOST_FIXTURE_TEST_CASE(a_cached_answer_is_passed_over_and_the_older_one_stays, Device) {
  read();
  now.time += std::chrono::seconds{60};
  BOOST_TEST(int(read()) == int(Why::stale));
  *now.uptime += 12'000, now.time += std::chrono::seconds{60};
  now.in += 1200;
  BOOST_TEST(int(read()) == int(Why::rate));
  BOOST_TEST(passed.elapsed.count() == 120'000'000);
  BOOST_TEST(passed.in == 1200u);
}

BOOST_FIXTURE_TEST_CASE(a_slow_device_whose_clock_disagrees_makes_none, Device) {
  read();
  wait(60);
  now.time += std::chrono::seconds{40};
  now.in += 10;
  BOOST_TEST(int(read()) == int(Why::clock));
}

BOOST_FIXTURE_TEST_CASE(a_wall_clock_set_back_makes_none, Device) {
  read();
  wait(60);
  now.time -= std::chrono::hours{1};
  BOOST_TEST(int(read()) == int(Why::clock));
}

BOOST_FIXTURE_TEST_CASE(counters_of_64_bits_never_go_round, Device) {
  now.in = UINT64_MAX - 10;
  read();
  wait(60);
  now.in = 20;
  BOOST_TEST(int(read()) == int(Why::fell));
}

BOOST_FIXTURE_TEST_CASE(counters_of_32_bits_go_round_where_the_line_is_slow_enough, Device) {
  now.narrow_in = now.narrow_out = true;
  now.speed = 100 * mega; // 750 MB in a minute of 4,295 MB
  now.in = (std::uint64_t{1} << 32) - 1000, now.out = 5;
  read();
  wait(60);
  now.in = 500'000'000, now.out = 6;
  BOOST_TEST(int(read()) == int(Why::rate));
  BOOST_TEST(passed.in == 500'001'000u);
}

BOOST_FIXTURE_TEST_CASE(a_fall_that_the_line_cannot_explain_is_a_reset, Device) {
  now.narrow_in = now.narrow_out = true;
  now.speed = 100 * mega;
  now.in = 1'000'000'000;
  read();
  wait(60);
  now.in = 5000;
  BOOST_TEST(int(read()) == int(Why::fell));
}

BOOST_FIXTURE_TEST_CASE(counters_of_32_bits_say_nothing_on_a_fast_line_or_one_of_unknown_speed, Device) {
  now.narrow_in = now.narrow_out = true;
  read();
  wait(60);
  now.in += 10; // 1 Gbit/s goes round in 34 s: it may have risen by 4 GB more
  BOOST_TEST(int(read()) == int(Why::ambiguous));
  now.speed = 0;
  wait(60);
  BOOST_TEST(int(read()) == int(Why::ambiguous));
  line = 20 * mega; // but the register knows what it carries
  wait(60);
  now.in += 10;
  BOOST_TEST(int(read()) == int(Why::rate));
}

BOOST_FIXTURE_TEST_CASE(a_line_that_has_become_slow_may_have_gone_round_while_it_was_fast, Device) {
  now.narrow_in = now.narrow_out = true;
  now.speed = 1000 * mega;
  read();
  wait(60);
  now.speed = 10 * mega;
  now.in += 60'000; // and once round, when it carried 1 Gbit/s
  BOOST_TEST(int(read()) == int(Why::ambiguous));
  wait(60);
  now.in += 60'000;
  BOOST_TEST(int(read()) == int(Why::rate));
}

BOOST_FIXTURE_TEST_CASE(what_went_through_before_the_line_became_slow_is_possible, Device) {
  read();
  wait(60);
  now.speed = 10 * mega;
  now.in += 1000 * mega / 8 * 30;
  BOOST_TEST(int(read()) == int(Why::rate));
}

BOOST_FIXTURE_TEST_CASE(ifhc_that_comes_or_goes_makes_none, Device) {
  read();
  wait(60);
  now.narrow_in = now.narrow_out = true;
  now.speed = 10 * mega, now.in = 400, now.out = 400;
  BOOST_TEST(int(read()) == int(Why::width));
}

BOOST_FIXTURE_TEST_CASE(more_than_the_line_carries_makes_none, Device) {
  read();
  wait(60);
  now.in += 1000 * mega / 8 * 66; // 5 s of cache are granted, not 6
  BOOST_TEST(int(read()) == int(Why::impossible));
  wait(60);
  now.in += 1000 * mega / 8 * 64;
  BOOST_TEST(int(read()) == int(Why::rate));
}

BOOST_FIXTURE_TEST_CASE(what_the_device_does_not_say_makes_none, Device) {
  read();
  wait(60);
  now.in = no_counter;
  BOOST_TEST(int(read()) == int(Why::unsaid));
  now.uptime.reset();
  BOOST_TEST(int(read()) == int(Why::clock));
}

BOOST_FIXTURE_TEST_CASE(an_uptime_of_more_than_32_bits_is_no_clock, Device) {
  read();
  now.time += std::chrono::seconds{60};
  now.uptime = UINT64_MAX - 1;
  BOOST_TEST(int(read()) == int(Why::clock));
  wait(60);
  BOOST_TEST(int(read()) == int(Why::clock));
}

BOOST_FIXTURE_TEST_CASE(discards_that_fall_count_as_none, Device) {
  now.in_discards = 50;
  read();
  wait(60);
  now.in_discards = 3;
  BOOST_TEST(int(read()) == int(Why::rate));
  BOOST_TEST(passed.in_discards == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
