#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/core/world.hpp"

using namespace assent;
using namespace assent::test;

namespace {

constexpr auto path = "/interfaces/interface[name='eth0']/mtu";

/// Two devices that answer, with baselines; zhang's account is `zhang`, li's is `li`.
class Alarmed : public World {
 public:
  Alarmed() {
    start();
    done({create("network", {{"name", "extranet"}}),
          create("agent", {{"name", "snmp-extranet"}, {"network", "extranet"}})});
    done({create("block", {{"network", "extranet"}, {"prefix", "10.0.0.0/8"}, {"organisation", "九江市"}})});
    for (const char* name : {"sw1", "sw2"})
      done({create("device", {{"name", name},
                              {"network", "extranet"},
                              {"address", name[2] == '1' ? "10.0.0.1" : "10.0.0.2"},
                              {"port", 161},
                              {"organisation", "九江市"},
                              {"agent", "snmp-extranet"},
                              {"profile", "standard"},
                              {"credential", "demo"}})});
    for (const Id id : {Id{1}, Id{2}})
      reading("snmp-extranet", id, {{path, "1500"}});
    for (const char* name : {"sw1", "sw2"})
      done({create("baseline", {{"device", name}})});
    for (const Id id : {Id{1}, Id{2}})
      reading("snmp-extranet", id, {{path, "1500"}});
  }

