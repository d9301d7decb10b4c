#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <limits>

#include "common/hash.hpp"
#include "common/json.hpp"

using namespace assent;

BOOST_AUTO_TEST_SUITE(canonical_json)

BOOST_AUTO_TEST_CASE(sorts_members_by_utf16_code_units) {
  // RFC 8785 3.2.3
  const auto value =
      parse_json(R"({"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7})");
  BOOST_REQUIRE(value.ok());
  BOOST_TEST(canonical(*value) == "{\"\\r\":2,\"1\":4,\"\xC2\x80\":6,\"\xC3\xB6\":7,\"\xE2\x82\xAC\":1,"
                                  "\"\xF0\x9F\x98\x80\":5,\"\xEF\xAC\xB3\":3}");
}

BOOST_AUTO_TEST_CASE(prints_numbers_as_ecmascript_does) {
  // RFC 8785 appendix B
  BOOST_TEST(canonical(json::value(333333333.33333329)) == "333333333.3333333");
  BOOST_TEST(canonical(json::value(1E30)) == "1e+30");
  BOOST_TEST(canonical(json::value(4.50)) == "4.5");
  BOOST_TEST(canonical(json::value(2e-3)) == "0.002");
  BOOST_TEST(canonical(json::value(1e-27)) == "1e-27");
  BOOST_TEST(canonical(json::value(1e21)) == "1e+21");
  BOOST_TEST(canonical(json::value(1e20)) == "100000000000000000000");
  BOOST_TEST(canonical(json::value(-0.0)) == "0");
  BOOST_TEST(canonical(json::value(9007199254740991)) == "9007199254740991");
}

BOOST_AUTO_TEST_CASE(prints_in_full_what_rfc_8785_does_not_know) {
  BOOST_TEST(canonical(json::value(std::uint64_t{18446744073709551615U})) == "18446744073709551615");
  BOOST_TEST(canonical(json::value(std::numeric_limits<std::int64_t>::min())) == "-9223372036854775808");
}

BOOST_AUTO_TEST_CASE(escapes_only_what_must_be) {
  BOOST_TEST(canonical(json::value("\x0f\n\"\\/é九")) == "\"\\u000f\\n\\\"\\\\/é九\"");
}

BOOST_AUTO_TEST_CASE(refuses_a_number_that_no_double_holds) {
  for (const char* text : {"[1,1e999]", "-1E400", "1e-400"})
    BOOST_TEST(!parse_json(text).ok(), text);
  BOOST_TEST(!parse_json(std::string(400, '9')).ok());
  BOOST_TEST(parse_json("1.7976931348623157e308").ok());
}

BOOST_AUTO_TEST_CASE(what_is_parsed_prints_as_it_was) {
  for (const std::string text : {"[900719947199474000000,{\"a\":[1,0.1,2.2250738585072014e-308]}]", "0.73"})
    BOOST_TEST(canonical(*parse_json(text)) == text);
}

BOOST_AUTO_TEST_CASE(refuses_a_member_that_comes_twice) {
  const auto value = parse_json("{\"a\":1,\n \"b\":{\"c\":1,\"\\u0063\":2}}");
  BOOST_REQUIRE(!value.ok());
  BOOST_TEST(value.error().what.id == "common.member-twice");
  BOOST_TEST(value.error().mistakes.at(0).place.line == 2);
}

BOOST_AUTO_TEST_CASE(names_the_place_of_a_mistake) {
  const auto value = parse_json("{\"a\":\n  tru }");
  BOOST_REQUIRE(!value.ok());
  BOOST_TEST(value.error().mistakes.at(0).place.line == 2);
}

BOOST_AUTO_TEST_CASE(refuses_depth_size_trailing_bytes_and_bad_text) {
  BOOST_TEST(!parse_json(std::string(40, '[') + std::string(40, ']')).ok());
  BOOST_TEST(!parse_json("[1,2,3]", 4).ok());
  BOOST_TEST(!parse_json("1 2").ok());
  BOOST_TEST(!parse_json("").ok());
  BOOST_TEST(!parse_json("\"\xff\"").ok());
  BOOST_TEST(parse_json(" [1, {\"a\":\"b\\\"\"}] \n").ok());
}

BOOST_AUTO_TEST_CASE(hash_is_sha256) {
  BOOST_TEST(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

BOOST_AUTO_TEST_SUITE_END()
