// The n-th commit fails, for every n: whoever asked is told, nothing half-done stays, and the story goes on.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <set>
#include <stdexcept>

#include "daemon/core/events.hpp"
#include "tests/unit/core/world.hpp"

using namespace assent;
using assent::test::create;

namespace {

const std::string mtu = "/interfaces/interface[name='eth0']/mtu";
const std::string description = "/interfaces/interface[name='eth0']/description";
constexpr Kind compared[] = {Kind::organisation, Kind::person, Kind::network, Kind::block,    Kind::prefix,
                             Kind::address,      Kind::agent,  Kind::device,  Kind::baseline, Kind::finding};

/// A world whose n-th commit fails, and a story that does each step again until it is done.
struct Story : test::World {
  explicit Story(int n) : failing(n) {
    fail_commit = [this] { return ++commits == failing; };
  }
  ~Story() { stop(); } // the store still asks fail_commit

  std::uint64_t decided() { return core->store().read().value()->head(journal::Stream::decisions).value(); }

  bool read_only() {
    for (const auto& [name, value] : figures().gauges)
      if (name == "read_only") return value != 0;
    throw std::runtime_error("no figure read_only");
  }

  /// A reading that only confirmed the one before is not kept; the agent soon makes the next.
  void reread() {
    if (!text_now.empty()) read(mtu_now, text_now);
  }

  void recover() {
    ++failures_seen;
    for (int tries = 0; tries < 3; ++tries) {
      advance(std::chrono::seconds{2});
      // The store thread now commits; nothing tells when it is done.
      for (const auto since = std::chrono::steady_clock::now();
           std::chrono::steady_clock::now() - since < std::chrono::seconds{10};)
        if (!read_only()) return reread();
    }
    throw std::runtime_error("it stays read-only");
  }

  /// Does it until it is done. What was answered "not done" has left no decision.
  json::object insist(const std::function<core::Answer()>& step, bool one_commit = true) {
    for (int tries = 0; tries < 5; ++tries) {
      const auto before = decided();
      auto answer = step();
      if (answer) return *answer;
      const auto& id = answer.error().what.id;
      if (id != "core.not-done" && id != "core.read-only") throw std::runtime_error("refused with " + id);
      if (one_commit) BOOST_TEST(decided() == before);
      recover();
    }
    throw std::runtime_error("never done");
  }

  Id asked(json::array edits, json::array permits = {}, Duration lasts = {}) {
    json::object input{{"edits", std::move(edits)}, {"permits", std::move(permits)}};
    if (lasts != Duration{}) input["closes"] = to_text(clock.wall() + lasts);
    return number_of(insist([&] { return request("zhang", input); }), "ticket");
  }
  Id agreed(json::array edits, json::array permits = {}, Duration lasts = {}) {
    const Id ticket = asked(std::move(edits), std::move(permits), lasts);
    insist([&] { return decide("li", ticket, "approve"); });
    return ticket;
  }
  void read(const std::string& mtu_is, const std::string& text_is) {
    const auto step = [&]() -> core::Answer {
      clock.advance(std::chrono::minutes{5});
      try {
        reading("snmp-extranet", 1, {{mtu, mtu_is}, {description, text_is}});
      } catch (const std::runtime_error& error) {
        const std::string text = error.what();
        for (const auto* id : {"core.not-done", "core.read-only"})
          if (text.find(id) != std::string::npos) return fail(Fault::unavailable, id);
        throw;
      }
      return json::object{};
    };
    insist(step, false); // a report and a tree, each its own commit
    mtu_now = mtu_is;
    text_now = text_is;
  }
  json::object address() {
    return create("address", {{"network", "extranet"}, {"from", "10.1.0.0/24"}, {"organisation", "浔阳区"}});
  }

