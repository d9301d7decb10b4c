// A new revision of a profile: what it alone explains moves into the baseline, all else stays a finding.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <set>

#include "tests/unit/watch/world.hpp"

using namespace assent;
using namespace assent::watch;
using namespace assent::watch::test;
using Tree = std::map<std::string, std::string>;
using Paths = std::set<std::string>;

namespace {

json::object profile_from(const std::string& text) {
  auto parsed = parse_json(text, 1u << 20);
  BOOST_REQUIRE(parsed);
  return parsed->get_object();
}

json::object small() {
  return profile_from(R"({"name":"p","revision":1,"encoding":"utf-8",
    "interfaces":{"names":["1.3.1"],"volatile":["ppp*"]},
    "scalars":[{"path":"/system/name","oid":"1.3.2.0"}],
    "tables":[
     {"name":"interfaces","path":"/interfaces/interface","key":"name","index":"interface","columns":[
       {"leaf":"mtu","oid":"1.3.4.1","as":"number"},
       {"leaf":"type","oid":"1.3.4.2","as":"enumeration","values":[{"number":1,"name":"other"}]}]},
     {"name":"vlans","path":"/vlans/vlan","key":"id","index":"number","columns":[
       {"leaf":"name","oid":"1.3.5.1"},
       {"leaf":"port","oid":"1.3.5.2","as":"ports","ports-join":"b"}]}]})");
}

json::object& table(json::object& profile, std::size_t at) {
  return profile["tables"].as_array()[at].as_object();
}
json::object& column(json::object& profile, std::size_t at, std::size_t leaf) {
  return table(profile, at)["columns"].as_array()[leaf].as_object();
}
Reread between(const json::object& before, const json::object& after) {
  return reread(sight_of(before), sight_of(after));
}

const std::string name20 = "/vlans/vlan[id='20']/name", mtu1 = "/interfaces/interface[name='Gi0/1']/mtu";
const std::string type1 = "/interfaces/interface[name='Gi0/1']/type",
                  pvid1 = "/interfaces/interface[name='Gi0/1']/pvid";
const Tree approved = {{name20, "video"}, {mtu1, "1500"}, {type1, "6"}, {"/system/name", "sw"}};

/// A baseline of revision 1; revision 2 reads `pvid` newly, `type` with other names and `name` of the system
/// not at all.
struct Followed : World {
  Revised change;
  Followed() {
    take_baseline(approved);
    read(approved, 0);
    json::object next = small();
    column(next, 0, 1)["values"] = json::array{{{"number", 6}, {"name", "ethernet"}}};
    table(next, 0)["columns"].as_array().push_back({{"leaf", "pvid"}, {"oid", "1.3.4.9"}, {"as", "number"}});
    next["scalars"].as_array().clear();
    change = {between(small(), next), 9};
    revision = 2;
    revised = &change;
  }
  Paths open() const {
    Paths out;
    for (const Finding* finding : watch.open_findings(7))
      out.insert(finding->path);
    return out;
  }
};
const Tree after = {{name20, "video"}, {mtu1, "1500"}, {type1, "ethernet"}, {pvid1, "10"}};

Tree with(Tree tree, const std::string& path, const std::string& value) {
  tree[path] = value;
  return tree;
}
} // namespace

BOOST_AUTO_TEST_SUITE(profile_sight)

BOOST_AUTO_TEST_CASE(equal_rules_are_no_change_whatever_else_moves) {
  json::object next = small();
  next["revision"] = 2;
  next["hints"] = json::array{{{"name", "x"}, {"oid", "1.3.9.0"}}};
  next["bulk"] = {{"repetitions", 10}};
  table(next, 1)["counted-by"] = "1.3.5.0";
  const Reread same = between(small(), next);
  BOOST_TEST((same.newly.empty() && same.no_longer.empty() && same.otherwise.empty()));
}

BOOST_AUTO_TEST_CASE(leaves_that_come_and_go_are_told) {
  json::object next = small();
  table(next, 1)["columns"].as_array().push_back({{"leaf", "status"}, {"oid", "1.3.5.5"}, {"as", "number"}});
  next["scalars"].as_array().clear();
  const Reread change = between(small(), next);
  BOOST_TEST((change.newly == Paths{"/vlans/vlan/status"}));
  BOOST_TEST((change.no_longer == Paths{"/system/name"}));
  BOOST_TEST(change.otherwise.empty());
}

BOOST_AUTO_TEST_CASE(another_rule_for_rows_explains_no_value_under_an_old_name) {
  json::object next = small();
  next["interfaces"].as_object()["volatile"] = json::array{"ppp*", "tap*"};
  const Reread change = between(small(), next);
  BOOST_TEST((change.otherwise ==
              Paths{"/interfaces/interface/mtu", "/interfaces/interface/type", "/vlans/vlan/port/mode"}));
  BOOST_TEST(change.revalued.empty());
  BOOST_TEST(change.explains("/interfaces/interface/mtu", {mtu1, "1500", std::nullopt}));
  BOOST_TEST(!change.explains("/interfaces/interface/mtu", {mtu1, "1500", "9000"}));
}

BOOST_AUTO_TEST_CASE(another_rule_for_a_value_explains_another_value_of_it_only) {
  json::object next = small();
  column(next, 0, 0)["oid"] = "1.3.4.7";
  const Reread change = between(small(), next);
  BOOST_TEST((change.revalued == Paths{"/interfaces/interface/mtu"}));
  BOOST_TEST(change.explains("/interfaces/interface/mtu", {mtu1, "1500", "1514"}));
  BOOST_TEST(!change.explains("/interfaces/interface/type", {type1, "1", "6"}));
}

