#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/registry/world.hpp"

using namespace assent;
using namespace assent::registry;
using namespace assent::registry::testing;

namespace {

struct Waiting : City {
  /// Resolves in a trial, as a ticket does when it is asked for, and holds.
  std::vector<Edit> wait(Id ticket, const std::vector<Edit>& wanted) {
    std::vector<Edit> resolved;
    {
      Transaction trial(registry);
      for (const auto& edit : wanted) {
        auto each = trial.resolve(edit, ticket);
        BOOST_REQUIRE_MESSAGE(each.ok(), (each.ok() ? "" : each.error().what.id));
        resolved.push_back(std::move(*each));
        BOOST_REQUIRE(trial.apply(resolved.back(), ticket).ok());
      }
    }
    BOOST_REQUIRE(registry.hold(ticket, resolved).ok());
    return resolved;
  }
  void open(Id ticket, const std::vector<Edit>& resolved) {
    Transaction trial(registry);
    for (const auto& edit : resolved) {
      const auto row = trial.apply(edit, ticket);
      BOOST_REQUIRE_MESSAGE(row.ok(), (row.ok() ? "" : row.error().what.id));
    }
    trial.keep();
    registry.release(ticket);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(holds)

BOOST_FIXTURE_TEST_CASE(what_waits_is_given_to_nobody_else, Waiting) {
  prefix("10.1.0.0/24", "浔阳区", "active");
  const auto first = wait(1, {next_address("10.1.0.0/24")});
  const auto second = wait(2, {next_address("10.1.0.0/24")});
  BOOST_TEST(text_of(first[0].value, "address") == "10.1.0.1");
  BOOST_TEST(text_of(second[0].value, "address") == "10.1.0.2");
  BOOST_TEST(address("10.1.0.0/24") == "10.1.0.3");
  const auto error = refused(wants_address("10.1.0.1"), "registry.held");
  BOOST_TEST(error.evidence.at(0).args.at(1).second == "1");
  BOOST_TEST(registry.held(xunyang) == 2U);
  open(1, first);
  BOOST_TEST(registry.held(xunyang) == 1U);
  refused(wants_address("10.1.0.1"), "registry.address-taken");
  registry.release(2);
  BOOST_TEST(registry.held(xunyang) == 0U);
  BOOST_TEST(address("10.1.0.0/24") == "10.1.0.2");
}

BOOST_FIXTURE_TEST_CASE(a_held_prefix_keeps_others_out_of_it, Waiting) {
  prefix("10.1.0.0/16", "浔阳区");
  const auto waits = wait(1, {next_prefix("10.1.0.0/16", 20)});
  BOOST_TEST(room("10.1.0.0/16", 24) == "10.1.16.0/24");
  BOOST_TEST(address("10.1.0.0/16") == "10.1.17.0");
  refused(wants_address("10.1.3.3"), "registry.held");
  refused(wants_prefix("10.1.4.0/24", "浔阳区"), "registry.held");
  refused(wants_prefix("10.1.0.0/20", "浔阳区"), "registry.held");
  refused(remove(Kind::prefix, *registry.find(Kind::prefix, "extranet 10.1.0.0/16")), "registry.in-use");
  open(1, waits);
  BOOST_TEST(room("10.1.0.0/20", 24) == "10.1.0.0/24");
}

BOOST_FIXTURE_TEST_CASE(a_prefix_around_a_hold_leaves_it_good, Waiting) {
  const auto waits = wait(1, {wants_prefix("10.1.2.0/24", "浔阳区", "active")});
  refused(wants_prefix("10.1.0.0/16", "庐山市"), "registry.held");
  must(wants_prefix("10.1.0.0/16", "九江市"));
  BOOST_TEST(room("10.1.0.0/16", 23) == "10.1.0.0/23");
  BOOST_TEST(room("10.1.0.0/16", 24) == "10.1.3.0/24");
  open(1, waits);
  BOOST_TEST(room("10.1.0.0/16", 24) == "10.1.4.0/24");
}

BOOST_FIXTURE_TEST_CASE(a_ticket_may_hold_a_prefix_and_what_is_in_it, Waiting) {
  const auto waits = wait(1, {wants_prefix("10.1.0.0/24", "浔阳区", "active"), next_address("10.1.0.0/24"),
                              next_address("10.1.0.0/24")});
  BOOST_TEST(registry.held(xunyang) == 3U);
  BOOST_TEST(room("10.0.0.0/8", 24) == "10.0.0.0/24");
  open(1, waits);
  BOOST_TEST(registry.held(xunyang) == 0U);
  BOOST_TEST(address("10.1.0.0/24") == "10.1.0.3");
}

BOOST_FIXTURE_TEST_CASE(a_failed_opening_keeps_the_hold, Waiting) {
  prefix("10.1.0.0/24", "浔阳区", "active");
  const auto waits = wait(1, {next_address("10.1.0.0/24"), next_address("10.1.0.0/24")});
  {
    Transaction trial(registry);
    BOOST_REQUIRE(trial.apply(waits[0], 1).ok());
  }
  refused(wants_address("10.1.0.1"), "registry.held");
  refused(wants_address("10.1.0.2"), "registry.held");
  BOOST_TEST(address("10.1.0.0/24") == "10.1.0.3");
}

BOOST_FIXTURE_TEST_CASE(nobody_holds_what_another_holds, Waiting) {
  prefix("10.1.0.0/24", "浔阳区", "active");
  const auto waits = wait(1, {next_address("10.1.0.0/24")});
  const auto again = registry.hold(2, waits);
  BOOST_REQUIRE(!again.ok());
  BOOST_TEST(again.error().what.id == "registry.held");
  BOOST_TEST(registry.held(xunyang) == 1U);
  BOOST_REQUIRE(registry.hold(1, waits).ok());
  BOOST_TEST(registry.held(xunyang) == 1U);
}

BOOST_FIXTURE_TEST_CASE(what_is_registered_meanwhile_cannot_be_held, Waiting) {
  prefix("10.1.0.0/24", "浔阳区", "active");
  must(wants_address("10.1.0.9"));
  Edit late = wants_address("10.1.0.9");
  late.value = body(R"({"network":1,"address":"10.1.0.9","organisation":2})");
  const auto held = registry.hold(3, {late});
  BOOST_REQUIRE(!held.ok());
  BOOST_TEST(held.error().what.id == "registry.address-taken");
  BOOST_TEST(registry.held(xunyang) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
