#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "temp_store.hpp"

using namespace assent;
using namespace assent::store;
using namespace assent::store::testing;
using journal::Stream;

BOOST_AUTO_TEST_SUITE(committing)

BOOST_AUTO_TEST_CASE(what_was_answered_done_is_there_after_reopening) {
  TempStore temp;
  auto done =
      temp.commit(decision("standard-applied", {row(Kind::address, 1, 1, address(1, "10.1.2.3"))}, 7));
  BOOST_TEST_REQUIRE(done.done);
  BOOST_TEST(done.numbers == std::vector<std::uint64_t>{1});
  temp.reopen();
  auto reader = temp.read();
  auto got = reader->get(Kind::address, 1);
  BOOST_TEST_REQUIRE(got.ok());
  BOOST_TEST(got->version == 1u);
  BOOST_TEST(got->body == R"({"address":"10.1.2.3","network":1,"organisation":1})");
  BOOST_TEST(*reader->head(Stream::decisions) == 1u);
  BOOST_TEST(*reader->head(Stream::records) == 0u);
  BOOST_TEST(reader->installation() == test_installation());
}

BOOST_AUTO_TEST_CASE(entries_of_both_streams_are_numbered_in_their_own_stream) {
  TempStore temp;
  Batch both;
  both.entries.push_back(record("started"));
  both.entries.push_back(decision("standard-applied", {row(Kind::address, 1, 1, address(1, "10.1.2.3"))}));
  both.entries.push_back(record("refused"));
  auto done = temp.commit(std::move(both));
  BOOST_TEST((done.numbers == std::vector<std::uint64_t>{1, 1, 2}));
}

BOOST_AUTO_TEST_CASE(a_version_that_does_not_follow_is_refused_and_nothing_of_the_batch_is_kept) {
  TempStore temp;
  Batch two;
  two.entries.push_back(decision("standard-applied", {row(Kind::address, 1, 1, address(1, "10.1.2.3"))}));
  two.entries.push_back(decision("standard-applied", {row(Kind::network, 1, 3, {{"name", "other"}})}));
  auto done = temp.commit(std::move(two));
  BOOST_TEST(!done.done);
  BOOST_TEST(done.failed.what.id == "store.version");
  BOOST_TEST(done.numbers.empty());
  BOOST_TEST(*temp.read()->head(Stream::decisions) == 0u);
  BOOST_TEST(!temp.read()->get(Kind::address, 1).ok());
}

BOOST_AUTO_TEST_CASE(after_a_failure_everything_fails_until_core_has_reloaded) {
  TempStore temp;
  BOOST_TEST(!temp.commit(decision("x", {gone(Kind::address, 9, 2)})).done);
  auto later = temp.commit(record("started"));
  BOOST_TEST(!later.done);
  BOOST_TEST((later.failed.fault == Fault::unavailable));
  BOOST_TEST(later.failed.evidence.front().id == "store.version");
  BOOST_TEST_REQUIRE(temp.store->resume().ok());
  auto again = temp.commit(record("started"));
  BOOST_TEST(again.done);
  BOOST_TEST(again.numbers == std::vector<std::uint64_t>{1});
}

BOOST_AUTO_TEST_CASE(in_a_group_only_the_batch_that_cannot_be_applied_and_what_follows_it_fail) {
  TempStore temp;
  std::promise<void> entered, leave;
  std::vector<Committed> results(5);
  std::promise<void> all;
  // The first answer holds the store thread, so that the next four make one group.
  temp.store->commit(batch(record("started")), [&](Committed done) {
    results[0] = std::move(done);
    entered.set_value();
    leave.get_future().wait();
  });
  entered.get_future().wait();
  for (int i = 1; i <= 4; ++i) {
    auto draft = i == 3 ? decision("bad", {gone(Kind::address, 77, 2)}) : record("refused");
    temp.store->commit(batch(std::move(draft)), [&, i](Committed done) {
      results[i] = std::move(done);
      if (i == 4) all.set_value();
    });
  }
  BOOST_TEST(temp.store->waiting() == 4u);
  leave.set_value();
  all.get_future().wait();
  BOOST_TEST((results[0].done && results[1].done && results[2].done));
  BOOST_TEST(results[2].numbers == std::vector<std::uint64_t>{3});
  BOOST_TEST((!results[3].done && !results[4].done));
  BOOST_TEST(*temp.read()->head(Stream::records) == 3u);
}

