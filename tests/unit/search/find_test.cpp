#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "world.hpp"

using namespace assent;
using namespace assent::search;

namespace {

struct Register : Shelf {
  Register() {
    put(Kind::organisation, 1, R"({"name":"九江市","tier":"city"})");
    put(Kind::organisation, 2, R"({"name":"浔阳区","tier":"county","parent":1})");
    put(Kind::organisation, 3, R"({"name":"财政局","tier":"bureau","parent":2})");
    put(Kind::organisation, 4, R"({"name":"財政廳","tier":"bureau","parent":1})");
    put(Kind::network, 1, R"({"name":"extranet"})");
    put(Kind::network, 2, R"({"name":"intranet"})");
    put(Kind::block, 1, R"({"network":1,"prefix":"10.0.0.0/8","organisation":1})");
    put(Kind::prefix, 1, R"({"network":1,"prefix":"10.64.0.0/16","organisation":2,"status":"container"})");
    put(Kind::prefix, 2,
        R"({"network":1,"prefix":"10.64.8.0/22","organisation":3,"status":"active","description":"财政局 办公楼"})");
    put(Kind::prefix, 3, R"({"network":2,"prefix":"2001:db8:1::/48","organisation":1,"status":"reserved"})");
    put(Kind::device, 1,
        R"({"name":"xunyang-sw1","network":1,"address":"10.64.8.2","organisation":2,"labels":["access"]})");
    put(Kind::address, 1,
        R"({"network":1,"address":"10.64.8.5","organisation":3,"name":"Printer-3","description":"三楼打印机","mac":"aa:bb:cc:dd:ee:01"})");
    put(Kind::address, 2,
        R"({"network":1,"address":"10.64.9.6","organisation":3,"name":"ｐｒｉｎｔｅｒ-4","device":1,"mac":"AABB.CCDD.EE02"})");
    put(Kind::address, 3,
        R"({"network":2,"address":"2001:db8:1::7","organisation":1,"fields":{"机房":"302","asset":4711}})");
    put(Kind::ticket, 17,
        R"({"reason":"财务系统 迁移","requester":1,"state":"closed","submitted":"2026-11-23T17:55:00.123456Z","edits":[{"value":{"name":"secret"}}]})");
    put(Kind::key, 1, R"({"person":1,"fingerprint":"SHA256:abcDEF","public-key":"ssh-ed25519 AAAA"})");
    tickets[17] = {{Kind::address, 1}, {Kind::prefix, 2}};
    index.settle();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(finding, Register)

BOOST_AUTO_TEST_CASE(one_two_and_three_chinese_characters_hit_in_both_scripts) {
  BOOST_TEST(found("九") == "organisation.1");
  BOOST_TEST(found("九江") == "organisation.1");
  BOOST_TEST(found("九江市") == "organisation.1");
  BOOST_TEST(found("财") == "organisation.3 organisation.4 prefix.2 ticket.17");
  BOOST_TEST(found("財") == found("财"));
  BOOST_TEST(found("财政") == "organisation.3 organisation.4 prefix.2");
  BOOST_TEST(found("財政") == found("财政"));
  BOOST_TEST(found("財政廳") == "organisation.4");
  BOOST_TEST(found("财政厅") == "organisation.4");
  BOOST_TEST(found("印") == "address.1");
  BOOST_TEST(found("机") == "address.1"); // the last character of a text
}

BOOST_AUTO_TEST_CASE(case_and_width_make_no_difference) {
  for (const char* query : {"printer", "PRINTER", "ｐｒｉｎｔｅｒ", "ＰＲＩＮＴＥＲ-", "rinte"})
    BOOST_TEST(found(query) == "address.1 address.2", query);
  BOOST_TEST(found("printer-4") == "address.2");
  BOOST_TEST(found("p") == "address.1 address.2");
}

BOOST_AUTO_TEST_CASE(all_parts_of_a_query_must_hold_and_those_with_a_minus_must_not) {
  BOOST_TEST(found("printer 三楼") == "address.1");
  BOOST_TEST(found("printer -三楼") == "address.2");
  BOOST_TEST(found("财政 kind:prefix,ticket") == "prefix.2");
  BOOST_TEST(found("财 -kind:organisation") == "prefix.2 ticket.17");
  BOOST_TEST(found("\"财政局 办公\"") == "prefix.2");
  BOOST_TEST(found("\"办公 财政局\"").empty());
  BOOST_TEST(found("办公 财政局") == "prefix.2");
}

BOOST_AUTO_TEST_CASE(containment_is_found_both_ways) {
  BOOST_TEST(found("in:10.64.8.0/22") == "prefix.2 address.1 address.2 device.1");
  BOOST_TEST(found("in:10.64.8.0/24") == "address.1 device.1");
  BOOST_TEST(found("in:10.64.8.77/24") == "address.1 device.1"); // host bits are cut off
  BOOST_TEST(found("around:10.64.8.200") == "block.1 prefix.1 prefix.2");
  BOOST_TEST(found("around:10.64.8.0/22") == "block.1 prefix.1 prefix.2");
  BOOST_TEST(found("around:10.64.0.0/16") == "block.1 prefix.1");
  BOOST_TEST(found("in:0.0.0.0/0 kind:block") == "block.1");
  BOOST_TEST(found("in:::/0") == "prefix.3 address.3");
  BOOST_TEST(found("around:2001:db8:1::7") == "prefix.3 address.3");
}

BOOST_AUTO_TEST_CASE(a_word_that_is_an_address_finds_what_is_there) {
  BOOST_TEST(found("10.64.8.5") == "block.1 prefix.1 prefix.2 address.1");
  BOOST_TEST(found("10.64.8.99") == "block.1 prefix.1 prefix.2");
  BOOST_TEST(found("10.64.8.0/24") == "block.1 prefix.1 prefix.2 address.1 device.1");
  BOOST_TEST(found("10.64.9") == "address.2");
  BOOST_TEST(found("10.64.") == "prefix.1 prefix.2 address.1 address.2 device.1");
  BOOST_TEST(found("2001:db8:1:") == "prefix.3 address.3");
  BOOST_TEST(found("192.0.2.1").empty());
}

BOOST_AUTO_TEST_CASE(mac_addresses_are_found_however_they_are_written) {
  for (const char* query :
       {"aa-bb-cc-dd-ee-01", "aabb-ccdd-ee01", "aabb.ccdd.ee01", "AABBCCDDEE01", "mac:aa:bb:cc:dd:ee:01",
        "mac:ee01", "mac:DD-EE-01", "mac:01", "mac:e01", "dd:ee:01", "mac=aabbccddee01"})
    BOOST_TEST(found(query) == "address.1", query);
  BOOST_TEST(found("mac:aa-bb-cc") == "address.1 address.2");
  BOOST_TEST(found("mac:xx") == "search.bad-value");
}

BOOST_AUTO_TEST_CASE(an_organisation_means_its_subtree) {
  BOOST_TEST(found("org:九江市 kind:prefix") == "prefix.1 prefix.2 prefix.3");
  BOOST_TEST(found("org:浔阳区 kind:prefix") == "prefix.1 prefix.2");
  BOOST_TEST(found("org:潯陽區 kind:prefix") == "prefix.1 prefix.2");
  BOOST_TEST(found("org=浔阳区 kind:prefix") == "prefix.1");
  BOOST_TEST(found("org:九江市/财政局 kind:prefix") == "prefix.2");
  BOOST_TEST(found("org:3 kind:address") == "address.1 address.2");
  BOOST_TEST(found("org:浔阳区 kind:organisation") == "organisation.2 organisation.3");
  BOOST_TEST(found("org:nobody").empty());
}

BOOST_AUTO_TEST_CASE(members_are_named_whatever_they_are) {
  BOOST_TEST(found("status:reserved") == "prefix.3");
  BOOST_TEST(found("name:print") == "address.1 address.2");
  BOOST_TEST(found("name=printer-3") == "address.1");
  BOOST_TEST(found("name=printer").empty());
  BOOST_TEST(found("机房:302") == "address.3");
  BOOST_TEST(found("asset:4711") == "address.3");
  BOOST_TEST(found("asset=471").empty());
  BOOST_TEST(found("labels:access") == "device.1");
  BOOST_TEST(found("device:xunyang-sw1") == "address.2");
  BOOST_TEST(found("network:intra kind:prefix") == "prefix.3");
  BOOST_TEST(found("address:10.64.9.6") == "address.2");
  BOOST_TEST(found("ticket:17") == "prefix.2 address.1 ticket.17");
  BOOST_TEST(found("ticket:17 id:1") == "address.1");
  BOOST_TEST(found("\"SHA256:abcdef\"") == "key.1");
  BOOST_TEST(found("SHA256:abcDEF") == "key.1");
}

BOOST_AUTO_TEST_CASE(what_is_left_out_is_not_found) {
  BOOST_TEST(found("secret").empty());      // edits of tickets
  BOOST_TEST(found("ssh-ed25519").empty()); // documents
  BOOST_TEST(found("17:55").empty());       // moments
}

BOOST_AUTO_TEST_CASE(an_object_is_found_as_it_is_and_not_as_it_was) {
  put(Kind::address, 1, R"({"network":1,"address":"10.64.8.5","organisation":1,"name":"scanner"})");
  BOOST_TEST(found("printer") == "address.2");
  BOOST_TEST(found("scanner") == "address.1");
  BOOST_TEST(found("org:财政局 kind:address") == "address.2");
  remove(Kind::address, 2);
  BOOST_TEST(found("printer").empty());
  put(Kind::organisation, 2, R"({"name":"浔阳区","tier":"county"})");
  BOOST_TEST(found("org:九江市 kind:prefix") == "prefix.3");
  BOOST_TEST(index.stale() > 0U);
}

BOOST_AUTO_TEST_CASE(pages_of_any_size_give_the_same) {
  const std::string all = found("in:0.0.0.0/0");
  for (std::size_t limit = 1; limit < 8; ++limit)
    BOOST_TEST(found("in:0.0.0.0/0", limit) == all);
}

BOOST_AUTO_TEST_CASE(what_a_reader_may_not_see_is_not_there) {
  hidden.insert({Kind::address, 1});
  BOOST_TEST(found("printer") == "address.2");
  closed.insert(Kind::address);
  BOOST_TEST(found("printer").empty());
  closed.clear();
  scope = {1};
  BOOST_TEST(found("printer").empty());
  looked_at = 0;
  BOOST_TEST(found("kind:address") == "address.3");
  BOOST_TEST(looked_at == 1U); // others' addresses are not even looked at
}

BOOST_AUTO_TEST_CASE(what_makes_no_query_is_refused) {
  const std::pair<const char*, const char*> cases[] = {{"", "search.empty"},
                                                       {" \u3000 ", "search.empty"},
                                                       {"\u202e", "search.empty-word"},
                                                       {"\"open", "search.open-quote"},
                                                       {"kind:cat", "search.bad-value"},
                                                       {"kind:act", "search.bad-value"},
                                                       {"in:here", "search.bad-value"},
                                                       {"id:0", "search.bad-value"},
                                                       {"ticket:9007199254740993", "search.bad-value"},
                                                       {"name:", "search.bad-value"},
                                                       {"\xff\xfe", "search.not-text"}};
  for (const auto& [query, id] : cases)
    BOOST_TEST(found(query) == id, query);
  BOOST_TEST(found(std::string(2000, 'a')) == "search.too-long");
  std::string many;
  for (int i = 0; i < 20; ++i)
    many += "a ";
  BOOST_TEST(found(many) == "search.too-many");
  BOOST_TEST(found(std::string("a\0b", 3)) == "search.not-text");
  BOOST_TEST(found("pr\u202einter") == "address.1 address.2"); // what nobody sees does not count
}

BOOST_AUTO_TEST_SUITE_END()
