// What counters do by themselves raises nothing: a reset, a wrap, counters of 64 bits that are missing, a
// gap.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/watch/city.hpp"

using namespace assent;
using namespace assent::watch;

BOOST_FIXTURE_TEST_SUITE(nothing_raised, City)

BOOST_AUTO_TEST_CASE(counters_that_are_reset_without_a_word) {
  minutes(10, 14, 5);
  for (auto* counters : {&in, &out})
    for (auto& [id, value] : *counters)
      value = 0;
  minutes(1, 14, 5);
  for (const Id id : {Id{1}, Id{2}, Id{3}})
    BOOST_TEST(int(last[id]) == int(Why::fell));
  minutes(11, 14, 5);
  BOOST_TEST(told() == ""); // 11 minutes of 15 since
  minutes(2, 14, 5);
  BOOST_TEST(told() == "+congestion 1, +abuse 2"); // and the watch is not blind for ever
}

BOOST_AUTO_TEST_CASE(counters_of_32_bits_that_go_round) {
  narrow = true;
  speed = 100'000'000;
  constexpr std::uint64_t round = std::uint64_t{1} << 32;
  in[2] = round - 200'000'000; // 9 Mbit/s: it goes round in the third minute
  int wraps = 0;
  for (int i = 0; i < 90; ++i) {
    const auto before = in[2] % round;
    minutes(1, 9, 3);
    if (in[2] % round < before) ++wraps;
    if (i == 0) continue;
    BOOST_TEST(int(last[2]) == int(Why::rate));
    BOOST_TEST(traffic.view(2, now)->rate[0] / mega == 9, boost::test_tools::tolerance(0.001));
  }
  BOOST_TEST(wraps == 2);
  BOOST_TEST(told() == "");
}

BOOST_AUTO_TEST_CASE(counters_of_32_bits_on_a_fast_line_accuse_nobody_and_say_why) {
  narrow = true; // of a line of 1 Gbit/s they go round in 34 s
  minutes(20, 14, 5);
  BOOST_TEST(int(last[2]) == int(Why::ambiguous));
  BOOST_TEST(told() == "");
  keep(traffic.look(now, [](Id device) { return device == 12; }));
  BOOST_REQUIRE(news.size() == 1u);
  BOOST_TEST(int(news[0].why) == int(Why::ambiguous));
  BOOST_TEST(told() == "+unmeasured 2");
}

BOOST_AUTO_TEST_CASE(counters_of_64_bits_that_are_missing_for_a_while) {
  minutes(10, 14, 5);
  narrow = true;
  minutes(1, 14, 5);
  BOOST_TEST(int(last[2]) == int(Why::width));
  minutes(5, 14, 5);
  BOOST_TEST(int(last[2]) == int(Why::ambiguous));
  narrow = false;
  minutes(1, 14, 5);
  BOOST_TEST(int(last[2]) == int(Why::width));
  BOOST_TEST(told() == "");
}

BOOST_AUTO_TEST_CASE(counters_that_the_device_no_longer_says) {
  minutes(10, 14, 5);
  for (const Id id : {Id{2}, Id{3}})
    in[id] = no_counter;
  for (int i = 0; i < 30; ++i) {
    now += std::chrono::minutes{1}, uptime += 6000;
    feed(2), feed(3);
  }
  BOOST_TEST(int(last[2]) == int(Why::unsaid));
  BOOST_TEST(told() == "");
}

BOOST_AUTO_TEST_CASE(a_gap_of_an_hour_with_whatever_in_it) {
  minutes(10, 9, 5);
  now += std::chrono::hours{1}, uptime += 360'000;
  minutes(1, 60 * 19, 0); // all that the uplink carries in that hour
  BOOST_TEST(int(last[2]) == int(Why::gap));
  minutes(11, 14, 5);
  BOOST_TEST(told() == "");
  for (const auto& one : traffic.recent(2))
    BOOST_TEST(one.octets[0] <= 14 * mega * 60 / 8 + 1);
}

BOOST_AUTO_TEST_CASE(an_hour_that_allows_less_names_who_was_within_and_only_then) {
  tickets::HourLimit busy{"busy", {}, 50};
  const auto hour = std::chrono::floor<std::chrono::hours>(now + std::chrono::hours{1});
  const auto of_week = static_cast<std::size_t>((hour.time_since_epoch().count() + 3 * 24) % 168);
  busy.hours.set(of_week);
  rules.hours.push_back(busy);
  apply();
  while (now < hour)
    minutes(1, 8.5, 3, 4);
  BOOST_TEST(told() == "+congestion 1");
  minutes(30, 8.5, 3, 4); // 8.5 of 5
  BOOST_TEST(told() == "+abuse 2");
  minutes(120, 8.5, 3, 4);
  BOOST_TEST(told() == "-abuse 2, +excess 2, -excess 2");
}

BOOST_AUTO_TEST_SUITE_END()
