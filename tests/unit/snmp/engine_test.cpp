// Engines' clocks: RFC 3414's window, what a restart forgets and what it does not.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "agents/snmp/engine.hpp"

using namespace assent::snmp::usm;
using namespace std::chrono_literals;

using Sync = EngineClock::Sync;

BOOST_AUTO_TEST_SUITE(engine_clocks)

BOOST_AUTO_TEST_CASE(an_answer_may_lie_150_seconds_behind) {
  EngineClock clock;
  BOOST_TEST((clock.synchronise({2, 1000}, 0s) == Sync::first));
  BOOST_TEST((clock.now(200s) == EngineStamp{2, 1200}));
  BOOST_TEST(clock.authentic({2, 950}, 100s));
  BOOST_TEST(!clock.authentic({2, 949}, 100s));
  BOOST_TEST(!clock.authentic({2, 1000}, 151s));
  // What is newer than all before was held up, not repeated: the clock follows (RFC 3414 3.2, 7 b 1).
  BOOST_TEST(clock.authentic({2, 1001}, 200s));
  BOOST_TEST(!clock.authentic({1, 5000}, 200s));
  BOOST_TEST(clock.authentic({2, 9000}, 200s));
  BOOST_TEST((clock.now(200s) == EngineStamp{2, 9000}));
  BOOST_TEST(clock.authentic({3, 1}, 201s));
  BOOST_TEST(!clock.authentic({2, 9001}, 201s));
}

BOOST_AUTO_TEST_CASE(the_latest_time_never_goes_back) {
  EngineClock clock;
  clock.synchronise({2, 1000}, 0s);
  BOOST_TEST(clock.authentic({2, 900}, 1s));
  BOOST_TEST((clock.floor() == EngineStamp{2, 1000}));
  BOOST_TEST((clock.synchronise({2, 5}, 2s) == Sync::fell_back));
  BOOST_TEST((clock.floor() == EngineStamp{2, 1000}));
}

BOOST_AUTO_TEST_CASE(synchronising_tells_what_happened) {
  EngineClock clock;
  clock.synchronise({2, 1000}, 0s);
  BOOST_TEST((clock.synchronise({2, 1010}, 10s) == Sync::as_before));
  BOOST_TEST((clock.synchronise({2, 2000}, 20s) == Sync::jumped));
  BOOST_TEST((clock.synchronise({3, 5}, 30s) == Sync::rebooted));
  BOOST_TEST((clock.synchronise({2, 9999}, 40s) == Sync::fell_back));
  EngineClock again(EngineStamp{5, 700});
  BOOST_TEST((again.synchronise({5, 20}, 0s) == Sync::fell_back));
  EngineClock risen(EngineStamp{5, 700});
  BOOST_TEST((risen.synchronise({6, 20}, 0s) == Sync::first));
}

BOOST_AUTO_TEST_CASE(a_notification_is_believed_only_with_a_clock_that_an_exchange_has_set) {
  EngineClock clock;
  BOOST_TEST(!clock.notified({2, 1000}, 0s));
  clock.synchronise({2, 1000}, 0s);
  BOOST_TEST(clock.notified({2, 1000}, 0s));
  BOOST_TEST(clock.notified({2, 1100}, 100s));
  BOOST_TEST(!clock.notified({1, 9000}, 100s));
  BOOST_TEST(!clock.notified({2, 949}, 100s));
}

BOOST_AUTO_TEST_CASE(a_notification_from_before_a_restart_is_refused_after_it) {
  EngineClock before;
  before.synchronise({2, 1000}, 0s);
  BOOST_TEST(before.notified({2, 1010}, 10s));
  EngineClock after(before.floor());
  BOOST_TEST(!after.notified({2, 1010}, 0s)); // no exchange yet
  // Even one whose engine went back: boots that do not rise open no window for replays.
  after.synchronise({2, 3}, 0s);
  BOOST_TEST(!after.notified({2, 1009}, 5s));
  EngineClock good(before.floor());
  good.synchronise({2, 1012}, 0s);
  BOOST_TEST(good.notified({2, 1012}, 0s));
  EngineClock slow(EngineStamp{2, 1040}); // floors are kept some seconds ahead
  slow.synchronise({2, 1012}, 0s);
  BOOST_TEST(!slow.notified({2, 1012}, 0s));
  BOOST_TEST(slow.notified({2, 1041}, 29s));
}

BOOST_AUTO_TEST_CASE(latched_boots_are_never_inside) {
  EngineClock clock;
  clock.synchronise({max_boots, 10}, 0s);
  BOOST_TEST(!clock.authentic({max_boots, 11}, 1s));
}

BOOST_AUTO_TEST_CASE(our_own_engine_takes_what_is_near_its_time) {
  const LocalEngine own("engine", 4, 100s);
  BOOST_TEST((own.now(160s) == EngineStamp{4, 60}));
  BOOST_TEST(own.in_window({4, 210}, 160s));
  BOOST_TEST(!own.in_window({4, 211}, 160s));
  BOOST_TEST(!own.in_window({3, 60}, 160s));
  BOOST_TEST(!own.in_window({5, 60}, 160s));
  const LocalEngine latched("engine", max_boots, 0s);
  BOOST_TEST(!latched.in_window({max_boots, 0}, 0s));
}

BOOST_AUTO_TEST_SUITE_END()
