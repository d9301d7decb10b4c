#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/alarms/world.hpp"

using namespace assent;
using namespace assent::alarms;
using assent::alarms::test::World;

BOOST_FIXTURE_TEST_SUITE(alarm_book, World)

BOOST_AUTO_TEST_CASE(an_alarm_is_news_once_and_holds_until_it_is_cleared) {
  raise("device-unreachable", "device/1");
  BOOST_TEST(news() == "raised device-unreachable device/1 now\n");
  raise("device-unreachable", "device/1");
  BOOST_TEST(news() == "");
  BOOST_TEST(book.count(Severity::major) == 1u);
  at(9);
  clear("device-unreachable", "device/1");
  BOOST_TEST(news() == "cleared device-unreachable device/1 grouped\n");
  clear("device-unreachable", "device/1");
  BOOST_TEST(news() == "");
  BOOST_TEST(book.active().empty());
  BOOST_TEST((*find("device-unreachable", "device/1")->cleared == wall(9)));
}

BOOST_AUTO_TEST_CASE(the_sentence_of_one_that_holds_is_brought_up_to_date) {
  raise("device-unreachable", "device/1");
  book.raise("device-unreachable", "device/1", {}, Severity::major,
             {"alarm.device-unreachable", {{"reason", "x"}}}, now);
  BOOST_TEST(find("device-unreachable", "device/1")->text.args.at(0).second == "x");
}

BOOST_AUTO_TEST_CASE(another_severity_is_news_with_a_history_and_keeps_the_time_of_raising) {
  raise("agent-silent", "agent/1", Severity::warning);
  at(3);
  raise("agent-silent", "agent/1", Severity::critical);
  const auto* alarm = find("agent-silent", "agent/1");
  BOOST_TEST((alarm->raised == wall(0)));
  BOOST_TEST((alarm->changed == wall(3)));
  BOOST_TEST(alarm->changes.size() == 2u);
  BOOST_TEST(book.count(Severity::warning) == 0u);
  BOOST_TEST(book.count(Severity::critical) == 1u);
  BOOST_TEST(news() == "raised agent-silent agent/1 now\nchanged agent-silent agent/1 now\n");
}

BOOST_AUTO_TEST_CASE(an_alarm_that_comes_back_counts_its_times_and_keeps_its_history) {
  for (int i = 0; i < 3; ++i) {
    at(4000 * i);
    raise("clock-unsure", "clock");
    at(4000 * i + 1);
    clear("clock-unsure", "clock");
  }
  at(12000);
  raise("clock-unsure", "clock");
  BOOST_TEST(find("clock-unsure", "clock")->times == 4u);
  BOOST_TEST((find("clock-unsure", "clock")->raised == wall(12000)));
  BOOST_TEST(find("clock-unsure", "clock")->changes.size() == 7u);
}

BOOST_AUTO_TEST_CASE(the_history_is_bounded) {
  for (int i = 0; i < 200; ++i) {
    at(i);
    raise("agent-silent", "agent/1", i % 2 == 0 ? Severity::minor : Severity::major);
  }
  BOOST_TEST(find("agent-silent", "agent/1")->changes.size() == most_changes);
  BOOST_TEST((find("agent-silent", "agent/1")->changes.back().at == wall(199)));
  for (int i = 0; i < 40; ++i)
    BOOST_TEST(book.acknowledge({"agent-silent", "agent/1", ""}, by("li.na"), now).ok());
  BOOST_TEST(find("agent-silent", "agent/1")->acts.size() == most_acts);
}

BOOST_AUTO_TEST_CASE(one_alarm_for_each_type_resource_and_qualifier) {
  raise("device-unreachable", "device/1");
  raise("device-unreachable", "device/2");
  raise("reading-refused", "device/3");
  book.raise("reading-refused", Subject("device/3", "Gi0/1"), {}, Severity::minor, {}, now);
  BOOST_TEST(book.active().size() == 4u);
  book.clear("reading-refused", Subject("device/3", "Gi0/1"), now);
  BOOST_TEST(!find("reading-refused", "device/3")->cleared);
  BOOST_TEST(book.active().size() == 3u);
}

