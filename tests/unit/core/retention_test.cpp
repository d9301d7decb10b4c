// Closed findings leave the tables when policy keeps them no longer; the journal, and what is open, stay.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <thread>

#include "daemon/store/store.hpp"
#include "tests/unit/core/watched.hpp"

using namespace assent;
using namespace assent::test;
using namespace assent::test::watched;

namespace {

constexpr auto day = std::chrono::hours{24};

struct Old : Watched {
  /// A finding that opens and clears.
  void come_and_go() {
    mtu_now = "9000";
    pass();
    mtu_now = "1500";
    pass();
  }
  void pass() {
    clock.advance(std::chrono::minutes{5});
    read();
  }
  /// Seconds of core's, and the looks beside its thread that begin with them, until so many steps were told.
  bool retires(std::size_t steps = 1) {
    for (int i = 0; i < 2000 && events("findings-retired").size() < steps; ++i) {
      advance(std::chrono::seconds{2});
      std::this_thread::yield();
    }
    return events("findings-retired").size() == steps;
  }
  /// Enough seconds for several looks.
  void long_while() {
    for (int i = 0; i < 20; ++i) {
      advance(std::chrono::minutes{10});
      figures();
    }
  }
  void audit_finds_nothing() {
    auto reader = core->store().read();
    BOOST_REQUIRE(reader.ok());
    auto audit = store::audit(**reader, {});
    BOOST_REQUIRE(audit.ok());
    for (const auto& problem : audit->problems)
      BOOST_TEST_MESSAGE(problem.id);
    BOOST_TEST(audit->problems.empty());
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(core_retention, Old)

BOOST_AUTO_TEST_CASE(a_closed_finding_goes_when_its_time_is_over_and_the_journal_knows) {
  come_and_go();
  BOOST_REQUIRE(rows(Kind::finding).size() == 1u);
  clock.advance(730 * day);
  long_while();
  BOOST_TEST(rows(Kind::finding).size() == 1u);
  clock.advance(2 * day);
  BOOST_REQUIRE(retires());
  BOOST_TEST(rows(Kind::finding).empty());
  const auto told = events("findings-retired");
  BOOST_TEST(number_of(told[0].detail, "count") == 1u);
  BOOST_TEST(number_of(told[0].detail, "first") == 1u);
  audit_finds_nothing();
  // Its number is spent, also after a restart.
  stop();
  start();
  come_and_go();
  BOOST_REQUIRE(rows(Kind::finding).size() == 1u);
  BOOST_TEST(number_of(rows(Kind::finding)[0], "id") == 2u);
  audit_finds_nothing();
}

BOOST_AUTO_TEST_CASE(an_open_finding_stays_however_old_it_is) {
  come_and_go();
  text_now = "somewhere else";
  pass();
  clock.advance(3000 * day);
  BOOST_REQUIRE(retires());
  const auto left = rows(Kind::finding);
  BOOST_REQUIRE(left.size() == 1u);
  BOOST_TEST(text_of(left[0], "state") == "open");
  BOOST_TEST(text_of(left[0], "path") == description);
  text_now = "uplink";
  pass();
  BOOST_TEST(text_of(rows(Kind::finding)[0], "state") == "cleared");
  long_while();
  BOOST_TEST(rows(Kind::finding).size() == 1u);
}

BOOST_AUTO_TEST_CASE(many_go_a_hundred_at_a_time) {
  for (int i = 0; i < 130; ++i)
    come_and_go();
  BOOST_REQUIRE(rows(Kind::finding).size() == 130u);
  clock.advance(3000 * day);
  BOOST_REQUIRE(retires(2));
  BOOST_TEST(number_of(events("findings-retired")[0].detail, "count") == 100u);
  BOOST_TEST(number_of(events("findings-retired")[1].detail, "count") == 30u);
  BOOST_TEST(rows(Kind::finding).empty());
  audit_finds_nothing();
}

BOOST_AUTO_TEST_SUITE_END()
