// Messages that were taken already, and how much work a source may cause.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <string>

#include "agents/snmp/heard.hpp"

using namespace assent::snmp;
using namespace std::chrono_literals;

using Said = SeenMessages::Said;

namespace {

std::string mac(int number) {
  std::string text = std::to_string(number);
  return std::string(12 - text.size(), '.') + text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(heard)

BOOST_AUTO_TEST_CASE(a_message_is_taken_once) {
  SeenMessages seen(8);
  BOOST_TEST((seen.take({2, 0}, mac(1)) == Said::now));
  BOOST_TEST((seen.take({2, 0}, mac(1)) == Said::again)); // in the first second of its engine, too
  BOOST_TEST((seen.take({2, 0}, mac(2)) == Said::now));
  BOOST_TEST((seen.take({2, 100}, mac(1)) == Said::now));
  BOOST_TEST((seen.take({2, 50}, mac(3)) == Said::now)); // held up on its way
  BOOST_TEST((seen.take({2, 50}, mac(3) + "the rest of a longer one") == Said::again));
}

BOOST_AUTO_TEST_CASE(what_the_time_window_refuses_is_forgotten_and_nothing_else) {
  SeenMessages seen(1000);
  for (std::uint32_t time = 0; time < 900; ++time)
    BOOST_TEST((seen.take({2, time}, mac(1)) == Said::now));
  BOOST_TEST(seen.size() <= 302U);
  for (std::uint32_t time = 600; time < 900; ++time)
    BOOST_TEST((seen.take({2, time}, mac(1)) == Said::again));
  BOOST_TEST((seen.take({3, 1}, mac(1)) == Said::now));
  BOOST_TEST(seen.size() == 1U);
}

BOOST_AUTO_TEST_CASE(more_than_there_is_room_for_are_not_taken_twice_either) {
  SeenMessages seen(16);
  int taken = 0;
  for (int i = 0; i < 40; ++i)
    taken += seen.take({2, 7}, mac(i)) == Said::now ? 1 : 0;
  BOOST_TEST(taken == 17); // the rest of this second is lost
  BOOST_TEST((seen.take({2, 7}, mac(3)) == Said::lost));
  for (int i = 0; i < 100; ++i) {
    const std::uint32_t time = 8 + static_cast<std::uint32_t>(i);
    BOOST_TEST((seen.take({2, time}, mac(i)) == Said::now));
    BOOST_TEST((seen.take({2, time}, mac(i)) == Said::again));
    BOOST_TEST(seen.size() <= 16U);
  }
  BOOST_TEST((seen.take({2, 8}, mac(0)) == Said::lost));
}

BOOST_AUTO_TEST_CASE(a_source_causes_so_much_work_and_no_more) {
  WorkBudget budget;
  int done = 0;
  for (int i = 0; i < 1000; ++i)
    done += budget.take(100s) ? 1 : 0;
  BOOST_TEST(done == WorkBudget::burst);
  done = 0;
  for (int i = 0; i < 10'000; ++i) // 1,000 a second for 10 s
    done += budget.take(100s + i * 1ms) ? 1 : 0;
  BOOST_TEST(done >= 10 * WorkBudget::per_second - 1);
  BOOST_TEST(done <= 10 * WorkBudget::per_second + 1);
  BOOST_TEST(budget.take(200s));
  BOOST_TEST(budget.take(150s)); // a clock that goes back takes nothing away
}

BOOST_AUTO_TEST_SUITE_END()
