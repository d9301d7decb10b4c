#define BOOST_TEST_DYN_LINK
#include "daemon/registry/net.hpp"

#include <boost/test/unit_test.hpp>

using namespace assent;
using namespace assent::registry;

BOOST_AUTO_TEST_SUITE(net)

BOOST_AUTO_TEST_CASE(an_address_is_printed_as_it_was_read) {
  for (const char* text : {"0.0.0.0", "10.1.2.3", "255.255.255.255", "::", "::1", "2001:db8::1",
                           "fe80::1:0:0:1", "2001:db8:0:1:1:1:1:1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                           "1::", "::ffff", "64:ff9b::c000:221", "0:1:2:3:4:5:6:7"}) {
    const auto address = parse_address(text);
    BOOST_REQUIRE_MESSAGE(address.ok(), text);
    BOOST_TEST(address->text() == text);
  }
}

BOOST_AUTO_TEST_CASE(ipv6_is_printed_as_rfc_5952_asks) {
  BOOST_TEST(parse_address("2001:0DB8:0000:0000:0000:0000:0000:0001")->text() == "2001:db8::1");
  BOOST_TEST(parse_address("2001:db8:0:0:1:0:0:1")->text() == "2001:db8::1:0:0:1");
  BOOST_TEST(parse_address("2001:0:0:1:0:0:0:1")->text() == "2001:0:0:1::1");
  BOOST_TEST(parse_address("64:ff9b::192.0.2.33")->text() == "64:ff9b::c000:221");
}

BOOST_AUTO_TEST_CASE(text_that_could_mean_two_things_is_refused) {
  for (const char* text : {"",
                           "10.1.2",
                           "10.1.2.3.4",
                           "010.1.2.3",
                           "10.1.2.256",
                           "0x0a.1.2.3",
                           "167838211",
                           " 10.1.2.3",
                           "10.1.2.3 ",
                           "::ffff:10.1.2.3",
                           "::ffff:a01:203",
                           "::10.1.2.3",
                           "fe80::1%eth0",
                           "fe80::1%1",
                           "1::2::3",
                           ":::",
                           "12345::",
                           "10.1.2.3/24",
                           "g::1",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "[::1]"}) {
    const auto address = parse_address(text);
    BOOST_TEST(!address.ok(), text);
    if (!address.ok()) BOOST_TEST((address.error().fault == Fault::invalid));
  }
  BOOST_TEST(parse_address("fe80::1%eth0").error().what.id == "registry.address-zone");
  BOOST_TEST(parse_address("::ffff:10.1.2.3").error().what.id == "registry.address-mapped");
  BOOST_TEST(!parse_address(std::string_view("10.1.2.3\0", 9)).ok());
}

BOOST_AUTO_TEST_CASE(a_prefix_with_host_bits_is_refused_and_the_meant_one_named) {
  const auto prefix = parse_prefix("10.1.2.3/24");
  BOOST_REQUIRE(!prefix.ok());
  BOOST_TEST(prefix.error().what.id == "registry.prefix-host-bits");
  BOOST_TEST(prefix.error().what.args.at(1).second == "10.1.2.0/24");
  BOOST_TEST(parse_prefix("2001:db8::1/64").error().what.args.at(1).second == "2001:db8::/64");
}

BOOST_AUTO_TEST_CASE(prefixes_of_every_length_end_where_they_should) {
  BOOST_TEST((parse_prefix("0.0.0.0/0")->last() == 0xffffffffU));
  BOOST_TEST((parse_prefix("10.0.0.0/31")->last() == 0x0a000001U));
  BOOST_TEST((parse_prefix("10.0.0.1/32")->last() == 0x0a000001U));
  BOOST_TEST((parse_prefix("::/0")->last() == ~U128{0}));
  BOOST_TEST((parse_prefix("::1/128")->last() == U128{1}));
  BOOST_TEST((parse_prefix("2001:db8::/127")->last() == parse_address("2001:db8::1")->bits));
  for (const char* text : {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/08",
                           "10.0.0.0/+8", "10.0.0.0/8/8", "/8", "10.0.0.0/ 8"})
    BOOST_TEST(!parse_prefix(text).ok(), text);
}

BOOST_AUTO_TEST_CASE(families_never_contain_each_other) {
  BOOST_TEST(!parse_prefix("::/0")->contains(*parse_address("10.0.0.1")));
  BOOST_TEST(!parse_prefix("0.0.0.0/0")->contains(*parse_address("::1")));
  BOOST_TEST(!parse_prefix("::/0")->overlaps(*parse_prefix("0.0.0.0/0")));
  BOOST_TEST(parse_prefix("10.0.0.0/8")->contains(*parse_prefix("10.0.0.0/8")));
  BOOST_TEST(!parse_prefix("10.0.0.0/9")->contains(*parse_prefix("10.0.0.0/8")));
  BOOST_TEST(parse_prefix("10.0.0.0/9")->overlaps(*parse_prefix("10.0.0.0/8")));
}

BOOST_AUTO_TEST_CASE(keys_sort_like_addresses) {
  BOOST_TEST((parse_address("10.0.0.1")->key() < parse_address("10.0.0.2")->key()));
  BOOST_TEST((parse_address("9.0.0.0")->key() < parse_address("200.0.0.0")->key()));
  BOOST_TEST((parse_address("255.0.0.0")->key() < parse_address("::1")->key()));
  BOOST_TEST(parse_address("::1")->key().size() == 17U);
}

BOOST_AUTO_TEST_SUITE_END()
