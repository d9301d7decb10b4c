// Which links are there, whatever the order in which they came, and how they are looked at a part at a time.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <set>

#include "daemon/watch/traffic.hpp"

using namespace assent;
using namespace assent::watch;

namespace {

LinkFacts link_of(Id id, Id uplink) {
  LinkFacts facts;
  facts.id = id;
  facts.name = "link-" + std::to_string(id);
  facts.device = id;
  facts.interface = "port";
  facts.enabled = true;
  facts.uplink = uplink;
  facts.entitlement = {1'000'000, 1'000'000};
  return facts;
}

bool shared(const Traffic& traffic, Id id) {
  return traffic.view(id, Instant{})->shared;
}

} // namespace

BOOST_AUTO_TEST_CASE(an_uplink_knows_those_below_it_that_came_before_it) {
  Traffic traffic;
  static_cast<void>(traffic.set_link(link_of(2, 1), Instant{}));
  static_cast<void>(traffic.set_link(link_of(3, 1), Instant{}));
  static_cast<void>(traffic.set_link(link_of(4, 9), Instant{}));
  static_cast<void>(traffic.set_link(link_of(4, 0), Instant{})); // thinks better of it before 9 comes
  static_cast<void>(traffic.set_link(link_of(1, 0), Instant{}));
  static_cast<void>(traffic.set_link(link_of(9, 0), Instant{}));
  BOOST_TEST(shared(traffic, 1));
  BOOST_TEST(!shared(traffic, 9));
  // Gone and back again: those below are below it still.
  static_cast<void>(traffic.drop_link(1));
  static_cast<void>(traffic.drop_link(3));
  static_cast<void>(traffic.set_link(link_of(1, 0), Instant{}));
  BOOST_TEST(shared(traffic, 1));
  static_cast<void>(traffic.drop_link(2));
  BOOST_TEST(!shared(traffic, 1));
}

BOOST_AUTO_TEST_CASE(parts_hold_each_link_once_and_begin_anew_where_the_table_grew) {
  Traffic traffic;
  for (Id id = 1; id <= 500; ++id)
    static_cast<void>(traffic.set_link(link_of(id, 0), Instant{}));
  Traffic::Place place;
  std::vector<LinkView> views;
  std::size_t parts = 1;
  while (traffic.views(Instant{}, false, 64, place, views)) {
    if (parts == 3)
      for (Id id = 501; id <= 5000; ++id)
        static_cast<void>(traffic.set_link(link_of(id, 0), Instant{}));
    BOOST_REQUIRE(++parts < 1000u);
  }
  BOOST_TEST(parts >= 5000u / 128);
  std::set<Id> ids;
  for (const auto& view : views)
    BOOST_TEST(ids.insert(view.facts->id).second);
  BOOST_TEST(ids.size() == 5000u);
}
