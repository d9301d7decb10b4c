#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "subtrees.hpp"

using namespace assent;
using namespace assent::api;
using namespace assent::api::test;

BOOST_AUTO_TEST_SUITE(service)

BOOST_FIXTURE_TEST_CASE(an_operation_reaches_core_with_the_peer_that_the_socket_proves, World) {
  const auto response = post("assent-ticket:prepare", R"({"assent-ticket:input":{"reason":"x"}})");
  BOOST_TEST(response.status == 200);
  BOOST_TEST(response.body == R"({"assent-ticket:output":{"echo":{"reason":"x"}}})");
  BOOST_REQUIRE(core.posted.size() == 1);
  BOOST_TEST(core.posted[0].peer.account == "li");
  BOOST_TEST(core.posted[0].idempotency_key.empty());
  BOOST_TEST(core.posted[0].request_hash.empty());
}

BOOST_FIXTURE_TEST_CASE(each_door_takes_only_its_own_operations, World) {
  const std::string ticket = "/restconf/operations/assent-ticket:prepare",
                    report = "/restconf/operations/assent-agent:report";
  BOOST_TEST(ask(Door::person, "POST", report, "{}").status == 403);
  BOOST_TEST(ask(Door::agent, "POST", ticket, "{}").status == 403);
  BOOST_TEST(ask(Door::status, "POST", ticket, "").status == 405);
  BOOST_TEST(ask(Door::status, "POST", report, "").status == 405);
  BOOST_TEST(ask(Door::agent, "GET", "/restconf/data/assent-registry:device").status == 403);
  BOOST_TEST(ask(Door::agent, "GET", "/metrics").status == 403);
  BOOST_TEST(core.posted.empty());
  BOOST_TEST(ask(Door::agent, "POST", report, R"({"assent-agent:input":{}})").status == 200);
  BOOST_TEST(core.posted.at(0).peer.agent == "snmp");
}

BOOST_FIXTURE_TEST_CASE(what_a_door_refuses_to_write_is_told_to_core_and_a_refused_read_is_not, World) {
  const std::string address = "/restconf/data/assent-registry:address=1";
  const std::string prepare = "/restconf/operations/assent-ticket:prepare";
  ask(Door::agent, "POST", prepare, "{}");
  ask(Door::person, "DELETE", address + "?why=none");
  ask(Door::person, "PUT", "/anything");
  ask(Door::status, "POST", prepare, "{}");
  BOOST_TEST(core.turned == (std::vector<std::string>{"POST " + prepare + ": api.not-for-agents",
                                                      "DELETE " + address + ": api.method-not-allowed",
                                                      "PUT /anything: api.nothing-here",
                                                      "POST " + prepare + ": api.status-door-reads-only"}),
             boost::test_tools::per_element());
  core.turned.clear();
  ask(Door::agent, "GET", address);
  get("/anything");
  BOOST_TEST(core.turned.empty());
}

BOOST_FIXTURE_TEST_CASE(nothing_malformed_reaches_core, World) {
  for (const char* body : {"{", "[]", "{}", "null", R"({"assent-ticket:input":{},"x":1})", R"({"input":{}})",
                           R"({"assent-ticket:input":{"wrong":1}})", R"({"assent-ticket:input":[]})"})
    BOOST_TEST(post("assent-ticket:prepare", body).status == 400, body);
  BOOST_TEST(core.posted.empty());
  BOOST_TEST(post("assent-ticket:prepare", " \n").status == 200);
}

BOOST_FIXTURE_TEST_CASE(a_mistyped_operation_gets_a_suggestion, World) {
  const auto response = post("assent-ticket:prepair", "{}");
  BOOST_TEST(response.status == 404);
  const auto error = error_from_restconf(json::parse(response.body), 404);
  BOOST_REQUIRE(error.next.has_value());
  BOOST_TEST(error.next->args.at(0).second == "assent-ticket:prepare");
}

