#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <set>

#include "tests/unit/watch/world.hpp"

using namespace assent;
using namespace assent::watch;
using namespace assent::watch::test;
using Tree = std::map<std::string, std::string>;

namespace {
const std::string name20 = "/vlans/vlan[id='20']/name";
const std::string name30 = "/vlans/vlan[id='30']/name";
const std::string mtu1 = "/interfaces/interface[name='Gi0/1']/mtu";
const Tree approved = {{name20, "video"}, {name30, "office"}, {mtu1, "1500"}, {"/system/name", "sw"}};

Tree with(Tree tree, const std::string& path, const std::string& value) {
  tree[path] = value;
  return tree;
}
Tree without(Tree tree, const std::string& path) {
  tree.erase(path);
  return tree;
}

struct Watched : World {
  Watched() {
    take_baseline(approved);
    read(approved, 0);
  }
};
} // namespace

BOOST_FIXTURE_TEST_SUITE(watch_verdicts, Watched)

BOOST_AUTO_TEST_CASE(a_change_without_a_ticket_is_a_finding_with_its_interval) {
  const Outcome out = read(with(approved, name20, "game"), 300);
  BOOST_REQUIRE(out.opened.size() == 1u);
  const Finding& finding = out.opened[0];
  BOOST_TEST(finding.path == name20);
  BOOST_TEST((finding.operation == tickets::PathOperation::modify));
  BOOST_TEST((*finding.before == "video" && *finding.after == "game"));
  BOOST_TEST((finding.earliest == at(0) && finding.latest == at(302) && finding.opened == at(303)));
  BOOST_TEST((finding.verdict == tickets::Verdict::not_covered));
  BOOST_TEST(out.reading_changed);
  BOOST_TEST(!out.moved);
  BOOST_TEST(watch.open_count() == 1u);
  BOOST_TEST(watch.finding(100)->path == name20);
}

BOOST_AUTO_TEST_CASE(a_finding_is_told_once_changes_with_its_path_and_clears_with_the_baseline) {
  read(with(approved, name20, "game"), 300);
  BOOST_TEST(read(with(approved, name20, "game"), 600).opened.empty());
  const Outcome changed = read(with(approved, name20, "bets"), 900);
  BOOST_TEST(changed.opened.empty());
  BOOST_REQUIRE(changed.changed.size() == 1u);
  BOOST_TEST(changed.changed[0].id == 100u);
  BOOST_TEST(changed.changed[0].version == 1u); // of the row before it
  BOOST_TEST(watch.finding(100)->version == 2u);
  BOOST_TEST(*changed.changed[0].after == "bets");
  BOOST_TEST(*changed.changed[0].before == "video");
  BOOST_TEST((changed.changed[0].earliest == at(600)));
  const Outcome cleared = read(approved, 1200);
  BOOST_REQUIRE(cleared.cleared.size() == 1u);
  BOOST_TEST((cleared.cleared[0].state == FindingState::cleared));
  BOOST_TEST((cleared.cleared[0].closed == at(1203)));
  BOOST_TEST(cleared.cleared[0].version == 2u);
  BOOST_TEST(watch.open_count() == 0u);
  BOOST_TEST(!watch.finding(100));
}

BOOST_AUTO_TEST_CASE(rows_that_come_and_go_are_create_and_delete) {
  const Outcome out = read(with(without(approved, name30), "/vlans/vlan[id='40']/name", "new"), 300);
  BOOST_REQUIRE(out.opened.size() == 2u);
  BOOST_TEST((out.opened[0].operation == tickets::PathOperation::remove && !out.opened[0].after));
  BOOST_TEST((out.opened[1].operation == tickets::PathOperation::create && !out.opened[1].before));
}