  void tell() {
    start();
    agreed({create("network", {{"name", "extranet"}}),
            create("agent", {{"name", "snmp-extranet"}, {"network", "extranet"}}),
            create("organisation", {{"name", "浔阳区"}, {"tier", "county"}, {"parent", "九江市"}})});
    agreed({create("block", {{"network", "extranet"}, {"prefix", "10.0.0.0/8"}, {"organisation", "九江市"}}),
            create("prefix", {{"network", "extranet"},
                              {"prefix", "10.1.0.0/24"},
                              {"organisation", "浔阳区"},
                              {"status", "active"}}),
            create("device", {{"name", "sw1"},
                              {"network", "extranet"},
                              {"address", "10.0.0.9"},
                              {"port", 161},
                              {"organisation", "九江市"},
                              {"agent", "snmp-extranet"},
                              {"profile", "standard"},
                              {"credential", "demo"}})});
    read("1500", "uplink");
    agreed({create("baseline", {{"device", "sw1"}})});
    agreed({address()});
    insist([&] {
      return ask("assent-ticket:standard",
                 {{"template", "next-address"}, {"reason", "x"}, {"edits", json::array{address()}}},
                 person_peer("zhang"));
    });
    const Id withdrawn = asked({address()});
    insist([&] { return decide("zhang", withdrawn, "withdraw"); });
    read("9000", "uplink");
    read("1500", "uplink");
    const Id permit =
        agreed({}, {json::object{{"device", "sw1"}, {"path", description}, {"operation", "modify"}}},
               std::chrono::hours{1});
    read("1500", "uplink");
    read("1500", "uplink to the county");
    // The window ends by itself, whatever commit fails at that moment.
    advance(std::chrono::hours{2});
    read("1500", "uplink to the county");
    for (int tries = 0; text_of(row(Kind::ticket, permit), "state") != "closed"; ++tries) {
      if (tries == 20) throw std::runtime_error("the ticket does not close");
      advance(std::chrono::seconds{2});
      reread();
    }
    agreed({address()});
  }

  /// The register and what was found, without times and numbers of tickets.
  std::string outcome() {
    std::string text;
    for (const Kind kind : compared)
      for (auto& one : rows(kind)) {
        for (const auto* member : {"earliest", "latest", "opened", "closed", "ticket", "nearest"})
          one.erase(member);
        text += std::string(name_of(kind)) + " " + canonical(one) + "\n";
      }
    return text;
  }

  /// Followers were told each decision once, and nothing else.
  void told_what_is() {
    std::multiset<std::string> journal, told;
    std::set<std::string> kinds;
    auto reader = core->store().read().value();
    BOOST_REQUIRE(reader
                      ->entries(journal::Stream::decisions, 1, 100'000,
                                [&](store::StoredEntry&& entry) {
                                  const auto event = core::event_of(entry).value();
                                  journal.insert(event.msgid + " " + std::to_string(event.number));
                                  kinds.insert(event.msgid);
                                  return true;
                                })
                      .ok());
    for (const auto& kind : kinds)
      for (const auto& event : events(kind))
        told.insert(event.msgid + " " + std::to_string(event.number));
    BOOST_TEST(told == journal, boost::test_tools::per_element());
  }

  void audited() {
    auto reader = core->store().read().value();
    const auto audit = store::audit(*reader, {});
    BOOST_REQUIRE(audit.ok());
    for (const auto& problem : audit->problems)
      BOOST_ERROR("audit: " << problem.id);
  }

  std::string mtu_now, text_now;
  int failing, commits = 0, failures_seen = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(commit_failure)

BOOST_AUTO_TEST_CASE(whichever_commit_fails_the_same_story_ends_the_same) {
  std::string undisturbed;
  int all = 0;
  {
    Story story(0);
    story.tell();
    undisturbed = story.outcome();
    all = story.commits;
    BOOST_TEST(story.failures_seen == 0);
  }
  BOOST_TEST(all > 20);
  int noticed = 0, n = 1;
  for (bool reached = true; reached; ++n)
    BOOST_TEST_CONTEXT("commit " << n << " fails") {
      Story story(n);
      story.tell();
      reached = story.commits >= n;
      noticed += story.failures_seen;
      BOOST_TEST(story.outcome() == undisturbed);
      story.told_what_is();
      story.audited();
      // What core thinks is what is durable: a start from the store agrees.
      story.stop();
      story.start();
      BOOST_TEST(story.outcome() == undisturbed);
    }
  // Waiting batches share a commit, so two tellings of the story may differ by a few.
  BOOST_TEST(n > 20);
  BOOST_TEST(noticed > 20);
}

BOOST_AUTO_TEST_SUITE_END()
