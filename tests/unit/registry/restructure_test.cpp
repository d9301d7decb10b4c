#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/registry/world.hpp"

using namespace assent;
using namespace assent::registry;
using namespace assent::registry::testing;

namespace {

struct Restructuring : City {
  using What = Restructure::Kind;
  Id at(std::string_view text) { return *registry.find(Kind::prefix, "extranet " + std::string(text)); }
  std::vector<Edit> edits(const Restructure& wanted) {
    auto made = registry.restructure(wanted, 100);
    BOOST_REQUIRE_MESSAGE(made.ok(), (made.ok() ? "" : made.error().what.id));
    return std::move(*made);
  }
  void restructure(const Restructure& wanted) {
    const auto rows = change(edits(wanted));
    BOOST_REQUIRE_MESSAGE(rows.ok(), (rows.ok() ? "" : rows.error().what.id + why(rows.error())));
  }
  std::string refuses(const Restructure& wanted, std::size_t limit = 100) {
    auto made = registry.restructure(wanted, limit);
    return made.ok() ? "" : made.error().what.id;
  }
  std::string over(std::string_view address) {
    const Id id = registry.covering_prefix(extranet, *parse_prefix(std::string(address) + "/32"));
    return value(Kind::prefix, id, "prefix");
  }
  std::string holder(Kind kind, Id id) {
    return registry.path(number_of(registry.get(kind, id)->body, "organisation"));
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(restructuring)

BOOST_FIXTURE_TEST_CASE(a_split_leaves_addresses_in_their_piece, Restructuring) {
  const Id whole = prefix("10.1.0.0/22", "浔阳区", "active");
  must(wants_address("10.1.0.1"));
  must(wants_address("10.1.3.254"));
  prefix("10.1.2.0/24", "教育局", "active");
  restructure({What::split, {whole}, 24});
  BOOST_TEST(!registry.get(Kind::prefix, whole).has_value());
  for (const char* piece : {"10.1.0.0/24", "10.1.1.0/24", "10.1.3.0/24"})
    BOOST_TEST(holder(Kind::prefix, at(piece)) == "九江市/浔阳区");
  BOOST_TEST(holder(Kind::prefix, at("10.1.2.0/24")) == "九江市/浔阳区/教育局");
  BOOST_TEST(over("10.1.0.1") == "10.1.0.0/24");
  BOOST_TEST(over("10.1.3.254") == "10.1.3.0/24");
  BOOST_TEST(address("10.1.0.0/24") == "10.1.0.2");
  BOOST_TEST(room("10.0.0.0/8", 22) == "10.0.0.0/22");
}

BOOST_FIXTURE_TEST_CASE(a_split_may_keep_what_was_split, Restructuring) {
  const Id whole = prefix("10.1.0.0/23", "浔阳区", "active");
  restructure({What::split, {whole}, 24, true});
  BOOST_TEST(value(Kind::prefix, whole, "status") == "container");
  BOOST_TEST(over("10.1.1.9") == "10.1.1.0/24");
}

BOOST_FIXTURE_TEST_CASE(a_split_finds_addresses_at_the_new_edges, Restructuring) {
  const Id whole = prefix("10.1.0.0/23", "浔阳区", "active");
  must(wants_address("10.1.0.255"));
  const auto error = refused(edits({What::split, {whole}, 24}), "registry.address-reserved");
  BOOST_TEST(error.evidence.size() == 1U);
  must(remove(Kind::address, *registry.find(Kind::address, "10.1.0.255")));
  must(wants_address("10.1.1.0"));
  refused(edits({What::split, {whole}, 24}), "registry.address-reserved");
}

BOOST_FIXTURE_TEST_CASE(a_split_goes_through_nothing_larger, Restructuring) {
  const Id whole = prefix("10.1.0.0/22", "浔阳区");
  prefix("10.1.2.0/23", "浔阳区");
  BOOST_TEST(refuses({What::split, {whole}, 24}) == "registry.split-crosses");
  BOOST_TEST(refuses({What::split, {whole}, 22}) == "registry.split-length");
  BOOST_TEST(refuses({What::split, {whole}, 35}) == "registry.split-length");
  BOOST_TEST(refuses({What::split, {whole, whole}, 24}) == "registry.restructure-what");
  BOOST_TEST(refuses({What::split, {}, 24}) == "registry.restructure-what");
}

BOOST_FIXTURE_TEST_CASE(merged_prefixes_are_one_with_all_that_was_in_them, Restructuring) {
  const Id low = prefix("10.1.0.0/24", "浔阳区", "active"), high = prefix("10.1.1.0/24", "浔阳区", "active");
  must(wants_address("10.1.1.1"));
  restructure({What::merge, {high, low}});
  BOOST_TEST(value(Kind::prefix, low, "prefix") == "10.1.0.0/23");
  BOOST_TEST(!registry.get(Kind::prefix, high).has_value());
  BOOST_TEST(over("10.1.1.1") == "10.1.0.0/23");
  // What was an edge is an address for hosts now, and the other way round the edges of the whole are none.
  must(wants_address("10.1.0.255"));
  must(wants_address("10.1.1.0"));
  refused(wants_address("10.1.1.255"), "registry.address-reserved");
  restructure({What::merge,
               {low, prefix("10.1.2.0/24", "浔阳区", "active"), prefix("10.1.3.0/24", "浔阳区", "active")}});
  BOOST_TEST(over("10.1.1.1") == "10.1.0.0/22");
}

BOOST_FIXTURE_TEST_CASE(only_what_makes_one_prefix_is_merged, Restructuring) {
  const Id a = prefix("10.1.0.0/24"), b = prefix("10.1.1.0/24"), c = prefix("10.1.2.0/24");
  const Id other = prefix("10.1.3.0/24", "浔阳区"), inner = prefix("10.1.0.0/25");
  BOOST_TEST(refuses({What::merge, {a}}) == "registry.merge-no-prefix");
  BOOST_TEST(refuses({What::merge, {a, b, c}}) == "registry.merge-no-prefix");
  BOOST_TEST(refuses({What::merge, {b, c}}) == "registry.merge-no-prefix");
  BOOST_TEST(refuses({What::merge, {a, c}}) == "registry.merge-gap");
  BOOST_TEST(refuses({What::merge, {a, inner, b}}) == "registry.merge-gap");
  BOOST_TEST(refuses({What::merge, {a, b, c, other}}) == "registry.merge-differs");
  BOOST_TEST(refuses({What::merge, {a, 99}}) == "registry.no-such");
}

BOOST_FIXTURE_TEST_CASE(renumbering_moves_everything_by_the_same_distance, Restructuring) {
  const Id top = prefix("10.1.0.0/16", "浔阳区"), inner = prefix("10.1.2.0/24", "教育局", "active");
  const Id host = must(wants_address("10.1.2.7")).id, direct = must(wants_address("10.1.9.1")).id;
  restructure({.kind = What::renumber, .prefixes = {top}, .to = *parse_prefix("10.77.0.0/16")});
  BOOST_TEST(value(Kind::prefix, top, "prefix") == "10.77.0.0/16");
  BOOST_TEST(value(Kind::prefix, inner, "prefix") == "10.77.2.0/24");
  BOOST_TEST(value(Kind::address, host, "address") == "10.77.2.7");
  BOOST_TEST(value(Kind::address, direct, "address") == "10.77.9.1");
  BOOST_TEST(over("10.77.2.7") == "10.77.2.0/24");
  BOOST_TEST(address("10.77.2.0/24") == "10.77.2.1");
  BOOST_TEST(room("10.0.0.0/8", 15) == "10.0.0.0/15");
  BOOST_TEST(refuses({.kind = What::renumber, .prefixes = {top}, .to = *parse_prefix("10.1.0.0/17")}) ==
             "registry.renumber-length");
  // Where it would come is taken: nothing moves.
  prefix("10.1.2.0/24", "庐山市");
  refused(edits({.kind = What::renumber, .prefixes = {top}, .to = *parse_prefix("10.1.0.0/16")}),
          "registry.not-below-holder");
}

BOOST_FIXTURE_TEST_CASE(a_subtree_changes_hands_at_once, Restructuring) {
  const Id top = prefix("10.1.0.0/16", "浔阳区"), inner = prefix("10.1.2.0/24", "教育局", "active");
  const Id host = must(wants_address("10.1.2.7")).id;
  // One by one it cannot be done.
  refused(modify(Kind::prefix, top, R"({"organisation":"庐山市"})"), "registry.strangers-inside");
  refused(modify(Kind::address, host, R"({"organisation":"庐山市"})"), "registry.not-below-holder");
  restructure({.kind = What::reassign, .prefixes = {top}, .organisation = lushan});
  for (const auto& [kind, id] :
       {std::pair{Kind::prefix, top}, std::pair{Kind::prefix, inner}, std::pair{Kind::address, host}})
    BOOST_TEST(holder(kind, id) == "九江市/庐山市");
  BOOST_TEST(refuses({.kind = What::reassign, .prefixes = {top}, .organisation = lushan}) ==
             "registry.reassign-nothing");
  // Taken back, what is below stays where it is.
  restructure({.kind = What::reassign, .prefixes = {top}, .organisation = city});
  BOOST_TEST(holder(Kind::prefix, inner) == "九江市/庐山市");
}

BOOST_FIXTURE_TEST_CASE(a_holder_outside_the_delegation_gets_no_part_of_it, Restructuring) {
  prefix("10.1.0.0/16", "浔阳区");
  const Id inner = prefix("10.1.2.0/24", "教育局");
  refused(edits({.kind = What::reassign, .prefixes = {inner}, .organisation = lushan}),
          "registry.not-below-holder");
}

BOOST_FIXTURE_TEST_CASE(clearing_deletes_the_whole_subtree_or_nothing, Restructuring) {
  const Id top = prefix("10.1.0.0/16", "浔阳区");
  prefix("10.1.2.0/24", "教育局", "active");
  must(wants_address("10.1.2.7"));
  must(wants_address("10.1.9.1"));
  BOOST_TEST(refuses({What::clear, {top}}, 3) == "registry.restructure-too-big");
  const auto all = edits({What::clear, {top}});
  BOOST_TEST(all.size() == 4U);
  must(wants_address("10.1.9.2"));
  refused(all, "registry.in-use"); // it was made after the preview
  restructure({What::clear, {top}});
  BOOST_TEST(registry.count(Kind::prefix) == 0U);
  BOOST_TEST(registry.count(Kind::address) == 0U);
  BOOST_TEST(room("10.0.0.0/8", 9) == "10.0.0.0/9");
}

BOOST_FIXTURE_TEST_CASE(what_is_held_stays_where_it_was_promised, Restructuring) {
  const Id low = prefix("10.1.0.0/24", "浔阳区", "active"), high = prefix("10.1.1.0/24", "浔阳区", "active");
  Edit waiting;
  {
    Transaction trial(registry);
    waiting = *trial.resolve(next_address("10.1.1.0/24"), 7);
  }
  BOOST_REQUIRE(registry.hold(7, {waiting}).ok());
  refused(edits({What::merge, {low, high}}), "registry.in-use");
  registry.release(7);
  restructure({What::merge, {low, high}});
}

BOOST_FIXTURE_TEST_CASE(a_deprecated_prefix_gives_nothing_new, Restructuring) {
  const Id old = prefix("10.1.0.0/24", "浔阳区", "deprecated");
  refused(next_address("10.1.0.0/24"), "registry.prefix-deprecated");
  refused(next_prefix("10.1.0.0/24", 26), "registry.prefix-deprecated");
  refused(wants_address("10.1.0.255"), "registry.address-reserved");
  must(wants_address("10.1.0.9"));
  must(modify(Kind::prefix, old, R"({"status":"active"})"));
}

BOOST_FIXTURE_TEST_CASE(an_address_has_a_role_and_a_mac, Restructuring) {
  prefix("10.1.0.0/24", "浔阳区", "active");
  const auto row =
      must(create(Kind::address,
                  R"({"network":"extranet","address":"10.1.0.9","role":"vrrp","mac":"00:00:5e:00:01:09"})"));
  BOOST_TEST(text_of(row.body, "role") == "vrrp");
  const auto plain = must(modify(Kind::address, row.id, R"({"role":null,"mac":null})"));
  BOOST_TEST(!plain.body.contains("role"));
  BOOST_TEST(!plain.body.contains("mac"));
  for (const char* wrong :
       {R"({"mac":"00-00-5e-00-01-09"})", R"({"mac":"00:00:5E:00:01:09"})", R"({"role":"boss"})"})
    refused(modify(Kind::address, row.id, wrong), "registry.body-wrong");
}

BOOST_AUTO_TEST_SUITE_END()
