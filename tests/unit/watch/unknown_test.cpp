#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "daemon/watch/unknown.hpp"
#include "tests/unit/watch/world.hpp"

using namespace assent;
using namespace assent::watch;
using namespace assent::watch::test;
using Tree = std::map<std::string, std::string>;

namespace {
const std::string name20 = "/vlans/vlan[id='20']/name";
const std::string ports20 = "/vlans/vlan[id='20']/ports";
const std::string mtu1 = "/interfaces/interface[name='Gi0/1']/mtu";
const std::string mtu2 = "/interfaces/interface[name='Gi0/2']/mtu";
const Tree approved = {{name20, "video"}, {ports20, "Gi0/1"}, {mtu1, "1500"}, {mtu2, "1500"}};
const Tree no_vlans = {{mtu1, "1500"}, {mtu2, "1500"}};

struct Watched : World {
  Watched() {
    take_baseline(approved);
    read(approved, 0);
  }
};
} // namespace

BOOST_FIXTURE_TEST_SUITE(missing_data, Watched)

BOOST_AUTO_TEST_CASE(a_table_that_is_nowhere_is_unknown_and_no_change) {
  const Outcome out = read(no_vlans, 300);
  BOOST_TEST((out.opened.empty() && !out.moved));
  BOOST_TEST(read(approved, 600).opened.empty());
}

BOOST_AUTO_TEST_CASE(what_the_agent_could_not_read_is_unknown_even_where_some_of_it_came) {
  unknown = {"/interfaces/interface/mtu"};
  Tree half = approved;
  half.erase(mtu2);
  half[mtu1] = "64";
  BOOST_TEST(read(half, 300).opened.empty());
  BOOST_TEST(!watch.last_reading(7)->complete);
}

BOOST_AUTO_TEST_CASE(an_open_finding_stays_while_its_path_is_unknown) {
  Tree changed = approved;
  changed[name20] = "game";
  read(changed, 300);
  BOOST_TEST(read(no_vlans, 600).cleared.empty());
  BOOST_TEST(watch.open_count() == 1u);
  BOOST_TEST(read(approved, 900).cleared.size() == 1u);
}

BOOST_AUTO_TEST_CASE(three_intervals_of_unknown_blind_the_watch_once_for_a_table) {
  BOOST_TEST(read(no_vlans, 300).opened.empty());
  BOOST_TEST(read(no_vlans, 600).opened.empty());
  const Outcome out = read(no_vlans, 900);
  BOOST_REQUIRE(out.opened.size() == 1u);
  BOOST_TEST(out.opened[0].kind == "watch-blinded");
  BOOST_TEST(out.opened[0].path == "/vlans");
  BOOST_TEST((out.opened[0].earliest == at(0)));
  BOOST_TEST((out.blinded == std::vector<std::string>{"/vlans"}));
  BOOST_TEST(read(no_vlans, 1200).opened.empty());
  const Outcome seen = read(approved, 1500);
  BOOST_REQUIRE(seen.cleared.size() == 1u);
  BOOST_TEST(seen.cleared[0].kind == "watch-blinded");
  BOOST_TEST(watch.open_count() == 0u);
}

BOOST_AUTO_TEST_CASE(many_readings_in_a_short_time_do_not_blind_the_watch) {
  for (int i = 1; i < 20; ++i)
    BOOST_TEST(read(no_vlans, i * 10).opened.empty());
}

