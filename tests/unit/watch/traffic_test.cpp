// Two bureaus behind one uplink: who is named, and when it is over.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <set>

#include "tests/unit/watch/city.hpp"

using namespace assent;
using namespace assent::watch;

BOOST_FIXTURE_TEST_SUITE(traffic, City)

BOOST_AUTO_TEST_CASE(behind_a_congested_uplink_exactly_the_one_over_its_entitlement_is_named) {
  minutes(20, 14, 5);
  BOOST_REQUIRE(news.size() == 2u);
  BOOST_TEST(news[1].share == 74u); // 14 of 19
  BOOST_TEST(news[1].uplink == 1u);
  BOOST_TEST(news[1].rate / mega == 14, boost::test_tools::tolerance(0.01));
  BOOST_TEST(news[1].allowed / mega == 10, boost::test_tools::tolerance(0.01));
  BOOST_TEST((news[1].since >= Instant{std::chrono::seconds{1'800'000'000}}));
  BOOST_TEST(told() == "+congestion 1, +abuse 2");
  BOOST_TEST(int(state(2)) == int(LinkState::abuse));
  BOOST_TEST(int(state(3)) == int(LinkState::normal));
  BOOST_TEST(int(state(1)) == int(LinkState::congested));
}

BOOST_AUTO_TEST_CASE(a_full_uplink_with_everyone_within_is_congestion_and_nobodys_abuse) {
  minutes(90, 9.5, 9);
  BOOST_TEST(told() == "+congestion 1");
}

BOOST_AUTO_TEST_CASE(it_takes_the_policys_time_and_clears_with_hysteresis) {
  minutes(11, 14, 5);
  BOOST_TEST(told() == "");
  minutes(3, 14, 5);
  BOOST_TEST(told() == "+congestion 1, +abuse 2");
  minutes(60, 6, 6); // 60 %: below what raises, above what releases
  BOOST_TEST(told() == "-abuse 2");
  minutes(30, 4, 4);
  BOOST_TEST(told() == "-congestion 1");
}

BOOST_AUTO_TEST_CASE(excess_without_congestion_is_milder_and_later) {
  minutes(30, 12, 0);
  BOOST_TEST(told() == "");
  minutes(40, 12, 0);
  BOOST_TEST(told() == "+excess 2");
  minutes(60, 9.5, 0); // between release and entitlement
  BOOST_TEST(told() == "");
  minutes(60, 5, 0);
  BOOST_TEST(told() == "-excess 2");
}

BOOST_AUTO_TEST_CASE(abuse_takes_the_place_of_excess) {
  minutes(70, 12, 0);
  BOOST_TEST(told() == "+excess 2");
  minutes(20, 12, 6);
  BOOST_TEST(told() == "+congestion 1, +abuse 2, -excess 2");
}

BOOST_AUTO_TEST_CASE(discards_congest_a_well_used_uplink_only) {
  minutes(20, 5, 6, 0, 300); // 55 %
  BOOST_TEST(told() == "+congestion 1");
  minutes(40, 5, 6, 0, 0);
  BOOST_TEST(told() == "-congestion 1");
  minutes(40, 2, 2, 0, 300); // 20 %: a policer, not congestion
  BOOST_TEST(told() == "");
}

BOOST_AUTO_TEST_CASE(a_restart_a_gap_or_a_wrap_raises_nothing_and_begins_the_evidence_anew) {
  minutes(10, 14, 5);
  uptime = 100; // restarted: counters from nothing
  for (auto* counters : {&in, &out, &lost})
    for (auto& [id, value] : *counters)
      value = 0;
  minutes(1, 14, 5);
  BOOST_TEST(int(last[2]) == int(Why::restarted));
  minutes(11, 14, 5);
  BOOST_TEST(told() == ""); // 11 minutes of 15 since
  now += std::chrono::hours{1}, uptime += 360'000;
  minutes(1, 500, 5);
  BOOST_TEST(int(last[2]) == int(Why::gap));
  BOOST_TEST(told() == "");
  minutes(13, 14, 5);
  BOOST_TEST(told() == "+congestion 1, +abuse 2");
}

BOOST_AUTO_TEST_CASE(what_is_not_known_neither_raises_nor_clears) {
  minutes(20, 14, 5);
  BOOST_TEST(told() == "+congestion 1, +abuse 2");
  now += std::chrono::hours{2}, uptime += 720'000;
  minutes(2, 0, 0);
  BOOST_TEST(told() == "");
  BOOST_TEST(int(state(2)) == int(LinkState::abuse));
  minutes(20, 0, 0);
  BOOST_TEST(told() == "-congestion 1, -abuse 2");
}

BOOST_AUTO_TEST_CASE(a_raised_entitlement_counts_in_its_time_only) {
  auto two = facts(2, 1, 10 * mega, 0);
  two.raised = static_cast<std::uint64_t>(15 * mega);
  two.raised_from = now;
  two.raised_until = now + std::chrono::minutes{30};
  keep(traffic.set_link(two, now));
  minutes(25, 14, 5);
  BOOST_TEST(told() == "+congestion 1");
  BOOST_TEST(traffic.view(2, now)->entitlement[0] == 15'000'000u);
  minutes(25, 14, 5);
  BOOST_TEST(told() == "+abuse 2");
  BOOST_TEST(traffic.view(2, now)->entitlement[0] == 10'000'000u);
}

BOOST_AUTO_TEST_CASE(hours_of_the_week_change_what_an_entitlement_counts) {
  tickets::HourLimit all{"always", {}, 200};
  all.hours.set();
  rules.hours.push_back(all);
  apply();
  minutes(20, 14, 5);
  BOOST_TEST(told() == "+congestion 1");
  // 1970-01-01 was a Thursday.
  tickets::Bandwidth week;
  tickets::HourLimit nine{"nine", {}, 50};
  nine.hours.set(3 * 24 + 9);
  week.hours.push_back(nine);
  BOOST_TEST(week.percent_at(Instant{std::chrono::hours{9}}) == 50u);
  BOOST_TEST(week.percent_at(Instant{std::chrono::hours{10}}) == 100u);
  week.utc_offset = std::chrono::hours{8};
  BOOST_TEST(week.percent_at(Instant{std::chrono::hours{1}}) == 50u);
}

BOOST_AUTO_TEST_CASE(protected_services_are_nobodys_abuse_and_are_not_counted_against_what_is_above_them) {
  rules.protected_services = {"video"};
  apply();
  auto three = facts(3, 2, 1 * mega, 0); // behind link 2 now
  three.service = "video";
  keep(traffic.set_link(three, now));
  // 14 in all through link 2, of which 6 are video: 8 of 10 count.
  minutes(80, 14, 6, -3);
  BOOST_TEST(told() == "+congestion 1");
  minutes(20, 14, 1, 3);
  BOOST_TEST(told() == "+abuse 2");
}

BOOST_AUTO_TEST_CASE(the_direction_follows_the_side_to_which_the_interface_leads) {
  auto two = facts(2, 1, 10 * mega, 0);
  two.up_is_in = false;
  keep(traffic.set_link(two, now));
  minutes(5, 3, 1);
  const auto view = *traffic.view(2, now);
  BOOST_TEST(view.rate[0] == 0);
  BOOST_TEST(view.rate[1] / mega == 3, boost::test_tools::tolerance(0.01));
}

BOOST_AUTO_TEST_CASE(a_link_that_goes_or_moves_takes_its_verdicts_along) {
  minutes(20, 14, 5);
  told();
  auto two = facts(2, 1, 10 * mega, 0);
  two.interface = "eth7";
  keep(traffic.set_link(two, now));
  BOOST_TEST(told() == "-abuse 2");
  keep(traffic.drop_link(2));
  keep(traffic.drop_link(3));
  BOOST_TEST(told() == "");
  minutes(1, 0, 19);
  BOOST_TEST(told() == "-congestion 1"); // nobody shares it any more
  BOOST_TEST(traffic.links_of(12).empty());
}

BOOST_AUTO_TEST_CASE(a_link_without_a_rate_is_told_once_unless_its_device_is_known_to_be_away) {
  minutes(5, 1, 1);
  now += std::chrono::minutes{10};
  keep(traffic.look(now, [](Id) { return true; }));
  BOOST_TEST(told() == "");
  now += std::chrono::minutes{10};
  keep(traffic.look(now, [](Id device) { return device == 12; }));
  BOOST_TEST(told() == "+unmeasured 2");
  BOOST_TEST(int(state(2)) == int(LinkState::unmeasured));
  keep(traffic.look(now, [](Id device) { return device == 12; }));
  BOOST_TEST(told() == "");
  uptime += 120'000;
  minutes(2, 1, 1);
  BOOST_TEST(told() == "-unmeasured 2");
}

BOOST_AUTO_TEST_CASE(samples_of_five_minutes_are_made_of_links_that_are_entitled_or_shared) {
  link(4, 0, 0, 0); // neither
  in[4] = 1;
  feed(4);
  minutes(12, 8, 2);
  for (int i = 0; i < 12; ++i) {
    now += std::chrono::minutes{1}, uptime += 6000, in[4] += 60'000'000;
    feed(4);
  }
  BOOST_REQUIRE(!samples.empty());
  std::set<Id> links;
  for (const auto& one : samples) {
    links.insert(one.link);
    BOOST_TEST(one.up == (one.link == 1 ? 10'000'000u : one.link == 2 ? 8'000'000u : 2'000'000u));
  }
  BOOST_TEST((links == std::set<Id>{1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(fast_samples_cost_no_more_memory_than_slow_ones) {
  for (int i = 0; i < 20'000; ++i) {
    now += std::chrono::seconds{1};
    uptime += 100;
    in[2] += 1'000'000;
    feed(2);
  }
  BOOST_TEST(traffic.recent(2).size() < 300u);
  BOOST_TEST((*traffic.view(2, now)->mean)[0] / mega == 8, boost::test_tools::tolerance(0.02));
}

BOOST_AUTO_TEST_SUITE_END()
