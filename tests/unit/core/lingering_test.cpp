// What a revoked ticket permitted explains what was changed before, until its devices have been read.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/core/watched.hpp"

using namespace assent;
using namespace assent::test;
using namespace assent::test::watched;

namespace {

struct Revoked : Watched {
  bool failing = false;
  Revoked() {
    stop();
    fail_commit = [this] { return std::exchange(failing, false); };
    start();
  }
  ~Revoked() { stop(); } // the store still asks fail_commit

  /// A change while it is permitted, and the revocation before the reading of it has come. When it was read.
  std::pair<Instant, Instant> change_and_revoke() {
    permit(description, std::chrono::hours{1});
    clock.advance(std::chrono::seconds{5});
    read();
    const Id ticket = rows(Kind::ticket).back().at("id").to_number<Id>();
    clock.advance(std::chrono::minutes{2});
    text_now = "made while it was permitted";
    const auto begun = clock.wall();
    clock.advance(std::chrono::milliseconds{100});
    const auto ended = clock.wall();
    clock.advance(std::chrono::seconds{1});
    BOOST_REQUIRE(decide("li", ticket, "revoke").ok());
    return {begun, ended};
  }
  bool read_only() {
    for (const auto& [name, value] : figures().gauges)
      if (name == "read_only") return value != 0;
    return true;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(core_lingering, Revoked)

BOOST_AUTO_TEST_CASE(it_does_so_after_a_failed_commit) {
  const auto [begun, ended] = change_and_revoke();
  failing = true;
  const auto lost =
      ask("assent-ticket:standard",
          {{"template", "next-address"},
           {"reason", "x"},
           {"edits",
            json::array{create(
                "address", {{"network", "extranet"}, {"from", "127.0.0.0/8"}, {"organisation", "九江市"}})}}},
          person_peer("zhang"));
  BOOST_REQUIRE(!lost.ok());
  BOOST_TEST(lost.error().what.id == "core.not-done");
  for (int i = 0; i < 1000 && read_only(); ++i)
    advance(std::chrono::seconds{2});
  BOOST_REQUIRE(!read_only());
  reading_between(begun, ended);
  BOOST_TEST(rows(Kind::finding).empty());
  BOOST_TEST(events("change-covered").size() == 1u);
}

BOOST_AUTO_TEST_CASE(and_no_longer_than_until_the_next_reading) {
  const auto [begun, ended] = change_and_revoke();
  reading_between(begun, ended);
  clock.advance(std::chrono::minutes{5});
  read();
  text_now = "made afterwards";
  clock.advance(std::chrono::minutes{5});
  read();
  BOOST_TEST(rows(Kind::finding).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
