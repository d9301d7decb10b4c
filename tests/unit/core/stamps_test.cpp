#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/core/watched.hpp"

using namespace assent;
using namespace assent::test::watched;

namespace {

/// Its readings bring the device's own marks of change.
struct Stamped : Watched {
  Stamped() {
    sequence("4");
    pass();
  }
  void sequence(const std::string& now) { stamps = {{"config-sequence", now}}; }
  void pass(Duration time = std::chrono::minutes{5}) {
    clock.advance(time);
    ticks +=
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) / 10;
    uptime = ticks;
    read();
  }
  std::uint64_t ticks = 1'000'000;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(stamps_of_devices, Stamped)

BOOST_AUTO_TEST_CASE(a_moved_stamp_over_an_equal_tree_is_a_finding_that_only_a_ticket_ends) {
  pass();
  BOOST_TEST(rows(Kind::finding).empty());
  sequence("5");
  pass();
  auto findings = rows(Kind::finding);
  BOOST_REQUIRE(findings.size() == 1u);
  BOOST_TEST(text_of(findings[0], "path") == "/other");
  BOOST_TEST(text_of(findings[0], "before") == "config-sequence=4");
  BOOST_TEST(text_of(findings[0], "after") == "config-sequence=5");
  BOOST_TEST(text_of(findings[0], "verdict") == "not-covered");
  // It can't return: neither a quiet reading nor the old number ends it, and it stays one finding.
  pass();
  sequence("4");
  pass();
  findings = rows(Kind::finding);
  BOOST_REQUIRE(findings.size() == 1u);
  BOOST_TEST(text_of(findings[0], "state") == "open");
  BOOST_TEST(text_of(findings[0], "after") == "config-sequence=4");
  stop();
  start();
  pass();
  auto why = ask("assent-ticket:explain", {{"finding", 1}});
  BOOST_REQUIRE(why.ok());
  BOOST_TEST(text_of(object_of(*why, "permit"), "path") == "/other");
  BOOST_TEST(!object_of(*why, "permit").contains("value"));
  done({json::object{{"operation", "modify"},
                     {"kind", "baseline"},
                     {"value", {{"device", "xunyang-sw1"}, {"accept", json::array{"/other"}}}}}});
  BOOST_TEST(text_of(row(Kind::finding, 1), "state") == "accepted");
  why = ask("assent-ticket:explain", {{"finding", 1}});
  BOOST_REQUIRE(why.ok());
  BOOST_TEST(text_of(*why, "ended") == "accepted");
  BOOST_TEST(number_of(*why, "ticket") != 0u);
  pass();
  BOOST_TEST(rows(Kind::finding).size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_moved_after_it_was_asked_for_is_not_accepted) {
  sequence("5");
  pass();
  auto asked = request(
      "zhang", {{"edits", json::array{json::object{
                              {"operation", "modify"},
                              {"kind", "baseline"},
                              {"value", {{"device", "xunyang-sw1"}, {"accept", json::array{"/other"}}}}}}}});
  BOOST_REQUIRE(asked.ok());
  sequence("6");
  pass();
  BOOST_REQUIRE(decide("li", number_of(*asked, "ticket"), "approve").ok());
  BOOST_TEST(text_of(row(Kind::finding, 1), "state") == "open");
}

BOOST_AUTO_TEST_CASE(a_permit_for_other_covers_it_and_counts_as_used) {
  permit("/other", std::chrono::hours{1});
  pass(std::chrono::seconds{5});
  sequence("5");
  pass();
  BOOST_TEST(rows(Kind::finding).empty());
  BOOST_TEST(events("change-covered").size() == 1u);
  const Id ticket = rows(Kind::ticket).back().at("id").to_number<Id>();
  BOOST_REQUIRE(decide("zhang", ticket, "finish").ok());
  pass(std::chrono::seconds{1});
  BOOST_TEST(text_of(row(Kind::ticket, ticket), "outcome") == "implemented");
}

BOOST_AUTO_TEST_CASE(over_a_windows_edge_it_is_undecidable) {
  permit("/other", std::chrono::hours{1});
  sequence("5");
  pass(std::chrono::seconds{5});
  auto findings = rows(Kind::finding);
  BOOST_REQUIRE(findings.size() == 1u);
  BOOST_TEST(text_of(findings[0], "verdict") == "undecidable");
}

BOOST_AUTO_TEST_CASE(a_restart_of_the_device_is_no_change) {
  sequence("0");
  ticks = 3000;
  pass(std::chrono::seconds{30});
  BOOST_TEST(rows(Kind::finding).empty());
  // Also where it has run longer since than it had run before.
  pass(std::chrono::hours{1});
  sequence("1");
  ticks = 0;
  pass(std::chrono::hours{48});
  BOOST_TEST(rows(Kind::finding).empty());
  sequence("2");
  pass();
  BOOST_TEST(rows(Kind::finding).size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_the_tree_shows_explains_the_stamp) {
  sequence("5");
  text_now = "changed";
  pass();
  auto findings = rows(Kind::finding);
  BOOST_REQUIRE(findings.size() == 1u);
  BOOST_TEST(text_of(findings[0], "path") == description);
  // Seen in one reading and back in the next: both moves are explained.
  sequence("6");
  text_now = "uplink";
  pass();
  BOOST_TEST(rows(Kind::finding).size() == 1u);
}

BOOST_AUTO_TEST_CASE(entering_configuration_mode_is_told_and_accuses_nobody) {
  stamps = {{"entered", "100"}};
  pass();
  pass();
  stamps = {{"entered", "200"}};
  pass();
  BOOST_TEST(rows(Kind::finding).empty());
  BOOST_TEST(events("stamp-moved").size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_the_profile_does_not_vouch_for_proves_nothing) {
  stamps = {{"interface-table", "1"}, {"unheard-of", "1"}};
  pass();
  pass();
  stamps = {{"interface-table", "2"}, {"unheard-of", "2"}};
  pass();
  BOOST_TEST(rows(Kind::finding).empty());
  BOOST_TEST(events("stamp-moved").empty());
}

BOOST_AUTO_TEST_CASE(an_unclean_reading_neither_proves_nor_hides) {
  sequence("5");
  reading("snmp-extranet", 1, {{mtu, mtu_now}, {description, text_now}, {other, other_now}},
          {"/interfaces/interface/mtu"});
  BOOST_TEST(rows(Kind::finding).empty());
  pass();
  auto findings = rows(Kind::finding);
  BOOST_REQUIRE(!findings.empty());
  BOOST_TEST(text_of(findings.back(), "path") == "/other");
}

BOOST_AUTO_TEST_SUITE_END()
