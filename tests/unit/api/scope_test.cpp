// What a person with a part of the tree is shown of alarms, links, the address map and the event stream.
#define BOOST_TEST_DYN_LINK
#include "subtrees.hpp"

using namespace assent;
using namespace assent::api;
using namespace assent::api::test;

namespace {

struct Parts : Subtrees {
  Parts() {
    put(Kind::network, 1, R"({"name":"extranet"})");
    put(Kind::block, 1, R"({"network":1,"organisation":1,"prefix":"10.0.0.0/8"})");
    put(Kind::prefix, 1, R"({"network":1,"organisation":1,"prefix":"10.0.0.0/9","status":"container"})");
    put(Kind::prefix, 2, R"({"network":1,"organisation":2,"prefix":"10.1.0.0/16","status":"container"})");
    put(Kind::prefix, 3, R"({"network":1,"organisation":4,"prefix":"10.1.2.0/24","status":"active"})");
    put(Kind::prefix, 4, R"({"network":1,"organisation":3,"prefix":"10.2.0.0/16","status":"active"})");
    put(Kind::prefix, 5, R"({"network":1,"organisation":4,"prefix":"10.200.0.0/24","status":"active"})");
    put(Kind::address, 1, R"({"address":"10.1.2.9","name":"mine","network":1,"organisation":4})");
    put(Kind::address, 2, R"({"address":"10.2.0.9","name":"theirs","network":1,"organisation":3})");
    put(Kind::address, 3, R"({"address":"10.0.0.9","name":"city","network":1,"organisation":1})");
    put(Kind::link, 11, R"({"name":"uplink","organisation":1})");
    put(Kind::link, 12, R"({"name":"own","organisation":4})");
    put(Kind::link, 13, R"({"name":"foreign","organisation":3})");
    core.respond = [](const core::Request& request) {
      const auto alarm = [](const char* resource) {
        return json::object{{"type", "x"},
                            {"resource", resource},
                            {"text", json::object{{"id", "x"}, {"args", json::object{{"person", "li"}}}}},
                            {"acts", json::array{}},
                            {"hidden", json::object{{"why", "shelved"}, {"by", "li"}}}};
      };
      if (request.operation == "assent-alarm:show") return core::Answer({{"alarm", alarm("device/21")}});
      json::array all;
      for (const char* resource : {"device/21", "device/31", "finding/1", "finding/2", "link/12", "link/13",
                                   "ticket/1", "ticket/2", "agent/1", "clock", "/etc/a/b"})
        all.push_back(alarm(resource));
      return core::Answer(json::object{{"alarms", std::move(all)}});
    };
    for (const Id id : {11, 12, 13}) {
      auto facts = std::make_shared<watch::LinkFacts>();
      facts->id = id;
      facts->name = id == 11 ? "uplink" : id == 12 ? "own" : "foreign";
      facts->organisation_id = id == 11 ? 1 : id == 12 ? 4 : 3;
      facts->uplink = id == 11 ? 0 : 11;
      watch::LinkView view;
      view.facts = facts;
      view.mean = watch::Each<double>{10.0, 20.0};
      core.present.links.push_back(view);
    }
  }

