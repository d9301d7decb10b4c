#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/registry/world.hpp"

using namespace assent;
using namespace assent::registry;
using namespace assent::registry::testing;

BOOST_AUTO_TEST_SUITE(space)

BOOST_FIXTURE_TEST_CASE(the_next_address_passes_over_network_and_broadcast, City) {
  prefix("10.1.0.0/30", "浔阳区", "active");
  BOOST_TEST(address("10.1.0.0/30") == "10.1.0.1");
  BOOST_TEST(address("10.1.0.0/30") == "10.1.0.2");
  const auto full = refused(next_address("10.1.0.0/30"), "registry.full");
  BOOST_TEST((full.fault == Fault::conflict));
  refused(wants_address("10.1.0.0"), "registry.address-reserved");
  refused(wants_address("10.1.0.3"), "registry.address-reserved");
}

BOOST_FIXTURE_TEST_CASE(small_prefixes_give_out_every_address, City) {
  prefix("10.1.0.0/31", "九江市", "active");
  BOOST_TEST(address("10.1.0.0/31") == "10.1.0.0");
  BOOST_TEST(address("10.1.0.0/31") == "10.1.0.1");
  prefix("10.1.0.4/32", "九江市", "active");
  BOOST_TEST(address("10.1.0.4/32") == "10.1.0.4");
  refused(next_address("10.1.0.4/32"), "registry.full");
  prefix("2001:db8::/127", "九江市", "active");
  BOOST_TEST(address("2001:db8::/127") == "2001:db8::");
  prefix("2001:db8:1::/128", "九江市", "active");
  BOOST_TEST(address("2001:db8:1::/128") == "2001:db8:1::");
  prefix("2001:db8:2::/64", "九江市", "active");
  BOOST_TEST(address("2001:db8:2::/64") == "2001:db8:2::1");
  refused(wants_address("2001:db8:2::"), "registry.address-reserved");
  must(wants_address("2001:db8:2::ffff:ffff:ffff:ffff"));
}

BOOST_FIXTURE_TEST_CASE(all_of_ipv4_can_be_one_prefix, City) {
  make(Kind::network, R"({"name":"lab"})");
  make(Kind::block, R"({"network":"lab","prefix":"0.0.0.0/0","organisation":"九江市"})");
  make(Kind::block, R"({"network":"lab","prefix":"::/0","organisation":"九江市"})");
  make(Kind::prefix,
       R"({"network":"lab","prefix":"0.0.0.0/0","organisation":"九江市","status":"container"})");
  const auto row = must(create(Kind::address, R"({"network":"lab","from":"0.0.0.0/0"})"));
  BOOST_TEST(text_of(row.body, "address") == "0.0.0.0");
  must(create(Kind::prefix, R"({"network":"lab","prefix":"::/0","status":"active"})"));
  const auto six = must(create(Kind::address, R"({"network":"lab","from":"::/0"})"));
  BOOST_TEST(text_of(six.body, "address") == "::1");
  must(create(Kind::address, R"({"network":"lab","address":"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"})"));
}

BOOST_FIXTURE_TEST_CASE(an_address_of_a_child_is_never_given_out_from_its_parent, City) {
  prefix("10.1.0.0/24");
  prefix("10.1.0.0/25", "九江市", "active");
  BOOST_TEST(address("10.1.0.0/24") == "10.1.0.128");
  must(remove(Kind::prefix, *registry.find(Kind::prefix, "10.1.0.0/25", extranet)));
  BOOST_TEST(address("10.1.0.0/24") == "10.1.0.0");
}

BOOST_FIXTURE_TEST_CASE(a_prefix_as_large_as_its_parent_is_no_child, City) {
  prefix("10.1.0.0/24");
  refused(next_prefix("10.1.0.0/24", 24), "registry.no-room");
  refused(next_prefix("10.1.0.0/24", 23), "registry.no-room");
  refused(wants_prefix("10.1.0.0/24"), "registry.prefix-taken");
  BOOST_TEST(room("10.1.0.0/24", 25) == "10.1.0.0/25");
  BOOST_TEST(room("10.1.0.0/24", 26) == "10.1.0.128/26");
  BOOST_TEST(room("10.1.0.0/24", 32) == "10.1.0.192/32");
  refused(next_prefix("10.1.0.0/24", 33), "registry.no-room");
}

BOOST_FIXTURE_TEST_CASE(a_prefix_may_fill_its_block, City) {
  const Id whole = prefix("10.0.0.0/8");
  BOOST_TEST(registry.covering_prefix(extranet, *parse_prefix("10.9.0.0/16")) == whole);
  BOOST_TEST(room("10.0.0.0/8", 16) == "10.0.0.0/16");
  must(remove(Kind::prefix, *registry.find(Kind::prefix, "10.0.0.0/16", extranet)));
  must(remove(Kind::prefix, whole));
  BOOST_TEST(room("10.0.0.0/8", 9) == "10.0.0.0/9");
}