BOOST_AUTO_TEST_CASE(what_was_cleared_is_remembered_within_bounds) {
  for (int i = 0; i <= static_cast<int>(max_remembered); ++i) {
    at(i);
    raise("proposed-file-differs", ("file" + std::to_string(i)).c_str());
    clear("proposed-file-differs", ("file" + std::to_string(i)).c_str());
  }
  BOOST_TEST(!find("proposed-file-differs", "file0"));
  BOOST_TEST(find("proposed-file-differs", "file1"));
  BOOST_TEST(book.remembered(10).size() == 10u);
  BOOST_TEST(book.remembered(10).front()->key.resource == "file" + std::to_string(max_remembered));
  raise("proposed-file-differs", "file0");
  BOOST_TEST(find("proposed-file-differs", "file0")->times == 1u);
  // What is forgotten is forgotten in the store too.
  bool forgotten = false;
  for (const auto& [key, body] : book.take_kept(now))
    forgotten = forgotten || body.empty();
  BOOST_TEST(!forgotten); // it came back
}

BOOST_AUTO_TEST_CASE(more_than_can_be_kept_is_one_alarm_and_is_counted) {
  for (std::size_t i = 0; i < max_active + 5; ++i)
    book.raise("unapproved-change", Subject("finding/" + std::to_string(i)), {}, Severity::major, {}, now);
  BOOST_TEST(book.active().size() == max_active + 1);
  BOOST_TEST(book.counts().beyond == 5u);
  BOOST_TEST(find("too-many-alarms", "daemon"));
}

BOOST_AUTO_TEST_CASE(what_is_gone_takes_its_alarms_along) {
  raise("device-unreachable", "device/1");
  raise_on("watch-blinded", "finding/1", {"device/1", "agent/1"});
  raise_on("watch-blinded", "finding/2", {"device/2", "agent/1"});
  book.clear_on("device/1", now);
  BOOST_TEST(book.active().size() == 1u);
  BOOST_TEST(!find("watch-blinded", "finding/2")->cleared);
}

BOOST_AUTO_TEST_CASE(an_alarm_that_lasts_ends_when_it_is_not_raised_again) {
  raise("agent-speaks-for-others", "agent/1");
  at(3000);
  raise("agent-speaks-for-others", "agent/1");
  at(3600 + 2999);
  BOOST_TEST(!find("agent-speaks-for-others", "agent/1")->cleared);
  at(3600 + 3000);
  BOOST_TEST(find("agent-speaks-for-others", "agent/1")->cleared.has_value());
}

// What people do.

BOOST_AUTO_TEST_CASE(an_acknowledged_alarm_says_by_whom_until_it_is_graver_or_comes_back) {
  raise("agent-silent", "agent/1", Severity::minor);
  BOOST_TEST(book.acknowledge(key("agent-silent", "agent/1"), by("li.na", "on it"), now).ok());
  const auto* alarm = find("agent-silent", "agent/1");
  BOOST_TEST(alarm->acknowledged->person == "li.na");
  BOOST_TEST(alarm->acknowledged->reason == "on it");
  raise("agent-silent", "agent/1", Severity::warning);
  BOOST_TEST(alarm->acknowledged.has_value());
  raise("agent-silent", "agent/1", Severity::critical);
  BOOST_TEST(!alarm->acknowledged);
  BOOST_TEST(book.acknowledge(key("agent-silent", "agent/1"), by("li.na"), now).ok());
  clear("agent-silent", "agent/1");
  BOOST_TEST(book.acknowledge(key("agent-silent", "agent/1"), by("li.na"), now).error().what.id ==
             "alarm.is-cleared");
  raise("agent-silent", "agent/1");
  BOOST_TEST(!find("agent-silent", "agent/1")->acknowledged);
  BOOST_TEST(book.acknowledge(key("agent-silent", "agent/9"), by("li.na"), now).error().what.id ==
             "alarm.none");
}

