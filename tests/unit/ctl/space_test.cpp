#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/ctl/fakes.hpp"

using namespace assent;
using namespace assent::ctl;
using namespace assent::ctl::test;

namespace {

json::object value_asked(World& world) {
  const auto input = world.asked("assent-ticket:prepare");
  BOOST_REQUIRE(array_of(input, "edits").size() == 1U);
  return object_of(array_of(input, "edits").at(0).as_object(), "value");
}

} // namespace

BOOST_AUTO_TEST_SUITE(commands_about_space)

BOOST_AUTO_TEST_CASE(an_allocation_says_how_many_where_and_by_which_rule) {
  World world;
  BOOST_TEST(world.run({"prefix", "allocate", "2001:db8::/40", "5", "--length", "58", "--nibble", "--fit",
                        "best", "--count", "4", "--contiguous", "--reason", "x", "--key", "k", "--yes"}) ==
             3);
  BOOST_TEST(
      canonical(value_asked(world)) ==
      R"({"contiguous":true,"count":4,"fit":"best","from-any":["2001:db8::/40",5],"length":58,"nibble":true})");
}

BOOST_AUTO_TEST_CASE(a_place_may_be_counted_from_the_end) {
  World world;
  BOOST_TEST(world.run({"address", "allocate", "10.0.0.0/24", "--at=-2", "--mac", "00E0-FC12-AB34",
                        "--reason", "x", "--key", "k", "--yes"}) == 3);
  BOOST_TEST(canonical(value_asked(world)) == R"({"at":-2,"from":"10.0.0.0/24","mac":"00:e0:fc:12:ab:34"})");
}

BOOST_AUTO_TEST_CASE(wrong_numbers_and_macs_are_told_before_anything_is_asked) {
  World world;
  BOOST_TEST(world.run({"address", "allocate", "10.0.0.0/24", "--count", "many", "--reason", "x"}) == 2);
  BOOST_TEST(world.run({"address", "allocate", "10.0.0.0/24", "--mac", "00e0-fc12", "--reason", "x"}) == 2);
  BOOST_TEST(world.run({"prefix", "allocate", "10.0.0.0/24", "--reason", "x"}) == 2);
  BOOST_TEST(world.asked("assent-ticket:prepare").empty());
}

BOOST_AUTO_TEST_CASE(a_split_is_planned_by_the_daemon_and_carried_by_a_ticket) {
  World world;
  world.api.answers.emplace(
      "assent-ticket:restructure",
      parse_json(
          R"({"edits":[{"operation":"delete","kind":"prefix","id":5,"before":2}],"prefixes":1,"addresses":0})")
          ->as_object());
  BOOST_TEST(world.run({"prefix", "split", "10.0.0.0/24", "--length", "26", "--keep", "--network", "extranet",
                        "--reason", "x", "--key", "k", "--yes"}) == 3);
  BOOST_TEST(canonical(world.asked("assent-ticket:restructure")) ==
             R"({"change":"split","keep":true,"length":26,"network":"extranet","prefixes":["10.0.0.0/24"]})");
  BOOST_TEST(number_of(array_of(world.asked("assent-ticket:prepare"), "edits").at(0).as_object(), "id") ==
             5U);
}

BOOST_AUTO_TEST_SUITE_END()