BOOST_FIXTURE_TEST_CASE(a_prefix_between_parent_and_children_takes_them_in, City) {
  prefix("10.1.0.0/16");
  const Id child = prefix("10.1.2.0/24", "浔阳区", "active");
  must(wants_address("10.1.3.7"));
  const Id between = prefix("10.1.0.0/20");
  BOOST_TEST(registry.covering_prefix(extranet, *parse_prefix("10.1.3.7/32")) == between);
  BOOST_TEST(registry.covering_prefix(extranet, *parse_prefix("10.1.2.7/32")) == child);
  BOOST_TEST(room("10.1.0.0/16", 20) == "10.1.16.0/20");
  BOOST_TEST(room("10.1.0.0/20", 23) == "10.1.0.0/23");
  BOOST_TEST(room("10.1.0.0/20", 24) == "10.1.4.0/24");
  BOOST_TEST(address("10.1.0.0/20") == "10.1.3.0");
  const auto evidence = refused(remove(Kind::prefix, between), "registry.in-use");
  BOOST_TEST(evidence.evidence.size() == 5U);
}

BOOST_FIXTURE_TEST_CASE(undoing_a_prefix_in_between_gives_its_children_back, City) {
  const Id outer = prefix("10.1.0.0/16");
  must(wants_address("10.1.3.7"));
  {
    Transaction trial(registry);
    const auto edit = trial.resolve(wants_prefix("10.1.0.0/20"), 0);
    BOOST_REQUIRE(trial.apply(*edit, 0).ok());
  }
  BOOST_TEST(registry.covering_prefix(extranet, *parse_prefix("10.1.3.7/32")) == outer);
  refused(wants_address("10.1.3.7"), "registry.address-taken");
  BOOST_TEST(room("10.1.0.0/16", 22) == "10.1.4.0/22");
  BOOST_TEST(address("10.1.0.0/16") == "10.1.0.0");
}

BOOST_FIXTURE_TEST_CASE(host_bits_and_foreign_notations_are_refused, City) {
  refused(wants_prefix("10.1.2.3/24"), "registry.body-wrong");
  refused(wants_address("::ffff:10.1.2.3"), "registry.body-wrong");
  refused(wants_address("fe80::1%eth0"), "registry.body-wrong");
}

BOOST_FIXTURE_TEST_CASE(space_lies_inside_a_block, City) {
  const auto error = refused(wants_prefix("192.168.0.0/24"), "registry.outside-blocks");
  BOOST_REQUIRE(error.evidence.size() == 1U);
  BOOST_TEST(error.evidence[0].args[0].second == "block extranet 10.0.0.0/8 九江市");
  refused(wants_address("192.168.0.1"), "registry.outside-blocks");
  refused(wants_prefix("0.0.0.0/0"), "registry.outside-blocks");
  must(wants_address("10.200.0.1"));
}

BOOST_FIXTURE_TEST_CASE(blocks_do_not_overlap_in_a_network, City) {
  const auto wants = [](const char* network, const char* text) {
    return create(Kind::block, std::string(R"({"network":")") + network +
                                   R"(","organisation":"九江市","prefix":")" + text + "\"}");
  };
  for (const char* text : {"10.0.0.0/8", "10.128.0.0/9", "0.0.0.0/0"})
    refused(wants("extranet", text), "registry.block-overlaps");
  must(wants("extranet", "172.16.0.0/12"));
  make(Kind::network, R"({"name":"lab"})");
  must(wants("lab", "10.0.0.0/8"));
}

BOOST_FIXTURE_TEST_CASE(the_same_space_repeats_between_networks, City) {
  prefix("10.1.0.0/24", "浔阳区", "active", "extranet");
  prefix("10.1.0.0/24", "庐山市", "active", "intranet");
  const auto found = registry.find(Kind::prefix, "10.1.0.0/24");
  BOOST_REQUIRE(!found.ok());
  BOOST_TEST(found.error().what.id == "registry.ambiguous");
  BOOST_TEST(found.error().evidence.size() == 2U);
  BOOST_TEST(registry.find(Kind::prefix, "intranet 10.1.0.0/24").ok());
}

BOOST_FIXTURE_TEST_CASE(space_goes_to_the_holder_or_below, City) {
  prefix("10.1.0.0/16", "浔阳区");
  refused(wants_prefix("10.1.1.0/24", "庐山市"), "registry.not-below-holder");
  refused(wants_prefix("10.1.1.0/24", "九江市"), "registry.not-below-holder");
  refused(wants_address("10.1.1.1", "庐山市"), "registry.not-below-holder");
  const Id child = prefix("10.1.1.0/24", "教育局", "active");
  refused(wants_address("10.1.1.1", "浔阳区"), "registry.not-below-holder");
  const auto row = must(wants_address("10.1.1.1"));
  BOOST_TEST(number_of(row.body, "organisation") == bureau);
  refused(modify(Kind::prefix, child, R"({"organisation":"庐山市"})"), "registry.not-below-holder");
}

BOOST_FIXTURE_TEST_CASE(a_prefix_put_around_others_suits_their_holders, City) {
  prefix("10.1.0.0/24", "浔阳区");
  prefix("10.1.1.0/24", "庐山市");
  const auto error = refused(wants_prefix("10.1.0.0/16", "浔阳区"), "registry.strangers-inside");
  BOOST_TEST(error.evidence.size() == 1U);
  must(wants_prefix("10.1.0.0/16", "九江市"));
}

