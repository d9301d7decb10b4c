// What has bitten other systems for address management, and is not the subject of another test here: each
// case by its name. Elsewhere: a length equal to the parent's, addresses of a child given out from its
// parent, /31, /32, /127, /128 and /0, foreign notations, shrinking below use (space_test.cpp), two callers
// (holds_test.cpp), numbers used again (space_test.cpp).
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/registry/world.hpp"

using namespace assent;
using namespace assent::registry;
using namespace assent::registry::testing;

BOOST_AUTO_TEST_SUITE(bitten)

BOOST_FIXTURE_TEST_CASE(network_and_broadcast_of_a_child_are_not_offered_as_free, City) {
  prefix("10.1.0.0/24", "九江市", "active");
  prefix("10.1.0.4/30", "九江市", "active");
  for (const char* free : {"10.1.0.1", "10.1.0.2", "10.1.0.3", "10.1.0.8"})
    BOOST_TEST(address("10.1.0.0/24") == free);
  BOOST_TEST(address("10.1.0.4/30") == "10.1.0.5");
  BOOST_TEST(address("10.1.0.4/30") == "10.1.0.6");
  refused(next_address("10.1.0.4/30"), "registry.full");
  refused(wants_address("10.1.0.4"), "registry.address-reserved");
  refused(wants_address("10.1.0.7"), "registry.address-reserved");
}

BOOST_FIXTURE_TEST_CASE(a_container_inside_an_active_prefix_keeps_the_edges_of_the_active_one, City) {
  prefix("10.1.0.0/24", "九江市", "active");
  prefix("10.1.0.0/28");
  prefix("10.1.0.240/28");
  BOOST_TEST(address("10.1.0.0/28") == "10.1.0.1");
  const auto rows = change({create(
      Kind::address, R"({"network":"extranet","from":"10.1.0.240/28","count":15,"contiguous":true})")});
  BOOST_REQUIRE(rows.ok());
  BOOST_TEST(text_of(rows->back().body, "address") == "10.1.0.254");
  refused(next_address("10.1.0.240/28"), "registry.full");
}

BOOST_FIXTURE_TEST_CASE(two_callers_never_get_the_same_address, City) {
  prefix("10.1.0.0/24", "九江市", "active");
  // Both are resolved before either is applied: the second is refused, not given the same.
  Edit first, second;
  {
    Transaction trial(registry);
    first = *trial.resolve(next_address("10.1.0.0/24"), 0);
  }
  {
    Transaction trial(registry);
    second = *trial.resolve(next_address("10.1.0.0/24"), 0);
  }
  BOOST_TEST(canonical(to_json(first)) == canonical(to_json(second)));
  {
    Transaction trial(registry);
    BOOST_REQUIRE(trial.apply(first, 0).ok());
    trial.keep();
  }
  Transaction trial(registry);
  const auto late = trial.apply(second, 0);
  BOOST_REQUIRE(!late.ok());
  BOOST_TEST(late.error().what.id == "registry.address-taken");
  BOOST_REQUIRE(late.error().evidence.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_parent_is_not_deleted_between_request_and_apply, City) {
  const Id parent = prefix("10.1.0.0/24", "九江市", "active");
  Edit waiting;
  {
    Transaction trial(registry);
    waiting = *trial.resolve(next_address("10.1.0.0/24"), 7);
  }
  BOOST_REQUIRE(registry.hold(7, {waiting}).ok());
  const auto error = refused(remove(Kind::prefix, parent), "registry.in-use");
  BOOST_REQUIRE(error.evidence.size() == 1U);
  BOOST_TEST(error.evidence[0].id == "registry.evidence-held");
  // Without the hold it may go; what was asked for then comes from what is around it.
  registry.release(7);
  must(remove(Kind::prefix, parent));
  must(remove(Kind::block, block));
  Transaction trial(registry);
  const auto late = trial.apply(waiting, 7);
  BOOST_REQUIRE(!late.ok());
  BOOST_TEST(late.error().what.id == "registry.outside-blocks");
}

BOOST_FIXTURE_TEST_CASE(no_overlap_comes_of_a_parent_that_a_third_request_moved, City) {
  const Id parent = prefix("10.1.0.0/16");
  const Edit child = wants_prefix("10.1.128.0/24");
  must(modify(Kind::prefix, parent, R"({"prefix":"10.1.0.0/17"})"));
  prefix("10.1.128.0/23", "浔阳区");
  // The child would now lie in another's space.
  refused(child, "registry.not-below-holder");
  refused(modify(Kind::prefix, parent, R"({"prefix":"10.1.128.0/24"})"), "registry.not-below-holder");
  refused(wants_prefix("10.1.128.0/23"), "registry.prefix-taken");
}

BOOST_AUTO_TEST_SUITE_END()
