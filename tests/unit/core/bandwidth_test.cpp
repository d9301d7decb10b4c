// Traffic from an agent's report to what people are told, and what is known of it over a restart.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <filesystem>
#include <future>

#include "tests/unit/core/world.hpp"

using namespace assent;
using namespace assent::test;

namespace {

constexpr std::uint64_t mega = 1'000'000;

/// A router with an uplink of 20 Mbit/s (link 1) and two bureaus behind it, 10 Mbit/s each (links 2 and 3).
struct Router : World {
  Router() {
    fail_commit = [this] { return failing.load(); };
    start();
    done({create("network", {{"name", "extranet"}}),
          create("agent", {{"name", "snmp-extranet"}, {"network", "extranet"}}),
          create("organisation", {{"name", "财政局"}, {"tier", "bureau"}, {"parent", "九江市"}}),
          create("organisation", {{"name", "卫健委"}, {"tier", "bureau"}, {"parent", "九江市"}})});
    done({create("block", {{"network", "extranet"}, {"prefix", "10.0.0.0/8"}, {"organisation", "九江市"}})});
    done({create("device", {{"name", "router"},
                            {"network", "extranet"},
                            {"address", "10.0.0.1"},
                            {"port", 161},
                            {"organisation", "九江市"},
                            {"agent", "snmp-extranet"},
                            {"profile", "standard"},
                            {"credential", "demo"}})});
    link("上联", "九江市", {{"interface", "up0"}, {"capacity", 20 * mega}, {"towards", "network"}});
    link("财政局接入", "九江市/财政局",
         {{"interface", "b1"}, {"entitlement", 10 * mega}, {"uplink", "上联"}});
    link("卫健委接入", "九江市/卫健委",
         {{"interface", "b2"}, {"entitlement", 10 * mega}, {"uplink", "上联"}});
  }
  ~Router() { stop(); } // the store still asks fail_commit

  void link(const char* name, const char* organisation, json::object value) {
    value["name"] = name;
    value["organisation"] = organisation;
    value["network"] = "extranet";
    value["device"] = "router";
    value["enabled"] = true;
    done({create("link", std::move(value))});
  }
  /// So many minutes, in Mbit/s that the bureaus send.
  void minutes(int count, std::uint64_t one, std::uint64_t two) {
    for (int i = 0; i < count; ++i) {
      clock.advance(std::chrono::minutes{1});
      uptime += 6000;
      const std::uint64_t octets = mega * 60 / 8;
      first += one * octets;
      second += two * octets;
      json::object item{{"device", 1},
                        {"time", to_text(clock.wall())},
                        {"uptime", uptime},
                        {"names", {"up0", "b1", "b2"}},
                        {"in-octets", {0, first, second}},
                        {"out-octets", {first + second, 0, 0}},
                        {"in-discards", {0, 0, 0}},
                        {"out-discards", {0, 0, 0}},
                        {"speed", {1000 * mega, 1000 * mega, 1000 * mega}},
                        {"discontinuity", {0, 0, 0}}};
      BOOST_REQUIRE(report("snmp-extranet", {{"counters", json::array{std::move(item)}}}).ok());
      figures(); // the samples are judged before it is answered
    }
    told();
  }
  /// Is answered after all that was committed before.
  void told() { BOOST_REQUIRE(ask("assent-alarm:list", {}, person_peer("zhang")).ok()); }
  json::object alarm(const std::string& type) {
    for (const auto& one : figures().alarms)
      if (text_of(one.as_object(), "type") == type) return one.as_object();
    return {};
  }
  watch::LinkView view(Id id) {
    for (const auto& one : figures().links)
      if (one.facts->id == id) return one;
    throw std::runtime_error("no such link");
  }
  std::vector<store::Sample> samples(Id id) {
    std::vector<store::Sample> all;
    auto reader = core->store().read().value();
    BOOST_REQUIRE(
        reader->samples(id, 0, INT64_MAX, [&](const store::Sample& one) { all.push_back(one); }).ok());
    return all;
  }
  /// The daemon is killed now: what the disk has is all that there is.
  void crash() {
    const std::string copy = directory + "/crashed.db", file = directory + "/assent.db";
    BOOST_REQUIRE(core->store().backup(copy).ok());
    stop();
    for (const auto* rest : {"-wal", "-shm"})
      std::filesystem::remove(file + rest);
    std::filesystem::rename(copy, file);
    start();
  }
  void forget_links() {
    store::Batch batch;
    for (const auto* key : {"0", "1", "2", "3"})
      batch.kept.push_back({"link", key, ""});
    std::promise<bool> done;
    core->store().commit(std::move(batch),
                         [&](const store::Committed& committed) { done.set_value(committed.done); });
    BOOST_REQUIRE(done.get_future().get());
  }