  void reach(Id device, bool reachable) {
    json::object item{{"device", device}, {"reachable", reachable}};
    if (!reachable) item["reason"] = "timeout";
    BOOST_REQUIRE(report("snmp-extranet", {{"reach", json::array{std::move(item)}}}).ok());
  }
  json::object alarm(const std::string& type, const std::string& resource) {
    for (const auto& one : figures().alarms)
      if (text_of(one.as_object(), "type") == type && text_of(one.as_object(), "resource") == resource)
        return one.as_object();
    return {};
  }
  core::Answer act(const std::string& rpc, json::object input, const std::string& account = "zhang") {
    return ask("assent-alarm:" + rpc, std::move(input), person_peer(account));
  }
};

json::object unreachable(const char* resource = "sw1") {
  return {{"type", "device-unreachable"}, {"resource", resource}};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(alarmed, Alarmed)

BOOST_AUTO_TEST_CASE(who_acknowledges_is_a_person_with_a_right_and_stands_in_the_journal) {
  reach(1, false);
  BOOST_TEST(act("acknowledge", unreachable(), "nobody").error().what.id == "core.account-of-nobody");
  BOOST_TEST(act("acknowledge", unreachable("sw2")).error().what.id == "alarm.none");
  auto input = unreachable();
  input["reason"] = "on my way";
  auto answer = act("acknowledge", input);
  BOOST_REQUIRE(answer.ok());
  const auto acts = array_of(object_of(*answer, "alarm"), "acts");
  BOOST_REQUIRE(acts.size() == 1u);
  BOOST_TEST(text_of(acts[0].as_object(), "reason") == "on my way");
  BOOST_TEST(text_of(acts[0].as_object(), "account") == "zhang");
  const auto told = events("alarm-acknowledged");
  BOOST_REQUIRE(told.size() == 1u);
  BOOST_TEST((told[0].stream == journal::Stream::records));
  // Everybody sees that it is acknowledged, only those who see people by whom.
  BOOST_TEST(alarm("device-unreachable", "device/1").contains("acknowledged"));
  BOOST_TEST(canonical(alarm("device-unreachable", "device/1")).find("zhang") == std::string::npos);
  auto seen = act("show", unreachable(), "stranger");
  BOOST_REQUIRE(seen.ok());
  BOOST_TEST(canonical(*seen).find("on my way") == std::string::npos);
  BOOST_TEST(canonical(*act("show", unreachable(), "root")).find("on my way") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(alarms_live_on_over_a_restart) {
  reach(1, false);
  BOOST_REQUIRE(act("acknowledge", unreachable()).ok());
  const auto before = alarm("device-unreachable", "device/1");
  stop();
  start();
  BOOST_TEST(canonical(alarm("device-unreachable", "device/1")) == canonical(before));
  reach(1, false);
  BOOST_TEST(events("alarm-raised").size() == 1u);
  reach(1, true);
  BOOST_TEST(alarm("device-unreachable", "device/1").empty());
  stop();
  start();
  BOOST_TEST(alarm("device-unreachable", "device/1").empty());
}

BOOST_AUTO_TEST_CASE(a_device_that_is_deleted_takes_its_alarms_along) {
  done({create("device", {{"name", "sw3"},
                          {"network", "extranet"},
                          {"address", "10.0.0.3"},
                          {"port", 161},
                          {"organisation", "九江市"},
                          {"agent", "snmp-extranet"},
                          {"profile", "standard"},
                          {"credential", "demo"}})});
  reach(3, false);
  BOOST_TEST(!alarm("device-unreachable", "device/3").empty());
  done({json::object{{"operation", "delete"}, {"kind", "device"}, {"id", 3}}});
  BOOST_TEST(alarm("device-unreachable", "device/3").empty());
}

BOOST_AUTO_TEST_CASE(what_hangs_on_a_silent_device_is_hidden_and_told_when_it_outlives_it) {
  reach(1, false);
  clock.advance(std::chrono::minutes{5});
  reading("snmp-extranet", 1, {{path, "1500"}}, {"/vlans"});
  const auto hidden = object_of(alarm("reading-incomplete", "device/1"), "hidden");
  BOOST_TEST(text_of(hidden, "why") == "inhibited");
  BOOST_TEST(text_of(hidden, "by") == "device-unreachable device/1");
  for (const auto& event : events("alarm-raised"))
    BOOST_TEST(event.severity == (text_of(event.detail, "type") == "reading-incomplete" ? "info" : "error"));
  reach(1, true);
  advance(std::chrono::seconds{2});
  BOOST_REQUIRE(act("list", {}).ok()); // is answered after what was committed before
  const auto told = events("alarm-notified");
  BOOST_REQUIRE(!told.empty());
  BOOST_TEST(canonical(told[0].detail).find("reading-incomplete") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(announced_work_hides_silence_and_is_implemented_by_having_been_announced) {
  done({}, {json::object{{"device", "sw1"}, {"path", "/maintenance"}}},
       to_text(clock.wall() + std::chrono::minutes{30}));
  const Id ticket = rows(Kind::ticket).back().at("id").to_number<Id>();
  advance(std::chrono::seconds{2});
  reach(1, false);
  reach(2, false);
  BOOST_TEST(text_of(object_of(alarm("device-unreachable", "device/1"), "hidden"), "by") ==
             "ticket/" + std::to_string(ticket));
  BOOST_TEST(!alarm("device-unreachable", "device/2").contains("hidden"));
  reach(1, true);
  clock.advance(std::chrono::minutes{5});
  reading("snmp-extranet", 1, {{path, "9000"}});
  BOOST_TEST(!alarm("unapproved-change", "finding/1").empty());
  BOOST_TEST(!alarm("unapproved-change", "finding/1").contains("hidden"));
  advance(std::chrono::minutes{31});
  reading("snmp-extranet", 1, {{path, "9000"}});
  BOOST_TEST(text_of(row(Kind::ticket, ticket), "outcome") == "implemented");
}

BOOST_AUTO_TEST_CASE(a_finding_is_not_shelved_and_a_shelf_is_bounded_by_policy) {
  clock.advance(std::chrono::minutes{5});
  reading("snmp-extranet", 1, {{path, "9000"}});
  json::object input{{"type", "unapproved-change"},
                     {"resource", "finding/1"},
                     {"until", to_text(clock.wall() + std::chrono::hours{1})},
                     {"reason", "later"}};
  BOOST_TEST(act("shelve", input).error().what.id == "alarm.finding-stays");
  reach(1, false);
  input["type"] = "device-unreachable";
  input["resource"] = "device/sw1";
  BOOST_TEST(act("shelve", input).ok());
  BOOST_TEST(text_of(object_of(alarm("device-unreachable", "device/1"), "hidden"), "why") == "shelved");
  BOOST_TEST(!object_of(alarm("device-unreachable", "device/1"), "hidden").contains("by"));
  input["until"] = to_text(clock.wall() + std::chrono::hours{24 * 8});
  BOOST_TEST(act("shelve", input).error().what.id == "alarm.shelf-too-long");
  BOOST_TEST(events("alarm-shelved").size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
