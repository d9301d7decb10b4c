#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "daemon/watch/percentile.hpp"

using namespace assent;
using namespace assent::watch;

namespace {

Instant at(std::string_view text) {
  return parse_instant(text).value();
}

Stretch stretch(Instant from, Instant until, double octets) {
  Stretch out;
  out.from = from;
  out.until = until;
  out.octets = {octets, 2 * octets};
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(percentiles)

BOOST_AUTO_TEST_CASE(a_slot_is_the_mean_of_its_stretches_and_shares_those_at_its_edges) {
  Slots slots;
  const Instant begin = at("2026-11-01T00:00:00Z");
  std::vector<LinkSample> closed;
  // 1,000 octets a second, in minutes that lie across the edges of slots.
  for (int minute = 0; minute < 12; ++minute) {
    const Instant from = begin - std::chrono::seconds{30} + std::chrono::minutes{minute};
    for (const auto& one : slots.add(stretch(from, from + std::chrono::minutes{1}, 60'000)))
      closed.push_back(one);
  }
  BOOST_REQUIRE(closed.size() == 2u); // the first, of 30 s, is too short
  BOOST_TEST(closed[0].slot == slot_of(begin));
  BOOST_TEST(closed[0].up == 8000u);
  BOOST_TEST(closed[0].down == 16000u);
  BOOST_TEST(closed[1].slot == slot_of(begin) + 1);
}

BOOST_AUTO_TEST_CASE(a_slot_of_which_a_fifth_and_more_is_not_known_is_missing) {
  Slots slots;
  const Instant begin = at("2026-11-01T00:00:00Z");
  BOOST_TEST(slots.add(stretch(begin, begin + std::chrono::seconds{239}, 1)).empty());
  BOOST_TEST(slots.add(stretch(begin + std::chrono::minutes{5}, begin + std::chrono::minutes{6}, 1)).empty());
}

BOOST_AUTO_TEST_CASE(the_rank_is_the_nearest_above_and_missing_samples_are_counted) {
  const Instant from = at("2026-11-01T00:00:00Z");
  std::vector<LinkSample> samples;
  for (std::uint64_t i = 100; i >= 1; --i) // 1 … 100, each slot one
    samples.push_back({1, slot_of(from) + static_cast<std::int64_t>(i - 1), i, 1000 - i});
  samples.push_back({1, slot_of(from) - 1, 99'999, 99'999});   // before
  samples.push_back({1, slot_of(from) + 120, 99'999, 99'999}); // after
  const auto found = percentile95(samples, from, from + 120 * slot_length);
  BOOST_TEST(found.up == 95u);
  BOOST_TEST(found.down == 994u); // 900 … 999
  BOOST_TEST(found.samples == 100u);
  BOOST_TEST(found.missing == 20u);
  const auto one = percentile95({{1, slot_of(from), 7, 8}}, from, from + slot_length);
  BOOST_TEST(one.up == 7u);
  BOOST_TEST(percentile95({}, from, from + slot_length).samples == 0u);
}

BOOST_AUTO_TEST_CASE(months_are_those_of_the_policys_zone) {
  const Duration east = std::chrono::hours{8};
  const auto month = month_of(at("2026-11-30T17:00:00Z"), east); // December there
  BOOST_TEST(to_text(month.from) == "2026-11-30T16:00:00.000000Z");
  BOOST_TEST(to_text(month.until) == "2026-12-31T16:00:00.000000Z");
}

BOOST_AUTO_TEST_SUITE_END()