  std::uint64_t uptime = 1'000'000, first = 0, second = 0;
  std::atomic<bool> failing = false;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(bandwidth, Router)

BOOST_AUTO_TEST_CASE(from_a_report_to_a_rate_a_sample_an_alarm_and_what_is_shown) {
  minutes(20, 14, 5);
  const auto link = view(2);
  BOOST_TEST(int(link.state) == int(watch::LinkState::abuse));
  BOOST_TEST(link.rate[0] == 14.0 * mega, boost::test_tools::tolerance(0.001));
  BOOST_TEST(int(view(1).state) == int(watch::LinkState::congested));
  BOOST_TEST(int(view(3).state) == int(watch::LinkState::normal));

  const auto abuse = alarm("link-abuse");
  BOOST_TEST(text_of(abuse, "resource") == "link/2");
  BOOST_TEST(text_of(abuse, "qualifier") == "up");
  const auto args = object_of(object_of(abuse, "text"), "args");
  BOOST_TEST(text_of(args, "organisation") == "九江市/财政局");
  BOOST_TEST(text_of(args, "uplink") == "上联");
  BOOST_TEST(text_of(args, "share") == "74"); // 14 of 19
  BOOST_TEST(text_of(args, "entitlement") == "10.0 Mbit/s");
  BOOST_TEST(text_of(args, "rate") == "14.0 Mbit/s");
  BOOST_TEST(text_of(alarm("uplink-congested"), "resource") == "link/1");
  const auto told = events("link-abuse");
  BOOST_REQUIRE(told.size() == 1u);
  BOOST_TEST(told[0].detail.at("share").to_number<unsigned>() == 74u);
  BOOST_TEST((told[0].stream == journal::Stream::records));

  for (const auto& [id, rate] : {std::pair<Id, std::uint64_t>{1, 19}, {2, 14}, {3, 5}}) {
    const auto kept = samples(id);
    BOOST_TEST(kept.size() >= 3u);
    for (const auto& one : kept)
      BOOST_TEST(one.up == rate * mega);
  }
}

BOOST_AUTO_TEST_CASE(a_restart_neither_repeats_nor_loses_an_alarm) {
  minutes(20, 14, 5);
  const auto since = view(2).since;
  stop();
  start();
  BOOST_TEST(int(view(2).state) == int(watch::LinkState::abuse));
  BOOST_TEST((view(2).since == since));
  minutes(20, 14, 5);
  BOOST_TEST(events("link-abuse").size() == 1u);
  BOOST_TEST(events("uplink-congested").size() == 1u);
  stop();
  start();
  minutes(90, 2, 2);
  BOOST_TEST(events("link-abuse-ended").size() == 1u);
  BOOST_TEST(events("uplink-relieved").size() == 1u);
  BOOST_TEST(alarm("link-abuse").empty());
  BOOST_TEST(alarm("uplink-congested").empty());
}

BOOST_AUTO_TEST_CASE(neither_does_a_crash) {
  minutes(20, 14, 5);
  crash();
  minutes(20, 14, 5);
  BOOST_TEST(events("link-abuse").size() == 1u);
  crash();
  minutes(90, 2, 2);
  BOOST_TEST(events("link-abuse-ended").size() == 1u);
  BOOST_TEST(alarm("link-abuse").empty());
}

BOOST_AUTO_TEST_CASE(evidence_goes_on_over_a_restart) {
  minutes(10, 14, 5);
  stop();
  start();
  minutes(5, 14, 5);
  BOOST_TEST(events("link-abuse").size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_alarm_of_a_version_that_kept_nothing_ends_all_the_same) {
  minutes(20, 14, 5);
  forget_links();
  crash();
  BOOST_TEST(int(view(2).state) == int(watch::LinkState::abuse));
  minutes(90, 2, 2);
  BOOST_TEST(alarm("link-abuse").empty());
  BOOST_TEST(alarm("uplink-congested").empty());
}

BOOST_AUTO_TEST_CASE(a_failed_commit_changes_nothing_of_it) {
  minutes(20, 14, 5);
  forget_links();
  failing = true;
  BOOST_TEST(!request("zhang", {{"edits", json::array{create("network", {{"name", "second"}})}}}).ok());
  failing = false;
  const auto read_only = [&] {
    for (const auto& [name, value] : figures().gauges)
      if (name == "read_only") return value != 0;
    return true;
  };
  for (int tries = 0; read_only() && tries < 1000; ++tries)
    advance(std::chrono::seconds{2});
  BOOST_REQUIRE(!read_only());
  told();
  BOOST_TEST(int(view(2).state) == int(watch::LinkState::abuse));
  crash(); // all was kept again
  uptime += 6000;
  minutes(20, 14, 5);
  BOOST_TEST(events("link-abuse").size() == 1u);
  minutes(90, 2, 2);
  BOOST_TEST(alarm("link-abuse").empty());
}

BOOST_AUTO_TEST_CASE(an_entitlement_that_a_ticket_raised_counts_in_its_time_also_after_a_restart) {
  json::object value{{"raised", 15 * mega},
                     {"raised-from", to_text(clock.wall())},
                     {"raised-until", to_text(clock.wall() + std::chrono::hours{1})}};
  done({json::object{
      {"operation", "modify"}, {"kind", "link"}, {"id", 2}, {"before", 1}, {"value", std::move(value)}}});
  minutes(30, 14, 5);
  stop();
  start();
  minutes(25, 14, 5);
  BOOST_TEST(events("uplink-congested").size() == 1u);
  BOOST_TEST(events("link-abuse").empty());
  minutes(25, 14, 5);
  BOOST_TEST(events("link-abuse").size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
