// One fixture, a network of scripted agents, serves all these cases; therefore this file is longer than
// others.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "world.hpp"

using namespace world;
using namespace std::chrono_literals;

namespace {

/// Requests travel as their id in text, so that a test reads what was asked.
class PlainCodec final : public Codec {
 public:
  std::string build(const Request& request, std::uint32_t id, std::string_view) override {
    requests[id] = request;
    return std::to_string(id);
  }
  Trouble parse(std::string_view bytes, std::string_view, Answer& answer) override {
    if (bytes != "reply") return Trouble::malformed;
    answer = coming.answer;
    return Trouble::none;
  }
  std::map<std::uint32_t, Request> requests;
  Reply coming;
};

struct Seen final : Sink {
  void seen(StateSeen state) override { states.push_back(std::move(state)); }
  void seen(ReachSeen reach) override { reaches.push_back(std::move(reach)); }
  void seen(HintsSeen hint) override { hints.push_back(std::move(hint)); }
  void seen(CountersSeen counter) override { counters.push_back(std::move(counter)); }
  std::vector<StateSeen> states;
  std::vector<ReachSeen> reaches;
  std::vector<HintsSeen> hints;
  std::vector<CountersSeen> counters;
};

std::map<std::string, Credential> credentials() {
  std::map<std::string, Credential> all;
  all.emplace("c", Credential(Secret("public")));
  return all;
}

struct Network {
  explicit Network(PollLimits limits = {})
      : poller(
            limits, credentials(), codec,
            [this](const Endpoint& to, std::string_view bytes) {
              sent.emplace_back(to, std::string(bytes));
              return true;
            },
            seen, 42) {}

  Agent& add(Id id, Agent agent = small_switch()) {
    PlanDevice device;
    device.id = id;
    device.address = "10.0.0." + std::to_string(id);
    device.credential = "c";
    device.waived = {"v2c"};
    device.profile = shipped("standard");
    plan.devices.push_back(device);
    return agents[*Endpoint::of(device.address, 161)] = std::move(agent);
  }
  Moment now() const { return {clock.monotonic(), clock.wall()}; }
  void start() { poller.set_plan(plan, now()); }

  void reply(const Endpoint& from, const std::string& token, const Endpoint* as = nullptr) {
    const auto id = static_cast<std::uint32_t>(std::stoul(token));
    codec.coming = Reply{};
    if (!agents.at(from).reply(codec.requests.at(id), codec.coming)) return;
    codec.coming.answer.request_id = id;
    poller.datagram(as == nullptr ? from : *as, "reply", now());
  }