BOOST_AUTO_TEST_CASE(one_good_reading_begins_the_count_anew) {
  read(no_vlans, 300);
  read(no_vlans, 600);
  read(approved, 900);
  read(no_vlans, 1200);
  BOOST_TEST(read(no_vlans, 1500).opened.empty());
  BOOST_TEST(read(no_vlans, 1800).opened.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_policy_s_interval_counts) {
  watch.set_state_interval(std::chrono::seconds(10));
  read(no_vlans, 10);
  read(no_vlans, 20);
  BOOST_TEST(read(no_vlans, 30).opened.size() == 1u);
}

BOOST_AUTO_TEST_CASE(unknown_is_no_hiding_place_for_what_happened_meanwhile) {
  read(no_vlans, 300);
  permits.put(ticket(5, 400, 5000, {permit(7, name20)}));
  read(no_vlans, 600);
  Tree changed = approved;
  changed[name20] = "game";
  const Outcome out = read(changed, 900);
  // Last seen as approved at 0, before the window: the change may have been made then.
  BOOST_TEST(!out.moved);
  BOOST_REQUIRE(out.opened.size() == 1u);
  BOOST_TEST((out.opened[0].earliest == at(0)));
  BOOST_TEST((out.opened[0].verdict == tickets::Verdict::undecidable));
}

BOOST_AUTO_TEST_CASE(counting_goes_on_over_a_restart) {
  read(no_vlans, 300);
  restart();
  read(no_vlans, 600);
  restart();
  BOOST_TEST(read(no_vlans, 900).blinded.size() == 1u);
  restart();
  BOOST_TEST(read(no_vlans, 1200).opened.empty());
  BOOST_TEST(read(approved, 1500).cleared.size() == 1u);
}

BOOST_AUTO_TEST_CASE(part_of_an_unknown_table_that_stays_unknown_keeps_its_age) {
  read(no_vlans, 300);
  read(no_vlans, 600);
  Tree no_ports = approved;
  no_ports.erase(ports20);
  const Outcome out = read(no_ports, 900);
  BOOST_REQUIRE(out.opened.size() == 1u);
  BOOST_TEST(out.opened[0].path == "/vlans/vlan/ports");
}

BOOST_AUTO_TEST_CASE(a_report_that_makes_no_sense_makes_everything_unknown) {
  for (const std::vector<std::string>& report : {std::vector<std::string>{"vlans"},
                                                 {"/vlans/vlan[id='20']"},
                                                 std::vector<std::string>(300, "/vlans")}) {
    unknown = report;
    Tree changed = approved;
    changed[name20] = "game";
    BOOST_TEST(read(changed, 300).opened.empty());
  }
  BOOST_TEST((unknown_roots({"/b/c", "/a", "/b"}) == std::vector<std::string>{"/a", "/b"}));
}

BOOST_AUTO_TEST_CASE(a_new_profile_revision_makes_nothing_deviate) {
  revision = 2;
  Tree seen = approved;
  seen.erase(ports20);                       // no longer read
  seen["/vlans/vlan[id='20']/state"] = "up"; // newly visible
  for (int i = 1; i < 6; ++i)
    BOOST_TEST(read(seen, i * 300).opened.empty());
  seen[mtu1] = "9000"; // what both can see is judged
  BOOST_TEST(read(seen, 1800).opened.size() == 1u);
  take_baseline(seen); // under revision 2
  BOOST_TEST(read(seen, 2100).cleared.size() == 1u);
  seen["/vlans/vlan[id='20']/state"] = "down";
  BOOST_TEST(read(seen, 2400).opened.size() == 1u);
}

BOOST_AUTO_TEST_CASE(without_a_baseline_there_is_no_finding_but_a_last_reading) {
  World fresh;
  Observation given = fresh.observation(tree(approved), 0);
  given.text.clear();
  BOOST_TEST(fresh.observe(given, 3).want_tree);
  BOOST_TEST(fresh.read(approved, 0).opened.empty());
  BOOST_TEST(fresh.watch.last_reading(7)->complete);
  BOOST_TEST(fresh.watch.last_reading(7)->fingerprint == fingerprint(tree(approved)));
  fresh.take_baseline(approved);
  Tree changed = approved;
  changed[name20] = "game";
  const Outcome out = fresh.read(changed, 300);
  BOOST_REQUIRE(out.opened.size() == 1u);
  BOOST_TEST((out.opened[0].earliest == at(0)));
}

BOOST_AUTO_TEST_SUITE_END()
