#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "agents/ctl/print.hpp"
#include "agents/ctl/values.hpp"
#include "common/text.hpp"

using namespace assent;
using namespace assent::ctl;

BOOST_AUTO_TEST_SUITE(values)

BOOST_AUTO_TEST_CASE(yaml_becomes_the_json_that_was_meant) {
  auto read = read_yaml(
      "reason: \"17\"\nedits:\n  - {operation: create, kind: prefix, value: {length: 24, from: 10.0.0.0/8}}\n"
      "flag: true\nnothing: ~\nleading: 007\n",
      "f");
  BOOST_REQUIRE(read.ok());
  BOOST_TEST(canonical(*read) ==
             R"({"edits":[{"kind":"prefix","operation":"create","value":{"from":"10.0.0.0/8","length":24}}],)"
             R"("flag":true,"leading":"007","nothing":null,"reason":"17"})");
}

BOOST_AUTO_TEST_CASE(yaml_that_could_mean_two_things_is_refused_with_its_place) {
  const auto place_of = [](std::string_view text) {
    auto read = read_yaml(text, "f");
    BOOST_REQUIRE(!read.ok());
    BOOST_REQUIRE(!read.error().mistakes.empty());
    return read.error().mistakes[0].place.line;
  };
  BOOST_TEST(place_of("a: 1\na: 2\n") == 2);
  BOOST_TEST(place_of("a: &x 1\nb: *x\n") == 1);
  BOOST_TEST(place_of("a: 1\nb: !!binary aa\n") == 2);
  BOOST_TEST(place_of("a: [1\n") >= 1);
  BOOST_TEST(!read_yaml("--- 1\n--- 2\n", "f").ok());
  BOOST_TEST(!read_yaml("a: \xff\n", "f").ok());
  BOOST_TEST(!read_yaml(std::string(40'000, '['), "f").ok());
  BOOST_TEST(!read_yaml("a: " + std::string(5'000, '{'), "f").ok());
}

BOOST_AUTO_TEST_CASE(values_of_options_are_checked_before_anything_is_sent) {
  const auto text = [](const Field& field, std::string given) {
    auto value = value_of(field, {std::move(given)});
    return value.ok() ? canonical(*value) : std::string("refused");
  };
  const Field rate{"entitlement", FieldType::rate, {}}, number{"port", FieldType::number, {}},
      flag{"enabled", FieldType::flag, {}}, tier{"tier", FieldType::text, "city|county"};
  BOOST_TEST(text(rate, "100M") == "100000000");
  BOOST_TEST(text(rate, "1G") == "1000000000");
  BOOST_TEST(text(rate, "9007199254740991G") == "refused");
  BOOST_TEST(text(rate, "fast") == "refused");
  BOOST_TEST(text(number, "161") == "161");
  BOOST_TEST(text(number, "-1") == "refused");
  BOOST_TEST(text(number, "1e3") == "refused");
  BOOST_TEST(text(flag, "yes") == "refused");
  BOOST_TEST(text(tier, "county") == "\"county\"");
  BOOST_TEST(text(tier, "count") == "refused");
}

BOOST_AUTO_TEST_CASE(times_may_be_relative_or_absolute) {
  const Instant now{std::chrono::seconds{1'800'000'000}};
  BOOST_TEST(*moment("+2h", now) == to_text(now + std::chrono::hours{2}));
  BOOST_TEST(*moment("90s", now) == to_text(now + std::chrono::seconds{90}));
  BOOST_TEST(*moment("2027-01-15T08:00:00Z", now) == "2027-01-15T08:00:00.000000Z");
  BOOST_TEST(moment("2027-01-15 08:00", now).ok());
  BOOST_TEST(!moment("2026-11-31 10:00", now).ok());
  BOOST_TEST(!moment("2027-02-29 10:00", now).ok());
  BOOST_TEST(!moment("tomorrow", now).ok());
  BOOST_TEST(!moment("2027-01-15 08:00 or so", now).ok());
}

BOOST_AUTO_TEST_CASE(wide_characters_align) {
  const auto text = align({{"name", "tier"}, {"九江市", "city"}, {"ab", "county"}}, 0);
  BOOST_TEST(text == "name    tier\n九江市  city\nab      county\n");
}

BOOST_AUTO_TEST_CASE(a_table_keeps_to_the_width_of_the_terminal) {
  const auto text = align({{"id", std::string(200, 'x'), "end"}, {"1", "short", "end"}}, 40);
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    BOOST_TEST(display_width(text.substr(at, end - at)) <= 40u);
    at = end + 1;
  }
}

BOOST_AUTO_TEST_CASE(csv_quotes_what_would_break_it) {
  BOOST_TEST(csv_line({"a", "b,c", "d\"e", "f\ng"}) == "a,\"b,c\",\"d\"\"e\",\"f\ng\"\r\n");
}

BOOST_AUTO_TEST_CASE(pretty_json_and_yaml_hold_what_the_value_holds) {
  const auto value = json::parse(R"({"a":[1,{"b":"九\n江"}],"c":{},"d":[],"e":true,"f":"no","g":null})");
  BOOST_TEST(json::parse(pretty(value)) == value);
  auto back = read_yaml(as_yaml(value), "f");
  BOOST_REQUIRE(back.ok());
  BOOST_TEST(canonical(*back) == canonical(value));
}

BOOST_AUTO_TEST_SUITE_END()