  /// Answers all that is asked until nothing more is; time stands still.
  void settle() {
    poller.run(now());
    for (int i = 0; !sent.empty(); ++i) {
      BOOST_REQUIRE(i < 20'000);
      most = std::max(most, poller.in_flight());
      const auto [to, token] = sent.front();
      sent.pop_front();
      reply(to, token);
      poller.run(now());
    }
  }
  /// Lets time pass second by second.
  void pass(std::chrono::seconds span) {
    for (auto i = 0s; i < span; ++i) {
      clock.advance(1s);
      settle();
    }
  }

  FakeClock clock;
  PlainCodec codec;
  Seen seen;
  Plan plan;
  std::map<Endpoint, Agent> agents;
  std::deque<std::pair<Endpoint, std::string>> sent;
  std::size_t most = 0;
  Poller poller;
};

} // namespace

BOOST_AUTO_TEST_SUITE(poller)

BOOST_AUTO_TEST_CASE(a_new_device_is_read_at_once_and_then_by_its_intervals) {
  Network net;
  net.add(1);
  net.start();
  net.pass(2s);
  BOOST_REQUIRE_EQUAL(net.seen.states.size(), 1U);
  BOOST_TEST(net.seen.states[0].unknown.empty());
  BOOST_TEST(net.seen.states[0].fingerprint.starts_with("sha256:"));
  BOOST_REQUIRE_EQUAL(net.seen.reaches.size(), 1U);
  BOOST_TEST(net.seen.reaches[0].reachable);
  net.pass(600s);
  BOOST_TEST(net.seen.states.size() == 3U);
  BOOST_TEST(net.seen.counters.size() >= 9U);
  BOOST_TEST(net.seen.counters.size() <= 11U);
  const CountersSeen& last = net.seen.counters.back();
  BOOST_REQUIRE_EQUAL(last.names->size(), 2U);
  BOOST_TEST((*last.names)[1] == "GE0/0/2");
  BOOST_TEST(last.columns[0].first == "in-octets");
  BOOST_TEST(last.columns[0].second[1] == 1'000'000'000'002U);
  const auto speed =
      std::ranges::find_if(last.columns, [](const auto& each) { return each.first == "speed"; });
  BOOST_REQUIRE(speed != last.columns.end());
  BOOST_TEST(speed->second[0] == 1'000'000'000U);
  BOOST_TEST(last.uptime == 100'000U);
}

BOOST_AUTO_TEST_CASE(readings_of_an_unchanged_device_have_one_fingerprint) {
  Network net;
  net.add(1);
  net.start();
  net.pass(700s);
  BOOST_REQUIRE(net.seen.states.size() >= 2U);
  for (const StateSeen& state : net.seen.states)
    BOOST_TEST(state.fingerprint == net.seen.states[0].fingerprint);
}

BOOST_AUTO_TEST_CASE(at_most_one_request_for_a_device_and_the_window_for_all) {
  PollLimits limits;
  limits.in_flight = 3;
  Network net(limits);
  for (Id id = 1; id <= 20; ++id)
    net.add(id);
  net.start();
  net.pass(2s);
  BOOST_TEST(net.seen.states.size() == 20U);
  BOOST_TEST(net.most == 3U);
}

BOOST_AUTO_TEST_CASE(silence_skips_the_rest_of_the_cycle_and_three_of_them_are_told_once) {
  Network net;
  Agent& agent = net.add(1);
  net.add(2);
  net.start();
  net.pass(5s);
  agent.silent = true;
  agent.asked = 0;
  net.pass(70s);
  BOOST_TEST(agent.asked <= 6U); // one GET, three tries, a cycle
  net.pass(400s);
  std::vector<ReachSeen> told;
  std::ranges::copy_if(net.seen.reaches, std::back_inserter(told),
                       [](const auto& each) { return each.device == 1; });
  BOOST_REQUIRE_EQUAL(told.size(), 2U);
  BOOST_TEST(!told[1].reachable);
  BOOST_TEST(told[1].reason == "timeout");
  const auto before = net.seen.states.size();
  agent.silent = false;
  net.pass(70s);
  BOOST_TEST(net.seen.reaches.back().reachable);
  BOOST_TEST(net.seen.states.size() > before); // read at once when it is back
}

BOOST_AUTO_TEST_CASE(an_icmp_error_is_a_reason_and_no_verdict) {
  PollLimits limits;
  limits.failed_cycles = 1;
  Network net(limits);
  net.add(1).silent = true;
  net.start();
  net.clock.advance(1s);
  net.poller.run(net.now());
  net.poller.refused(*Endpoint::of("10.0.0.1", 161));
  BOOST_TEST(net.seen.reaches.empty());
  net.pass(20s);
  BOOST_REQUIRE(!net.seen.reaches.empty());
  BOOST_TEST(net.seen.reaches[0].reason == "refused");
}

BOOST_AUTO_TEST_CASE(strays_and_answers_from_elsewhere_count_for_nothing) {
  Network net;
  net.add(1);
  net.add(2);
  net.start();
  net.clock.advance(1s);
  net.poller.run(net.now());
  BOOST_REQUIRE(!net.sent.empty());
  const auto [to, token] = net.sent.front();
  const Endpoint other = *Endpoint::of("10.0.0.9", 161);
  const Endpoint other_port = *Endpoint::of("10.0.0.1", 162);
  net.reply(to, token, &other);
  net.reply(to, token, &other_port);
  BOOST_TEST(net.poller.figures().strays == 2U);
  net.poller.datagram(to, "nonsense", net.now());
  BOOST_TEST(net.poller.figures().malformed == 1U);
  net.codec.coming.answer.request_id ^= 1U;
  net.poller.datagram(to, "reply", net.now());
  BOOST_TEST(net.poller.figures().strays == 3U);
  BOOST_TEST(net.poller.figures().answers == 0U);
  net.settle();
  BOOST_TEST(net.seen.states.size() == 2U);
  // The same answer once more is a stray too.
  net.reply(to, token);
  BOOST_TEST(net.poller.figures().strays == 4U);
}

BOOST_AUTO_TEST_CASE(a_hint_that_moves_causes_one_reading_in_thirty_seconds) {
  Network net;
  Agent& agent = net.add(1);
  net.plan.counters_interval = 5s;
  net.start();
  net.pass(20s);
  const auto before = net.seen.states.size();
  BOOST_REQUIRE_EQUAL(before, 1U);
  for (int i = 0; i < 12; ++i) {
    agent.set("1.3.6.1.2.1.47.1.4.1.0", ticks(static_cast<unsigned>(1000 + i)));
    net.pass(5s);
  }
  const auto caused = net.seen.states.size() - before;
  BOOST_TEST(caused >= 2U);
  BOOST_TEST(caused <= 3U);
}

BOOST_AUTO_TEST_CASE(a_stamp_that_is_only_the_clock_causes_nothing) {
  Network net;
  Agent& agent = net.add(1);
  net.plan.counters_interval = 5s;
  net.start();
  for (unsigned i = 0; i < 20; ++i) {
    agent.set("1.3.6.1.2.1.1.3.0", ticks(100'000 + i * 500));
    agent.set("1.3.6.1.2.1.47.1.4.1.0", ticks(100'000 + i * 500 - i % 2));
    net.pass(5s);
  }
  BOOST_TEST(net.seen.states.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_order_is_answered_by_a_reading_that_began_after_it) {
  Network net;
  net.add(1);
  net.start();
  net.clock.advance(1s);
  net.poller.run(net.now()); // a reading has begun
  net.plan.read_now[1] = 7;
  net.start();
  net.settle();
  BOOST_REQUIRE_EQUAL(net.seen.states.size(), 2U);
  BOOST_TEST(net.seen.states[0].order == 0U);
  BOOST_TEST(net.seen.states[1].order == 7U);
  net.start(); // the daemon has not heard yet
  net.settle();
  BOOST_TEST(net.seen.states.size() == 2U);
  net.clock.advance(30s); // it still asks: the answer was lost
  net.start();
  net.settle();
  BOOST_TEST(net.seen.states.size() == 3U);
}

BOOST_AUTO_TEST_CASE(what_a_device_keeps_in_a_cache_is_as_old_as_that_and_answers_no_order_before) {
  Network net;
  net.add(1);
  net.plan.devices[0].profile = shipped("net-snmp");
  net.start();
  net.pass(1s);
  BOOST_REQUIRE_EQUAL(net.seen.states.size(), 1U);
  BOOST_TEST(bool(net.seen.states[0].ended - net.seen.states[0].started >= 30s));
  net.plan.read_now[1] = 7;
  net.start();
  net.settle();
  BOOST_REQUIRE_EQUAL(net.seen.states.size(), 2U);
  BOOST_TEST(net.seen.states[1].order == 0U);
  const Instant ordered = net.clock.wall();
  net.pass(31s);
  BOOST_REQUIRE_EQUAL(net.seen.states.size(), 3U);
  BOOST_TEST(net.seen.states[2].order == 7U);
  BOOST_TEST(bool(net.seen.states[2].started >= ordered));
}

BOOST_AUTO_TEST_CASE(a_restart_in_mid_reading_throws_it_away_and_reads_again) {
  Network net;
  Agent& agent = net.add(1);
  net.start();
  net.clock.advance(1s);
  net.poller.run(net.now());
  for (int i = 0; i < 4; ++i) {
    const auto [to, token] = net.sent.front();
    net.sent.pop_front();
    net.reply(to, token);
  }
  agent.set("1.3.6.1.2.1.1.3.0", ticks(50));
  agent.set("1.3.6.1.6.3.10.2.1.2.0", integer(8));
  net.settle();
  BOOST_TEST(net.poller.figures().moved == 1U);
  BOOST_REQUIRE_EQUAL(net.seen.states.size(), 1U);
  BOOST_TEST(net.seen.states[0].unknown.empty());
}

BOOST_AUTO_TEST_CASE(silence_on_big_answers_is_met_with_fewer_rows_and_remembered) {
  Network net;
  Agent& agent = net.add(1);
  agent.ignores = [](const Request& request) {
    return request.kind == Request::Kind::get_bulk && request.repetitions > 2;
  };
  net.start();
  net.pass(200s);
  BOOST_REQUIRE(!net.seen.states.empty());
  BOOST_TEST(net.seen.states[0].unknown.empty());
  const auto timeouts = net.poller.figures().timeouts;
  net.pass(100s);
  BOOST_TEST(net.poller.figures().timeouts == timeouts);
}

BOOST_AUTO_TEST_CASE(too_big_is_met_with_fewer_rows_at_once) {
  Network net;
  Agent& agent = net.add(1);
  agent.too_big_above = 13;
  net.start();
  net.pass(2s);
  BOOST_REQUIRE_EQUAL(net.seen.states.size(), 1U);
  BOOST_TEST(net.seen.states[0].unknown.empty());
  BOOST_TEST(net.poller.figures().timeouts == 0U);
}

BOOST_AUTO_TEST_CASE(a_lost_table_is_unknown_as_long_as_the_session_remembers_it) {
  Network net;
  Agent& agent = net.add(1);
  net.start();
  net.pass(2s);
  agent.drop("1.3.6.1.2.1.17.7.1.4.3.1");
  net.pass(300s);
  BOOST_REQUIRE_EQUAL(net.seen.states.size(), 2U);
  const auto& unknown = net.seen.states[1].unknown;
  BOOST_TEST((std::ranges::find(unknown, "/vlans/vlan/name") != unknown.end()));
}

BOOST_AUTO_TEST_CASE(a_row_with_another_name_gives_no_counters_and_causes_a_reading) {
  Network net;
  Agent& agent = net.add(1);
  net.start();
  net.pass(65s);
  const auto states = net.seen.states.size();
  agent.set("1.3.6.1.2.1.31.1.1.1.1.2", octets("GE0/0/9"));
  net.seen.counters.clear();
  net.pass(61s);
  BOOST_REQUIRE(!net.seen.counters.empty());
  BOOST_TEST(net.seen.counters[0].names->size() == 1U);
  BOOST_TEST(net.seen.states.size() == states + 1);
}

BOOST_AUTO_TEST_CASE(a_device_that_leaves_the_plan_is_not_asked_again) {
  Network net;
  Agent& agent = net.add(1);
  net.add(2);
  net.start();
  net.clock.advance(1s);
  net.poller.run(net.now());
  net.plan.devices.erase(net.plan.devices.begin());
  net.start();
  const auto asked = agent.asked;
  net.pass(400s);
  BOOST_TEST(agent.asked == asked + 1); // the request that was under way; its answer is a stray
  BOOST_TEST(net.poller.figures().strays == 1U);
  BOOST_TEST(net.poller.in_flight() == 0U);
}

BOOST_AUTO_TEST_CASE(devices_that_cannot_be_read_say_why) {
  Network net;
  net.add(1);
  net.plan.devices[0].credential = "nobody";
  net.add(2);
  net.plan.devices[1].profile = nullptr;
  net.add(3);
  net.plan.devices[2].address = "switch.example";
  net.start();
  net.pass(10s);
  BOOST_REQUIRE_EQUAL(net.seen.reaches.size(), 3U);
  BOOST_TEST(net.seen.reaches[0].reason == "no-credential");
  BOOST_TEST(net.seen.reaches[1].reason == "no-profile");
  BOOST_TEST(net.seen.reaches[2].reason == "bad-address");
  net.start();
  net.pass(10s);
  BOOST_TEST(net.seen.reaches.size() == 3U);
}

BOOST_AUTO_TEST_CASE(many_devices_are_spread_over_the_interval) {
  Network net;
  for (Id id = 1; id <= 60; ++id)
    net.add(id);
  net.start();
  net.pass(70s);
  net.seen.counters.clear();
  std::size_t busiest = 0;
  for (int i = 0; i < 60; ++i) {
    const auto before = net.seen.counters.size();
    net.pass(1s);
    busiest = std::max(busiest, net.seen.counters.size() - before);
  }
  BOOST_TEST(net.seen.counters.size() == 60U);
  BOOST_TEST(busiest <= 4U);
}

BOOST_AUTO_TEST_SUITE_END()