BOOST_AUTO_TEST_CASE(a_table_that_stands_in_for_another_follows_its_rules) {
  json::object before = small();
  before["tables"].as_array().push_back({{"name", "other"},
                                         {"path", "/vlans/vlan"},
                                         {"key", "id"},
                                         {"index", "number"},
                                         {"when-empty", "vlans"},
                                         {"columns", json::array{{{"leaf", "status"}, {"oid", "1.3.6.1"}}}}});
  json::object next = before;
  column(next, 1, 0)["oid"] = "1.3.5.8";
  BOOST_TEST(between(before, next).otherwise.contains("/vlans/vlan/status"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(watch_follows_profiles, Followed)

BOOST_AUTO_TEST_CASE(what_the_revision_explains_is_adopted_by_its_ticket) {
  const Outcome out = read(after, 300);
  BOOST_TEST(out.opened.empty());
  BOOST_REQUIRE(out.moved);
  BOOST_TEST(out.moved->revised);
  BOOST_TEST(out.moved->revised_by == 9u);
  BOOST_TEST(out.moved->changes.empty());
  BOOST_TEST(out.moved->text == tree(after));
  BOOST_TEST((out.moved->adopted == std::map<std::string, std::size_t>{{"/interfaces/interface/pvid", 1},
                                                                       {"/interfaces/interface/type", 1},
                                                                       {"/system/name", 1}}));
  const auto baseline = watch.baseline(7);
  BOOST_TEST((baseline->revision == 2u && baseline->ticket == 9u));
  // From now on every leaf is judged.
  BOOST_TEST(!read(after, 600).moved.has_value());
  read(with(after, pvid1, "20"), 900);
  BOOST_TEST((open() == Paths{pvid1}));
}

BOOST_AUTO_TEST_CASE(a_change_of_what_was_seen_before_is_a_finding) {
  Tree changed = with(with(after, name20, "game"), mtu1, "9000");
  changed["/vlans/vlan[id='66']/name"] = "new";
  const Outcome out = read(changed, 300);
  BOOST_TEST((open() == Paths{name20, mtu1, "/vlans/vlan[id='66']/name"}));
  BOOST_REQUIRE(out.moved);
  BOOST_TEST(out.moved->text == tree(after));
  BOOST_TEST((out.opened[0].earliest == at(0)));
}

BOOST_AUTO_TEST_CASE(a_finding_from_before_the_revision_is_not_adopted) {
  revision = 1;
  revised = nullptr;
  read(with(approved, type1, "53"), 100);
  BOOST_TEST((open() == Paths{type1}));
  revision = 2;
  revised = &change;
  const Outcome out = read(with(after, type1, "propVirtual"), 300);
  BOOST_TEST((open() == Paths{type1}));
  BOOST_REQUIRE(out.moved);
  BOOST_TEST(out.moved->text == tree(with(after, type1, "6")));
}

BOOST_AUTO_TEST_CASE(nothing_is_adopted_before_all_that_is_new_was_read) {
  unknown = {"/interfaces/interface/pvid"};
  Tree partly = after;
  partly.erase(pvid1);
  const Outcome out = read(partly, 300);
  BOOST_TEST(!out.moved.has_value());
  BOOST_TEST(out.opened.empty());
  BOOST_TEST(watch.baseline(7)->revision == 1u);
  // What was seen before is judged meanwhile.
  read(with(partly, mtu1, "9000"), 600);
  BOOST_TEST((open() == Paths{mtu1}));
  unknown.clear();
  BOOST_TEST(read(with(after, mtu1, "9000"), 900).moved.has_value());
  BOOST_TEST((open() == Paths{mtu1}));
}

BOOST_AUTO_TEST_CASE(a_permit_and_a_revision_move_the_baseline_together) {
  permits.put(ticket(5, 100, 1000, {permit(7, mtu1)}));
  revision = 1;
  read(approved, 150);
  revision = 2;
  const Outcome out = read(with(after, mtu1, "9000"), 300);
  BOOST_TEST(open().empty());
  BOOST_REQUIRE(out.moved);
  BOOST_TEST(out.moved->changes.size() == 1u);
  BOOST_TEST((out.moved->revised && out.moved->adopted.size() == 3u));
  BOOST_TEST(out.moved->text == tree(with(after, mtu1, "9000")));
  BOOST_TEST(out.moved->baseline.ticket == 5u);
}

BOOST_AUTO_TEST_CASE(a_row_that_goes_while_its_leaf_is_dropped_is_no_evidence_of_removal) {
  // The VLAN's name is still read and unknown; that the revision drops another leaf of it says nothing.
  change.reread.no_longer.insert("/vlans/vlan/note");
  World::watch = {};
  revision = 1;
  take_baseline(with(approved, "/vlans/vlan[id='20']/note", "x"));
  read(with(approved, "/vlans/vlan[id='20']/note", "x"), 0);
  revision = 2;
  unknown = {"/vlans/vlan/name"};
  Tree lost = after;
  lost.erase(name20);
  read(lost, 300);
  BOOST_TEST(open().empty());
}

BOOST_AUTO_TEST_CASE(a_revision_of_which_nothing_is_known_opens_nothing_new) {
  revised = nullptr;
  const Outcome out = read(with(after, type1, "6"), 300);
  BOOST_TEST(!out.moved.has_value());
  BOOST_TEST(out.opened.empty());
}

BOOST_AUTO_TEST_SUITE_END()
