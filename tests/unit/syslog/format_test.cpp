#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "common/text.hpp"
#include "daemon/syslog/sender.hpp"

using namespace assent;
using namespace assent::syslog;

BOOST_AUTO_TEST_SUITE(syslog_format)

namespace {
Target target() {
  Target out;
  out.hostname = "county-1";
  return out;
}
Event event() {
  Event out;
  out.severity = Severity::warning;
  out.msgid = "finding-opened";
  out.params = {{"device", "sw-1"}, {"Finding", "17"}};
  out.text = "VLAN 20 was renamed";
  out.time = Instant{std::chrono::seconds{1'800'000'000}};
  return out;
}
} // namespace

BOOST_AUTO_TEST_CASE(a_message_has_the_layout_of_rfc_5424) {
  BOOST_TEST(format(event(), target(), 42) ==
             "<132>1 2027-01-15T08:00:00.000000Z county-1 assentd 42 finding-opened "
             "[assent@32473 msgid=\"finding-opened\" device=\"sw-1\" finding=\"17\"] VLAN 20 was renamed");
}

BOOST_AUTO_TEST_CASE(no_value_needs_an_escape) {
  Event sent = event();
  sent.params = {{"path", "/i/i[name='a\"b\\c']/mtu"}, {"after", std::string("x\ny\0z\x7f\xc2\x85w", 9)}};
  const std::string text = format(sent, target(), 1);
  BOOST_TEST(text.find("path=\"/i/i(name='a'b/c')/mtu\"") != std::string::npos);
  BOOST_TEST(text.find('\n') == std::string::npos);
  BOOST_TEST(text.find('\\') == std::string::npos);
  BOOST_TEST(text.find("after=\"x y z  w\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_hostile_text_cannot_start_another_message) {
  Event sent = event();
  sent.text = "name\n<108>1 - fake\r\n\x1b[2J\xff";
  const std::string text = format(sent, target(), 1);
  BOOST_TEST(text.ends_with("] name <108>1 - fake   [2J\xef\xbf\xbd"));
  BOOST_TEST(is_utf8(text));
}

BOOST_AUTO_TEST_CASE(header_fields_hold_printable_ascii_or_nothing) {
  Target odd = target();
  odd.hostname = "县 1";
  odd.app = "a b";
  Event sent = event();
  sent.msgid = "很";
  sent.time = Instant{};
  sent.params = {{"a b=]\"C", "1"}, {"名", "2"}};
  BOOST_TEST(format(sent, odd, 1) ==
             "<132>1 - 1 ab 1 - [assent@32473 msgid=\"-\" abc=\"1\"] VLAN 20 was renamed");
}

BOOST_AUTO_TEST_CASE(no_datagram_exceeds_2048_bytes_and_characters_stay_whole) {
  for (const std::size_t values : {0u, 1u, 5u, 40u, 400u}) {
    Event sent = event();
    for (std::size_t i = 0; i < values; ++i) {
      std::string value;
      for (int n = 0; n < 300; ++n)
        value += "县";
      sent.params.emplace_back("p" + std::to_string(i), value);
    }
    for (int n = 0; n < 1000; ++n)
      sent.text += "镇";
    const std::string text = format(sent, target(), 1);
    BOOST_TEST(text.size() <= 2048u);
    BOOST_TEST(text.size() > 1000u);
    BOOST_TEST(is_utf8(text));
    BOOST_TEST(text.find("\"] VLAN 20") != std::string::npos);
    BOOST_TEST(text.ends_with("…"));
  }
}

BOOST_AUTO_TEST_CASE(a_facility_out_of_range_cannot_make_a_wrong_priority) {
  Target odd = target();
  odd.facility = 99;
  BOOST_TEST(format(event(), odd, 1).starts_with("<188>1 "));
}

BOOST_AUTO_TEST_CASE(what_turns_text_around_on_a_screen_is_marked_and_the_rest_stays) {
  Event event;
  event.msgid = "test";
  event.params = {{"name", "a\u202Eb\u2066c\u200Fd\u061Ce 九江…"}};
  event.text = "x\u2028y\u2029z";
  const std::string line = format(event, Target{}, 1);
  BOOST_TEST(line.find("name=\"a\uFFFDb\uFFFDc\uFFFDd\uFFFDe 九江…\"] x\uFFFDy\uFFFDz") != std::string::npos,
             line);
}

BOOST_AUTO_TEST_SUITE_END()
