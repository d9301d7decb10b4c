#define BOOST_TEST_DYN_LINK
#include <random>

#include <boost/test/unit_test.hpp>

#include "tests/unit/core/watched.hpp"

using namespace assent;
using namespace assent::test::watched;
using assent::test::create;

namespace {

json::object gone(std::string kind, std::string name) {
  return {{"operation", "delete"}, {"kind", std::move(kind)}, {"id", std::move(name)}};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(baselines, Watched)

BOOST_AUTO_TEST_CASE(a_baseline_can_be_removed_and_taken_again_and_its_findings_end_with_it) {
  mtu_now = "9000";
  clock.advance(std::chrono::minutes{5});
  read();
  done({gone("baseline", "xunyang-sw1")});
  BOOST_TEST(text_of(row(Kind::baseline, 1), "state") == "removed");
  BOOST_TEST(text_of(row(Kind::finding, 1), "state") == "cleared");
  BOOST_TEST(text_of(row(Kind::finding, 1), "ended") == "baseline-removed");
  mtu_now = "1400";
  clock.advance(std::chrono::minutes{5});
  read();
  BOOST_TEST(rows(Kind::finding).size() == 1u);
  stop();
  start();
  clock.advance(std::chrono::minutes{5});
  read();
  done({create("baseline", {{"device", "xunyang-sw1"}})});
  mtu_now = "1500";
  clock.advance(std::chrono::minutes{5});
  read();
  BOOST_TEST(rows(Kind::finding).size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_device_can_go_after_its_baseline_also_in_one_ticket) {
  done({gone("baseline", "xunyang-sw1"), gone("device", "xunyang-sw1")});
  BOOST_TEST(rows(Kind::device).empty());
  stop();
  start();
  BOOST_TEST(rows(Kind::device).empty());
}

BOOST_AUTO_TEST_CASE(a_device_does_not_go_before_its_baseline) {
  auto asked = request("zhang", {{"edits", json::array{gone("device", "xunyang-sw1")}}});
  BOOST_REQUIRE(!asked.ok());
  BOOST_TEST(asked.error().what.id == "registry.in-use");
}

BOOST_AUTO_TEST_CASE(in_whatever_order_baselines_come_and_go_everything_starts_again) {
  std::mt19937 random(20261123); // NOLINT(cert-msc51-cpp): the same orders in each run
  bool has = true;
  for (int i = 0; i < 24; ++i) {
    switch (random() % 4) {
    case 0:
      if (has) done({gone("baseline", "xunyang-sw1")});
      has = false;
      break;
    case 1:
      done({create("baseline", {{"device", "xunyang-sw1"}})});
      has = true;
      break;
    case 2:
      mtu_now = std::to_string(1400 + random() % 4);
      break;
    default:
      stop();
      start();
      break;
    }
    clock.advance(std::chrono::minutes{5});
    read();
    const auto open = figures().devices.at(0).at("findings").to_number<std::size_t>();
    std::size_t stored = 0;
    for (const auto& finding : rows(Kind::finding))
      stored += text_of(finding, "state") == "open" ? 1 : 0;
    BOOST_TEST(open == stored);
    BOOST_TEST((has || open == 0u));
    BOOST_TEST(figures().devices.at(0).at("baseline").as_bool() == has);
  }
}

BOOST_AUTO_TEST_SUITE_END()
