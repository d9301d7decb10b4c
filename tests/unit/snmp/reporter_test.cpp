#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "agents/snmp/message.hpp"
#include "agents/snmp/reporter.hpp"
#include "world.hpp"

using namespace world;
using namespace std::chrono_literals;

namespace {

struct FakeDaemon final : Daemon {
  Result<json::object> call(std::string_view operation, const std::string& text) override {
    const auto input = parse_json(text);
    BOOST_REQUIRE(input.ok());
    calls.emplace_back(operation, input->as_object());
    return answer(operation, input->as_object());
  }
  std::function<Result<json::object>(std::string_view, const json::object&)> answer =
      [](std::string_view, const json::object&) { return json::object{}; };
  std::vector<std::pair<std::string, json::object>> calls;
};

struct Post {
  FakeDaemon daemon;
  Outbox outbox;
  FakeClock clock;
  std::vector<std::string> log;
  Reporter reporter{daemon,
                    outbox,
                    "11111111-1111-4111-8111-111111111111",
                    clock,
                    [this](std::string_view event, const Error&) { log.emplace_back(event); },
                    [](std::chrono::milliseconds) { return true; }};
  void run() {
    outbox.stop();
    reporter.run();
  }
};

StateSeen state(Id device, const std::string& text) {
  StateSeen seen;
  seen.device = device;
  seen.profile = "standard";
  seen.revision = 1;
  seen.text = text;
  seen.fingerprint = watch::fingerprint(text);
  return seen;
}

CountersSeen counters(Id device) {
  return {device,
          Instant{},
          5,
          std::make_shared<std::vector<std::string>>(std::vector<std::string>{"a", "b"}),
          {{"in-octets", {7, no_count}}}};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(reporter, Post)

BOOST_AUTO_TEST_CASE(a_report_has_the_shape_that_the_schema_wants) {
  const auto model = model::Model::load(ASSENT_SOURCE_DIR "/policies");
  BOOST_REQUIRE(model.ok());
  Batch batch;
  batch.states.push_back(state(3, "x"));
  batch.states[0].unknown = {"/vlans", "/interfaces/interface/mtu"};
  batch.states[0].stamp = clock.wall();
  batch.states[0].order = 4;
  batch.reach.push_back({4, false, "timeout"});
  batch.hints.push_back({5, 10, std::nullopt, {{"entity", "a\x01\xff"}}});
  batch.counters.push_back(counters(6));
  batch.counters[0].names =
      std::make_shared<std::vector<std::string>>(std::vector<std::string>{"bad\x01\xffname", "b"});
  batch.counters[0].columns[0].second[0] = 1ULL << 60;
  const auto input =
      parse_json(report_message(batch, "11111111-1111-4111-8111-111111111111", 9, clock.wall()));
  BOOST_REQUIRE(input.ok());
  const auto bound = (*model)->bind_input("assent-agent:report", *input);
  if (!bound)
    for (const Mistake& mistake : bound.error().mistakes)
      BOOST_TEST_MESSAGE(mistake.path + ": " + mistake.what.id);
  BOOST_REQUIRE(bound.ok());
  const json::object& column = array_of(*bound, "counters")[0].as_object();
  BOOST_TEST(array_of(column, "in-octets")[1].as_string() == "unknown");
}

BOOST_AUTO_TEST_CASE(a_message_is_repeated_unchanged_until_it_is_acknowledged) {
  int failures = 3;
  daemon.answer = [&](std::string_view, const json::object&) -> Result<json::object> {
    if (failures-- > 0) return fail(Fault::outside, "common.answer-lost");
    outbox.stop();
    return json::object{};
  };
  outbox.seen(ReachSeen{1, true, {}});
  reporter.run();
  BOOST_REQUIRE_EQUAL(daemon.calls.size(), 4U);
  for (const auto& call : daemon.calls) {
    BOOST_TEST(canonical(call.second) == canonical(daemon.calls[0].second));
    BOOST_TEST(number_of(call.second, "sequence") == 1U);
  }
}

BOOST_AUTO_TEST_CASE(two_devices_that_show_the_same_are_both_sent) {
  outbox.seen(state(1, "same"));
  outbox.seen(state(2, "same"));
  outbox.seen(state(3, "other"));
  const std::string same = watch::fingerprint("same");
  daemon.answer = [&](std::string_view operation, const json::object&) {
    return operation == "assent-agent:report" ? json::object{{"wanted", json::array{same, same}}}
                                              : json::object{};
  };
  run();
  BOOST_REQUIRE_EQUAL(daemon.calls.size(), 3U);
  BOOST_TEST(number_of(daemon.calls[1].second, "device") == 1U);
  BOOST_TEST(number_of(daemon.calls[2].second, "device") == 2U);
}

BOOST_AUTO_TEST_CASE(a_tree_travels_only_where_it_is_wanted) {
  const StateSeen wanted = state(1, "wanted");
  outbox.seen(wanted);
  outbox.seen(state(2, "known"));
  daemon.answer = [&](std::string_view operation, const json::object&) {
    return operation == "assent-agent:report"
               ? json::object{{"wanted", json::array{wanted.fingerprint, "sha256:x"}}}
               : json::object{};
  };
  run();
  BOOST_REQUIRE_EQUAL(daemon.calls.size(), 2U);
  BOOST_TEST(daemon.calls[1].first == "assent-agent:tree");
  BOOST_TEST(text_of(daemon.calls[1].second, "text") == "wanted");
  BOOST_TEST(number_of(daemon.calls[1].second, "device") == 1U);
  BOOST_TEST(number_of(daemon.calls[1].second, "sequence") == 2U);
}

BOOST_AUTO_TEST_CASE(one_device_that_is_refused_costs_the_others_nothing) {
  std::set<std::uint64_t> taken;
  daemon.answer = [&](std::string_view, const json::object& input) -> Result<json::object> {
    for (const char* list : {"states", "reach", "counters"})
      for (const json::value& each : array_of(input, list))
        if (number_of(each.as_object(), "device") == 13) return fail(Fault::invalid, "api.bad");
    for (const json::value& each : array_of(input, "counters"))
      taken.insert(number_of(each.as_object(), "device"));
    return json::object{};
  };
  for (Id id = 1; id <= 40; ++id)
    outbox.seen(counters(id));
  outbox.seen(state(13, "x"));
  outbox.seen(ReachSeen{13, true, {}});
  outbox.seen(HintsSeen{1, 1, 1, {}});
  run();
  BOOST_TEST(taken.size() == 39U);
  BOOST_TEST(reporter.refused() == 3U);
  BOOST_TEST(daemon.calls.size() < 40U);
}

BOOST_AUTO_TEST_CASE(the_outbox_is_bounded_and_the_oldest_counters_go_first) {
  Outbox small(Outbox::Bounds{3, 10, 100, 100, 100});
  for (Id id = 1; id <= 5; ++id)
    small.seen(counters(id));
  small.seen(state(1, "12345678"));
  small.seen(state(2, "abcdefgh"));
  const Batch batch = small.take(0ms);
  BOOST_REQUIRE_EQUAL(batch.counters.size(), 3U);
  BOOST_TEST(batch.counters[0].device == 3U);
  BOOST_TEST(small.dropped_counters() == 2U);
  BOOST_REQUIRE_EQUAL(batch.states.size(), 2U);
  BOOST_TEST(batch.states[0].text.empty()); // its fingerprint stays
  BOOST_TEST(!batch.states[0].fingerprint.empty());
  BOOST_TEST(batch.states[1].text == "abcdefgh");
  BOOST_TEST(small.dropped_texts() == 1U);
}

BOOST_AUTO_TEST_CASE(a_newer_state_takes_the_place_of_an_older_one_and_its_order) {
  StateSeen first = state(1, "old");
  first.order = 7;
  outbox.seen(first);
  outbox.seen(state(1, "new"));
  outbox.seen(state(2, "gone"));
  outbox.keep_only({1});
  const Batch batch = outbox.take(0ms);
  BOOST_REQUIRE_EQUAL(batch.states.size(), 1U);
  BOOST_TEST(batch.states[0].text == "new");
  BOOST_TEST(batch.states[0].order == 7U);
}

BOOST_AUTO_TEST_CASE(the_plan_is_followed_and_an_unusable_profile_is_told) {
  const auto model = model::Model::load(ASSENT_SOURCE_DIR "/policies");
  PlanReader reader(**model);
  int turn = 0;
  daemon.answer = [&](std::string_view, const json::object&) -> Result<json::object> {
    if (++turn == 1) return fail(Fault::unavailable, "common.daemon-unreachable");
    return json::object{
        {"version", 5},
        {"network", "extranet"},
        {"state-interval", 10},
        {"devices",
         json::array{json::object{
             {"id", 1}, {"address", "10.0.0.1"}, {"port", 161}, {"profile", "bad"}, {"credential", "c"}}}},
        {"profiles", json::array{json::object{{"name", "bad"}, {"revision", 1}, {"text", "name: ["}}}}};
  };
  std::vector<Plan> plans;
  int pauses = 0;
  follow_plan(
      daemon, reader, [&](Plan plan) { plans.push_back(std::move(plan)); }, clock,
      [this](std::string_view event, const Error&) { log.emplace_back(event); },
      [&](std::chrono::milliseconds) { return ++pauses < 6; });
  BOOST_REQUIRE_EQUAL(plans.size(), 1U);
  BOOST_TEST(plans[0].version == 5U);
  BOOST_TEST(plans[0].state_interval.count() == 10);
  BOOST_REQUIRE_EQUAL(plans[0].devices.size(), 1U);
  BOOST_TEST(!plans[0].devices[0].profile);
  BOOST_TEST((std::ranges::find(log, "profile-unusable") != log.end()));
  BOOST_TEST(number_of(daemon.calls.back().second, "version") == 5U);
}

BOOST_AUTO_TEST_SUITE_END()
