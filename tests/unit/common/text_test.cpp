#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "common/text.hpp"
#include "common/time.hpp"

using namespace assent;

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(knows_valid_utf8) {
  BOOST_TEST(is_utf8("九江市 ok"));
  BOOST_TEST(!is_utf8("\xC0\xAF"));
  BOOST_TEST(!is_utf8("\xED\xA0\x80"));
  BOOST_TEST(!is_utf8("\xF4\x90\x80\x80"));
  BOOST_TEST(!is_utf8("\xBE\xC5\xBD\xAD"));
}

BOOST_AUTO_TEST_CASE(makes_valid_utf8_of_any_bytes) {
  BOOST_TEST(to_utf8(std::string("a\xBE"
                                 "b\0\0",
                                 5)) == "a\xEF\xBF\xBD"
                                        "b");
  BOOST_TEST(is_utf8(to_utf8("\xE4\xB9")));
}

BOOST_AUTO_TEST_CASE(terminal_text_cannot_move_the_cursor) {
  BOOST_TEST(for_terminal("a\x1b[2Jb\u202Ec") == "a\\u{1b}[2Jb\\u{202e}c");
}

BOOST_AUTO_TEST_CASE(wide_characters_take_two_columns) {
  BOOST_TEST(display_width("九江市") == 6u);
  BOOST_TEST(fit("九江市", 8) == "九江市  ");
  BOOST_TEST(fit("九江市浔阳区", 6) == "九江… ");
  BOOST_TEST(fit("abc", 2) == "a…");
  BOOST_TEST(fit("abc", 0) == "");
}

BOOST_AUTO_TEST_CASE(base64_has_one_text_for_one_value) {
  for (const std::string plain : {"", "f", "fo", "foo", "foob"}) {
    std::string back;
    BOOST_TEST(from_base64(to_base64(plain), back));
    BOOST_TEST(back == plain);
  }
  std::string bytes;
  BOOST_TEST(!from_base64("Zh==", bytes));
  BOOST_TEST(!from_base64("Zg=", bytes));
  BOOST_TEST(!from_base64("Z g=", bytes));
  BOOST_TEST(to_hex(from_hex("00ff10")) == "00ff10");
}

BOOST_AUTO_TEST_CASE(suggests_the_nearest_word) {
  const std::string_view words[] = {"ticket", "device", "finding"};
  BOOST_TEST(nearest("tikcet", words, 3) == "ticket");
  BOOST_TEST(nearest("zzz", words, 3) == "");
}

BOOST_AUTO_TEST_CASE(times_are_read_and_printed_alike) {
  const auto at = parse_instant("2026-11-23T18:05:06.25+08:00");
  BOOST_REQUIRE(at.ok());
  BOOST_TEST(to_text(*at) == "2026-11-23T10:05:06.250000Z");
  for (const char* wrong :
       {"2026-11-23", "2026-02-30T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T10:00:00",
        "2026-11-23T10:00:00.1234567Z", "2026-11-23T10:00:00Zx", ""})
    BOOST_TEST(!parse_instant(wrong).ok());
}

BOOST_AUTO_TEST_CASE(durations_have_one_unit) {
  BOOST_TEST(parse_duration("5m").value().count() == 300'000'000);
  for (const char* wrong : {"", "5", "m", "0s", "-5m", "5m5s", "99999999d", "5 m"})
    BOOST_TEST(!parse_duration(wrong).ok());
}

BOOST_AUTO_TEST_SUITE_END()
