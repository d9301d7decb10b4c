// A daemon that is started again neither loses nor repeats what it knew of a link.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/watch/city.hpp"

using namespace assent;
using namespace assent::watch;

namespace {

struct Restarted : City {
  void keep_texts() {
    for (auto& [id, text] : traffic.take_kept()) {
      if (text.empty())
        kept.erase(id);
      else
        kept[id] = text;
    }
  }
  void stop() {
    traffic.keep_all();
    keep_texts();
  }
  void start() {
    std::vector<LinkFacts> register_rows;
    for (const Id id : {Id{1}, Id{2}, Id{3}})
      if (traffic.has(id)) register_rows.push_back(traffic.facts(id));
    traffic = Traffic();
    apply();
    for (const auto& row : register_rows)
      BOOST_TEST(traffic.set_link(row, now).empty());
    for (const Id id : {Id{0}, Id{1}, Id{2}, Id{3}}) {
      std::vector<LinkSample> stored;
      for (const auto& one : samples)
        if (one.link == id && begin_of(one.slot) >= now - traffic.memory()) stored.push_back(one);
      const auto evidence = kept.contains(id) ? evidence_from(kept.at(id)) : Evidence{};
      BOOST_REQUIRE(evidence.ok());
      traffic.restore(id, *evidence, stored, now);
    }
  }
  void away(int minutes) {
    now += std::chrono::minutes{minutes};
    uptime += 6000ull * static_cast<unsigned>(minutes);
  }
  std::map<Id, std::string> kept;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(evidence, Restarted)

BOOST_AUTO_TEST_CASE(what_holds_is_neither_lost_nor_told_again) {
  minutes(20, 14, 5);
  BOOST_TEST(told() == "+congestion 1, +abuse 2");
  const auto since = traffic.view(2, now)->since;
  stop();
  start();
  BOOST_TEST(int(state(2)) == int(LinkState::abuse));
  BOOST_TEST((traffic.view(2, now)->since == since));
  minutes(20, 14, 5);
  BOOST_TEST(told() == "");
  minutes(30, 4, 4); // the hour's mean is longer above what was agreed than that of 15 minutes
  BOOST_TEST(told() == "-abuse 2, +excess 2, -congestion 1, -excess 2");
}

BOOST_AUTO_TEST_CASE(what_holds_was_kept_when_it_began_so_a_crash_does_not_lose_it) {
  minutes(20, 14, 5);
  keep_texts();
  told();
  minutes(7, 14, 5);
  start();
  minutes(20, 14, 5);
  BOOST_TEST(told() == "");
  minutes(30, 4, 4);
  BOOST_TEST(told() == "-abuse 2, +excess 2, -congestion 1, -excess 2");
}

BOOST_AUTO_TEST_CASE(what_ended_while_nobody_looked_ends_when_it_is_seen) {
  minutes(20, 14, 5);
  told();
  stop();
  away(180);
  start();
  minutes(5, 2, 2);
  BOOST_TEST(told() == ""); // not known yet
  minutes(15, 2, 2);
  BOOST_TEST(told() == "-congestion 1, -abuse 2");
}

BOOST_AUTO_TEST_CASE(evidence_goes_on_over_a_restart) {
  minutes(9, 14, 5);
  stop();
  start();
  BOOST_TEST(told() == "");
  minutes(5, 14, 5);
  BOOST_TEST(told() == "+congestion 1, +abuse 2");
  BOOST_TEST(traffic.recent(2).size() >= 13u);
}

BOOST_AUTO_TEST_CASE(after_a_crash_evidence_goes_on_with_what_was_stored) {
  minutes(40, 12, 0);
  samples.clear();
  start(); // nothing was kept, nothing stored: it begins anew
  minutes(40, 12, 0);
  BOOST_TEST(told() == "");
  start(); // stored are the slots of five minutes, up to five minutes are lost
  minutes(15, 12, 0);
  BOOST_TEST(told() == "+excess 2");
}

BOOST_AUTO_TEST_CASE(five_minutes_are_one_sample_also_over_a_restart) {
  while (slot_of(now) * slot_length != now.time_since_epoch())
    minutes(1, 8, 2);
  minutes(3, 8, 2);
  samples.clear();
  stop();
  start();
  minutes(3, 8, 2);
  std::size_t of_two = 0;
  for (const auto& one : samples)
    if (one.link == 2) {
      ++of_two;
      BOOST_TEST(one.up == 8'000'000u);
    }
  BOOST_TEST(of_two == 1u);
}

BOOST_AUTO_TEST_CASE(a_device_that_restarted_meanwhile_begins_anew) {
  minutes(9, 14, 5);
  stop();
  away(2);
  uptime = 1000;
  for (auto& [id, value] : in)
    value = 0;
  start();
  minutes(8, 14, 5);
  BOOST_TEST(told() == "");
  minutes(6, 14, 5);
  BOOST_TEST(told() == "+congestion 1, +abuse 2");
}

BOOST_AUTO_TEST_CASE(samples_of_before_another_entitlement_accuse_nobody) {
  minutes(58, 12, 0);
  auto two = facts(2, 1, 10 * mega, 0);
  two.entitlement = {8'000'000, 8'000'000};
  BOOST_TEST(told() == "+excess 2");
  minutes(60, 7, 0);
  BOOST_TEST(told() == "-excess 2");
  two.entitlement = {5'000'000, 5'000'000}; // 7 was within what counted then
  keep(traffic.set_link(two, now));
  stop();
  start();
  minutes(20, 7, 0);
  BOOST_TEST(told() == "");
  minutes(40, 7, 0);
  BOOST_TEST(told() == "+excess 2");
}

BOOST_AUTO_TEST_CASE(samples_of_before_other_hours_accuse_nobody) {
  minutes(60, 7, 0);
  tickets::HourLimit all{"always", {}, 50};
  all.hours.set();
  rules.hours.push_back(all);
  apply();
  traffic.hours_changed(now);
  stop();
  start();
  minutes(20, 7, 0);
  BOOST_TEST(told() == "");
  minutes(40, 7, 0);
  BOOST_TEST(told() == "+excess 2");
}

BOOST_AUTO_TEST_CASE(that_there_is_no_rate_is_not_told_again) {
  minutes(5, 1, 1);
  away(30);
  keep(traffic.look(now, [](Id device) { return device == 12; }));
  BOOST_TEST(told() == "+unmeasured 2");
  stop();
  start();
  away(30);
  keep(traffic.look(now, [](Id device) { return device == 12; }));
  BOOST_TEST(told() == "");
  minutes(2, 1, 1);
  BOOST_TEST(told() == "-unmeasured 2");
}

BOOST_AUTO_TEST_CASE(a_link_that_is_gone_is_forgotten) {
  minutes(20, 14, 5);
  stop();
  BOOST_TEST(kept.contains(2));
  keep(traffic.drop_link(2));
  keep_texts();
  BOOST_TEST(!kept.contains(2));
}

BOOST_AUTO_TEST_CASE(a_verdict_that_somebody_else_remembers_ends_by_evidence) {
  traffic.set_verdict(2, News::What::abuse, Direction::up, {true, now});
  traffic.set_verdict(9, News::What::abuse, Direction::up, {true, now});
  BOOST_TEST(traffic.holds(2, News::What::abuse, Direction::up));
  minutes(20, 2, 2);
  BOOST_TEST(told() == "-abuse 2");
}

BOOST_AUTO_TEST_CASE(what_is_kept_is_read_back_as_it_was_and_nothing_else_is) {
  minutes(20, 14, 5, 0, 300);
  stop();
  BOOST_REQUIRE(kept.contains(1));
  for (const auto& [id, text] : kept) {
    const auto read = evidence_from(text);
    BOOST_REQUIRE(read.ok());
    BOOST_TEST(to_kept(*read) == text);
    BOOST_TEST(read->last.has_value());
  }
  for (const auto* text : {"", "[]", "{", "7", "\"x\""})
    BOOST_TEST(!evidence_from(text).ok());
  const auto odd = evidence_from(
      R"({"last":{"time":"never","in":-1,"uptime":"99999999999999999999"},"stretches":[7,{"from":"x"}],"valid":3})");
  BOOST_REQUIRE(odd.ok());
  BOOST_TEST(odd->last->in == no_counter);
  BOOST_TEST(!odd->last->uptime);
  traffic.restore(2, *odd, {}, now); // and does no harm
  minutes(20, 2, 2);
}

BOOST_AUTO_TEST_SUITE_END()
