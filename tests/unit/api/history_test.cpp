// The past out of the journal, in a real store: what was written down as things happened must come out again.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>
#include <random>

#include "daemon/api/history.hpp"
#include "tests/unit/store/temp_store.hpp"

using namespace assent;
using namespace assent::api;
using namespace assent::store::testing;

namespace {

const Scope everybody{View::full, 0, {}, nullptr};

/// A register whose tables are remembered after each entry.
struct Story {
  TempStore temp;
  std::mt19937 random;
  std::map<Id, std::pair<std::uint64_t, json::object>> now;
  std::map<Id, std::uint64_t> gone;
  std::vector<decltype(now)> after = {{}}; ///< by number of the entry
  Id last = 0;

  explicit Story(unsigned seed) : random(seed) {}
  unsigned pick(unsigned end) { return static_cast<unsigned>(random() % end); }
  static Instant time(std::size_t number) { return test_time(static_cast<std::int64_t>(number) * 60); }

  json::object a_body(Id id) {
    return {{"network", 1},
            {"organisation", 1 + pick(3)},
            {"address", "10.0." + std::to_string(id >> 8) + "." + std::to_string(id & 255)},
            {"name", "n" + std::to_string(pick(1000))}};
  }
  void step() {
    const std::size_t number = after.size();
    std::vector<journal::Row> rows;
    json::array edits, made;
    std::set<Id> touched;
    for (unsigned i = 1 + pick(3); i > 0; --i) {
      if (now.empty() || pick(3) == 0) {
        const Id id = ++last;
        rows.push_back(row(Kind::address, id, 1, a_body(id)));
        touched.insert(id);
        made.push_back(json::object{{"id", id}, {"kind", "address"}});
        now[id] = {1, rows.back().body};
        continue;
      }
      auto at = now.begin();
      std::advance(at, pick(static_cast<unsigned>(now.size())));
      const Id id = at->first;
      if (!touched.insert(id).second) continue;
      const std::uint64_t version = at->second.first + 1;
      edits.push_back(json::object{{"id", id}, {"kind", "address"}});
      if (pick(3) == 0) {
        rows.push_back(assent::store::testing::gone(Kind::address, id, version));
        now.erase(at);
      } else {
        json::object body = at->second.second;
        body["name"] = "n" + std::to_string(pick(1000));
        body["organisation"] = 1 + pick(3);
        rows.push_back(row(Kind::address, id, version, body));
        at->second = {version, std::move(body)};
      }
    }
    // Mostly a ticket says what it touches; what nobody says is found all the same.
    const Id ticket = number;
    if (pick(5) > 0)
      rows.push_back(row(Kind::ticket, ticket, 1,
                         {{"edits", edits}, {"made", made}, {"requester", 1}, {"reason", "r"}}));
    auto draft = decision("ticket-opened", std::move(rows), ticket);
    draft.time = time(number);
    BOOST_REQUIRE(temp.commit(std::move(draft)).done);
    after.push_back(now);
  }
  std::unique_ptr<Indexed> index() {
    auto made = build_index(*temp.store, [] { return false; });
    BOOST_REQUIRE(made.ok());
    return *std::move(made);
  }
};

/// Rows of a listing as the story remembers them.
std::map<Id, std::pair<std::uint64_t, json::object>> rows_in(const json::object& answer) {
  std::map<Id, std::pair<std::uint64_t, json::object>> out;
  for (const auto& one : answer.at("assent-registry:address").as_array()) {
    json::object body = one.as_object();
    const Id id = number_of(body, "id");
    const std::uint64_t version = number_of(body, "version");
    body.erase("id");
    body.erase("version");
    BOOST_TEST(out.emplace(id, std::pair(version, std::move(body))).second);
  }
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(history)

BOOST_AUTO_TEST_CASE(the_state_at_each_entry_is_what_the_tables_were_then) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    Story story(seed);
    for (int i = 0; i < 15; ++i)
      story.step();
    auto indexed = story.index();
    for (int i = 0; i < 15; ++i)
      story.step(); // the index follows
    auto reader = story.temp.read();
    BOOST_REQUIRE(catch_up(*indexed, *reader).ok());
    for (std::size_t number = 0; number < story.after.size(); ++number) {
      // Between this entry and the next.
      const Instant moment = Story::time(number) + std::chrono::seconds(story.pick(60));
      std::map<Id, std::pair<std::uint64_t, json::object>> got;
      ListQuery query;
      query.limit = 1 + story.pick(9);
      if (number == 0) query.limit = 100;
      do {
        const auto page = answer_past_list(*indexed, *reader, everybody, Kind::address, query, moment);
        BOOST_REQUIRE(page.ok());
        BOOST_TEST(page->at("assent-registry:address").as_array().size() <= query.limit);
        got.merge(rows_in(*page));
        query.after = number_of(*page, "next");
      } while (query.after != 0);
      BOOST_TEST((got == story.after[number]), "entry " << number << " of story " << seed);

      ListQuery filtered;
      filtered.filter = {{"organisation", "2"}};
      const auto some = answer_past_list(*indexed, *reader, everybody, Kind::address, filtered, moment);
      BOOST_REQUIRE(some.ok());
      auto expected = story.after[number];
      std::erase_if(expected,
                    [](const auto& one) { return number_of(one.second.second, "organisation") != 2; });
      BOOST_TEST((rows_in(*some) == expected));

      for (Id id = 1; id <= story.last; ++id) {
        const auto one = answer_past_object(*indexed, *reader, everybody, {Kind::address, id}, moment);
        const auto then = story.after[number].find(id);
        BOOST_REQUIRE(one.ok() == (then != story.after[number].end()));
        if (one) BOOST_TEST((rows_in(*one).at(id) == then->second));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(every_change_is_told_with_before_and_after) {
  Story story(9);
  for (int i = 0; i < 25; ++i)
    story.step();
  const auto indexed = story.index();
  auto reader = story.temp.read();
  for (Id id = 1; id <= story.last; ++id) {
    const auto answer = answer_history(*indexed, *reader, everybody, {Kind::address, id});
    BOOST_REQUIRE(answer.ok());
    json::value before;
    for (const auto& one : answer->at("assent-status:history").as_array()) {
      const auto& change = one.as_object();
      const auto number = number_of(change, "number");
      BOOST_TEST(text_of(change, "time") == to_text(Story::time(number)));
      BOOST_TEST(number_of(change, "ticket") == number);
      if (before.is_null())
        BOOST_TEST(!change.contains("before"));
      else
        BOOST_TEST((change.at("before") == before));
      const auto then = story.after[number].find(id);
      BOOST_TEST(flag_of(change, "gone") == (then == story.after[number].end()));
      BOOST_TEST(change.contains("after") == (then != story.after[number].end()));
      before = change.contains("after") ? change.at("after") : json::value();
      if (then != story.after[number].end()) BOOST_TEST((before == json::value(then->second.second)));
    }
  }
  BOOST_TEST(!answer_history(*indexed, *reader, everybody, {Kind::address, story.last + 1}).ok());
}

BOOST_AUTO_TEST_CASE(scopes_hold_for_the_past) {
  TempStore temp;
  const auto commit = [&](std::uint64_t version, Id organisation) {
    auto draft =
        decision("ticket-opened", {row(Kind::address, 1, version, address(1, "10.0.0.1", organisation))});
    draft.time = test_time(static_cast<std::int64_t>(version) * 60);
    BOOST_REQUIRE(temp.commit(std::move(draft)).done);
  };
  commit(1, 2);
  commit(2, 3);
  auto indexed = build_index(*temp.store, [] { return false; });
  BOOST_REQUIRE(indexed.ok());
  auto reader = temp.read();
  const auto above = std::make_shared<Above>(Above{{1, 0}, {2, 1}, {3, 1}});
  const Scope of_two{View::scoped, 7, {2}, above}, of_three{View::scoped, 7, {3}, above};
  const Ref object{Kind::address, 1};
  const auto then = test_time(90), now = test_time(200);
  BOOST_TEST(answer_past_object(**indexed, *reader, of_two, object, then).ok());
  BOOST_TEST(!answer_past_object(**indexed, *reader, of_two, object, now).ok());
  BOOST_TEST(!answer_past_object(**indexed, *reader, of_three, object, then).ok());
  BOOST_TEST(answer_past_object(**indexed, *reader, of_three, object, now).ok());
  const auto seen = answer_history(**indexed, *reader, of_three, object);
  BOOST_REQUIRE(seen.ok());
  const auto& list = seen->at("assent-status:history").as_array();
  BOOST_REQUIRE(list.size() == 1U); // that it was somebody else's before is not his to know
  BOOST_TEST(!list[0].as_object().contains("before"));
  BOOST_TEST(!answer_history(**indexed, *reader, {View::monitor, 0, {}, nullptr}, object).ok());
  BOOST_TEST(rows_in(*answer_past_list(**indexed, *reader, of_three, Kind::address, {}, then)).empty());
}

BOOST_AUTO_TEST_CASE(a_moment_is_a_time_with_its_zone_or_a_day) {
  BOOST_TEST((*moment_of("2026-03-01") == *parse_instant("2026-03-01T23:59:59.999999Z")));
  BOOST_TEST((*moment_of("2026-03-01T08:00:00+08:00") == *parse_instant("2026-03-01T00:00:00Z")));
  BOOST_TEST(!moment_of("2026-03-01T08:00:00").ok());
  BOOST_TEST(!moment_of("yesterday").ok());
  TempStore temp;
  auto reader = temp.read();
  BOOST_TEST(entry_at(*reader, test_time(-1)).error().what.id == "api.before-founding");
  BOOST_TEST(*entry_at(*reader, test_time()) == 0U);
  BOOST_TEST(*entry_at(*reader, test_time(1000)) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
