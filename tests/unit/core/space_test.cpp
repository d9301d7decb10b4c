// What tickets do with space: several at once, holds that end when a stage is late, whole parts at once.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/core/world.hpp"

using namespace assent;
using assent::test::create;

namespace {

struct Fields : test::World {
  Fields() {
    start();
    done({create("network", {{"name", "extranet"}})});
    done({create("organisation", {{"name", "浔阳区"}, {"tier", "county"}, {"parent", "九江市"}}),
          create("organisation", {{"name", "庐山市"}, {"tier", "county"}, {"parent", "九江市"}})});
    done({create("block", {{"network", "extranet"}, {"prefix", "10.0.0.0/8"}, {"organisation", "九江市"}})});
    done({create("prefix", {{"network", "extranet"},
                            {"prefix", "10.1.0.0/24"},
                            {"organisation", "浔阳区"},
                            {"status", "active"}})});
  }
  json::object next() {
    return create("address", {{"network", "extranet"}, {"from", "10.1.0.0/24"}, {"organisation", "浔阳区"}});
  }
  /// Asked for and signed by zhang; waits for li.
  Id waits(const json::object& edit) {
    auto asked = request("zhang", {{"edits", json::array{edit}}});
    BOOST_REQUIRE_MESSAGE(asked.ok(), (asked.ok() ? "" : asked.error().what.id));
    BOOST_REQUIRE(text_of(*asked, "state") == "submitted");
    return number_of(*asked, "ticket");
  }
  /// Asked for by zhang, approved by li and by wang.
  void both(const json::array& edits) {
    auto asked = request("zhang", {{"edits", edits}});
    BOOST_REQUIRE_MESSAGE(asked.ok(), (asked.ok() ? "" : asked.error().what.id));
    const Id ticket = number_of(*asked, "ticket");
    auto first = decide("li", ticket, "approve");
    BOOST_REQUIRE_MESSAGE(first.ok(), (first.ok() ? "" : first.error().what.id));
    BOOST_TEST(text_of(*first, "state") == "submitted");
    auto second = decide("wang", ticket, "approve");
    BOOST_REQUIRE_MESSAGE(second.ok(), (second.ok() ? "" : second.error().what.id));
    BOOST_TEST(text_of(*second, "state") == "closed");
  }
  std::uint64_t held(Id ticket) {
    return number_of(*ask("assent-ticket:status", {{"ticket", ticket}}), "held");
  }
  static std::string made(const json::object& answer, std::size_t i = 0) {
    return text_of(array_of(answer, "made").at(i).as_object(), "address");
  }
};

constexpr auto late = std::chrono::hours{73}; // a stage has three days

} // namespace

BOOST_FIXTURE_TEST_SUITE(space_of_tickets, Fields)

BOOST_AUTO_TEST_CASE(one_edit_may_ask_for_several_and_all_survive_a_restart) {
  json::object edit = next();
  edit["value"].as_object()["count"] = 3;
  edit["value"].as_object()["contiguous"] = true;
  const auto answer = done({edit});
  BOOST_REQUIRE(array_of(answer, "made").size() == 3U);
  BOOST_TEST(made(answer, 2) == "10.1.0.3");
  stop();
  start();
  BOOST_TEST(rows(Kind::address).size() == 3U);
  BOOST_TEST(made(done({next()})) == "10.1.0.4");
}

BOOST_AUTO_TEST_CASE(what_waits_is_held_until_its_stage_is_late) {
  const Id first = waits(next());
  BOOST_TEST(held(first) == 1U);
  BOOST_TEST(made(done({next()})) == "10.1.0.2");
  advance(late);
  BOOST_TEST(held(first) == 0U);
  BOOST_TEST(made(done({next()})) == "10.1.0.1");
  // It goes on waiting; when it opens it is told what moved.
  auto approved = decide("li", first, "approve");
  BOOST_REQUIRE(approved.ok());
  BOOST_TEST(text_of(*approved, "state") == "rejected");
  const auto told = events("ticket-rejected");
  BOOST_REQUIRE(told.size() == 1U);
  const auto& why = object_of(told[0].detail, "why");
  BOOST_TEST(text_of(why, "id") == "registry.address-taken");
  BOOST_TEST(array_of(why, "evidence").size() == 2U); // which edit, and what has the address now
}