  HttpResponse operate(const std::string& verb, const std::string& input, const char* account) {
    return ask(Door::person, "POST", "/restconf/operations/assent-alarm:" + verb,
               R"({"assent-alarm:input":)" + input + "}", account);
  }
  static json::object output(const HttpResponse& answer) {
    BOOST_REQUIRE_MESSAGE(answer.status == 200, answer.body);
    return json::parse(answer.body).at("assent-alarm:output").as_object();
  }
  std::vector<std::string> alarms(const char* account) {
    std::vector<std::string> out;
    const auto answer = output(operate("list", R"({"cleared":true})", account));
    for (const auto& one : array_of(answer, "alarms"))
      out.push_back(text_of(one.as_object(), "resource"));
    return out;
  }
  HttpResponse status(const std::string& what, const char* account) {
    return ask(Door::person, "GET", "/restconf/data/assent-status:" + what, {}, account);
  }
  std::vector<std::string> names(const json::array& list, const char* member) {
    std::vector<std::string> out;
    for (const auto& one : list)
      out.push_back(text_of(one.as_object(), member));
    return out;
  }
  std::vector<std::string> links(const char* account) {
    const auto body = json::parse(status("links", account).body).as_object();
    return names(array_of(body, "assent-status:links"), "name");
  }
  /// The map's answer comes on its own thread.
  HttpResponse space(const std::string& query, const char* account) {
    call = Call{};
    call.peer = {Door::person, account, ""};
    call.request.method = "GET";
    call.request.target = "/restconf/data/assent-status:space?" + query;
    std::mutex mutex;
    std::condition_variable rung;
    std::optional<Later> kept;
    auto now = service.handle(call, [&](Later later) {
      const std::lock_guard lock(mutex);
      kept = std::move(later);
      rung.notify_one();
    });
    if (now) return std::move(*now);
    std::unique_lock lock(mutex);
    rung.wait(lock, [&] { return kept.has_value(); });
    return service.finish(call, std::move(*kept));
  }
  json::object map(const std::string& query, const char* account) {
    const auto answer = space(query, account);
    BOOST_REQUIRE_MESSAGE(answer.status == 200, answer.body);
    return json::parse(answer.body).at("assent-status:space").as_object();
  }
  /// What somebody with the county is told.
  std::vector<core::Event> told() {
    Scope scope;
    scope.view = View::scoped;
    scope.person = 2;
    scope.subtrees = {2};
    scope.above = std::make_shared<Above>(Above{{1, 0}, {2, 1}, {3, 1}, {4, 2}});
    auto reader = core.kept.read();
    Sight sight(scope, **reader);
    std::vector<core::Event> out;
    for (auto& event : events)
      if (sight.follows(event)) out.push_back(sight.told(event));
    return out;
  }
  std::vector<core::Event> events;
  void happened(const char* msgid, json::object detail) {
    core::Event event;
    event.stream = journal::Stream::records;
    event.msgid = msgid;
    event.text = {"alarm.more", {{"names", "all of them"}}};
    event.detail = std::move(detail);
    events.push_back(std::move(event));
  }
  static json::object notified(std::initializer_list<const char*> resources) {
    json::array list;
    for (const char* one : resources)
      list.push_back(json::object{{"type", "device-unreachable"}, {"resource", one}, {"what", "raised"}});
    return {{"group", "reachability a"}, {"repeat", false}, {"raised", 2}, {"alarms", std::move(list)}};
  }
  using Texts = std::vector<std::string>;
};

} // namespace

BOOST_AUTO_TEST_SUITE(scope)

BOOST_FIXTURE_TEST_CASE(alarms_are_listed_as_far_as_they_are_about_things_that_the_reader_may_read, Parts) {
  BOOST_TEST((alarms("county") ==
              Texts{"device/21", "finding/1", "link/12", "ticket/1", "agent/1", "clock", "/etc/a/b"}));
  BOOST_TEST(alarms("root-li").size() == 11u);
  BOOST_TEST(alarms("nobody").size() == 11u); // as the status port shows them
}

BOOST_FIXTURE_TEST_CASE(an_alarm_elsewhere_is_as_if_there_were_none_and_reaches_core_by_no_name, Parts) {
  for (const char* verb : {"show", "acknowledge"})
    for (const char* resource : {"device/31", "device/foreign", "foreign", "finding/2", "link/13", "ticket/2",
                                 "device/99", "device/x", "finding/99999999999999999999"}) {
      const auto answer =
          operate(verb, R"({"type":"x","resource":")" + std::string(resource) + R"("})", "county");
      BOOST_TEST(answer.status == 404u, resource);
      BOOST_TEST(id_of(answer) == "alarm.none");
      BOOST_TEST(answer.body.find(resource) != std::string::npos);
    }
  BOOST_TEST(core.posted.empty());
  for (const char* resource : {"device/21", "device/own", "own", "finding/1", "agent/snmp", "clock"})
    BOOST_TEST(
        operate("show", R"({"type":"x","resource":")" + std::string(resource) + R"("})", "county").status ==
            200u,
        resource);
}

BOOST_FIXTURE_TEST_CASE(a_monitor_sees_an_alarm_and_not_who_did_what, Parts) {
  const char* input = R"({"type":"x","resource":"device/21"})";
  const auto seen = output(operate("show", input, "nobody"));
  const auto& alarm = object_of(seen, "alarm");
  BOOST_TEST(!alarm.contains("acts"));
  BOOST_TEST(!object_of(alarm, "hidden").contains("by"));
  BOOST_TEST(json::serialize(alarm).find("li") == std::string::npos);
  const auto whole = output(operate("show", input, "county"));
  BOOST_TEST(object_of(whole, "alarm").contains("acts"));
  BOOST_TEST(text_of(object_of(object_of(whole, "alarm"), "hidden"), "by") == "li");
}

