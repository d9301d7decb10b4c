#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/alarms/world.hpp"

using namespace assent;
using namespace assent::alarms;
using assent::alarms::test::World;

BOOST_FIXTURE_TEST_SUITE(alarm_telling, World)

// Groups.

BOOST_AUTO_TEST_CASE(the_first_is_told_at_once_and_what_follows_within_the_wait_together) {
  raise("device-unreachable", "device/1");
  at(5);
  raise("device-unreachable", "device/2");
  raise("device-unreachable", "device/3");
  at(29);
  BOOST_TEST(news() == "raised device-unreachable device/1 now\n"
                       "raised device-unreachable device/2 grouped\n"
                       "raised device-unreachable device/3 grouped\n");
  at(30);
  BOOST_TEST(
      news() ==
      "told reachability agent/1: device-unreachable device/2 raised, device-unreachable device/3 raised,\n");
  BOOST_TEST(book.counts().now == 1u);
  BOOST_TEST(book.counts().grouped == 1u);
}

BOOST_AUTO_TEST_CASE(after_the_wait_there_is_one_notification_an_interval) {
  raise("device-unreachable", "device/1");
  at(31);
  raise("device-unreachable", "device/2");
  at(200);
  raise("device-unreachable", "device/3");
  at(299);
  BOOST_TEST(news().find("told") == std::string::npos);
  at(300);
  BOOST_TEST(
      news() ==
      "told reachability agent/1: device-unreachable device/2 raised, device-unreachable device/3 raised,\n");
  at(301);
  raise("device-unreachable", "device/4");
  at(599);
  BOOST_TEST(news() == "raised device-unreachable device/4 grouped\n");
  at(600);
  BOOST_TEST(news().find("device/4") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_group_that_was_quiet_for_an_interval_tells_at_once_again) {
  raise("device-unreachable", "device/1");
  at(300);
  raise("device-unreachable", "device/2");
  BOOST_TEST(news() == "raised device-unreachable device/1 now\nraised device-unreachable device/2 now\n");
  at(600);
  clear("device-unreachable", "device/1");
  BOOST_TEST(news() == "cleared device-unreachable device/1 now\n");
}

BOOST_AUTO_TEST_CASE(what_is_graver_than_all_that_was_told_is_told_at_once) {
  raise("reading-incomplete", "device/1", Severity::minor);
  raise("reading-refused", "device/2", Severity::minor);
  raise("reading-refused", "device/3", Severity::critical);
  BOOST_TEST(news() == "raised reading-incomplete device/1 now\n"
                       "raised reading-refused device/2 grouped\n"
                       "raised reading-refused device/3 now\n");
  raise("reading-refused", "device/4", Severity::critical);
  BOOST_TEST(news() == "raised reading-refused device/4 grouped\n");
  at(30);
  BOOST_TEST(news() ==
             "told readings agent/1: reading-refused device/2 raised, reading-refused device/4 raised,\n");
}

BOOST_AUTO_TEST_CASE(groups_do_not_wait_for_each_other) {
  raise_on("device-unreachable", "device/1", {"agent/1"});
  raise_on("device-unreachable", "device/2", {"agent/2"});
  raise_on("unapproved-change", "finding/1", {"device/3", "agent/1"});
  raise_on("unapproved-change", "finding/2", {"device/4", "agent/1"});
  raise_on("unapproved-change", "finding/3", {"device/4", "agent/1"});
  BOOST_TEST(news() == "raised device-unreachable device/1 now\nraised device-unreachable device/2 now\n"
                       "raised unapproved-change finding/1 now\nraised unapproved-change finding/2 now\n"
                       "raised unapproved-change finding/3 grouped\n");
}

BOOST_AUTO_TEST_CASE(what_came_and_went_within_the_wait_is_told_all_the_same) {
  raise_on("unapproved-change", "finding/1", {"device/1"});
  raise_on("unapproved-change", "finding/2", {"device/1"});
  at(3);
  clear("unapproved-change", "finding/2");
  at(29);
  book.take_news();
  at(30);
  const auto told = book.take_news();
  BOOST_REQUIRE(told.size() == 1u);
  BOOST_TEST(told[0].raised == 1u);
  BOOST_TEST(told[0].cleared == 1u);
  BOOST_REQUIRE(told[0].items.size() == 1u);
  BOOST_TEST((told[0].items[0].what == What::cleared));
}

BOOST_AUTO_TEST_CASE(what_holds_is_told_again_until_somebody_acknowledges) {
  raise("device-unreachable", "device/1");
  raise("device-unreachable", "device/2");
  at(30);
  news();
  at(30 + 4 * 3600 - 1);
  BOOST_TEST(news() == "");
  at(30 + 4 * 3600);
  BOOST_TEST(news() == "told again reachability agent/1: device-unreachable device/1 raised, "
                       "device-unreachable device/2 raised,\n");
  BOOST_TEST(book.acknowledge(key("device-unreachable", "device/1"), by("li.na"), now).ok());
  news();
  at(30 + 8 * 3600);
  BOOST_TEST(news() == "told again reachability agent/1: device-unreachable device/2 raised,\n");
  BOOST_TEST(book.acknowledge(key("device-unreachable", "device/2"), by("li.na"), now).ok());
  news();
  at(30 + 24 * 3600);
  BOOST_TEST(news() == "");
  BOOST_TEST(book.counts().repeated == 2u);
}

BOOST_AUTO_TEST_CASE(a_repetition_that_is_kept_back_is_counted_and_one_that_nobody_waits_for_is_not) {
  raise("reading-incomplete", "device/1");
  raise("device-unreachable", "device/2");
  raise_on("device-unreachable", "device/3", {"agent/2"});
  BOOST_TEST(book.acknowledge(key("device-unreachable", "device/2"), by("li.na"), now).ok());
  at(10);
  book.set_maintenance({{"device/1", "ticket/4"}, {"device/2", "ticket/4"}});
  news();
  at(8 * 3600 + 60);
  BOOST_TEST(news().find("device/1") == std::string::npos);
  const auto hidden = [&](const char* type, const char* resource) {
    return find(type, resource)->hidden[static_cast<std::size_t>(Why::maintenance)];
  };
  BOOST_TEST(hidden("reading-incomplete", "device/1") == 2u);
  BOOST_TEST(hidden("device-unreachable", "device/2") == 0u);
  BOOST_TEST(hidden("device-unreachable", "device/3") == 0u);
  BOOST_TEST(book.counts().hidden[static_cast<std::size_t>(Why::maintenance)] == 2u);
  // It outlives a restart.
  restart(5);
  BOOST_TEST(hidden("reading-incomplete", "device/1") == 2u);
}

BOOST_AUTO_TEST_CASE(times_are_policy) {
  Limits limits;
  limits.wait = std::chrono::seconds{2};
  limits.interval = std::chrono::seconds{10};
  limits.repeat = std::chrono::seconds{20};
  book.set_limits(limits);
  raise("device-unreachable", "device/1");
  raise("device-unreachable", "device/2");
  news();
  at(2);
  BOOST_TEST(news() == "told reachability agent/1: device-unreachable device/2 raised,\n");
  at(22);
  BOOST_TEST(news() == "told again reachability agent/1: device-unreachable device/1 raised, "
                       "device-unreachable device/2 raised,\n");
}

BOOST_AUTO_TEST_CASE(a_step_of_the_wall_clock_delays_nothing) {
  raise("device-unreachable", "device/1");
  raise("device-unreachable", "device/2");
  news();
  now.wall -= std::chrono::hours{10};
  now.steady += std::chrono::seconds{30};
  book.tick(now);
  BOOST_TEST(news() == "told reachability agent/1: device-unreachable device/2 raised,\n");
  clear("device-unreachable", "device/1");
  now.steady += std::chrono::seconds{300};
  book.tick(now);
  BOOST_TEST(news() == "cleared device-unreachable device/1 grouped\ntold reachability agent/1: "
                       "device-unreachable device/1 cleared,\n");
}

BOOST_AUTO_TEST_CASE(what_may_not_have_left_is_told_again) {
  raise("device-unreachable", "device/1");
  at(1000);
  raise_on("device-unreachable", "device/2", {"agent/2"});
  news();
  book.take_kept(now);
  book.doubt(wall(940));
  BOOST_TEST(book.take_kept(now).size() == 2u);
  at(1400);
  BOOST_TEST(news() == "told reachability agent/2: device-unreachable device/2 raised,\n");
}

// Causes.

BOOST_AUTO_TEST_CASE(a_cause_hides_what_hangs_on_it_and_says_so) {
  raise("device-unreachable", "device/1");
  raise_on("watch-blinded", "finding/1", {"device/1", "agent/1"});
  raise("reading-incomplete", "device/1");
  raise_on("watch-blinded", "finding/2", {"device/2", "agent/1"});
  BOOST_TEST(news() == "raised device-unreachable device/1 now\n"
                       "raised watch-blinded finding/1 hidden inhibited device-unreachable device/1\n"
                       "raised reading-incomplete device/1 hidden inhibited device-unreachable device/1\n"
                       "raised watch-blinded finding/2 now\n");
  BOOST_TEST(find("watch-blinded", "finding/1")->hidden[static_cast<std::size_t>(Why::inhibited)] == 1u);
  BOOST_TEST(book.counts().hidden[static_cast<std::size_t>(Why::inhibited)] == 2u);
  at(3600);
  BOOST_TEST(news() == "");
}

BOOST_AUTO_TEST_CASE(an_agent_hides_its_devices) {
  raise_on("agent-silent", "agent/1", {}, Severity::critical);
  raise("device-unreachable", "device/1");
  raise_on("device-unreachable", "device/2", {"agent/2"});
  BOOST_TEST(news() == "raised agent-silent agent/1 now\n"
                       "raised device-unreachable device/1 hidden inhibited agent-silent agent/1\n"
                       "raised device-unreachable device/2 now\n");
}

BOOST_AUTO_TEST_CASE(an_unapproved_change_is_hidden_by_nothing) {
  raise_on("agent-silent", "agent/1", {}, Severity::critical);
  raise("device-unreachable", "device/1");
  book.set_maintenance({{"device/1", "ticket/4"}});
  news();
  raise_on("unapproved-change", "finding/1", {"device/1", "agent/1"});
  BOOST_TEST(news() == "raised unapproved-change finding/1 now\n");
}

BOOST_AUTO_TEST_CASE(what_waits_for_its_group_is_dropped_from_it_when_its_cause_is_found) {
  raise_on("watch-blinded", "finding/1", {"device/1", "agent/1"});
  raise_on("watch-blinded", "finding/2", {"device/1", "agent/1"});
  at(5);
  raise("device-unreachable", "device/1");
  news();
  at(30);
  BOOST_TEST(news() == "");
  BOOST_TEST(find("watch-blinded", "finding/2")->hidden[static_cast<std::size_t>(Why::inhibited)] == 1u);
}

BOOST_AUTO_TEST_CASE(what_outlives_its_cause_is_told_then) {
  raise("device-unreachable", "device/1");
  raise_on("watch-blinded", "finding/1", {"device/1", "agent/1"});
  raise("reading-incomplete", "device/1");
  at(60);
  news();
  clear("reading-incomplete", "device/1");
  clear("device-unreachable", "device/1");
  BOOST_TEST(news() == "cleared reading-incomplete device/1 hidden inhibited device-unreachable device/1\n"
                       "cleared device-unreachable device/1 grouped\n");
  at(61);
  BOOST_TEST(news() == "told changes device/1: watch-blinded finding/1 raised,\n");
}

BOOST_AUTO_TEST_CASE(a_cause_that_a_person_put_away_takes_no_finding_with_it) {
  raise("device-unreachable", "device/1");
  auto act = by("li.na", "not now");
  act.until = wall(3600);
  BOOST_TEST(book.shelve(key("device-unreachable", "device/1"), act, now).ok());
  news();
  raise_on("watch-blinded", "finding/1", {"device/1", "agent/1"});
  raise("reading-incomplete", "device/1");
  BOOST_TEST(news() == "raised watch-blinded finding/1 now\n"
                       "raised reading-incomplete device/1 hidden inhibited device-unreachable device/1\n");
}

// Maintenance and shelves.

BOOST_AUTO_TEST_CASE(announced_work_hides_reachability_and_nothing_else) {
  book.set_maintenance({{"device/1", "ticket/4"}});
  raise("device-unreachable", "device/1");
  raise_on("watch-blinded", "finding/1", {"device/1", "agent/1"});
  raise("device-unreachable", "device/2");
  BOOST_TEST(news() == "raised device-unreachable device/1 hidden maintenance ticket/4\n"
                       "raised watch-blinded finding/1 now\n"
                       "raised device-unreachable device/2 now\n");
  at(60);
  BOOST_TEST(news() == "");
  book.set_maintenance({});
  at(400);
  BOOST_TEST(news().find("device-unreachable device/1 raised") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(nobody_hears_of_what_is_shelved_until_the_shelf_ends) {
  raise("device-unreachable", "device/1");
  clear("device-unreachable", "device/1");
  at(400);
  auto act = by("li.na", "being replaced");
  act.until = wall(5000);
  BOOST_TEST(book.shelve(key("device-unreachable", "device/1"), act, now).ok());
  news();
  at(500);
  raise("device-unreachable", "device/1");
  BOOST_TEST(news() == "raised device-unreachable device/1 hidden shelved li.na\n");
  at(4999);
  BOOST_TEST(news() == "");
  at(5000);
  BOOST_TEST(news() == "acted device-unreachable device/1 silent\ntold reachability agent/1: "
                       "device-unreachable device/1 raised,\n");
}

// Damping.

BOOST_AUTO_TEST_CASE(an_alarm_that_comes_and_goes_is_told_of_once_until_it_is_calm) {
  flap("device-unreachable", "device/1", 40);
  clear("device-unreachable", "device/1");
  const auto told = news();
  BOOST_TEST(told.find("flapping device-unreachable device/1") != std::string::npos);
  BOOST_TEST(find("device-unreachable", "device/1")->times == 40u);
  BOOST_TEST(find("device-unreachable", "device/1")->hidden[static_cast<std::size_t>(Why::damped)] == 36u);
  int lines = 0;
  for (const char c : told)
    lines += c == '\n' ? 1 : 0;
  BOOST_TEST(lines <= 10);
  BOOST_TEST(!find("device-unreachable", "device/1")->cleared);
  forward(1300);
  BOOST_TEST(find("device-unreachable", "device/1")->cleared.has_value());
  BOOST_TEST(news().find("cleared device-unreachable device/1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_holds_when_it_is_calm_goes_on_holding) {
  flap("device-unreachable", "device/1", 6);
  news();
  forward(1300);
  BOOST_TEST(!find("device-unreachable", "device/1")->cleared);
  BOOST_TEST(!find("device-unreachable", "device/1")->damper.damped());
  BOOST_TEST(news().find("calm device-unreachable device/1 silent\n") != std::string::npos);
  clear("device-unreachable", "device/1");
  BOOST_TEST(find("device-unreachable", "device/1")->cleared.has_value());
}

BOOST_AUTO_TEST_CASE(a_finding_is_never_damped) {
  for (int i = 0; i < 50; ++i) {
    raise_on("unapproved-change", "finding/1", {"device/1", "agent/1"});
    forward(1);
    clear("unapproved-change", "finding/1");
    forward(1);
  }
  BOOST_TEST(!find("unapproved-change", "finding/1")->damper.damped());
  std::size_t raised = 0;
  const auto told = news();
  for (std::size_t at = 0; (at = told.find("raised unapproved-change", at)) != std::string::npos; ++at)
    ++raised;
  BOOST_TEST(raised == 50u);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_device_ends_its_damping) {
  flap("device-unreachable", "device/1", 6);
  book.clear_on("device/1", now);
  BOOST_TEST(find("device-unreachable", "device/1")->cleared.has_value());
  forward(3600);
  raise("device-unreachable", "device/1");
  clear("device-unreachable", "device/1");
  BOOST_TEST(find("device-unreachable", "device/1")->cleared.has_value());
}

BOOST_AUTO_TEST_CASE(a_device_that_changes_its_agent_changes_its_group) {
  raise_on("device-unreachable", "device/1", {"agent/1"});
  raise_on("device-unreachable", "device/1", {"agent/2"});
  news();
  at(24 * 3600);
  const auto told = news();
  BOOST_TEST(told.find("reachability agent/2") != std::string::npos);
  BOOST_TEST(told.find("reachability agent/1") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