BOOST_FIXTURE_TEST_CASE(a_holder_cannot_change_above_what_others_have, City) {
  const Id outer = prefix("10.1.0.0/16", "九江市");
  must(wants_address("10.1.0.1", "庐山市"));
  refused(modify(Kind::prefix, outer, R"({"organisation":"浔阳区"})"), "registry.strangers-inside");
  must(modify(Kind::prefix, outer, R"({"organisation":"庐山市"})"));
  refused(modify(Kind::block, block, R"({"organisation":"浔阳区"})"), "registry.strangers-inside");
}

BOOST_FIXTURE_TEST_CASE(nothing_shrinks_below_what_is_in_use, City) {
  const Id outer = prefix("10.1.0.0/16");
  must(wants_address("10.1.255.255"));
  const auto error =
      refused(modify(Kind::prefix, outer, R"({"prefix":"10.1.0.0/17"})"), "registry.shrinks-below-use");
  BOOST_TEST(error.evidence.size() == 1U);
  must(modify(Kind::prefix, outer, R"({"prefix":"10.1.128.0/17"})"));
  BOOST_TEST(room("10.0.0.0/8", 16) == "10.0.0.0/16");
  must(modify(Kind::prefix, outer, R"({"prefix":"10.1.0.0/16"})"));
  refused(modify(Kind::block, block, R"({"prefix":"10.0.0.0/16"})"), "registry.shrinks-below-use");
  must(modify(Kind::block, block, R"({"prefix":"10.0.0.0/15"})"));
  refused(wants_prefix("10.2.0.0/16"), "registry.outside-blocks");
}

BOOST_FIXTURE_TEST_CASE(a_grown_prefix_takes_in_its_neighbours, City) {
  const Id small = prefix("10.1.0.0/24", "浔阳区");
  prefix("10.1.1.0/24", "庐山市");
  refused(modify(Kind::prefix, small, R"({"prefix":"10.1.0.0/23"})"), "registry.strangers-inside");
  prefix("10.2.0.0/24");
  const Id grows = *registry.find(Kind::prefix, "extranet 10.2.0.0/24");
  prefix("10.2.1.0/24");
  must(modify(Kind::prefix, grows, R"({"prefix":"10.2.0.0/23"})"));
  refused(next_prefix("10.2.1.0/24", 24), "registry.no-room");
  BOOST_TEST(room("10.2.0.0/23", 24) == "10.2.0.0/24");
}

BOOST_FIXTURE_TEST_CASE(becoming_active_needs_its_edges_free, City) {
  const Id outer = prefix("10.1.0.0/24");
  const Id edge = must(wants_address("10.1.0.255")).id;
  const auto error =
      refused(modify(Kind::prefix, outer, R"({"status":"active"})"), "registry.address-reserved");
  BOOST_TEST(error.evidence.size() == 1U);
  refused(wants_prefix("10.1.0.128/25", "九江市", "active"), "registry.address-reserved");
  must(modify(Kind::address, edge, R"({"address":"10.1.0.254"})"));
  must(modify(Kind::prefix, outer, R"({"status":"active"})"));
  refused(modify(Kind::address, edge, R"({"address":"10.1.0.255"})"), "registry.address-reserved");
}

BOOST_FIXTURE_TEST_CASE(a_prefix_does_not_grow_away_from_an_address_that_only_it_allowed, City) {
  prefix("10.1.0.0/24", "九江市", "active");
  const Id host = prefix("10.1.0.0/32", "九江市", "active");
  must(wants_address("10.1.0.0"));
  refused(modify(Kind::prefix, host, R"({"prefix":"10.1.0.0/16"})"), "registry.address-reserved");
  refused(modify(Kind::prefix, host, R"({"status":"container"})"), "registry.address-reserved");
}

BOOST_FIXTURE_TEST_CASE(nothing_is_given_out_of_a_reserved_prefix, City) {
  prefix("10.1.0.0/24", "九江市", "reserved");
  refused(next_address("10.1.0.0/24"), "registry.prefix-reserved");
  refused(next_prefix("10.1.0.0/24", 28), "registry.prefix-reserved");
}

BOOST_FIXTURE_TEST_CASE(space_in_use_is_not_deleted, City) {
  const Id outer = prefix("10.1.0.0/24");
  for (int i = 1; i <= 8; ++i)
    must(next_address("10.1.0.0/24"));
  const auto error = refused(remove(Kind::prefix, outer), "registry.in-use");
  BOOST_REQUIRE(error.evidence.size() == 6U);
  BOOST_TEST(error.evidence[5].id == "registry.evidence-more");
  BOOST_TEST(error.evidence[5].args[0].second == "3");
  refused(remove(Kind::block, block), "registry.in-use");
}

BOOST_FIXTURE_TEST_CASE(numbers_are_not_used_again, City) {
  const Id first = prefix("10.1.0.0/24");
  must(remove(Kind::prefix, first));
  BOOST_TEST(prefix("10.1.0.0/24") == first + 1);
}

BOOST_AUTO_TEST_SUITE_END()