BOOST_FIXTURE_TEST_CASE(an_idempotency_key_travels_with_the_hash_of_the_request, World) {
  ask(Door::person, "POST", "/restconf/operations/assent-ticket:standard",
      R"({"assent-ticket:input":{"b":1,"a":2}})");
  call.request.idempotency_key = "k1";
  call.request.body = R"({"assent-ticket:input":{"b":1,"a":2}})";
  run();
  call.request.body = R"({"assent-ticket:input":{"a":2,"b":1}})";
  run();
  BOOST_REQUIRE(core.posted.size() == 3);
  BOOST_TEST(core.posted[1].idempotency_key == "k1");
  BOOST_TEST(core.posted[1].request_hash.size() == 64);
  BOOST_TEST(core.posted[1].request_hash == core.posted[2].request_hash);
  for (const auto& key : {std::string("with space"), std::string("中"), std::string(65, 'a')}) {
    call.request.idempotency_key = key;
    BOOST_TEST(run().status == 400);
  }
}

BOOST_FIXTURE_TEST_CASE(a_refusal_of_core_keeps_rule_evidence_and_status, World) {
  core.respond = [](const core::Request&) {
    Error error = fail(Fault::refused, "api.nothing-here");
    error.rule = "policy.yaml:3:1 (x)";
    return core::Answer(error);
  };
  auto response = post("assent-ticket:standard", R"({"assent-ticket:input":{}})");
  BOOST_TEST(response.status == 403);
  BOOST_TEST(error_from_restconf(json::parse(response.body), 403).rule == "policy.yaml:3:1 (x)");
  core.respond = [](const core::Request&) { return core::Answer(fail(Fault::busy, "api.nothing-here")); };
  response = post("assent-ticket:standard", R"({"assent-ticket:input":{}})");
  BOOST_TEST(response.status == 503);
  BOOST_TEST(response.retry_later);
}

BOOST_FIXTURE_TEST_CASE(rows_are_listed_in_pages_as_stored, World) {
  for (Id id = 1; id <= 700; ++id)
    core.kept.contents.put(Kind::address, id, 1, R"({"name":"a"})");
  auto response = get("/restconf/data/assent-registry:address?limit=600");
  auto page = json::parse(response.body);
  BOOST_TEST(page.at("assent-registry:address").as_array().size() == 600);
  BOOST_TEST(page.at("next").to_number<Id>() == 600);
  page = json::parse(get("/restconf/data/assent-registry:address?limit=600&after=600").body);
  BOOST_TEST(page.at("assent-registry:address").as_array().size() == 100);
  BOOST_TEST(!page.as_object().contains("next"));
  BOOST_TEST(get("/restconf/data/assent-registry:person").body == R"({"assent-registry:person":[]})");
}

BOOST_FIXTURE_TEST_CASE(an_object_carries_its_version_as_etag, World) {
  core.kept.contents.put(Kind::device, 7, 3, R"({"name":"sw1"})");
  const auto response = get("/restconf/data/assent-registry:device=7");
  BOOST_TEST(response.etag == "\"3\"");
  BOOST_TEST(response.body == R"({"assent-registry:device":[{"id":7,"version":3,"name":"sw1"}]})");
  call.request.if_none_match = "\"3\"";
  BOOST_TEST(run().status == 304);
  call.request.if_none_match = "\"2\"";
  BOOST_TEST(run().status == 200);
  BOOST_TEST(get("/restconf/data/assent-registry:device=8").status == 404);
}

