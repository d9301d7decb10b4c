// What the service manager asks of core: is it alive, and the file it was started with is another now.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <future>

#include "tests/unit/core/world.hpp"

using namespace assent;

namespace {

/// Asks core and store; the future is ready with their answer. The promise outlives both.
std::future<void> probed(core::Core& core) {
  auto promise = std::make_shared<std::promise<void>>();
  auto future = promise->get_future();
  core.probe([promise] { promise->set_value(); });
  return future;
}

bool answered(const std::future<void>& future, std::chrono::milliseconds within) {
  return future.wait_for(within) == std::future_status::ready;
}

} // namespace

BOOST_AUTO_TEST_SUITE(service)

BOOST_AUTO_TEST_CASE(the_watchdog_is_answered_through_core_and_store) {
  test::World world;
  world.start();
  BOOST_TEST(answered(probed(*world.core), std::chrono::seconds{20}));
}

BOOST_AUTO_TEST_CASE(a_store_that_hangs_answers_no_watchdog) {
  std::promise<void> gate;
  auto open = gate.get_future().share();
  std::atomic<bool> hang = false;
  test::World world;
  world.fail_commit = [&] {
    if (hang) open.wait();
    return false;
  };
  world.start();
  BOOST_TEST(answered(probed(*world.core), std::chrono::seconds{20}));
  hang = true;
  const auto first = probed(*world.core);
  BOOST_TEST(!answered(first, std::chrono::milliseconds{200}));
  hang = false;
  gate.set_value();
  BOOST_TEST(answered(first, std::chrono::seconds{20}));
  world.stop();
}

BOOST_AUTO_TEST_CASE(a_store_that_can_not_write_is_alive) {
  std::atomic<bool> broken = false;
  test::World world;
  world.fail_commit = [&] { return broken.load(); };
  world.start();
  broken = true;
  json::array edits{test::create("network", {{"name", "extranet"}})};
  BOOST_TEST(!world.request("zhang.wei", {{"reason", "r"}, {"edits", std::move(edits)}}).ok());
  BOOST_TEST(answered(probed(*world.core), std::chrono::seconds{20}));
  broken = false;
  world.stop();
}

BOOST_AUTO_TEST_CASE(a_reload_is_journalled_and_compares_the_files_that_are_proposed_now) {
  test::World world;
  world.start();
  const std::string file = world.directory + "/other.yaml";
  std::ofstream(file) << "name: other\n";
  core::Core::Renewal renewal;
  renewal.proposed = {file};
  renewal.config_sha256 = std::string(64, 'a');
  renewal.restart = {"database", "policies"};
  world.core->reload(std::move(renewal));
  const auto alarms = [&](const std::string& resource) {
    const auto now = world.figures().alarms;
    return std::count_if(now.begin(), now.end(), [&](const json::value& alarm) {
      return text_of(alarm.as_object(), "resource") == resource;
    });
  };
  BOOST_TEST(alarms(file) == 1);
  core::Core::Renewal without;
  without.config_sha256 = std::string(64, 'b');
  world.core->reload(std::move(without));
  BOOST_TEST(alarms(file) == 0);
  BOOST_TEST(answered(probed(*world.core), std::chrono::seconds{20}));
  const auto told = world.events("configuration-read");
  BOOST_REQUIRE(told.size() == 2u);
  BOOST_TEST(text_of(told[0].detail, "restart") == "database, policies");
  BOOST_TEST(text_of(told[0].detail, "config-sha256") == std::string(64, 'a'));
  BOOST_TEST(text_of(told[1].detail, "restart") == "-");
}

BOOST_AUTO_TEST_SUITE_END()
