#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "daemon/store/pack.hpp"
#include "temp_store.hpp"

using namespace assent;
using namespace assent::store;
using namespace assent::store::testing;
using journal::Stream;

namespace {

void fill(TempStore& temp) {
  std::vector<journal::Row> rows;
  for (Id id = 1; id <= 10; ++id)
    rows.push_back(row(Kind::address, id, 1, address(id % 2 + 1, "10.0.0." + std::to_string(id), id % 3)));
  BOOST_TEST_REQUIRE(temp.commit(decision("filled", std::move(rows))).done);
}

} // namespace

BOOST_AUTO_TEST_SUITE(reading)

BOOST_AUTO_TEST_CASE(a_snapshot_does_not_see_what_is_committed_later) {
  TempStore temp;
  auto before = temp.read();
  fill(temp);
  BOOST_TEST((before->get(Kind::address, 1).error().fault == Fault::not_found));
  BOOST_TEST(*before->head(Stream::decisions) == 0u);
  BOOST_TEST(temp.read()->get(Kind::address, 1).ok());
}

BOOST_AUTO_TEST_CASE(a_connection_is_used_again_with_a_new_snapshot) {
  TempStore temp;
  for (int i = 0; i < 20; ++i) {
    BOOST_TEST(temp.commit(record("refused")).done);
    BOOST_TEST(*temp.read()->head(Stream::records) == static_cast<std::uint64_t>(i + 1));
  }
}

