// What becomes of SNMPv3 traps, for which the device's engine is authoritative: the decision table of the
// trap desk.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "v3_desk.hpp"

using namespace v3_desk;

BOOST_FIXTURE_TEST_SUITE(v3_notifications, Desk)

BOOST_AUTO_TEST_CASE(a_trap_of_a_known_engine_is_an_authentic_hint_and_is_remembered) {
  meet(device);
  device.time += 20;
  clock.advance(20s);
  BOOST_TEST(hear(trap(device)).empty());
  BOOST_TEST(figures().hint == 1U);
  BOOST_REQUIRE(heard.notices.size() == 1U);
  BOOST_TEST(heard.notices[0].authentic);
  BOOST_TEST(heard.notices[0].version == "v3");
  BOOST_TEST(heard.notices[0].name == "link-up");
  BOOST_TEST((poller.find(1)->hint_read == now().steady)); // it is read out of turn
  BOOST_REQUIRE(engines.find("10.0.0.1:161") != nullptr);
  BOOST_TEST((engines.find("10.0.0.1:161")->stamp == usm::EngineStamp{3, 5020}));
}

BOOST_AUTO_TEST_CASE(who_is_not_known_is_not_heard) {
  BOOST_TEST(hear(trap(device)).empty()); // the device has shown no engine yet
  BOOST_TEST(figures().engine == 1U);
  meet(device);
  other_side::Engine liar("a liar");
  hear(trap(liar));
  BOOST_TEST(figures().engine == 2U);
  hear(trap(device, Level::priv, "nobody"));
  BOOST_TEST(figures().user == 1U);
  hear(trap(device, Level::auth));
  hear(trap(device, Level::none));
  BOOST_TEST(figures().user == 2U); // noAuth has no user at all here
  BOOST_TEST(figures().level == 1U);
  hear(trap(device), "10.0.0.2");
  BOOST_TEST(figures().version == 1U);
  hear(trap(device), "10.0.0.3");
  BOOST_TEST(figures().stranger == 1U);
  BOOST_TEST(heard.notices.empty());
  BOOST_TEST(total() == 7U);
}

BOOST_AUTO_TEST_CASE(a_level_without_a_key_is_nobody_even_with_the_right_name) {
  meet(device);
  const std::string body = notification(pdu::trap);
  hear(usm::build({.message_id = 4,
                   .level = Level::none,
                   .reportable = false,
                   .engine = device.id,
                   .boots = device.boots,
                   .time = device.time,
                   .user = "reader",
                   .context_engine = device.id,
                   .context_name = {},
                   .pdu = body},
                  nullptr));
  BOOST_TEST(figures().level == 1U);
  BOOST_TEST(heard.notices.empty());
}

BOOST_AUTO_TEST_CASE(wrong_keys_are_counted_as_what_they_are) {
  meet(device);
  other_side::Engine forger("a device", reader_keys("guessed password"));
  hear(trap(forger));
  BOOST_TEST(figures().digest == 1U);
  other_side::Engine half("a device", reader_keys("authpassword", "other privacy"));
  hear(trap(half));
  BOOST_TEST(figures().decryption == 1U);
  std::string changed = trap(device);
  for (std::size_t i = 0; i < changed.size(); ++i) {
    std::string each = changed;
    each[i] = static_cast<char>(each[i] ^ 1);
    hear(each);
    BOOST_TEST(heard.notices.empty());
    clock.advance(50ms); // that its budget lasts
  }
  BOOST_TEST(total() == changed.size() + 2);
}

BOOST_AUTO_TEST_CASE(a_trap_is_taken_once_and_inside_the_window) {
  meet(device);
  const std::string captured = trap(device);
  hear(captured);
  BOOST_TEST(figures().hint == 1U);
  hear(captured);
  BOOST_TEST(figures().replay == 1U);
  clock.advance(149s);
  device.time += 149;
  hear(trap(device));
  BOOST_TEST(figures().hint == 2U);
  hear(captured);
  BOOST_TEST(figures().replay == 2U);
  device.time -= 140; // held up on its way
  hear(trap(device));
  BOOST_TEST(figures().hint == 3U);
  device.time -= 20;
  hear(trap(device));
  BOOST_TEST(figures().replay == 3U);
  device.boots -= 1;
  hear(trap(device));
  BOOST_TEST(figures().replay == 4U);
  BOOST_TEST(heard.notices.size() == 3U - 1U); // two of the same words within 30 s are one
}