BOOST_FIXTURE_TEST_CASE(links_elsewhere_are_left_out_and_nothing_is_told_of_a_foreign_uplink, Parts) {
  BOOST_TEST((links("root-li") == Texts{"uplink", "own", "foreign"}));
  BOOST_TEST((links("county") == Texts{"own"}));
  BOOST_TEST(status("links=13", "county").status == 404u);
  BOOST_TEST(status("links=11", "county").status == 404u);
  BOOST_TEST(status("links=12", "county").status == 200u);
  BOOST_TEST(status("links=12", "county").body.find("share-up") == std::string::npos);
  BOOST_TEST(status("links=12", "root-li").body.find("share-up") != std::string::npos);
  BOOST_TEST(status("links=13", "root-li").status == 200u);
}

BOOST_FIXTURE_TEST_CASE(the_map_begins_with_the_outermost_space_of_ones_own, Parts) {
  const auto all = map("network=1", "root-li");
  BOOST_TEST((names(array_of(all, "children"), "prefix") == Texts{"10.0.0.0/8"}));
  const auto own = map("network=1", "county");
  BOOST_TEST((names(array_of(own, "children"), "prefix") == Texts{"10.1.0.0/16", "10.200.0.0/24"}));
  BOOST_TEST(number_of(own, "children-left-out") == 0u);
  const auto inside = map("network=1&prefix=10.1.2.0/24", "county");
  BOOST_TEST((names(array_of(inside, "path"), "prefix") == Texts{"10.1.0.0/16", "10.1.2.0/24"}));
  BOOST_TEST((names(array_of(inside, "addresses"), "name") == Texts{"mine"}));
  // Rows are seen whole: they are his.
  BOOST_TEST(number_of(array_of(inside, "path").at(0).as_object(), "organisation") == 2u);
}

BOOST_FIXTURE_TEST_CASE(space_elsewhere_is_as_if_there_were_none, Parts) {
  for (const char* prefix : {"10.0.0.0/8", "10.0.0.0/9", "10.2.0.0/16", "10.2.0.0/24", "10.0.0.0/24"}) {
    const auto answer = space("network=1&prefix=" + std::string(prefix), "county");
    BOOST_TEST(answer.status == 404u, prefix);
    BOOST_TEST(id_of(answer) == "api.no-space");
    // The same words as where nothing was ever received.
    BOOST_TEST(answer.body.find(prefix) != std::string::npos);
    BOOST_TEST(space("network=1&prefix=" + std::string(prefix), "root-li").status == 200u);
  }
}

BOOST_FIXTURE_TEST_CASE(a_notification_about_many_alarms_names_ones_own_alone, Parts) {
  happened("alarm-notified", notified({"device/31", "finding/2"}));
  happened("alarm-notified", notified({"device/21", "finding/1"}));
  happened("alarm-notified", notified({"device/21", "device/31"}));
  happened("alarm-raised", {{"type", "x"}, {"resource", "device/31"}});
  happened("alarm-raised", {{"type", "x"}, {"resource", "ticket/2"}});
  happened("alarm-raised", {{"type", "x"}, {"resource", "ticket/1"}});
  const auto seen = told();
  BOOST_REQUIRE(seen.size() == 3u);
  BOOST_TEST(seen[0].text.id == "alarm.more");
  BOOST_TEST(array_of(seen[0].detail, "alarms").size() == 2u);
  BOOST_TEST(seen[1].text.id == "alarm.of-yours");
  BOOST_TEST(array_of(seen[1].detail, "alarms").size() == 1u);
  BOOST_TEST(!seen[1].detail.contains("raised"));
  BOOST_TEST(json::serialize(seen[1].detail).find("device/31") == std::string::npos);
  BOOST_TEST(text_of(seen[2].detail, "resource") == "ticket/1");
}

BOOST_FIXTURE_TEST_CASE(whose_link_it_is_is_told_what_it_carries, Parts) {
  for (const char* msgid : {"link-abuse", "link-excess", "link-abuse-ended"}) {
    happened(msgid, {{"link", "own"}, {"link-id", 12}});
    happened(msgid, {{"link", "foreign"}, {"link-id", 13}});
    happened(msgid, {{"link", "uplink"}, {"link-id", 11}});
  }
  const auto seen = told();
  BOOST_REQUIRE(seen.size() == 3u);
  for (const auto& event : seen)
    BOOST_TEST(text_of(event.detail, "link") == "own");
}

BOOST_AUTO_TEST_SUITE_END()