BOOST_AUTO_TEST_CASE(a_shelf_ends_by_itself_within_what_policy_allows) {
  raise("device-unreachable", "device/1");
  auto act = by("li.na", "power work");
  act.until = wall(0);
  const auto which = key("device-unreachable", "device/1");
  BOOST_TEST(book.shelve(which, act, now).error().what.id == "alarm.shelf-over");
  act.until = wall(7 * 86400 + 1);
  BOOST_TEST(book.shelve(which, act, now).error().what.id == "alarm.shelf-too-long");
  BOOST_TEST(book.unshelve(which, by("li.na"), now).error().what.id == "alarm.not-shelved");
  act.until = wall(600);
  BOOST_TEST(book.shelve(which, act, now).ok());
  BOOST_TEST((find("device-unreachable", "device/1")->shelved->until == wall(600)));
  at(599);
  BOOST_TEST(find("device-unreachable", "device/1")->shelved.has_value());
  at(600);
  BOOST_TEST(!find("device-unreachable", "device/1")->shelved);
  BOOST_TEST(find("device-unreachable", "device/1")->acts.back().account == "");
}

BOOST_AUTO_TEST_CASE(a_finding_is_never_shelved) {
  for (const char* type : {"unapproved-change", "watch-blinded"}) {
    raise_on(type, "finding/1", {"device/1", "agent/1"});
    auto act = by("li.na", "later");
    act.until = wall(600);
    BOOST_TEST(book.shelve(key(type, "finding/1"), act, now).error().what.id == "alarm.finding-stays");
  }
}

BOOST_AUTO_TEST_CASE(only_what_has_cleared_can_be_closed) {
  raise("clock-unsure", "clock");
  BOOST_TEST(book.close(key("clock-unsure", "clock"), by("li.na"), now).error().what.id ==
             "alarm.still-holds");
  clear("clock-unsure", "clock");
  BOOST_TEST(book.close(key("clock-unsure", "clock"), by("li.na"), now).ok());
  BOOST_TEST(find("clock-unsure", "clock")->closed);
  raise("clock-unsure", "clock");
  BOOST_TEST(!find("clock-unsure", "clock")->closed);
}

// Restarts.