BOOST_AUTO_TEST_CASE(what_only_a_removed_row_had_is_removed_with_it_and_blinds_nobody) {
  const std::string port = "/vlans/vlan[id='30']/port[name='Gi0/1']/mode", note = "/vlans/vlan[id='30']/note";
  const Tree full = with(with(approved, port, "access"), note, "x");
  World::watch = {};
  take_baseline(full);
  read(full, 0);
  Tree less = without(without(without(full, port), note), name30);
  // The agent misses the column, which it has seen before.
  unknown = {"/vlans/vlan/note"};
  for (int second = 300; second <= 1800; second += 300)
    read(less, second);
  std::set<std::string> deleted;
  for (const auto* finding : watch.open_findings(7)) {
    BOOST_TEST(finding->kind == "deviation");
    BOOST_TEST((finding->operation == tickets::PathOperation::remove));
    deleted.insert(finding->path);
  }
  BOOST_TEST((deleted == std::set<std::string>{name30, note, port}));
}

BOOST_AUTO_TEST_CASE(a_column_that_its_row_has_lost_is_still_unknown) {
  const std::string note = "/vlans/vlan[id='30']/note";
  World::watch = {};
  take_baseline(with(approved, note, "x"));
  read(with(approved, note, "x"), 0);
  BOOST_TEST(read(approved, 300).opened.empty());
}

BOOST_AUTO_TEST_CASE(a_lost_table_is_one_blinded_path_however_it_is_told) {
  unknown = {"/vlans/vlan/name", "/vlans/vlan/port/mode"};
  Tree lost = {{mtu1, "1500"}, {"/system/name", "sw"}};
  for (int second = 300; second <= 1800; second += 300)
    read(lost, second);
  const auto open = watch.open_findings(7);
  BOOST_REQUIRE(open.size() == 1u);
  BOOST_TEST(open[0]->kind == "watch-blinded");
  BOOST_TEST(open[0]->path == "/vlans");
}

BOOST_AUTO_TEST_CASE(a_covered_change_moves_the_baseline_and_counts_the_permit) {
  permits.put(ticket(5, 100, 1000, {permit(7, mtu1), permit(7, "/vlans/vlan[id='*']/name")}));
  read(approved, 150);
  const Outcome out = read(with(approved, name20, "game"), 300);
  BOOST_TEST(out.opened.empty());
  BOOST_REQUIRE(out.moved);
  BOOST_TEST((out.moved->used == std::vector<std::pair<Id, std::size_t>>{{5, 1}}));
  BOOST_TEST(out.moved->text == tree(with(approved, name20, "game")));
  BOOST_TEST(out.moved->baseline.fingerprint == fingerprint(out.moved->text));
  BOOST_TEST(out.moved->baseline.ticket == 5u);
  BOOST_TEST(out.moved->baseline.version == 1u);
  BOOST_REQUIRE(out.moved->changes.size() == 1u);
  BOOST_TEST(watch.baseline(7)->fingerprint == out.moved->baseline.fingerprint);
  restart();
  BOOST_TEST(read(with(approved, name20, "game"), 600).opened.empty());
  BOOST_TEST(read(approved, 1200).opened.size() == 1u); // and back is a change again
}

BOOST_AUTO_TEST_CASE(of_two_changes_only_the_one_without_a_permit_is_a_finding) {
  permits.put(ticket(5, 100, 1000, {permit(7, name20)}));
  read(approved, 150);
  const Outcome out = read(with(with(approved, name20, "game"), mtu1, "9000"), 300);
  BOOST_REQUIRE(out.moved);
  BOOST_TEST(out.moved->changes.size() == 1u);
  BOOST_REQUIRE(out.opened.size() == 1u);
  BOOST_TEST(out.opened[0].path == mtu1);
  BOOST_REQUIRE(!out.opened[0].nearest.empty());
  BOOST_TEST(out.opened[0].nearest[0].ticket == 5u);
}

BOOST_AUTO_TEST_CASE(an_interval_over_the_edge_of_a_window_is_undecidable) {
  permits.put(ticket(5, 100, 1000, {permit(7, name20)}));
  const Outcome out =
      read(with(approved, name20, "game"), 300); // last seen as before at 0, the window opened at 100
  BOOST_TEST(!out.moved);
  BOOST_REQUIRE(out.opened.size() == 1u);
  BOOST_TEST((out.opened[0].verdict == tickets::Verdict::undecidable));
}

