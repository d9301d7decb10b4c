#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/registry/world.hpp"

using namespace assent;
using namespace assent::registry;
using namespace assent::registry::testing;

namespace {

struct Choosing : City {
  Edit ask(Kind kind, std::string_view more) {
    return create(kind, R"({"network":"extranet",)" + std::string(more) + "}");
  }
  Edit prefixes(std::string_view more) { return ask(Kind::prefix, more); }
  Edit addresses(std::string_view more) { return ask(Kind::address, more); }
  /// The space that was given, divided by blanks.
  std::string got(const Edit& edit) {
    auto rows = change({edit});
    BOOST_REQUIRE_MESSAGE(rows.ok(), (rows.ok() ? "" : rows.error().what.id + why(rows.error())));
    std::string out;
    for (const auto& row : *rows)
      out += (out.empty() ? "" : " ") + text_of(row.body, edit.kind == Kind::prefix ? "prefix" : "address");
    return out;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(choosing)

BOOST_FIXTURE_TEST_CASE(best_fit_takes_the_tightest_place, Choosing) {
  prefix("10.1.0.0/16");
  prefix("10.1.128.0/24");
  BOOST_TEST(got(prefixes(R"("from":"10.1.0.0/16","length":24,"fit":"best")")) == "10.1.129.0/24");
  BOOST_TEST(got(prefixes(R"("from":"10.1.0.0/16","length":24)")) == "10.1.0.0/24");
}

BOOST_FIXTURE_TEST_CASE(sparse_leaves_the_most_room_between, Choosing) {
  prefix("2001:db8::/56");
  const auto sparse = prefixes(R"("from":"2001:db8::/56","length":64,"fit":"sparse")");
  const char* const places[] = {"2001:db8::/64",      "2001:db8:0:80::/64", "2001:db8:0:40::/64",
                                "2001:db8:0:c0::/64", "2001:db8:0:20::/64", "2001:db8:0:60::/64",
                                "2001:db8:0:a0::/64", "2001:db8:0:e0::/64", "2001:db8:0:10::/64"};
  for (const auto* place : places)
    BOOST_TEST(got(sparse) == place);
  for (int left = 256 - 9; left > 0; --left)
    got(sparse);
  refused(sparse, "registry.no-room");
}

BOOST_FIXTURE_TEST_CASE(nibble_rounds_up_to_the_boundary, Choosing) {
  prefix("2001:db8::/44");
  BOOST_TEST(got(prefixes(R"("from":"2001:db8::/44","length":58,"nibble":true)")) == "2001:db8::/56");
  BOOST_TEST(got(prefixes(R"("from":"2001:db8::/44","length":56,"nibble":true)")) == "2001:db8:0:100::/56");
  BOOST_TEST(got(prefixes(R"("from":"2001:db8::/44","length":49,"nibble":true)")) == "2001:db8:1::/48");
  refused(prefixes(R"("from":"2001:db8::/44","length":47,"nibble":true)"), "registry.no-room");
}

BOOST_FIXTURE_TEST_CASE(a_place_is_counted_from_either_end, Choosing) {
  prefix("10.1.0.0/24", "九江市", "active");
  BOOST_TEST(got(addresses(R"("from":"10.1.0.0/24","at":1)")) == "10.1.0.1");
  BOOST_TEST(got(addresses(R"("from":"10.1.0.0/24","at":-2)")) == "10.1.0.254");
  for (const char* at : {"0", "-1", "1", "256", "-257"})
    refused(addresses(R"("from":"10.1.0.0/24","at":)" + std::string(at)), "registry.place-taken");
  BOOST_TEST(got(addresses(R"("from":"10.1.0.0/24","start":100)")) == "10.1.0.100");
  BOOST_TEST(got(addresses(R"("from":"10.1.0.0/24","start":100)")) == "10.1.0.101");
  refused(addresses(R"("from":"10.1.0.0/24","start":254)"), "registry.full");
  refused(addresses(R"("from":"10.1.0.0/24","start":5000)"), "registry.full");
  prefix("10.2.0.0/16");
  BOOST_TEST(got(prefixes(R"("from":"10.2.0.0/16","length":24,"at":-1)")) == "10.2.255.0/24");
  BOOST_TEST(got(prefixes(R"("from":"10.2.0.0/16","length":24,"at":7)")) == "10.2.7.0/24");
  BOOST_TEST(got(prefixes(R"("from":"10.2.0.0/16","length":24,"start":7)")) == "10.2.8.0/24");
  refused(prefixes(R"("from":"10.2.0.0/16","length":24,"at":256)"), "registry.place-taken");
  prefix("2001:db8::/48", "九江市", "active");
  BOOST_TEST(got(addresses(R"("from":"2001:db8::/48","at":-1)")) == "2001:db8:0:ffff:ffff:ffff:ffff:ffff");
}

BOOST_FIXTURE_TEST_CASE(several_come_one_by_one_or_in_a_row, Choosing) {
  prefix("10.1.0.0/28", "九江市", "active");
  must(wants_address("10.1.0.3"));
  BOOST_TEST(got(addresses(R"("from":"10.1.0.0/28","count":3)")) == "10.1.0.1 10.1.0.2 10.1.0.4");
  must(wants_address("10.1.0.9"));
  BOOST_TEST(got(addresses(R"("from":"10.1.0.0/28","count":5,"contiguous":true)")) ==
             "10.1.0.10 10.1.0.11 10.1.0.12 10.1.0.13 10.1.0.14");
  BOOST_TEST(got(addresses(R"("from":"10.1.0.0/28","count":4,"contiguous":true)")) ==
             "10.1.0.5 10.1.0.6 10.1.0.7 10.1.0.8");
  refused(addresses(R"("from":"10.1.0.0/28")"), "registry.full");
}

BOOST_FIXTURE_TEST_CASE(a_row_does_not_reach_over_the_broadcast_address, Choosing) {
  prefix("10.1.0.0/29", "九江市", "active");
  refused(addresses(R"("from":"10.1.0.0/29","count":7,"contiguous":true)"), "registry.no-room-in-a-row");
  refused(addresses(R"("from":"10.1.0.0/29","count":7)"), "registry.full");
  BOOST_TEST(got(addresses(R"("from":"10.1.0.0/29","count":6,"contiguous":true)")) ==
             "10.1.0.1 10.1.0.2 10.1.0.3 10.1.0.4 10.1.0.5 10.1.0.6");
}

BOOST_FIXTURE_TEST_CASE(prefixes_in_a_row_lie_in_one_larger_one, Choosing) {
  prefix("10.1.0.0/16");
  prefix("10.1.0.0/24");
  BOOST_TEST(got(prefixes(R"("from":"10.1.0.0/16","length":24,"count":3,"contiguous":true)")) ==
             "10.1.4.0/24 10.1.5.0/24 10.1.6.0/24");
  prefix("10.2.0.0/23");
  BOOST_TEST(got(prefixes(R"("from":"10.2.0.0/23","length":24,"count":2,"contiguous":true)")) ==
             "10.2.0.0/24 10.2.1.0/24");
}

BOOST_FIXTURE_TEST_CASE(room_to_grow_is_kept_from_others, Choosing) {
  prefix("10.1.0.0/16", "浔阳区");
  BOOST_TEST(got(prefixes(R"("from":"10.1.0.0/16","length":24,"grow":2,"organisation":"教育局")")) ==
             "10.1.0.0/22 10.1.0.0/24");
  BOOST_TEST(value(Kind::prefix, *registry.find(Kind::prefix, "extranet 10.1.0.0/22"), "status") ==
             "reserved");
  BOOST_TEST(got(prefixes(R"("from":"10.1.0.0/16","length":24)")) == "10.1.4.0/24");
  refused(next_address("10.1.0.0/22"), "registry.prefix-reserved");
  // It grows into its room.
  must(modify(Kind::prefix, *registry.find(Kind::prefix, "extranet 10.1.0.0/24"),
              R"({"prefix":"10.1.0.0/23"})"));
}

BOOST_FIXTURE_TEST_CASE(a_set_of_prefixes_is_tried_in_order_or_by_fit, Choosing) {
  prefix("10.1.0.0/30", "九江市", "active");
  prefix("10.2.0.0/24", "九江市", "active");
  const auto next = addresses(R"("from-any":["10.1.0.0/30","10.2.0.0/24"])");
  BOOST_TEST(got(next) == "10.1.0.1");
  BOOST_TEST(got(next) == "10.1.0.2");
  BOOST_TEST(got(next) == "10.2.0.1");
  prefix("10.3.0.0/16");
  prefix("10.4.0.0/20");
  const std::string any = R"("from-any":["10.3.0.0/16","10.4.0.0/20"],"length":22)";
  BOOST_TEST(got(prefixes(any + R"(,"fit":"best")")) == "10.4.0.0/22");
  BOOST_TEST(got(prefixes(any + R"(,"fit":"sparse")")) == "10.3.0.0/22");
  BOOST_TEST(got(prefixes(any)) == "10.3.4.0/22");
  const auto error = refused(addresses(R"("from-any":["10.1.0.0/30"])"), "registry.full");
  refused(prefixes(R"("from-any":["10.3.0.0/16","10.4.0.0/20"],"length":15)"), "registry.no-room-in-any");
  refused(addresses(R"("from-any":[])"), "registry.body-wrong");
  refused(addresses(R"("from":"10.1.0.0/30","from-any":["10.2.0.0/24"])"), "registry.body-wrong");
}

BOOST_FIXTURE_TEST_CASE(a_set_lies_in_one_network, Choosing) {
  prefix("10.1.0.0/24", "九江市", "active");
  prefix("10.2.0.0/24", "九江市", "active", "intranet");
  refused(create(Kind::address, R"({"from-any":["10.1.0.0/24","intranet 10.2.0.0/24"]})"),
          "registry.body-wrong");
}

BOOST_FIXTURE_TEST_CASE(what_is_delegated_is_tried_from_the_lowest, Choosing) {
  prefix("10.2.0.0/31", "浔阳区", "active");
  prefix("10.1.0.0/31", "浔阳区", "active");
  prefix("10.0.0.0/24", "浔阳区", "reserved");
  prefix("10.0.1.0/24", "浔阳区", "container");
  const auto next = addresses(R"("from":"delegated","organisation":"浔阳区")");
  for (const char* expected : {"10.1.0.0", "10.1.0.1", "10.2.0.0", "10.2.0.1"})
    BOOST_TEST(got(next) == expected);
  refused(next, "registry.all-full");
  refused(addresses(R"("from":"delegated","organisation":"庐山市")"), "registry.nothing-delegated");
  refused(addresses(R"("from":"delegated")"), "registry.delegated-needs");
  BOOST_TEST(got(prefixes(R"("from":"delegated","organisation":"浔阳区","length":26)")) == "10.0.1.0/26");
  // What is taken back gives nothing any more.
  must(modify(Kind::prefix, *registry.find(Kind::prefix, "extranet 10.0.1.0/26"),
              R"({"organisation":"教育局"})"));
  BOOST_TEST(got(addresses(R"("from":"delegated","organisation":"教育局")")) == "10.0.1.1");
}

BOOST_FIXTURE_TEST_CASE(a_number_of_an_edit_counts_what_was_wanted, Choosing) {
  prefix("10.1.0.0/16", "九江市");
  const auto rows = change({prefixes(R"("from":"10.1.0.0/16","length":24,"grow":1)"),
                            addresses(R"("from":"10.1.0.0/16","count":2,"description":"$1")"),
                            create(Kind::address, R"({"from":"$1","at":1})")});
  BOOST_REQUIRE(rows.ok());
  BOOST_TEST(text_of(rows->at(4).body, "address") == "10.1.0.1");
  BOOST_TEST(text_of(rows->at(3).body, "description") == "$1");
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_asked_together_is_refused, Choosing) {
  prefix("10.1.0.0/16");
  for (const char* more :
       {R"("from":"10.1.0.0/16","length":24,"fit":"worst")",
        R"("from":"10.1.0.0/16","length":24,"fit":"best","at":1)",
        R"("from":"10.1.0.0/16","length":24,"grow":1,"count":2)",
        R"("from":"10.1.0.0/16","length":24,"at":1,"count":2)", R"("from":"10.1.0.0/16")",
        R"("from":"10.1.0.0/16","length":0)", R"("from":"10.1.0.0/16","length":24,"count":0)",
        R"("from":"10.1.0.0/16","length":24,"count":10001)", R"("prefix":"10.1.0.0/24","fit":"best")",
        R"("prefix":"10.1.0.0/24","count":2)", R"("from":"10.1.0.0/16","prefix":"10.1.0.0/24","length":24)"})
    refused(prefixes(more), "registry.body-wrong");
  for (const char* more : {R"("from":"10.1.0.0/16","fit":"best")", R"("from":"10.1.0.0/16","grow":1)",
                           R"("from":"10.1.0.0/16","start":-1)", R"("from":"10.1.0.0/16","nibble":true)"})
    refused(addresses(more), "registry.body-wrong");
}

BOOST_AUTO_TEST_SUITE_END()
