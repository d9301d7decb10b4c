// Each refusal stands beside the request that is granted, over one fixture; therefore this file is longer
// than others.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <future>

#include <future>

#include "tests/unit/core/world.hpp"

using namespace assent;
using assent::test::create;

namespace {

/// An extranet with a block of the city.
struct Town : test::World {
  Town() {
    start();
    done({create("network", {{"name", "extranet"}})});
    done({create("organisation", {{"name", "浔阳区"}, {"tier", "county"}, {"parent", "九江市"}})});
    done({create(
        "block",
        {{"network", "extranet"}, {"prefix", "10.0.0.0/8"}, {"organisation", "九江市"}, {"source", "省"}})});
    done({create("prefix", {{"network", "extranet"},
                            {"prefix", "10.1.0.0/24"},
                            {"organisation", "浔阳区"},
                            {"status", "active"}})});
  }
  json::object address_edit() {
    return create("address", {{"network", "extranet"}, {"from", "10.1.0.0/24"}, {"organisation", "浔阳区"}});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(requests, Town)

BOOST_AUTO_TEST_CASE(what_was_approved_is_applied_and_survives_a_restart) {
  auto answer = done({address_edit()});
  BOOST_TEST(text_of(array_of(answer, "made").at(0).as_object(), "address") == "10.1.0.1");
  stop();
  start();
  const auto addresses = rows(Kind::address);
  BOOST_REQUIRE(addresses.size() == 1u);
  BOOST_TEST(text_of(addresses[0], "address") == "10.1.0.1");
  auto next = done({address_edit()});
  BOOST_TEST(text_of(array_of(next, "made").at(0).as_object(), "address") == "10.1.0.2");
}

BOOST_AUTO_TEST_CASE(next_free_is_found_in_whatever_is_delegated_to_the_organisation) {
  auto answer =
      done({create("address", {{"network", "extranet"}, {"from", "delegated"}, {"organisation", "浔阳区"}})});
  BOOST_TEST(text_of(array_of(answer, "made").at(0).as_object(), "address") == "10.1.0.1");
  auto nothing = request("zhang", {{"edits", json::array{create("address", {{"network", "extranet"},
                                                                            {"from", "delegated"},
                                                                            {"organisation", "九江市"}})}}});
  BOOST_REQUIRE(!nothing.ok());
  BOOST_TEST(nothing.error().what.id == "registry.nothing-delegated");
}

BOOST_AUTO_TEST_CASE(the_requester_cannot_approve_himself) {
  auto asked = request("zhang", {{"edits", json::array{address_edit()}}});
  BOOST_REQUIRE(asked.ok());
  BOOST_TEST(text_of(*asked, "state") == "submitted");
  auto own = decide("zhang", number_of(*asked, "ticket"), "approve");
  BOOST_REQUIRE(!own.ok());
  BOOST_TEST((own.error().fault == Fault::refused));
  BOOST_TEST(rows(Kind::address).empty());
  BOOST_TEST(!events("refused").empty());
}

BOOST_AUTO_TEST_CASE(a_signature_by_an_unknown_key_is_refused) {
  auto prepared = ask("assent-ticket:prepare",
                      {{"requester", "zhang"}, {"reason", "x"}, {"edits", json::array{address_edit()}}});
  BOOST_REQUIRE(prepared.ok());
  const auto page = text_of(*prepared, "page");
  auto answer =
      ask("assent-ticket:act", {{"page", page}, {"signature", sign("stranger", "assent-request", page)}});
  BOOST_REQUIRE(!answer.ok());
  BOOST_TEST(answer.error().what.id == "core.unknown-key");
}

BOOST_AUTO_TEST_CASE(a_signature_by_another_person_than_the_page_names_is_refused) {
  auto prepared = ask("assent-ticket:prepare",
                      {{"requester", "zhang"}, {"reason", "x"}, {"edits", json::array{address_edit()}}});
  BOOST_REQUIRE(prepared.ok());
  const auto page = text_of(*prepared, "page");
  auto answer = ask("assent-ticket:act", {{"page", page}, {"signature", sign("li", "assent-request", page)}});
  BOOST_REQUIRE(!answer.ok());
  BOOST_TEST(answer.error().what.id == "core.signed-by-another");
}

BOOST_AUTO_TEST_CASE(a_page_of_one_ticket_does_not_serve_another) {
  auto one = request("zhang", {{"edits", json::array{address_edit()}}});
  auto two = request("zhang", {{"edits", json::array{address_edit()}}});
  BOOST_REQUIRE((one.ok() && two.ok()));
  auto page = ask("assent-ticket:page",
                  {{"ticket", number_of(*one, "ticket")}, {"word", "approve"}, {"person", "li"}});
  BOOST_REQUIRE(page.ok());
  std::string text = text_of(*page, "page");
  const std::string from = "ticket: " + std::to_string(number_of(*one, "ticket")) + "\n";
  text.replace(text.find(from), from.size(), "ticket: " + std::to_string(number_of(*two, "ticket")) + "\n");
  auto answer =
      ask("assent-ticket:act", {{"page", text}, {"signature", sign("li", "assent-approval", text)}});
  BOOST_REQUIRE(!answer.ok());
  BOOST_TEST(rows(Kind::address).empty());
}

BOOST_AUTO_TEST_CASE(a_page_is_worthless_after_its_time) {
  auto asked = request("zhang", {{"edits", json::array{address_edit()}}});
  BOOST_REQUIRE(asked.ok());
  auto page = ask("assent-ticket:page",
                  {{"ticket", number_of(*asked, "ticket")}, {"word", "approve"}, {"person", "li"}});
  BOOST_REQUIRE(page.ok());
  advance(std::chrono::hours{25});
  const auto text = text_of(*page, "page");
  auto answer =
      ask("assent-ticket:act", {{"page", text}, {"signature", sign("li", "assent-approval", text)}});
  BOOST_REQUIRE(!answer.ok());
  BOOST_TEST(answer.error().what.id == "core.page-too-old");
}

BOOST_AUTO_TEST_CASE(a_signature_for_a_request_does_not_approve) {
  auto asked = request("zhang", {{"edits", json::array{address_edit()}}});
  BOOST_REQUIRE(asked.ok());
  auto page = ask("assent-ticket:page",
                  {{"ticket", number_of(*asked, "ticket")}, {"word", "approve"}, {"person", "li"}});
  const auto text = text_of(*page, "page");
  auto answer = ask("assent-ticket:act", {{"page", text}, {"signature", sign("li", "assent-request", text)}});
  BOOST_TEST(!answer.ok());
}

BOOST_AUTO_TEST_CASE(what_waits_is_held_within_the_limit) {
  for (int i = 0; i < 4; ++i)
    BOOST_TEST(request("zhang", {{"edits", json::array{address_edit()}}}).ok());
  auto more = request("zhang", {{"edits", json::array{address_edit()}}});
  BOOST_REQUIRE(!more.ok());
  BOOST_TEST(more.error().what.id == "core.holds-too-much");
}

BOOST_AUTO_TEST_CASE(the_limit_holds_also_for_what_was_prepared_before) {
  std::vector<std::string> pages;
  for (int i = 0; i < 6; ++i) {
    auto prepared =
        ask("assent-ticket:prepare",
            {{"requester", "zhang"},
             {"reason", "x"},
             {"edits", json::array{create("address", {{"network", "extranet"},
                                                      {"address", "10.1.0." + std::to_string(i + 9)},
                                                      {"organisation", "浔阳区"}})}}});
    BOOST_REQUIRE(prepared.ok());
    pages.push_back(text_of(*prepared, "page"));
  }
  int held = 0;
  for (const auto& page : pages) {
    auto asked =
        ask("assent-ticket:act", {{"page", page}, {"signature", sign("zhang", "assent-request", page)}});
    held += asked.ok() ? 1 : 0;
    if (!asked) BOOST_TEST(asked.error().what.id == "core.holds-too-much");
  }
  BOOST_TEST(held == 4);
}

/// The policy in force, with `rule` before its other rules and `more` at its end.
json::object with_rule(const json::object& policy, const std::string& rule, const std::string& more = "") {
  std::string text = text_of(policy, "text");
  text.insert(text.find("rules:\n") + 7, rule);
  return {
      {"operation", "modify"}, {"kind", "policy"}, {"id", 1}, {"value", json::object{{"text", text + more}}}};
}

struct Equipped : Town {
  Equipped() {
    done({create("agent", {{"name", "snmp-extranet"}, {"network", "extranet"}})});
    done({create("device", {{"name", "core-1"},
                            {"network", "extranet"},
                            {"address", "10.9.0.1"},
                            {"port", 161},
                            {"organisation", "九江市"},
                            {"agent", "snmp-extranet"},
                            {"profile", "standard"},
                            {"credential", "demo"},
                            {"labels", json::array{"core"}}})});
  }
};

BOOST_FIXTURE_TEST_CASE(taking_off_a_label_does_not_leave_the_rules_that_name_it, Equipped) {
  done({with_rule(row(Kind::policy, 1),
                  "  - {name: core, match: {kinds: [device], labels: [core]}, forbid: by the province}\n")});
  for (const auto& value :
       {json::object{{"labels", json::array{}}}, json::object{{"labels", json::array{"x"}}},
        json::object{{"credential", "other"}}}) {
    auto asked = request(
        "zhang",
        {{"edits", json::array{json::object{
                       {"operation", "modify"}, {"kind", "device"}, {"id", "core-1"}, {"value", value}}}}});
    BOOST_REQUIRE(!asked.ok());
    BOOST_TEST(asked.error().what.id == "policy.forbidden");
  }
}

BOOST_FIXTURE_TEST_CASE(agents_hear_at_once_of_what_a_standard_change_does_to_devices, Equipped) {
  done({with_rule(
      row(Kind::policy, 1), "",
      "  - {name: port, match: {kinds: [device], operations: [modify]}, unsigned: true, per-day: 9, "
      "expires: 2030-01-01}\n")});
  const auto version = [&](std::uint64_t known) {
    auto plan = ask("assent-agent:plan", {{"version", known}}, agent_peer("snmp-extranet"));
    BOOST_REQUIRE(plan.ok());
    return number_of(*plan, "version");
  };
  const auto before = version(0);
  auto changed = ask("assent-ticket:standard",
                     {{"template", "port"},
                      {"reason", "x"},
                      {"edits", json::array{json::object{{"operation", "modify"},
                                                         {"kind", "device"},
                                                         {"id", "core-1"},
                                                         {"value", json::object{{"port", 162}}}}}}},
                     person_peer("zhang"));
  BOOST_REQUIRE(changed.ok());
  BOOST_TEST(version(0) > before);
}

BOOST_AUTO_TEST_CASE(a_stage_that_is_late_is_an_alarm_until_it_is_decided) {
  auto asked = request("zhang", {{"edits", json::array{address_edit()}}});
  BOOST_REQUIRE(asked.ok());
  const auto overdue = [&] {
    const auto alarms = figures().alarms;
    return std::any_of(alarms.begin(), alarms.end(), [](const json::value& alarm) {
      return text_of(alarm.as_object(), "type") == "approval-overdue";
    });
  };
  advance(std::chrono::hours{71});
  BOOST_TEST(!overdue());
  advance(std::chrono::hours{2});
  BOOST_TEST(overdue());
  stop();
  start();
  advance(std::chrono::seconds{2});
  BOOST_TEST(overdue());
  BOOST_REQUIRE(decide("li", number_of(*asked, "ticket"), "approve").ok());
  advance(std::chrono::seconds{2});
  BOOST_TEST(!overdue());
}

BOOST_AUTO_TEST_CASE(if_match_holds_an_act_to_the_version_that_was_seen) {
  auto asked = request("zhang", {{"edits", json::array{address_edit()}}});
  BOOST_REQUIRE(asked.ok());
  const auto version = number_of(*asked, "version");
  BOOST_TEST(version == 1u);
  const auto status = [&](std::uint64_t wanted) {
    std::promise<core::Answer> promise;
    core::Request request;
    request.peer = person_peer("root");
    request.operation = "assent-ticket:status";
    request.input = {{"ticket", number_of(*asked, "ticket")}};
    request.if_match = wanted;
    core->post(std::move(request), [&](core::Answer answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  };
  BOOST_TEST(status(version).ok());
  BOOST_TEST(status(version + 1).error().what.id == "core.other-version");
}

BOOST_AUTO_TEST_CASE(a_waiting_ticket_expires) {
  auto asked = request("zhang", {{"edits", json::array{address_edit()}}});
  BOOST_REQUIRE(asked.ok());
  advance(std::chrono::hours{24 * 31});
  auto late = decide("li", number_of(*asked, "ticket"), "approve");
  BOOST_TEST(!late.ok());
  BOOST_TEST(text_of(row(Kind::ticket, number_of(*asked, "ticket")), "state") == "expired");
}

BOOST_AUTO_TEST_CASE(the_requester_withdraws) {
  auto asked = request("zhang", {{"edits", json::array{address_edit()}}});
  BOOST_REQUIRE(asked.ok());
  BOOST_TEST(!decide("li", number_of(*asked, "ticket"), "withdraw").ok());
  auto answer = decide("zhang", number_of(*asked, "ticket"), "withdraw");
  BOOST_REQUIRE(answer.ok());
  BOOST_TEST(text_of(*answer, "state") == "withdrawn");
}

BOOST_AUTO_TEST_CASE(a_standard_change_is_applied_at_once_and_counted) {
  for (int i = 1; i <= 3; ++i) {
    auto answer = ask("assent-ticket:standard",
                      {{"template", "next-address"}, {"reason", "x"}, {"edits", json::array{address_edit()}}},
                      person_peer("zhang"));
    BOOST_REQUIRE(answer.ok());
    BOOST_TEST(text_of(array_of(*answer, "made").at(0).as_object(), "address") ==
               "10.1.0." + std::to_string(i));
  }
  stop();
  start();
  auto fourth = ask("assent-ticket:standard",
                    {{"template", "next-address"}, {"reason", "x"}, {"edits", json::array{address_edit()}}},
                    person_peer("zhang"));
  BOOST_REQUIRE(!fourth.ok());
  BOOST_TEST((fourth.error().fault == Fault::refused));
  auto nobody = ask("assent-ticket:standard",
                    {{"template", "next-address"}, {"reason", "x"}, {"edits", json::array{address_edit()}}},
                    person_peer("root"));
  BOOST_REQUIRE(!nobody.ok());
  BOOST_TEST(nobody.error().what.id == "core.account-of-nobody");
}

BOOST_AUTO_TEST_CASE(an_idempotency_key_answers_again_for_a_day_whatever_ended_in_between) {
  const auto keyed = [&](std::string hash) {
    std::promise<core::Answer> promise;
    core::Request request;
    request.peer = person_peer("zhang");
    request.operation = "assent-ticket:standard";
    request.input = {{"template", "next-address"}, {"reason", "x"}, {"edits", json::array{address_edit()}}};
    request.idempotency_key = "again";
    request.request_hash = std::move(hash);
    core->post(std::move(request), [&](core::Answer answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  };
  const auto first = keyed("a");
  BOOST_REQUIRE(first.ok());
  const auto same = [&](const char* when) {
    const auto answer = keyed("a");
    BOOST_TEST_CONTEXT(when) {
      BOOST_REQUIRE(answer.ok());
      BOOST_TEST(canonical(*answer) == canonical(*first));
      BOOST_TEST(rows(Kind::address).size() == 1u);
      const auto other = keyed("b");
      BOOST_REQUIRE(!other.ok());
      BOOST_TEST(other.error().what.id == "core.key-used-otherwise");
    }
  };
  same("at once");
  advance(std::chrono::minutes{5});
  same("when memory has forgotten it");
  stop();
  start();
  same("after a restart");
  advance(std::chrono::hours{25});
  BOOST_TEST(keyed("a").ok());
  BOOST_TEST(rows(Kind::address).size() == 2u);
  BOOST_TEST(
      ask("assent-ticket:page", {{"ticket", 1}, {"word", "approve"}, {"person", "li"}}).error().what.id !=
      "core.read-only");
}

BOOST_AUTO_TEST_CASE(refusals_are_written_up_to_a_rate_and_counted_above_it_however_long_it_runs) {
  advance(std::chrono::hours{2});
  const auto written = events("refused").size();
  const auto refused = [&] {
    return !ask("assent-ticket:standard", {{"template", "no-such-template"}, {"edits", json::array{}}},
                person_peer("nobody"))
                .ok();
  };
  for (int i = 0; i < 25; ++i)
    BOOST_TEST(refused());
  BOOST_TEST(events("refused").size() - written == 20);
  advance(std::chrono::seconds{61});
  BOOST_TEST(refused()); // answered after what was written before it is durable
  const auto counted = events("refusals-counted");
  BOOST_REQUIRE(counted.size() == 1);
  BOOST_TEST(number_of(counted[0].detail, "count") == 5);
}

BOOST_AUTO_TEST_CASE(what_is_signed_wrongly_or_for_no_ticket_is_journalled_as_refused) {
  auto asked = request("zhang", {{"edits", json::array{address_edit()}}});
  BOOST_REQUIRE(asked.ok());
  auto page = ask("assent-ticket:page",
                  {{"ticket", number_of(*asked, "ticket")}, {"word", "approve"}, {"person", "li"}});
  BOOST_REQUIRE(page.ok());
  auto malformed =
      ask("assent-ticket:act", {{"page", text_of(*page, "page")}, {"signature", "no signature"}});
  BOOST_REQUIRE(!malformed.ok());
  BOOST_TEST((malformed.error().fault == Fault::invalid));
  BOOST_TEST(events("refused").size() == 1u);
  auto prepared = ask("assent-ticket:prepare",
                      {{"requester", "zhang"}, {"reason", "x"}, {"edits", json::array{address_edit()}}});
  BOOST_REQUIRE(prepared.ok());
  const auto text = text_of(*prepared, "page");
  advance(std::chrono::minutes{20});
  auto unknown =
      ask("assent-ticket:act", {{"page", text}, {"signature", sign("zhang", "assent-request", text)}});
  BOOST_REQUIRE(!unknown.ok());
  BOOST_TEST((unknown.error().fault == Fault::not_found));
  BOOST_TEST(events("refused").size() == 2u);
}

BOOST_AUTO_TEST_CASE(somebody_without_rights_there_is_refused) {
  done({create("person", {{"handle", "wang"}, {"organisation", "浔阳区"}}),
        create("key", {{"person", "wang"}, {"public-key", public_key("wang")}}),
        create("role", {{"person", "wang"}, {"role", "administrator"}, {"organisation", "浔阳区"}})});
  auto own = request("wang", {{"edits", json::array{address_edit()}}});
  BOOST_TEST(own.ok());
  auto foreign = request("wang", {{"edits", json::array{create("address", {{"network", "extranet"},
                                                                           {"address", "10.200.0.1"},
                                                                           {"organisation", "九江市"}})}}});
  BOOST_REQUIRE(!foreign.ok());
  BOOST_TEST((foreign.error().fault == Fault::refused));
  auto himself = request(
      "wang",
      {{"edits",
        json::array{create("role", {{"person", "wang"}, {"role", "founder"}, {"organisation", "九江市"}})}}});
  BOOST_REQUIRE(!himself.ok());
}

BOOST_AUTO_TEST_SUITE_END()
