// What agents tell of traps and informs: evidence beside findings of their interval, one event for strangers,
// counts.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/core/watched.hpp"

using namespace assent;
using namespace assent::test::watched;

namespace {

struct Noticed : Watched {
  json::object notice(Duration ago, json::object more = {}) {
    json::object whole{{"device", 1},
                       {"time", to_text(clock.wall() - ago)},
                       {"version", "v2c"},
                       {"authentic", false},
                       {"name", "cisco-config-event"}};
    for (const auto& [name, value] : more)
      whole[name] = value;
    return whole;
  }
  void hear(json::array notices) {
    const auto answer = report("snmp-extranet", {{"notices", std::move(notices)}});
    BOOST_REQUIRE(answer.ok());
  }
  /// Five minutes pass, with this said in them; then the change is read.
  json::object found(json::array notices) {
    hear(std::move(notices));
    text_now += "!";
    read();
    const auto all = rows(Kind::finding);
    BOOST_REQUIRE(!all.empty());
    return all.back();
  }
  void pass() {
    clock.advance(std::chrono::minutes{5});
    read();
    clock.advance(std::chrono::minutes{5});
  }
  std::size_t told(const std::string& msgid) { return events(msgid).size(); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(notices, Noticed)

BOOST_AUTO_TEST_CASE(a_finding_says_who_and_how_as_far_as_it_was_said) {
  pass();
  const auto finding = found({notice(
      std::chrono::minutes{1},
      {{"who", "zhang.wei"}, {"from", "10.1.2.3"}, {"command", "interface eth0"}, {"claimed", "10.9.9.9"}})});
  BOOST_TEST(text_of(finding, "who") == "zhang.wei (10.1.2.3)");
  BOOST_TEST(text_of(finding, "how") ==
             "cisco-config-event, SNMP v2c not authenticated, said to be about 10.9.9.9: interface eth0");
}

BOOST_AUTO_TEST_CASE(an_authentic_one_says_so) {
  pass();
  const auto finding = found({notice(std::chrono::minutes{1}, {{"version", "v3"}, {"authentic", true}})});
  BOOST_TEST(text_of(finding, "who").empty());
  BOOST_TEST(text_of(finding, "how") == "cisco-config-event, SNMP v3 authenticated");
}

BOOST_AUTO_TEST_CASE(what_was_said_before_the_interval_is_no_evidence) {
  pass();
  const auto finding = found({notice(std::chrono::minutes{6}, {{"who", "somebody"}})});
  BOOST_TEST(text_of(finding, "who").empty());
  BOOST_TEST(text_of(finding, "how").empty());
}

BOOST_AUTO_TEST_CASE(at_most_three_are_named_the_newest_first_and_each_once) {
  pass();
  json::array all;
  for (int i = 9; i > 0; --i)
    all.push_back(notice(std::chrono::seconds{10 * i}, {{"who", "person" + std::to_string(i % 5)}}));
  const auto finding = found(std::move(all));
  BOOST_TEST(text_of(finding, "who") == "person1; person2; person3");
  BOOST_TEST(text_of(finding, "how") == "cisco-config-event, SNMP v2c not authenticated");
}

BOOST_AUTO_TEST_CASE(sixteen_are_kept_of_a_device) {
  pass();
  json::array all{notice(std::chrono::minutes{2}, {{"who", "the first"}})};
  for (int i = 0; i < 16; ++i)
    all.push_back(notice(std::chrono::seconds{60 - i}, {{"name", "kind" + std::to_string(i)}}));
  const auto finding = found(std::move(all));
  BOOST_TEST(text_of(finding, "who").empty());
}

BOOST_AUTO_TEST_CASE(a_notice_opens_nothing_and_one_for_anothers_device_is_refused) {
  hear({notice(Duration{})});
  read();
  BOOST_TEST(rows(Kind::finding).empty());
  const auto answer =
      report("snmp-extranet", {{"notices", json::array{notice(Duration{}, {{"device", 77}})}}});
  BOOST_TEST(!answer.ok());
  BOOST_TEST(rows(Kind::finding).empty());
}

BOOST_AUTO_TEST_CASE(strangers_are_told_once_in_ten_minutes_with_all_of_them) {
  const auto strangers = [&](int count) {
    BOOST_REQUIRE(
        report("snmp-extranet", {{"strangers", {{"address", "192.0.2.7"}, {"count", count}}}}).ok());
  };
  strangers(3);
  BOOST_TEST(told("notifications-from-strangers") == 1u);
  strangers(4);
  clock.advance(std::chrono::minutes{9});
  strangers(5);
  BOOST_TEST(told("notifications-from-strangers") == 1u);
  clock.advance(std::chrono::minutes{1});
  strangers(6);
  const auto all = events("notifications-from-strangers");
  BOOST_REQUIRE(all.size() == 2u);
}

BOOST_AUTO_TEST_CASE(counts_stand_in_the_figures_with_agent_and_outcome) {
  BOOST_REQUIRE(
      report("snmp-extranet", {{"notifications", json::array{{{"outcome", "hint"}, {"count", 7}},
                                                             {{"outcome", "digest"}, {"count", 2}}}}})
          .ok());
  BOOST_REQUIRE(
      report("snmp-extranet", {{"notifications", json::array{{{"outcome", "hint"}, {"count", 9}}}}}).ok());
  double hint = -1, digest = -1;
  for (const auto& [name, value] : figures().counters) {
    if (name == "agent_notifications{agent=\"snmp-extranet\",outcome=\"hint\"}") hint = value;
    if (name == "agent_notifications{agent=\"snmp-extranet\",outcome=\"digest\"}") digest = value;
  }
  BOOST_TEST(hint == 9.0);
  BOOST_TEST(digest == 2.0);
}

BOOST_AUTO_TEST_SUITE_END()
