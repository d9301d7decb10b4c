#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/core/watched.hpp"

using namespace assent;
using assent::test::create;

using namespace assent::test::watched;

BOOST_FIXTURE_TEST_SUITE(watching, Watched)

BOOST_AUTO_TEST_CASE(a_change_without_a_ticket_is_a_finding_and_clears_when_put_back) {
  BOOST_TEST(rows(Kind::finding).empty());
  mtu_now = "9000";
  clock.advance(std::chrono::minutes{5});
  read();
  auto findings = rows(Kind::finding);
  BOOST_REQUIRE(findings.size() == 1u);
  BOOST_TEST(text_of(findings[0], "path") == mtu);
  BOOST_TEST(text_of(findings[0], "before") == "1500");
  BOOST_TEST(text_of(findings[0], "after") == "9000");
  BOOST_TEST(text_of(findings[0], "verdict") == "not-covered");
  BOOST_TEST(events("finding-opened").size() == 1u);
  mtu_now = "1500";
  clock.advance(std::chrono::minutes{5});
  read();
  BOOST_TEST(text_of(row(Kind::finding, 1), "state") == "cleared");
}

BOOST_AUTO_TEST_CASE(a_reading_of_another_age_is_refused) {
  // A clock far off moves the times of its readings to years that no row could give back at the next start.
  int session = 0;
  for (const auto& [sent, begun] : {std::pair{"0001-01-01T00:00:00Z", "9999-12-30T00:00:00Z"},
                                    std::pair{"9999-12-31T00:00:00Z", "0001-01-01T00:00:00Z"}}) {
    json::object state{{"device", 1},      {"profile", "standard"},
                       {"revision", 1},    {"fingerprint", "sha256:" + std::string(64, 'a')},
                       {"started", begun}, {"ended", begun}};
    auto answer = ask("assent-agent:report",
                      {{"session", "21111111-2222-4333-8444-55555555555" + std::to_string(session++)},
                       {"sequence", 1},
                       {"sent", sent},
                       {"states", json::array{std::move(state)}}},
                      agent_peer("snmp-extranet"));
    BOOST_REQUIRE(!answer.ok());
    BOOST_TEST(answer.error().what.id == "core.bad-reading");
  }
}

BOOST_AUTO_TEST_CASE(a_permitted_change_moves_the_baseline_also_after_a_restart) {
  permit(description, std::chrono::hours{1});
  clock.advance(std::chrono::seconds{5});
  read();
  text_now = "uplink to the county";
  clock.advance(std::chrono::minutes{5});
  read();
  BOOST_TEST(rows(Kind::finding).empty());
  BOOST_TEST(events("change-covered").size() == 1u);
  stop();
  start();
  clock.advance(std::chrono::minutes{5});
  read();
  BOOST_TEST(rows(Kind::finding).empty());
}

BOOST_AUTO_TEST_CASE(only_what_the_open_ticket_names_is_covered) {
  permit(description, std::chrono::hours{1});
  clock.advance(std::chrono::seconds{5});
  read();
  text_now = "permitted";
  other_now = "not permitted";
  clock.advance(std::chrono::minutes{5});
  read();
  auto findings = rows(Kind::finding);
  BOOST_REQUIRE(findings.size() == 1u);
  BOOST_TEST(text_of(findings[0], "path") == other);
  BOOST_REQUIRE(!array_of(findings[0], "nearest").empty());
}

BOOST_AUTO_TEST_CASE(a_change_over_the_windows_edge_is_undecidable) {
  text_now = "before or after the opening";
  permit(description, std::chrono::hours{1});
  clock.advance(std::chrono::seconds{5});
  read();
  auto findings = rows(Kind::finding);
  BOOST_REQUIRE(findings.size() == 1u);
  BOOST_TEST(text_of(findings[0], "verdict") == "undecidable");
}

BOOST_AUTO_TEST_CASE(a_ticket_closes_after_the_last_reading_of_its_window) {
  permit(description, std::chrono::hours{1});
  clock.advance(std::chrono::seconds{5});
  read();
  text_now = "done";
  clock.advance(std::chrono::minutes{5});
  read();
  const Id ticket = rows(Kind::ticket).back().at("id").to_number<Id>();
  BOOST_REQUIRE(decide("zhang", ticket, "finish").ok());
  BOOST_TEST(text_of(row(Kind::ticket, ticket), "state") == "verifying");
  clock.advance(std::chrono::seconds{1});
  read();
  BOOST_TEST(text_of(row(Kind::ticket, ticket), "state") == "closed");
  BOOST_TEST(text_of(row(Kind::ticket, ticket), "outcome") == "implemented");
}

BOOST_AUTO_TEST_CASE(what_a_revoked_ticket_permitted_is_still_covered_after_a_restart) {
  permit(description, std::chrono::hours{1});
  clock.advance(std::chrono::seconds{5});
  read();
  const Id ticket = rows(Kind::ticket).back().at("id").to_number<Id>();
  clock.advance(std::chrono::minutes{2});
  text_now = "made while it was permitted";
  // The reading of the change begins before the revocation and is told after it.
  const auto begun = clock.wall();
  clock.advance(std::chrono::milliseconds{100});
  const auto ended = clock.wall();
  clock.advance(std::chrono::seconds{1});
  BOOST_REQUIRE(decide("li", ticket, "revoke").ok());
  stop();
  start();
  reading_between(begun, ended);
  BOOST_TEST(rows(Kind::finding).empty());
  BOOST_TEST(events("change-covered").size() == 1u);
}

