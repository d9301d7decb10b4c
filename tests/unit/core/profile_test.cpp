// A new revision of a profile comes by ticket, and baselines follow it: what it alone explains is no finding.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/core/watched.hpp"

using namespace assent;
using namespace assent::test;
using namespace assent::test::watched;

namespace {

const std::string duplex = "/interfaces/interface[name='eth0']/duplex";

struct Revised : Watched {
  /// Revision 2 reads `duplex` too, and no description any more.
  std::string next() const {
    std::string text = profile_text;
    const auto replace = [&](std::string_view from, std::string_view to) {
      const auto at = text.find(from);
      BOOST_REQUIRE(at != std::string::npos);
      text.replace(at, from.size(), to);
    };
    replace("revision: 1", "revision: 2");
    replace("- {leaf: description, oid: 1.3.6.1.2.1.31.1.1.1.18}",
            "- {leaf: duplex, oid: 1.3.6.1.2.1.10.7.2.1.19, as: number}");
    return text;
  }
  json::array wanted() const {
    return {json::object{
        {"operation", "modify"}, {"kind", "profile"}, {"id", "standard"}, {"value", {{"text", next()}}}}};
  }
  Id bring() {
    const auto closed = done(wanted());
    revision = 2;
    clock.advance(std::chrono::minutes{5});
    return number_of(closed, "ticket");
  }
  void read_next() {
    reading("snmp-extranet", 1, {{mtu, mtu_now}, {duplex, "3"}});
    clock.advance(std::chrono::minutes{5});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(core_profiles, Revised)

BOOST_AUTO_TEST_CASE(the_ticket_lists_what_will_be_read_otherwise_before_it_is_approved) {
  const auto prepared =
      ask("assent-ticket:prepare", {{"requester", "zhang"}, {"reason", "duplex"}, {"edits", wanted()}});
  BOOST_REQUIRE(prepared.ok());
  const auto& edit = array_of(*prepared, "edits").at(0).as_object();
  const auto& reads = object_of(object_of(edit, "value"), "reads");
  BOOST_TEST(canonical(reads) == R"({"newly":["/interfaces/interface/duplex"],)"
                                 R"("no-longer":["/interfaces/interface/description"]})");
  BOOST_TEST(text_of(*prepared, "page").find("/interfaces/interface/duplex") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_baseline_follows_and_names_the_ticket) {
  const Id ticket = bring();
  BOOST_REQUIRE(ticket != 0u);
  read_next();
  BOOST_TEST(rows(Kind::finding).empty());
  const auto followed = events("profile-followed");
  BOOST_REQUIRE(followed.size() == 1u);
  BOOST_TEST(number_of(followed[0].detail, "ticket") == ticket);
  const auto baseline = row(Kind::baseline, 1);
  BOOST_TEST(number_of(baseline, "revision") == 2u);
  BOOST_TEST(number_of(baseline, "ticket") == ticket);
  read_next();
  BOOST_TEST(events("profile-followed").size() == 1u);
  // And it is judged from now on.
  reading("snmp-extranet", 1, {{mtu, mtu_now}, {duplex, "2"}});
  BOOST_REQUIRE(rows(Kind::finding).size() == 1u);
  BOOST_TEST(text_of(row(Kind::finding, 1), "path") == duplex);
}

BOOST_AUTO_TEST_CASE(a_change_that_comes_with_the_revision_is_a_finding) {
  bring();
  mtu_now = "9000";
  read_next();
  const auto findings = rows(Kind::finding);
  BOOST_REQUIRE(findings.size() == 1u);
  BOOST_TEST(text_of(findings[0], "path") == mtu);
  BOOST_TEST(text_of(findings[0], "before") == "1500");
}

BOOST_AUTO_TEST_CASE(it_is_followed_after_a_restart_too) {
  const Id ticket = bring();
  stop();
  start();
  read_next();
  BOOST_TEST(rows(Kind::finding).empty());
  BOOST_TEST(number_of(row(Kind::baseline, 1), "ticket") == ticket);
  BOOST_TEST(number_of(row(Kind::baseline, 1), "revision") == 2u);
}

BOOST_AUTO_TEST_CASE(an_agent_that_names_a_revision_nobody_approved_moves_nothing) {
  revision = 2;
  read_next();
  BOOST_TEST(events("profile-followed").empty());
  BOOST_TEST(number_of(row(Kind::baseline, 1), "revision") == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