BOOST_AUTO_TEST_CASE(pages_follow_each_other_without_gap_or_overlap) {
  TempStore temp;
  fill(temp);
  auto reader = temp.read();
  std::vector<Id> seen;
  Id after = 0;
  do {
    auto page = reader->list(Kind::address, {}, after, 3);
    BOOST_TEST_REQUIRE(page.ok());
    for (const auto& one : page->rows)
      seen.push_back(one.id);
    after = page->next;
  } while (after != 0);
  BOOST_TEST((seen == std::vector<Id>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
  BOOST_TEST(reader->list(Kind::address, {}, UINT64_MAX, 3)->rows.empty());
  BOOST_TEST(!reader->get(Kind::address, UINT64_MAX).ok());
}

BOOST_AUTO_TEST_CASE(filters_are_equalities_over_the_columns_of_the_kind) {
  TempStore temp;
  fill(temp);
  auto reader = temp.read();
  BOOST_TEST(reader->list(Kind::address, {{"network", "2"}}, 0, 100)->rows.size() == 5u);
  BOOST_TEST(reader->list(Kind::address, {{"network", "2"}, {"organisation", "0"}}, 0, 100)->rows.size() ==
             2u);
  BOOST_TEST(reader->list(Kind::address, {{"address", "10.0.0.7"}}, 0, 100)->rows.at(0).id == 7u);
  BOOST_TEST(reader->list(Kind::address, {{"body", "x"}}, 0, 100).error().what.id == "store.no-such-column");
  BOOST_TEST(reader->list(Kind::address, {{"network", "1 OR 1"}}, 0, 100).error().what.id ==
             "store.not-a-number");
  BOOST_TEST(reader->list(Kind::address, {{"address", "' OR 1=1 --"}}, 0, 100)->rows.empty());
}

BOOST_AUTO_TEST_CASE(entries_come_in_order_and_stop_when_told) {
  TempStore temp;
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(temp.commit(record("refused")).done);
  auto reader = temp.read();
  std::vector<std::uint64_t> seen;
  TempStore::must(reader->entries(Stream::records, 2, 3, [&](StoredEntry&& entry) {
    seen.push_back(entry.number);
    return true;
  }));
  BOOST_TEST((seen == std::vector<std::uint64_t>{2, 3, 4}));
  seen.clear();
  TempStore::must(reader->entries(Stream::records, 0, SIZE_MAX, [&](StoredEntry&& entry) {
    seen.push_back(entry.number);
    return seen.size() < 2;
  }));
  BOOST_TEST((seen == std::vector<std::uint64_t>{0, 1}));
}

BOOST_AUTO_TEST_CASE(a_tickets_entries_of_both_streams_come_oldest_first) {
  TempStore temp;
  auto at = [&](journal::Draft draft, int seconds) {
    draft.time = test_time(seconds);
    BOOST_TEST(temp.commit(std::move(draft)).done);
  };
  at(decision("ticket-submitted", {}, 4), 1);
  at(record("refused", {}, 4), 2);
  at(decision("ticket-submitted", {}, 5), 3);
  at(decision("ticket-approved", {}, 4), 4);
  std::string events;
  TempStore::must(temp.read()->entries_of_ticket(4, [&](StoredEntry&& entry) {
    events += text_of(parse_json(entry.body)->get_object(), "event") + " ";
    return true;
  }));
  BOOST_TEST(events == "ticket-submitted refused ticket-approved ");
}

BOOST_AUTO_TEST_CASE(only_entries_that_touch_authority_are_authority_entries) {
  TempStore temp;
  fill(temp);
  BOOST_TEST(temp.commit(decision("ticket-opened", {row(Kind::person, 1, 1, {{"handle", "li.na"}})})).done);
  std::vector<std::uint64_t> seen;
  TempStore::must(temp.read()->authority_entries([&](StoredEntry&& entry) {
    seen.push_back(entry.number);
    return true;
  }));
  BOOST_TEST((seen == std::vector<std::uint64_t>{0, 2}));
}

BOOST_AUTO_TEST_CASE(a_tree_comes_back_as_it_was_and_only_under_its_own_fingerprint) {
  TempStore temp;
  std::string text;
  for (int i = 0; i < 5000; ++i)
    text += "/interface[name='Gi0/" + std::to_string(i) + "']/mtu 1500\n";
  const std::string fingerprint = "sha256:" + sha256_hex(text);
  Batch good;
  good.trees = {{fingerprint, text}, {"sha256:" + sha256_hex(""), ""}};
  BOOST_TEST(temp.commit(std::move(good)).done);
  BOOST_TEST(*temp.read()->tree(fingerprint) == text);
  BOOST_TEST(*temp.read()->tree("sha256:" + sha256_hex("")) == "");
  BOOST_TEST((temp.read()->tree("sha256:00").error().fault == Fault::not_found));
  Batch bad;
  bad.trees = {{fingerprint, text + "x"}};
  BOOST_TEST(temp.commit(std::move(bad)).failed.what.id == "store.tree-fingerprint");
}

BOOST_AUTO_TEST_CASE(unpacking_refuses_what_is_not_the_promised_text) {
  const std::string packed = pack("some text");
  std::string out;
  BOOST_TEST(unpack(packed, 9, out));
  BOOST_TEST(!unpack(packed, 8, out));
  BOOST_TEST(!unpack(packed, 10, out));
  BOOST_TEST(!unpack(packed.substr(0, packed.size() - 1), 9, out));
  BOOST_TEST(!unpack("garbage", 9, out));
  BOOST_TEST(!unpack(packed, std::size_t{1} << 40, out));
}

BOOST_AUTO_TEST_CASE(the_last_reading_of_a_device_survives) {
  TempStore temp;
  for (int i = 1; i <= 2; ++i) {
    Batch what;
    what.readings.push_back(
        {3, "sha256:" + std::to_string(i), test_time(i), test_time(i + 1), {{"profile", "x"}}});
    BOOST_TEST(temp.commit(std::move(what)).done);
  }
  temp.reopen();
  std::vector<Reading> readings;
  TempStore::must(temp.read()->each_reading([&](Reading&& one) { readings.push_back(std::move(one)); }));
  BOOST_TEST_REQUIRE(readings.size() == 1u);
  BOOST_TEST(readings[0].fingerprint == "sha256:2");
  BOOST_TEST((readings[0].started == test_time(2)));
  BOOST_TEST(text_of(readings[0].detail, "profile") == "x");
}

BOOST_AUTO_TEST_CASE(what_is_kept_survives_by_area_and_key_until_it_is_forgotten) {
  TempStore temp;
  const auto keep = [&](std::string area, std::string key, std::string body) {
    Batch what;
    what.kept.push_back({std::move(area), std::move(key), std::move(body)});
    return temp.commit(std::move(what));
  };
  const auto all = [&](std::string_view area) {
    std::string out;
    TempStore::must(temp.read()->each_kept(area, [&](Kept&& one) { out += one.key + one.body + ' '; }));
    return out;
  };
  BOOST_TEST(keep("alarm", "b", "{}").done);
  BOOST_TEST(keep("alarm", "a", "{}").done);
  BOOST_TEST(keep("alarm", "a", "[1]").done);
  BOOST_TEST(keep("engine", "a", "[2]").done);
  temp.reopen();
  BOOST_TEST(all("alarm") == "a[1] b{} ");
  BOOST_TEST(all("engine") == "a[2] ");
  BOOST_TEST(keep("alarm", "a", "").done);
  BOOST_TEST(keep("alarm", "never-there", "").done);
  BOOST_TEST(all("alarm") == "b{} ");
  BOOST_TEST(keep("alarm", std::string(1025, 'k'), "{}").failed.what.id == "store.bad-kept-key");
}

BOOST_AUTO_TEST_CASE(an_answer_is_remembered_for_a_day_and_its_key_is_used_once) {
  TempStore temp;
  auto answered = [](std::string key, std::string answer, int seconds) {
    Batch out;
    out.answered = Answered{"account:root", std::move(key), "hash", std::move(answer), test_time(seconds)};
    return out;
  };
  BOOST_TEST(temp.commit(answered("k1", "first", 0)).done);
  BOOST_TEST((*temp.read()->answered("account:root", "k1"))->answer == "first");
  BOOST_TEST(!temp.read()->answered("account:other", "k1")->has_value());
  BOOST_TEST(temp.commit(answered("k1", "again", 3600)).failed.what.id == "store.answer-key-used");
  TempStore::must(temp.store->resume());
  BOOST_TEST(temp.commit(answered("k2", "later", 86'401)).done);
  BOOST_TEST(!temp.read()->answered("account:root", "k1")->has_value());
  BOOST_TEST(temp.commit(answered("k1", "anew", 86'402)).done);
  for (const auto* key :
       {"", "with space", "0123456789012345678901234567890123456789012345678901234567890123x"}) {
    TempStore::must(temp.store->resume());
    BOOST_TEST(temp.commit(answered(key, "x", 0)).failed.what.id == "store.bad-answer-key");
  }
}

BOOST_AUTO_TEST_CASE(a_backup_is_one_whole_private_file_that_is_never_written_over) {
  TempStore temp;
  fill(temp);
  const auto path = temp.directory.file("backup.db");
  TempStore::must(temp.store->backup(path));
  BOOST_TEST(temp.commit(record("later")).done);
  auto copy = open_copy(path);
  TempStore::must(copy);
  BOOST_TEST((*copy)->get(Kind::address, 10).ok());
  BOOST_TEST(*(*copy)->head(Stream::records) == 0u);
  BOOST_TEST((std::filesystem::status(path).permissions() == std::filesystem::perms(0600)));
  BOOST_TEST(!std::filesystem::exists(path + "-wal"));
  BOOST_TEST(temp.store->backup(path).error().what.id == "store.file-exists");
  BOOST_TEST(temp.store->backup(temp.directory.file("none/backup.db")).error().what.id ==
             "store.cannot-create");
  Options options;
  options.path = path;
  BOOST_TEST(Store::open(options).ok());
}

BOOST_AUTO_TEST_SUITE_END()