BOOST_AUTO_TEST_CASE(trees_that_nothing_names_are_forgotten_and_others_are_not) {
  const auto known = [&](const std::string& fingerprint) {
    auto reader = core->store().read();
    return (*reader)->tree(fingerprint).ok();
  };
  const auto base = text_of(row(Kind::baseline, 1), "fingerprint");
  mtu_now = "9000";
  clock.advance(std::chrono::minutes{5});
  read();
  const auto middle = last_fingerprint;
  mtu_now = "9001";
  clock.advance(std::chrono::minutes{5});
  read();
  BOOST_TEST(known(middle));
  advance(std::chrono::hours{2});
  read();
  BOOST_TEST(!known(middle));
  BOOST_TEST(known(base));
  BOOST_TEST(known(last_fingerprint));
  // What was forgotten is asked for again.
  mtu_now = "9000";
  clock.advance(std::chrono::minutes{5});
  read();
  BOOST_TEST(known(middle));
  BOOST_TEST(text_of(row(Kind::finding, 1), "after") == "9000");
}

BOOST_AUTO_TEST_CASE(what_was_permitted_and_never_seen_is_not_implemented) {
  permit(description, std::chrono::minutes{10});
  const Id ticket = rows(Kind::ticket).back().at("id").to_number<Id>();
  advance(std::chrono::minutes{11});
  read();
  BOOST_TEST(text_of(row(Kind::ticket, ticket), "state") == "closed");
  BOOST_TEST(text_of(row(Kind::ticket, ticket), "outcome") == "not-implemented");
}

BOOST_AUTO_TEST_CASE(a_finding_is_accepted_only_by_a_ticket) {
  mtu_now = "9000";
  clock.advance(std::chrono::minutes{5});
  read();
  done({create("baseline", {{"device", "xunyang-sw1"}, {"accept", json::array{mtu}}})});
  BOOST_TEST(text_of(row(Kind::finding, 1), "state") == "accepted");
  clock.advance(std::chrono::minutes{5});
  read();
  BOOST_TEST(rows(Kind::finding).size() == 1u);
  // As assentctl asks: by the baseline's number, which is its device's.
  mtu_now = "1400";
  clock.advance(std::chrono::minutes{5});
  read();
  BOOST_TEST(text_of(row(Kind::finding, 2), "state") == "open");
  const Id device = row(Kind::finding, 2).at("device").to_number<Id>();
  done({json::object{{"operation", "modify"},
                     {"kind", "baseline"},
                     {"id", device},
                     {"value", json::object{{"accept", json::array{mtu}}}}}});
  BOOST_TEST(text_of(row(Kind::finding, 2), "state") == "accepted");
}

BOOST_AUTO_TEST_CASE(a_finding_tells_whose_approval_it_lacked) {
  mtu_now = "9000";
  clock.advance(std::chrono::minutes{5});
  read();
  auto answer = ask("assent-ticket:explain", {{"finding", 1}}, person_peer("root"));
  BOOST_REQUIRE(answer.ok());
  BOOST_TEST(!array_of(*answer, "stages").empty());
  BOOST_TEST(text_of(object_of(*answer, "permit"), "path") == mtu);
}

BOOST_AUTO_TEST_CASE(a_silent_agent_raises_an_alarm_that_its_next_session_clears) {
  read();
  const auto silent = [&] {
    const auto alarms = canonical(figures().alarms);
    return alarms.find("agent-silent") != std::string::npos;
  };
  advance(std::chrono::seconds{2});
  BOOST_TEST(!silent());
  advance(std::chrono::seconds{100});
  BOOST_TEST(silent());
  stop();
  start(); // has heard nobody yet: it is as silent as it was
  advance(std::chrono::seconds{2});
  BOOST_TEST(silent());
  advance(std::chrono::seconds{100});
  BOOST_TEST(silent());
  BOOST_TEST(events("alarm-raised").size() == 1u);
  read();
  advance(std::chrono::seconds{2});
  BOOST_TEST(!silent());
}

BOOST_AUTO_TEST_CASE(an_agent_speaks_only_about_its_own_devices) {
  auto answer = report(
      "snmp-extranet",
      {{"reach", json::array{json::object{{"device", 99}, {"reachable", false}, {"reason", "timeout"}}}}});
  BOOST_REQUIRE(!answer.ok());
  BOOST_TEST(answer.error().what.id == "core.not-its-device");
  auto stranger = ask("assent-agent:report", {{"session", "x"}, {"sequence", 1}}, agent_peer("nobody"));
  BOOST_TEST(!stranger.ok());
}

BOOST_AUTO_TEST_CASE(silence_is_an_alarm_and_no_finding) {
  BOOST_REQUIRE(
      report(
          "snmp-extranet",
          {{"reach", json::array{json::object{{"device", 1}, {"reachable", false}, {"reason", "timeout"}}}}})
          .ok());
  BOOST_TEST(events("alarm-raised").size() == 1u);
  BOOST_TEST(rows(Kind::finding).empty());
  BOOST_REQUIRE(
      report("snmp-extranet", {{"reach", json::array{json::object{{"device", 1}, {"reachable", true}}}}})
          .ok());
  BOOST_TEST(events("alarm-cleared").size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_lost_table_is_watch_blinded_after_three_intervals) {
  for (int i = 0; i < 4; ++i) {
    clock.advance(std::chrono::minutes{5});
    reading("snmp-extranet", 1, {}, {"/interfaces"});
  }
  const auto findings = rows(Kind::finding);
  BOOST_REQUIRE(!findings.empty());
  for (const auto& finding : findings)
    BOOST_TEST(text_of(finding, "kind") == "watch-blinded");
}

BOOST_AUTO_TEST_SUITE_END()
