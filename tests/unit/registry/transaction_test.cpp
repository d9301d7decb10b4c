#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/registry/world.hpp"

using namespace assent;
using namespace assent::registry;
using namespace assent::registry::testing;

BOOST_AUTO_TEST_SUITE(transaction)

BOOST_FIXTURE_TEST_CASE(a_trial_that_is_not_kept_leaves_nothing, City) {
  prefix("10.1.0.0/24", "浔阳区", "active");
  const Id used = must(next_address("10.1.0.0/24")).id;
  const std::string before = print(registry);
  {
    Transaction trial(registry);
    for (const auto& edit :
         {wants_prefix("10.0.0.0/9"), next_prefix("10.0.0.0/9", 24), next_address("10.1.0.0/24"),
          modify(Kind::address, used, R"({"address":"10.1.0.77","name":"www"})"),
          modify(Kind::block, block, R"({"source":"省"})"),
          create(Kind::organisation, R"({"name":"都昌县","tier":"county","parent":1})"),
          create(Kind::person, R"({"handle":"wang","organisation":"都昌县","accounts":["wang"]})")}) {
      const auto resolved = trial.resolve(edit, 0);
      BOOST_REQUIRE(resolved.ok());
      BOOST_REQUIRE(trial.apply(*resolved, 0).ok());
    }
    BOOST_TEST(print(registry) != before);
  }
  BOOST_TEST(print(registry) == before);
  BOOST_TEST(!registry.person_of_account("wang").has_value());
  BOOST_TEST(address("10.1.0.0/24") == "10.1.0.2");
  BOOST_TEST(room("10.0.0.0/8", 16) == "10.0.0.0/16");
  BOOST_TEST(make(Kind::organisation, R"({"name":"都昌县","tier":"county","parent":1})") == bureau + 1);
}

BOOST_FIXTURE_TEST_CASE(what_a_ticket_makes_can_be_used_by_its_later_edits, City) {
  Transaction trial(registry);
  const std::vector<Edit> wanted = {
      create(Kind::organisation, R"({"name":"都昌县","tier":"county","parent":"九江市"})"),
      wants_prefix("10.7.0.0/16", "都昌县"), next_prefix("10.7.0.0/16", 24),
      create(Kind::address, R"({"network":"extranet","from":"$3","name":"www"})"),
      create(Kind::organisation, R"({"name":"统计局","tier":"bureau","parent":"$1"})")};
  std::vector<Edit> resolved;
  for (const auto& edit : wanted) {
    auto each = trial.resolve(edit, 0);
    BOOST_REQUIRE_MESSAGE(each.ok(), (each.ok() ? "" : each.error().what.id));
    BOOST_REQUIRE(trial.apply(*each, 0).ok());
    resolved.push_back(*each);
  }
  BOOST_TEST(canonical(resolved[1].value) ==
             R"({"network":1,"organisation":"$1","prefix":"10.7.0.0/16","status":"container"})");
  BOOST_TEST(canonical(resolved[2].value) ==
             R"({"network":1,"organisation":"$1","prefix":"10.7.0.0/24","status":"active"})");
  BOOST_TEST(canonical(resolved[3].value) ==
             R"({"address":"10.7.0.1","name":"www","network":1,"organisation":"$1"})");
  BOOST_TEST(canonical(resolved[4].value) == R"({"name":"统计局","parent":"$1","tier":"bureau"})");
  const auto touch = trial.touch(resolved[3]);
  BOOST_TEST(touch->label == "address extranet 10.7.0.1 www 九江市/都昌县");
}

BOOST_FIXTURE_TEST_CASE(resolved_edits_hold_when_numbers_have_moved_on, City) {
  std::vector<Edit> resolved;
  {
    Transaction trial(registry);
    for (const auto& edit : {create(Kind::organisation, R"({"name":"都昌县","tier":"county","parent":1})"),
                             wants_prefix("10.7.0.0/16", "都昌县")}) {
      resolved.push_back(*trial.resolve(edit, 0));
      BOOST_REQUIRE(trial.apply(resolved.back(), 0).ok());
    }
  }
  const Id between = make(Kind::organisation, R"({"name":"湖口县","tier":"county","parent":1})");
  Transaction opening(registry);
  std::vector<journal::Row> rows;
  for (const auto& edit : resolved)
    rows.push_back(*opening.apply(edit, 0));
  BOOST_TEST(rows[0].id == between + 1);
  BOOST_TEST(number_of(rows[1].body, "organisation") == between + 1);
}

