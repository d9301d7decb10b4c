// One device over SNMPv3: discovery, restarts, and what forged and weakened messages get.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "agents/snmp/v3_session.hpp"
#include "other_side.hpp"

using namespace assent::snmp;
using namespace assent::snmp::usm;
using namespace std::chrono_literals;

using Got = V3Session::Got;

namespace {

using Device = other_side::Engine;
using other_side::reader_keys;

struct World {
  std::string ask(Steady now = 0s, bool probe = false) {
    return session.message(Request{Request::Kind::get, 0, 0, {{1, 3, 6, 1}}}, 7, ++number, probe, now);
  }
  /// Sends until there is an answer or nothing better to say.
  Got exchange(Device& with, Steady now = 0s) {
    session.begin();
    for (int i = 0; i < 6; ++i) {
      const Got got = session.receive(with.answer(ask(now)), now, answer);
      if (got != Got::again) return got;
    }
    return Got::stray;
  }
  Header last() {
    sent = ask();
    Header header;
    BOOST_REQUIRE(peek(sent, header));
    return header;
  }

  Credential credential{reader_keys()};
  V3Shared shared;
  V3Session session{credential, shared, {}, 0s};
  Answer answer;
  std::uint32_t number = 0;
  std::string sent;
  Device device{"a device"};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(v3_sessions, World)

BOOST_AUTO_TEST_CASE(an_unknown_engine_is_discovered_and_then_asked) {
  BOOST_TEST((exchange(device) == Got::answer));
  BOOST_TEST(answer.request_id == 7U);
  BOOST_TEST(*session.engine() == device.id);
  BOOST_TEST(shared.discoveries == 1U);
  device.time += 10;
  BOOST_TEST((exchange(device, 10s) == Got::answer));
  BOOST_TEST(shared.discoveries == 1U);
}

BOOST_AUTO_TEST_CASE(a_restart_of_the_device_costs_one_report) {
  exchange(device);
  ++device.boots;
  device.time = 1;
  BOOST_TEST((exchange(device, 20s) == Got::answer));
  BOOST_TEST((session.take_fallen() == std::optional(false)));
  device.time = 2000;
  exchange(device, 30s);
  device.time = 1; // without counting its boots
  BOOST_TEST((exchange(device, 40s) == Got::answer));
  BOOST_TEST((session.take_fallen() == std::optional(true)));
}

BOOST_AUTO_TEST_CASE(an_answer_counts_once_and_only_for_our_message) {
  exchange(device);
  session.begin();
  const std::string first = device.answer(ask());
  BOOST_TEST((session.receive(first, 0s, answer) == Got::answer));
  BOOST_TEST((session.receive(first, 0s, answer) == Got::stray));
  session.begin();
  ask();
  BOOST_TEST((session.receive(first, 0s, answer) == Got::stray));
}

BOOST_AUTO_TEST_CASE(nothing_below_the_agreed_level_is_an_answer) {
  exchange(device);
  session.begin();
  const Header header = last();
  BOOST_TEST((session.receive(device.response(header, Level::none), 0s, answer) == Got::malformed));
  BOOST_TEST((session.receive(device.response(header, Level::auth), 0s, answer) == Got::malformed));
  BOOST_TEST((session.receive(device.response(header, Level::priv), 0s, answer) == Got::answer));
}

BOOST_AUTO_TEST_CASE(a_forged_report_causes_one_bounded_rediscovery) {
  exchange(device);
  Device liar("a liar");
  session.begin();
  int again = 0;
  for (int i = 0; i < 100; ++i)
    again +=
        session.receive(liar.report(last(), unknown_engines, Level::none), 1s, answer) == Got::again ? 1 : 0;
  BOOST_TEST(again == 1);
  // The real device sets it right at once.
  BOOST_TEST((exchange(device, 2s) == Got::answer));
  BOOST_TEST(*session.engine() == device.id);
  session.begin();
  BOOST_TEST((session.receive(liar.report(last(), unknown_engines, Level::none), 3s, answer) == Got::hint));
  BOOST_TEST((session.receive(liar.report(last(), not_in_windows, Level::none), 3s, answer) == Got::hint));
  BOOST_TEST((exchange(device, 4s) == Got::answer));
}

BOOST_AUTO_TEST_CASE(wrong_keys_are_told_and_never_answered) {
  Credential wrong(reader_keys("another password"));
  V3Session other(wrong, shared, {}, 0s);
  other.begin();
  Got got = Got::again;
  for (std::uint32_t i = 1; got == Got::again && i < 9; ++i)
    got = other.receive(
        device.answer(other.message(Request{Request::Kind::get, 0, 0, {{1, 3, 6, 1}}}, 7, i, false, 0s)), 0s,
        answer);
  BOOST_TEST((got == Got::hint));
  BOOST_TEST(other.trouble() == "authentication-key");
  BOOST_TEST(other.engine() == nullptr);
}

BOOST_AUTO_TEST_CASE(an_engine_that_answers_only_a_probe_has_another_cipher_key) {
  exchange(device);
  session.begin();
  BOOST_TEST((session.receive(device.answer(ask(0s, true)), 0s, answer) == Got::hint));
  BOOST_TEST(session.trouble() == "privacy-key");
}

BOOST_AUTO_TEST_SUITE_END()