BOOST_AUTO_TEST_CASE(a_late_ticket_still_opens_where_nothing_moved) {
  const Id first = waits(next());
  advance(late);
  BOOST_REQUIRE(decide("li", first, "approve").ok());
  BOOST_REQUIRE(rows(Kind::address).size() == 1U);
  BOOST_TEST(text_of(rows(Kind::address)[0], "address") == "10.1.0.1");
}

BOOST_AUTO_TEST_CASE(a_restart_holds_for_who_is_not_late) {
  const Id first = waits(next());
  advance(late);
  const Id second = waits(next());
  BOOST_TEST(held(first) == 0U);
  BOOST_TEST(held(second) == 1U);
  stop();
  start();
  BOOST_TEST(held(first) == 0U);
  BOOST_TEST(held(second) == 1U);
  BOOST_TEST(made(done({next()})) == "10.1.0.2");
  BOOST_REQUIRE(decide("li", second, "approve").ok());
  BOOST_TEST(text_of(rows(Kind::address).back(), "address") == "10.1.0.1");
}

BOOST_AUTO_TEST_CASE(a_whole_part_changes_by_one_ticket_after_a_preview) {
  // Whoever gives and whoever receives must agree, each by a person of their own.
  done({create("person", {{"handle", "wang"}, {"organisation", "九江市"}}),
        create("key", {{"person", "wang"}, {"public-key", public_key("wang")}}),
        create("role", {{"person", "wang"}, {"role", "approver"}, {"organisation", "九江市"}})});
  done({next(), next()});
  auto plan = ask("assent-ticket:restructure",
                  {{"change", "split"}, {"prefixes", json::array{"10.1.0.0/24"}}, {"length", 25}});
  BOOST_REQUIRE_MESSAGE(plan.ok(), (plan.ok() ? "" : plan.error().what.id));
  BOOST_TEST(number_of(*plan, "prefixes") == 3U);
  BOOST_TEST(rows(Kind::prefix).size() == 1U); // so far it was only asked
  both(array_of(*plan, "edits"));
  BOOST_TEST(rows(Kind::prefix).size() == 2U);
  plan = ask("assent-ticket:restructure",
             {{"change", "reassign"}, {"prefixes", json::array{"10.1.0.0/25"}}, {"organisation", "庐山市"}});
  BOOST_REQUIRE(plan.ok());
  BOOST_TEST(number_of(*plan, "addresses") == 2U);
  // The edits are about these versions: what moves meanwhile is not overwritten.
  const auto edits = array_of(*plan, "edits");
  done({{{"operation", "modify"}, {"kind", "address"}, {"id", 1}, {"value", {{"name", "printer"}}}}});
  auto stale = request("zhang", {{"edits", edits}});
  BOOST_REQUIRE(!stale.ok());
  BOOST_TEST(stale.error().what.id == "registry.version-moved");
  plan = ask("assent-ticket:restructure",
             {{"change", "reassign"}, {"prefixes", json::array{"10.1.0.0/25"}}, {"organisation", "庐山市"}});
  both(array_of(*plan, "edits"));
  stop();
  start();
  for (const auto& row : rows(Kind::address))
    BOOST_TEST(number_of(row, "organisation") == 3U);
  BOOST_TEST(ask("assent-ticket:restructure", {{"change", "split"}, {"prefixes", json::array{"10.1.0.0/25"}}})
                 .error()
                 .what.id == "core.restructure-needs");
}

BOOST_AUTO_TEST_SUITE_END()