BOOST_FIXTURE_TEST_CASE(a_made_object_is_named_only_by_later_edits_of_its_kind, City) {
  refused(create(Kind::person, R"({"handle":"wang","organisation":"$1"})"), "registry.body-wrong");
  refused({create(Kind::network, R"({"name":"lab"})"),
           create(Kind::person, R"({"handle":"wang","organisation":"$1"})")},
          "registry.body-wrong");
  for (const char* text : {"$0", "$-1", "$99999999999999999999", "$1x", "$"})
    BOOST_TEST(
        !change({create(Kind::person, std::string(R"({"handle":"wang","organisation":")") + text + "\"}")})
             .ok());
}

BOOST_FIXTURE_TEST_CASE(an_older_version_is_a_conflict, City) {
  Edit edit = modify(Kind::network, extranet, R"({"description":"外网"})");
  Transaction first(registry);
  edit = *first.resolve(edit, 0);
  BOOST_TEST(edit.before == 1U);
  BOOST_TEST(first.apply(edit, 0)->version == 2U);
  first.keep();
  Transaction second(registry);
  const auto row = second.apply(edit, 0);
  BOOST_REQUIRE(!row.ok());
  BOOST_TEST(row.error().what.id == "registry.version-moved");
  BOOST_TEST((row.error().fault == Fault::conflict));
}

BOOST_FIXTURE_TEST_CASE(one_ticket_changes_an_object_once, City) {
  refused({modify(Kind::network, extranet, R"({"description":"a"})"),
           modify(Kind::network, extranet, R"({"description":"b"})")},
          "registry.edited-twice");
  Transaction trial(registry);
  auto made = trial.resolve(create(Kind::network, R"({"name":"lab"})"), 0);
  const auto row = trial.apply(*made, 0);
  const auto again = trial.resolve(modify(Kind::network, row->id, R"({"description":"b"})"), 0);
  BOOST_REQUIRE(again.ok());
  BOOST_TEST(trial.apply(*again, 0).error().what.id == "registry.edited-twice");
}

BOOST_FIXTURE_TEST_CASE(a_modify_merges_and_null_removes, City) {
  const Id id =
      make(Kind::link,
           R"({"name":"uplink","network":1,"organisation":1,"entitlement":1000,"interface":"ge-0/0/1"})");
  const auto row = must(modify(Kind::link, id, R"({"entitlement":null,"enabled":false})"));
  BOOST_TEST(canonical(row.body) ==
             R"({"enabled":false,"interface":"ge-0/0/1","name":"uplink","network":1,"organisation":1})");
  refused(modify(Kind::link, id, R"({"name":null})"), "registry.body-wrong");
  refused(modify(Kind::link, id, R"({"colour":"red"})"), "registry.body-wrong");
}

BOOST_FIXTURE_TEST_CASE(a_deleted_object_gives_a_row_without_body, City) {
  const Id id = prefix("10.1.0.0/24");
  const auto row = must(remove(Kind::prefix, id));
  BOOST_TEST(row.gone);
  BOOST_TEST(row.version == 2U);
  BOOST_TEST(row.body.empty());
  refused(remove(Kind::prefix, id), "registry.no-such");
}

BOOST_FIXTURE_TEST_CASE(an_edit_survives_json, City) {
  const auto edit = edit_from_json(body(
      R"({"operation":"modify","kind":"prefix","id":"extranet 10.1.0.0/24","value":{"status":"active"}})"));
  BOOST_REQUIRE(edit.ok());
  const Id id = prefix("10.1.0.0/24");
  Transaction trial(registry);
  const auto resolved = trial.resolve(*edit, 0);
  BOOST_REQUIRE(resolved.ok());
  BOOST_TEST(resolved->id == id);
  const std::string text = canonical(to_json(*resolved));
  BOOST_TEST(text ==
             R"({"before":1,"id":1,"kind":"prefix","operation":"modify","value":{"status":"active"}})");
  BOOST_TEST(canonical(to_json(*edit_from_json(to_json(*resolved)))) == text);
}