BOOST_AUTO_TEST_CASE(a_commit_that_fails_keeps_nothing_and_resume_needs_a_commit_that_works) {
  TempStore temp;
  temp.close();
  bool broken = false;
  temp.options.fail_commit = [&broken] { return broken; };
  temp.open();
  BOOST_TEST(temp.commit(record("started")).done);
  broken = true;
  BOOST_TEST(!temp.commit(record("refused")).done);
  BOOST_TEST(!temp.store->resume().ok());
  broken = false;
  BOOST_TEST(!temp.commit(record("refused")).done);
  BOOST_TEST(temp.store->resume().ok());
  auto done = temp.commit(record("refused"));
  BOOST_TEST(done.numbers == std::vector<std::uint64_t>{2});
}

BOOST_AUTO_TEST_CASE(resume_may_be_called_from_an_answer) {
  TempStore temp;
  std::promise<bool> resumed;
  temp.store->commit(batch(decision("bad", {gone(Kind::address, 1, 2)})),
                     [&](Committed) { resumed.set_value(temp.store->resume().ok()); });
  BOOST_TEST(resumed.get_future().get());
}

BOOST_AUTO_TEST_CASE(a_number_is_never_used_again) {
  TempStore temp;
  BOOST_TEST(temp.commit(decision("a", {row(Kind::address, 5, 1, address(1, "10.0.0.5"))})).done);
  BOOST_TEST(temp.commit(decision("b", {gone(Kind::address, 5, 2)})).done);
  BOOST_TEST(*temp.read()->last_id(Kind::address) == 5u);
  temp.reopen();
  auto again = temp.commit(decision("c", {row(Kind::address, 5, 1, address(1, "10.0.0.5"))}));
  BOOST_TEST(again.failed.what.id == "store.spent");
}

BOOST_AUTO_TEST_CASE(what_is_unique_stays_unique) {
  TempStore temp;
  BOOST_TEST(temp.commit(decision("a", {row(Kind::address, 1, 1, address(1, "10.0.0.5"))})).done);
  auto twice = temp.commit(decision("b", {row(Kind::address, 2, 1, address(1, "10.0.0.5"))}));
  BOOST_TEST(twice.failed.what.id == "store.taken");
  TempStore::must(temp.store->resume());
  auto sibling =
      temp.commit(decision("c", {row(Kind::organisation, 2, 1, {{"name", "九江市"}, {"tier", "city"}})}));
  BOOST_TEST(sibling.failed.what.id == "store.taken");
}

BOOST_AUTO_TEST_CASE(two_objects_may_swap_their_names_and_a_freed_name_may_be_taken_in_one_entry) {
  TempStore temp;
  BOOST_TEST(temp.commit(decision("a", {row(Kind::network, 2, 1, {{"name", "a"}}),
                                        row(Kind::network, 3, 1, {{"name", "b"}})}))
                 .done);
  BOOST_TEST(temp.commit(decision("b", {row(Kind::network, 2, 2, {{"name", "b"}}),
                                        row(Kind::network, 3, 2, {{"name", "a"}})}))
                 .done);
  BOOST_TEST(
      temp.commit(decision("c", {row(Kind::network, 4, 1, {{"name", "a"}}), gone(Kind::network, 3, 3)}))
          .done);
}

BOOST_AUTO_TEST_CASE(rows_belong_to_decisions_only) {
  TempStore temp;
  auto draft = decision("a", {row(Kind::network, 2, 1, {{"name", "a"}})});
  draft.stream = Stream::records;
  BOOST_TEST(temp.commit(std::move(draft)).failed.what.id == "store.rows-in-records");
}

BOOST_AUTO_TEST_CASE(closing_commits_what_waits) {
  TempStore temp;
  std::vector<int> done(100, 0);
  for (int i = 0; i < 100; ++i)
    temp.store->commit(batch(record("refused")), [&done, i](Committed one) { done[i] = one.done ? 1 : 0; });
  temp.close();
  BOOST_TEST(std::count(done.begin(), done.end(), 1) == 100);
  temp.open();
  BOOST_TEST(*temp.read()->head(Stream::records) == 100u);
}

BOOST_AUTO_TEST_CASE(many_threads_may_commit_and_each_gets_its_own_answer) {
  TempStore temp;
  std::vector<std::thread> threads;
  std::vector<std::uint64_t> numbers(400, 0);
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i)
        numbers[t * 100 + i] = temp.commit(record("refused")).numbers.at(0);
    });
  for (auto& thread : threads)
    thread.join();
  std::sort(numbers.begin(), numbers.end());
  for (std::size_t i = 0; i < numbers.size(); ++i)
    BOOST_TEST_REQUIRE(numbers[i] == i + 1);
  const auto counters = temp.store->counters();
  BOOST_TEST(counters.batches == 400u);
  BOOST_TEST(counters.entries == 400u);
  BOOST_TEST(counters.groups <= 400u);
}

BOOST_AUTO_TEST_SUITE_END()