BOOST_FIXTURE_TEST_CASE(a_person_reads_the_subtrees_of_his_roles_and_what_everybody_needs, Subtrees) {
  BOOST_TEST((seen("county", "device") == Ids{21}));
  BOOST_TEST((seen("county", "finding") == Ids{1}));
  BOOST_TEST((seen("county", "organisation") == Ids{1, 2, 3, 4}));
  BOOST_TEST((seen("county", "policy") == Ids{1}));
  BOOST_TEST((seen("county", "role") == Ids{2}));
  BOOST_TEST((seen("county", "person") == Ids{2, 5, 6, 7}));
  // One needs his approval, one he asked for.
  BOOST_TEST((seen("county", "ticket") == Ids{1, 3}));
  BOOST_TEST(one("county", "device=21") == 200u);
  BOOST_TEST(one("county", "device=31") == 404u);
  BOOST_TEST(one("county", "finding=2") == 404u);
  BOOST_TEST(ask(Door::person, "GET", "/restconf/data/assent-status:journal", {}, "county").status == 403u);
  BOOST_TEST(ask(Door::person, "GET", "/restconf/data/assent-status:journal?ticket=2", {}, "county").status ==
             404u);
  BOOST_TEST(ask(Door::person, "GET", "/restconf/data/assent-status:journal?ticket=1", {}, "county").status ==
             200u);
  // What he sees, he sees whole.
  BOOST_TEST(ask(Door::person, "GET", "/restconf/data/assent-registry:finding=1", {}, "county")
                 .body.find("\"who\"") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(the_root_and_auditors_read_everything_and_nobody_reads_as_a_monitor, Subtrees) {
  for (const char* account : {"root-li", "audit"}) {
    BOOST_TEST((seen(account, "device") == Ids{21, 31}));
    BOOST_TEST((seen(account, "ticket") == Ids{1, 2, 3}));
    BOOST_TEST(seen(account, "person").size() == 7u);
  }
  for (const char* account : {"rankless", "shared", "nobody"}) {
    BOOST_TEST((seen(account, "person") == Ids{403}));
    BOOST_TEST((seen(account, "device") == Ids{21, 31}));
    BOOST_TEST(ask(Door::person, "GET", "/restconf/data/assent-registry:finding=1", {}, account)
                   .body.find("\"who\"") == std::string::npos);
  }
}

BOOST_FIXTURE_TEST_CASE(operations_that_only_read_show_no_more_than_reads, Subtrees) {
  core.respond = [](const core::Request&) { return core::Answer(json::object{}); };
  const auto explain = [&](const char* account, int finding) {
    return ask(Door::person, "POST", "/restconf/operations/assent-ticket:explain",
               R"({"assent-ticket:input":{"finding":)" + std::to_string(finding) + "}}", account)
        .status;
  };
  BOOST_TEST(explain("county", 1) == 200u);
  BOOST_TEST(explain("county", 2) == 404u);
  BOOST_TEST(explain("audit", 2) == 200u);
  BOOST_TEST(explain("nobody", 1) == 403u);
}

BOOST_FIXTURE_TEST_CASE(events_are_told_to_whom_they_concern, Subtrees) {
  Scope scope;
  scope.view = View::scoped;
  scope.person = 2;
  scope.subtrees = {2};
  scope.above = std::make_shared<Above>(Above{{1, 0}, {2, 1}, {3, 1}, {4, 2}});
  auto reader = core.store().read();
  BOOST_REQUIRE(reader.ok());
  Sight sight(scope, **reader);
  const auto told = [&](std::string msgid, json::object detail) {
    core::Event event;
    event.msgid = std::move(msgid);
    event.detail = std::move(detail);
    return sight.follows(event);
  };
  BOOST_TEST(told("finding-opened", {{"finding", 1}}));
  BOOST_TEST(!told("finding-opened", {{"finding", 2}}));
  BOOST_TEST(told("ticket-opened", {{"ticket", 3}}));
  BOOST_TEST(!told("ticket-opened", {{"ticket", 2}}));
  BOOST_TEST(told("alarm-raised", {{"resource", "device/21"}}));
  BOOST_TEST(!told("alarm-raised", {{"resource", "device/31"}}));
  BOOST_TEST(told("alarm-raised", {{"resource", "agent/1"}}));
  BOOST_TEST(told("started", {}));
  BOOST_TEST(!told("refused", {{"account", "other"}}));
}

BOOST_FIXTURE_TEST_CASE(a_person_who_left_stops_reading_when_authority_changes, Subtrees) {
  BOOST_TEST(one("county", "key") == 200u);
  put(Kind::person, 2, R"({"accounts":["county"],"handle":"p","organisation":2,"state":"left"})");
  ++authority;
  BOOST_TEST(one("county", "key") == 403u);
}

BOOST_FIXTURE_TEST_CASE(the_status_door_answers_to_local_names_only, World) {
  ask(Door::status, "GET", "/metrics");
  for (const char* host : {"evil.example", "", "localhost.evil.example"}) {
    call.request.host = host;
    BOOST_TEST(run().status == 421);
  }
}

BOOST_FIXTURE_TEST_CASE(readiness_says_which_check_fails, World) {
  core.present.checks = {{"store", true, {"api.nothing-here", {}}},
                         {"clock", false, {"api.nothing-here", {}}}};
  auto response = ask(Door::status, "GET", "/readyz");
  BOOST_TEST(response.status == 503);
  BOOST_TEST(response.body == "[-] clock: there is nothing at this path\nnot ready\n");
  response = ask(Door::status, "GET", "/readyz?verbose");
  BOOST_TEST(
      response.body ==
      "[+] store: there is nothing at this path\n[-] clock: there is nothing at this path\nnot ready\n");
  core.present.ready = true;
  BOOST_TEST(ask(Door::status, "GET", "/readyz").status == 200);
  BOOST_TEST(ask(Door::status, "GET", "/livez").body == "ok\n");
}

BOOST_FIXTURE_TEST_CASE(alarms_speak_the_language_that_was_asked_for, World) {
  core.present.alarms = {json::object{
      {"type", "t"}, {"text", json::object{{"id", "api.nothing-here"}, {"args", json::object{}}}}}};
  ask(Door::status, "GET", "/restconf/data/assent-status:alarms");
  call.request.accept_language = "zh-CN";
  const auto page = json::parse(run().body);
  BOOST_TEST(page.at("assent-status:alarms").at(0).at("text").at("text").as_string() == "此路径下没有内容");
}

BOOST_FIXTURE_TEST_CASE(a_tree_is_given_as_its_exact_text, World) {
  core.kept.contents.trees["sha256:ab"] = "line\n";
  BOOST_TEST(get("/restconf/data/assent-registry:tree=sha256:ab").body == "line\n");
  BOOST_TEST(get("/restconf/data/assent-registry:tree=sha256:cd").status == 404);
  BOOST_TEST(ask(Door::status, "GET", "/restconf/data/assent-registry:tree=sha256:ab").status == 403);
}

BOOST_FIXTURE_TEST_CASE(journal_bodies_are_passed_byte_for_byte, World) {
  core.kept.contents.decisions = {{journal::Stream::decisions, 0, "h0\n", R"({"event":"founding"})"},
                                  {journal::Stream::decisions, 1, "h1\n", R"({"event":"ticket-submitted"})"}};
  BOOST_TEST(
      get("/restconf/data/assent-status:journal?stream=decisions&from=0&limit=1").body ==
      R"({"assent-status:journal":[{"stream":"decisions","number":0,"header":"h0\n","body":{"event":"founding"}}],"next":1})");
  BOOST_TEST(ask(Door::status, "GET", "/restconf/data/assent-status:journal").status == 403);
}

BOOST_FIXTURE_TEST_CASE(a_follower_starts_at_the_end_or_where_he_was, World) {
  core.kept.contents.decisions = {{journal::Stream::decisions, 4, "", ""}};
  auto response = get("/restconf/streams/events");
  BOOST_TEST(response.stream);
  BOOST_TEST(response.etag == "4.0");
  call.request.last_event_id = "2.0";
  BOOST_TEST(run().etag == "2.0");
  call.request.last_event_id = "5.0";
  BOOST_TEST(run().status == 409);
  call.request.last_event_id = "x";
  response = run();
  BOOST_TEST(response.status == 400);
  BOOST_TEST(id_of(response) == "api.bad-cursor");
}

BOOST_AUTO_TEST_SUITE_END()