BOOST_AUTO_TEST_CASE(malformed_edits_are_refused_with_all_their_mistakes) {
  for (const char* text :
       {R"({})", R"({"operation":"create"})", R"({"operation":"make","kind":"prefix"})",
        R"({"operation":"create","kind":"ticket"})", R"({"operation":"modify","kind":"prefix"})",
        R"({"operation":"create","kind":"prefix","id":4})",
        R"({"operation":"create","kind":"prefix","value":3})",
        R"({"operation":"delete","kind":"prefix","id":-4})",
        R"({"operation":"delete","kind":"prefix","id":4,"x":1})",
        R"({"operation":"modify","kind":"prefix","id":4,"before":0})"})
    BOOST_TEST(!edit_from_json(body(text)).ok(), text);
  BOOST_TEST(edit_from_json(body(R"({"kind":"x","what":1})")).error().mistakes.size() == 3U);
}

BOOST_FIXTURE_TEST_CASE(a_touch_says_whose_it_is_and_whose_space_it_comes_from, City) {
  prefix("10.1.0.0/16", "浔阳区");
  Transaction trial(registry);
  const auto child = trial.resolve(
      create(Kind::prefix, R"({"network":1,"from":"10.1.0.0/16","length":24,"organisation":"教育局"})"), 0);
  BOOST_REQUIRE(trial.apply(*child, 0).ok());
  const auto touch = *trial.touch(*child);
  BOOST_TEST(touch.object.id == 0U);
  BOOST_TEST(touch.organisation == bureau);
  BOOST_TEST(touch.holder == xunyang);
  BOOST_TEST(touch.network == extranet);
  BOOST_TEST(touch.space->text() == "10.1.0.0/24");
  BOOST_TEST(touch.label == "prefix extranet 10.1.0.0/24 九江市/浔阳区/教育局");
  const auto top = trial.resolve(wants_prefix("10.2.0.0/16", "庐山市"), 0);
  BOOST_REQUIRE(trial.apply(*top, 0).ok());
  BOOST_TEST(trial.touch(*top)->holder == city);
  const auto office =
      trial.resolve(create(Kind::organisation, R"({"name":"办公室","tier":"bureau","parent":"庐山市"})"), 0);
  BOOST_REQUIRE(trial.apply(*office, 0).ok());
  BOOST_TEST(trial.touch(*office)->holder == lushan);
}

BOOST_FIXTURE_TEST_CASE(what_changes_hands_touches_whoever_stands_above_both, City) {
  const Id device =
      make(Kind::device,
           R"({"name":"sw-1","network":1,"address":"10.0.0.1","organisation":"浔阳区","labels":["access"]})");
  Transaction trial(registry);
  const auto moved = trial.resolve(modify(Kind::device, device, R"({"organisation":"庐山市"})"), 0);
  BOOST_REQUIRE(trial.apply(*moved, 0).ok());
  const auto touch = *trial.touch(*moved);
  BOOST_TEST(touch.organisation == city);
  BOOST_TEST(touch.holder == city);
  BOOST_TEST((touch.labels == std::vector<std::string>{"access"}));
}

BOOST_FIXTURE_TEST_CASE(a_removed_object_still_says_what_it_was, City) {
  const Id id = prefix("10.1.0.0/24", "浔阳区");
  Transaction trial(registry);
  const auto edit = *trial.resolve(remove(Kind::prefix, id), 0);
  BOOST_REQUIRE(trial.apply(edit, 0).ok());
  const auto touch = *trial.touch(edit);
  BOOST_TEST(touch.object.id == id);
  BOOST_TEST(touch.organisation == xunyang);
  BOOST_TEST(touch.label == "prefix extranet 10.1.0.0/24 九江市/浔阳区");
}

BOOST_AUTO_TEST_SUITE_END()