BOOST_AUTO_TEST_CASE(a_stamp_can_end_an_interval_but_never_begin_it) {
  permits.put(ticket(5, 100, 250, {permit(7, name20), permit(7, mtu1)}));
  read(approved, 150);
  stamp = at(200);
  BOOST_TEST(
      read(with(approved, name20, "game"), 300).moved.has_value()); // the window closed before the reading
  stamp.reset();
  read(with(approved, name20, "game"), 400);
  permits.put(ticket(6, 450, 900, {permit(7, mtu1)}));
  stamp = at(500); // something changed in the window; the mtu may have changed before it
  const Outcome out = read(with(with(approved, name20, "game"), mtu1, "9000"), 600);
  BOOST_TEST(!out.moved);
  BOOST_REQUIRE(out.opened.size() == 1u);
  BOOST_TEST((out.opened[0].verdict == tickets::Verdict::undecidable));
}

BOOST_AUTO_TEST_CASE(a_permit_that_comes_later_does_not_reach_back) {
  read(with(approved, name20, "game"), 300);
  permits.put(ticket(5, 350, 2000, {permit(7, name20)}));
  const Outcome out = read(with(with(approved, name20, "game"), mtu1, "9000"), 600);
  BOOST_TEST(!out.moved);
  BOOST_TEST(watch.open_count() == 2u);
}

BOOST_AUTO_TEST_CASE(a_finding_whose_path_changes_to_what_a_ticket_permits_clears_and_moves_the_baseline) {
  read(with(approved, name20, "game"), 300);
  permits.put(ticket(5, 350, 2000, {permit(7, name20, "video2")}));
  read(with(approved, name20, "game"), 400);
  const Outcome out = read(with(approved, name20, "video2"), 600);
  BOOST_REQUIRE(out.moved);
  BOOST_REQUIRE(out.cleared.size() == 1u);
  BOOST_TEST(*out.moved->changes[0].before == "video");
  BOOST_TEST(watch.open_count() == 0u);
}

BOOST_AUTO_TEST_CASE(an_accepted_finding_is_equal_to_the_new_baseline) {
  read(with(approved, name20, "game"), 300);
  take_baseline(with(approved, name20, "game"));
  const Outcome out = read(with(approved, name20, "game"), 600);
  BOOST_REQUIRE(out.cleared.size() == 1u);
  BOOST_TEST(watch.open_count() == 0u);
}

BOOST_AUTO_TEST_CASE(a_finding_that_core_accepted_is_forgotten_at_once) {
  read(with(approved, name20, "game"), 300);
  Finding accepted = *watch.finding(100);
  accepted.state = FindingState::accepted;
  watch.load_finding(accepted);
  BOOST_TEST(watch.open_count() == 0u);
  take_baseline(with(approved, name20, "game"));
  const Outcome out = read(with(approved, name20, "game"), 600);
  BOOST_TEST((out.cleared.empty() && out.opened.empty()));
}