BOOST_AUTO_TEST_CASE(a_restart_changes_nothing_and_tells_nobody_again) {
  raise("device-unreachable", "device/1");
  BOOST_TEST(book.acknowledge(key("device-unreachable", "device/1"), by("li.na", "on it"), now).ok());
  raise_on("unapproved-change", "finding/1", {"device/2", "agent/1"});
  auto act = by("li.na", "power work");
  act.until = wall(900);
  raise("reading-incomplete", "device/3");
  BOOST_TEST(book.shelve(key("reading-incomplete", "device/3"), act, now).ok());
  at(5);
  clear("reading-incomplete", "device/3");
  at(40);
  news();
  restart(100);
  const auto* alarm = find("device-unreachable", "device/1");
  BOOST_REQUIRE(alarm);
  BOOST_TEST((alarm->raised == wall(0)));
  BOOST_TEST(alarm->acknowledged->person == "li.na");
  BOOST_TEST((alarm->told == wall(0)));
  BOOST_TEST(alarm->changes.size() == 1u);
  BOOST_TEST(find("reading-incomplete", "device/3")->shelved->reason == "power work");
  raise_on("unapproved-change", "finding/1", {"device/2", "agent/1"});
  raise("device-unreachable", "device/1");
  book.confirmed(now);
  at(200);
  BOOST_TEST(news() == "");
  BOOST_TEST(book.active().size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_start_clears_what_it_does_not_find_again) {
  raise_on("unapproved-change", "finding/1", {"device/1", "agent/1"});
  raise_on("unapproved-change", "finding/2", {"device/1", "agent/1"});
  raise("device-unreachable", "device/1");
  restart(10);
  raise_on("unapproved-change", "finding/2", {"device/1", "agent/1"});
  book.confirmed(now);
  BOOST_TEST(find("unapproved-change", "finding/1")->cleared.has_value());
  BOOST_TEST(!find("unapproved-change", "finding/2")->cleared);
  BOOST_TEST(!find("device-unreachable", "device/1")->cleared); // only a report says
}

BOOST_AUTO_TEST_CASE(what_must_be_found_soon_is_cleared_when_it_is_not) {
  raise("syslog-receiver-away", "tcp:a");
  raise("syslog-receiver-away", "tcp:b");
  raise("device-unreachable", "device/1");
  restart(10);
  at(10 + 20);
  raise("syslog-receiver-away", "tcp:b");
  at(10 + 29);
  BOOST_TEST(!find("syslog-receiver-away", "tcp:a")->cleared);
  at(10 + 30);
  BOOST_TEST(find("syslog-receiver-away", "tcp:a")->cleared.has_value());
  BOOST_TEST(!find("syslog-receiver-away", "tcp:b")->cleared);
  BOOST_TEST(!find("device-unreachable", "device/1")->cleared);
}

BOOST_AUTO_TEST_CASE(what_was_not_told_before_a_restart_is_told_after_it) {
  raise("device-unreachable", "device/1", Severity::major);
  raise("device-unreachable", "device/2", Severity::major);
  news();
  restart(10);
  at(10 + 600);
  BOOST_TEST(news().find("device-unreachable device/2 raised") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_damped_alarm_stays_damped_over_a_restart) {
  flap("device-unreachable", "device/1", 5);
  BOOST_TEST(find("device-unreachable", "device/1")->damper.damped());
  restart(10);
  BOOST_TEST(find("device-unreachable", "device/1")->damper.damped());
  clear("device-unreachable", "device/1");
  BOOST_TEST(!find("device-unreachable", "device/1")->cleared);
  at(3600);
  BOOST_TEST(find("device-unreachable", "device/1")->cleared.has_value());
}

BOOST_AUTO_TEST_CASE(what_is_kept_and_not_understood_is_an_error) {
  for (const char* text :
       {"", "[]", "{}", "{\"type\":\"clock-unsure\"}", "{\"type\":1,\"resource\":\"x\"}", "nonsense"})
    BOOST_TEST(!from_kept(text, now).ok());
  // A kind of another version of the program is let go.
  auto alarm = from_kept(R"({"type":"no-such-kind","resource":"x"})", now);
  BOOST_REQUIRE(alarm.ok());
  book.load(*alarm, now);
  BOOST_TEST(book.active().empty());
  BOOST_REQUIRE(book.take_kept(now).size() == 1u);
}

BOOST_AUTO_TEST_CASE(json_carries_the_sentence_as_id_and_arguments) {
  book.raise("device-unreachable", "device/1", {"agent/2"}, Severity::major,
             {"alarm.device-unreachable", {{"device", "浔阳"}}}, now);
  const auto object = to_json(*find("device-unreachable", "device/1"));
  BOOST_TEST(text_of(object, "severity") == "major");
  BOOST_TEST(text_of(object_of(object_of(object, "text"), "args"), "device") == "浔阳");
  BOOST_TEST(text_of(object, "raised") == to_text(wall(0)));
  BOOST_TEST(text_of(object, "group") == "reachability agent/2");
  BOOST_TEST(!object.contains("cleared"));
  BOOST_TEST(!object.contains("acts"));
  BOOST_TEST(to_full_json(*find("device-unreachable", "device/1")).contains("acts"));
}

BOOST_AUTO_TEST_CASE(what_cleared_long_ago_is_forgotten_and_what_holds_or_is_shelved_is_not) {
  raise("device-unreachable", "device/1");
  raise("device-unreachable", "device/2");
  raise("device-unreachable", "device/3");
  clear("device-unreachable", "device/1");
  at(10);
  clear("device-unreachable", "device/2");
  const auto wait = [&](Duration by) {
    now.wall += by;
    now.steady += by;
    book.tick(now);
  };
  wait(std::chrono::hours{24 * 90} - std::chrono::seconds{11});
  BOOST_TEST(find("device-unreachable", "device/1") != nullptr);
  Act shelf = by("wang", "known");
  shelf.until = now.wall + std::chrono::hours{1};
  BOOST_REQUIRE(book.shelve(key("device-unreachable", "device/2"), shelf, now).ok());
  book.take_kept(now);
  wait(std::chrono::minutes{1});
  BOOST_TEST(find("device-unreachable", "device/1") == nullptr);
  BOOST_TEST(find("device-unreachable", "device/2") != nullptr);
  BOOST_TEST(find("device-unreachable", "device/3") != nullptr);
  const auto gone = book.take_kept(now);
  BOOST_REQUIRE(gone.size() >= 1u);
  BOOST_TEST(gone[0].second.empty()); // to be forgotten in the store, too
  wait(std::chrono::hours{2});
  BOOST_TEST(find("device-unreachable", "device/2") == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
