// The last row of a table: removed, where the device said that there is none; else unknown.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <set>

#include "daemon/watch/unknown.hpp"
#include "tests/unit/watch/world.hpp"

using namespace assent;
using namespace assent::watch;
using namespace assent::watch::test;
using Tree = std::map<std::string, std::string>;

namespace {
const std::string name20 = "/vlans/vlan[id='20']/name", mtu1 = "/interfaces/interface[name='Gi0/1']/mtu";
const std::string mode20 = "/vlans/vlan[id='20']/port[name='Gi0/1']/mode";
const Tree rest = {{mtu1, "1500"}, {"/system/name", "sw"}};
const Tree approved = {{name20, "video"}, {mode20, "tagged"}, {mtu1, "1500"}, {"/system/name", "sw"}};
const std::vector<std::string> both = {"/vlans/vlan/name", "/vlans/vlan/port/mode"};

struct LastRow : World {
  LastRow() {
    take_baseline(approved);
    read(approved, 0);
  }
  std::vector<std::string> empty;
  Outcome read_empty(const Tree& leaves, int seconds) {
    Observation given = observation(tree(leaves), seconds);
    given.empty = empty;
    return observe(given, seconds + 3);
  }
  std::set<std::string> open() const {
    std::set<std::string> out;
    for (const Finding* finding : watch.open_findings(7))
      out.insert(finding->kind + " " + finding->path);
    return out;
  }
};
} // namespace

BOOST_FIXTURE_TEST_SUITE(watch_last_row, LastRow)

BOOST_AUTO_TEST_CASE(the_last_row_that_the_device_says_is_gone_is_a_removal_at_once) {
  empty = both;
  const Outcome out = read_empty(rest, 300);
  BOOST_REQUIRE(out.opened.size() == 2u);
  for (const Finding& finding : out.opened) {
    BOOST_TEST(finding.kind == "deviation");
    BOOST_TEST((finding.operation == tickets::PathOperation::remove && !finding.after));
    BOOST_TEST((finding.earliest == at(0) && finding.latest == at(302)));
  }
  BOOST_TEST(read(approved, 600).cleared.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_table_that_is_only_not_shown_is_still_unknown_and_blinds) {
  BOOST_TEST(read_empty(rest, 300).opened.empty());
  read_empty(rest, 600);
  read_empty(rest, 900);
  BOOST_TEST((open() == std::set<std::string>{"watch-blinded /vlans"}));
  // What comes to light later is judged from the last reading that saw it, and blinds nobody any more.
  empty = both;
  const Outcome out = read_empty(rest, 1200);
  BOOST_TEST((open() == std::set<std::string>{"deviation " + name20, "deviation " + mode20}));
  BOOST_REQUIRE(out.opened.size() == 2u);
  BOOST_TEST((out.opened[0].earliest == at(0)));
  BOOST_TEST(out.cleared.size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_equal_tree_is_judged_anew_where_the_device_has_said_more) {
  read_empty(rest, 300); // the same fingerprint, but then the device had not said it
  empty = both;
  BOOST_TEST(read_empty(rest, 600).opened.size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_could_not_be_read_is_not_empty_whatever_else_is_said) {
  empty = both;
  unknown = {"/vlans"};
  BOOST_TEST(read_empty(rest, 300).opened.empty());
}

BOOST_AUTO_TEST_CASE(the_last_port_of_all_vlans_is_removed_and_the_vlans_stay) {
  empty = {"/vlans/vlan/port/mode"};
  Tree less = approved;
  less.erase(mode20);
  read_empty(less, 300);
  BOOST_TEST((open() == std::set<std::string>{"deviation " + mode20}));
}

BOOST_AUTO_TEST_CASE(half_a_row_that_is_empty_takes_the_other_half_along) {
  empty = {"/vlans/vlan/name"};
  unknown = {"/vlans/vlan/port/mode"};
  read_empty(rest, 300);
  BOOST_TEST((open() == std::set<std::string>{"deviation " + name20, "deviation " + mode20}));
}

BOOST_AUTO_TEST_CASE(a_permit_to_remove_it_covers_it_and_moves_the_baseline) {
  permits.put(ticket(5, 100, 1000, {permit(7, "/vlans/**")}));
  read(approved, 150);
  empty = both;
  const Outcome out = read_empty(rest, 300);
  BOOST_TEST(out.opened.empty());
  BOOST_REQUIRE(out.moved);
  BOOST_TEST(out.moved->text == tree(rest));
}

BOOST_AUTO_TEST_CASE(what_was_said_survives_a_restart) {
  empty = both;
  read_empty(rest, 300);
  restart();
  BOOST_TEST(read_empty(rest, 600).opened.empty());
  BOOST_TEST(open().size() == 2u);
}

BOOST_AUTO_TEST_CASE(nonsense_in_the_list_proves_nothing) {
  BOOST_TEST(empty_paths({"/vlans/vlan/name", "no path"}).empty());
  BOOST_TEST(empty_paths({"/vlans/vlan[id='20']/name"}).empty());
  BOOST_TEST(empty_paths(std::vector<std::string>(257, "/vlans/vlan/name")).empty());
  BOOST_TEST((empty_paths({"/b", "/a", "/b"}) == std::vector<std::string>{"/a", "/b"}));
}

BOOST_AUTO_TEST_SUITE_END()