BOOST_AUTO_TEST_CASE(a_closed_finding_opens_again_where_the_device_still_deviates) {
  read(with(approved, name20, "game"), 300);
  watch.close_finding(100);
  watch.close_finding(100);
  BOOST_TEST(watch.open_count() == 0u);
  take_baseline(with(approved, name20, "bets"));
  BOOST_TEST(read(with(approved, name20, "game"), 600).opened.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_new_baseline_does_not_make_an_old_change_young) {
  // The device shows mtu 9000 since before the window; a baseline that still says 1500 is put in place inside
  // it.
  take_baseline(with(approved, mtu1, "9000"));
  read(with(approved, mtu1, "9000"), 300);
  permits.put(ticket(5, 350, 2000, {permit(7, mtu1)}));
  take_baseline(approved);
  const Outcome out = read(with(approved, mtu1, "9000"), 600);
  BOOST_TEST(!out.moved);
  BOOST_TEST(out.opened.size() == 1u);
}

BOOST_AUTO_TEST_CASE(only_a_new_fingerprint_needs_its_tree) {
  Observation given = observation(tree(with(approved, name20, "game")), 300);
  const std::string text = given.text;
  given.text.clear();
  BOOST_TEST(observe(given, 303).want_tree);
  BOOST_TEST((watch.last_reading(7)->started == at(0)));
  given.text = text;
  BOOST_TEST(observe(given, 304).opened.size() == 1u);
  Observation known = observation(tree(approved), 600);
  known.text.clear();
  const Outcome out = observe(known, 603);
  BOOST_TEST(!out.want_tree);
  BOOST_TEST(out.cleared.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_tree_that_comes_late_counts_for_nothing) {
  read(approved, 600);
  const Outcome out = observe(observation(tree(with(approved, name20, "game")), 300), 700);
  BOOST_TEST((out.opened.empty() && !out.reading_changed));
  BOOST_TEST((watch.last_reading(7)->started == at(600)));
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_back_blinds_nobody) {
  read(approved, 9000);
  const Outcome out = read(with(approved, name20, "game"), 300); // by a clock of which 9002 is the future
  BOOST_REQUIRE(out.opened.size() == 1u);
  BOOST_TEST((out.opened[0].earliest <= out.opened[0].latest));
}

BOOST_AUTO_TEST_CASE(a_text_that_is_not_what_its_fingerprint_says_is_no_reading) {
  Observation given = observation(tree(with(approved, name20, "game")), 300);
  given.text = tree(approved);
  BOOST_TEST(observe(given, 303).failed->what.id == "watch.fingerprint-differs");
  given.text = "junk";
  given.fingerprint = fingerprint(given.text);
  BOOST_TEST(observe(given, 303).failed->what.id == "watch.not-canonical");
  BOOST_TEST((watch.last_reading(7)->started == at(0)));
  BOOST_TEST(watch.open_count() == 0u);
}

BOOST_AUTO_TEST_CASE(without_the_baseline_s_text_nothing_is_judged_and_nothing_passes) {
  store.erase(watch.baseline(7)->fingerprint);
  const Outcome out = read(with(approved, name20, "game"), 300);
  BOOST_TEST(out.failed.has_value());
  BOOST_TEST((watch.last_reading(7)->started == at(0)));
}

BOOST_AUTO_TEST_CASE(an_equal_reading_is_stored_every_tenth_time) {
  int stored = 0;
  for (int i = 1; i <= 30; ++i)
    stored += read(approved, i * 300).reading_changed ? 1 : 0;
  BOOST_TEST(stored == 3);
}

BOOST_AUTO_TEST_CASE(a_flood_of_deviations_is_bounded_and_told) {
  Tree flood = approved;
  for (std::size_t i = 0; i < max_findings + 50; ++i)
    flood["/vlans/vlan[id='x" + std::to_string(i) + "']/name"] = "x";
  Outcome out = read(flood, 300);
  BOOST_TEST(out.opened.size() == max_findings + 1);
  BOOST_TEST(out.opened.back().path == "/");
  BOOST_TEST(*out.opened.back().after == "50");
  out = read(flood, 600);
  BOOST_TEST((out.opened.empty() && out.changed.empty()));
  // What exceeded the bound was there before this window: it is not covered by it.
  permits.put(ticket(5, 700, 5000, {permit(7, "/vlans/**")}));
  read(flood, 750);
  out = read(with(flood, name20, "game"), 900);
  BOOST_REQUIRE(out.moved);
  BOOST_TEST(out.moved->changes.size() == 1u);
  out = read(with(approved, name20, "game"), 1200);
  BOOST_TEST(out.cleared.size() == max_findings + 1);
  BOOST_TEST(watch.open_count() == 0u);
}

BOOST_AUTO_TEST_CASE(a_dropped_device_leaves_nothing) {
  read(with(approved, name20, "game"), 300);
  watch.drop_device(7);
  BOOST_TEST(watch.open_count() == 0u);
  BOOST_TEST(!watch.finding(100));
  BOOST_TEST(!watch.baseline(7));
}

BOOST_AUTO_TEST_SUITE_END()