BOOST_AUTO_TEST_CASE(a_device_that_starts_again_is_heard_at_once) {
  meet(device);
  device.boots += 1;
  device.time = 0; // its coldStart
  const std::string first = trap(device);
  hear(first);
  BOOST_TEST(figures().hint == 1U);
  hear(first);
  BOOST_TEST(figures().replay == 1U);
}

BOOST_AUTO_TEST_CASE(what_was_captured_is_refused_after_a_restart_too) {
  meet(device);
  device.time += 5;
  const std::string captured = trap(device);
  hear(captured);
  BOOST_TEST(figures().hint == 1U);
  // The same world with what the store kept.
  Plan plan;
  plan.devices = {planned(1, "10.0.0.1", "c")};
  std::deque<std::pair<Endpoint, std::string>> asked;
  Poller again(
      {}, credentials(), codec,
      [&](const Endpoint& to, std::string_view bytes) {
        asked.emplace_back(to, std::string(bytes));
        return true;
      },
      heard, 2, &engines);
  again.set_plan(plan, now());
  clock.advance(1s);
  TrapDesk later(again, heard, {}, usm::LocalEngine(our_engine, 7, now().steady));
  const Endpoint from = *Endpoint::of("10.0.0.1", 162);
  later.take(from, captured, now());
  BOOST_TEST(later.figures().early == 1U);
  again.run(now());
  while (!asked.empty()) {
    const auto [to, bytes] = asked.front();
    asked.pop_front();
    again.datagram(to, device.answer(bytes), now());
    if (again.find(1)->v3->clock()->known()) break;
  }
  BOOST_REQUIRE(again.find(1)->v3->clock()->known());
  later.take(from, captured, now());
  BOOST_TEST(later.figures().replay == 1U);
  device.time += 1;
  later.take(from, trap(device), now());
  BOOST_TEST(later.figures().hint == 1U);
}

BOOST_AUTO_TEST_CASE(a_flood_makes_little_work_and_is_counted_whole) {
  meet(device);
  other_side::Engine forger("a device", reader_keys("guessed password"));
  const std::string forged = trap(forger);
  for (int i = 0; i < 50'000; ++i) {
    hear(forged);
    clock.advance(20us);
  }
  BOOST_TEST(figures().digest <= std::uint64_t{WorkBudget::burst + WorkBudget::per_second + 1});
  BOOST_TEST(figures().digest + figures().limited == 50'000U);
  // Nor are we an amplifier: who asks for our engine in somebody's name gets as little.
  const std::string hello =
      usm::build({.message_id = 4242, .level = Level::none, .pdu = notification(pdu::get)}, nullptr);
  clock.advance(60s);
  std::size_t answers = 0;
  for (int i = 0; i < 10'000; ++i)
    answers += hear(hello).empty() ? 0 : 1;
  BOOST_TEST(answers <= std::size_t{WorkBudget::burst});
  BOOST_TEST(heard.notices.empty());
  hear(std::string(max_v3_notification, 'x'));
  std::string big = forged;
  big.resize(max_v3_notification + 1);
  hear(big);
  BOOST_TEST(figures().size == 1U);
}

BOOST_AUTO_TEST_CASE(devices_behind_one_address_are_told_apart_by_engine_and_key) {
  PlanDevice second = planned(2, "10.0.0.1", "d");
  second.port = 1161;
  Plan plan;
  plan.devices = {planned(1, "10.0.0.1", "c"), second};
  poller.set_plan(plan, now());
  hear(to_us({6, 0}, reader_keys("another password")));
  BOOST_REQUIRE(heard.notices.size() == 1U);
  BOOST_TEST(heard.notices[0].device == 2U);
  hear(to_us({6, 0}));
  BOOST_REQUIRE(heard.notices.size() == 2U);
  BOOST_TEST(heard.notices[1].device == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
