#define BOOST_TEST_DYN_LINK
#include "daemon/registry/free_space.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <set>
#include <vector>

using namespace assent::registry;

namespace {

FreeSpace space(const char* text) {
  return FreeSpace(*parse_prefix(text));
}
U128 at(const char* text) {
  return parse_address(text)->bits;
}

/// What is free, address by address: the naive answer to everything.
struct Naive {
  std::set<unsigned> free;
  bool all(unsigned first, unsigned last) const {
    for (unsigned a = first; a <= last; ++a)
      if (free.count(a) == 0) return false;
    return true;
  }
  bool none(unsigned first, unsigned last) const {
    const auto next = free.lower_bound(first);
    return next == free.end() || *next > last;
  }
  std::optional<unsigned> next_prefix(unsigned bits, unsigned from) const {
    for (unsigned a = from; a < 256; ++a)
      if (a % (1U << bits) == 0 && a + (1U << bits) <= 256 && all(a, a + (1U << bits) - 1)) return a;
    return std::nullopt;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(free_space)

BOOST_AUTO_TEST_CASE(what_is_taken_is_taken_once) {
  auto free = space("10.0.0.0/24");
  BOOST_TEST(free.take(at("10.0.0.5"), at("10.0.0.9")));
  BOOST_TEST(!free.take(at("10.0.0.9"), at("10.0.0.20")));
  BOOST_TEST(!free.take(at("10.0.0.255"), at("10.0.1.0")));
  BOOST_TEST((free.free_count() == 251));
  BOOST_TEST(free.give(at("10.0.0.5"), at("10.0.0.9")));
  BOOST_TEST(!free.give(at("10.0.0.9"), at("10.0.0.9")));
  BOOST_TEST(!free.give(at("10.0.1.0"), at("10.0.1.0")));
  BOOST_TEST(free.intervals() == 1U);
}

BOOST_AUTO_TEST_CASE(the_edges_of_all_space_hold) {
  for (const char* text : {"::/0", "0.0.0.0/0", "::/128", "10.0.0.0/31", "2001:db8::/127", "ffff::/16"}) {
    const auto whole = *parse_prefix(text);
    FreeSpace free(whole);
    const int bits = whole.first.width() - whole.length;
    BOOST_TEST((free.next_prefix(bits, whole.first.bits) == whole.first.bits), text);
    BOOST_TEST((free.best_prefix(bits) == whole.first.bits), text);
    BOOST_TEST(free.take(whole.first.bits, whole.last()));
    BOOST_TEST(!free.next_address(0).has_value());
    BOOST_TEST(!free.next_prefix(0, 0).has_value());
    BOOST_TEST(!free.best_prefix(0).has_value());
    BOOST_TEST(free.give(whole.last(), whole.last()));
    BOOST_TEST((free.next_address(0) == whole.last()));
  }
}

BOOST_AUTO_TEST_CASE(best_fit_keeps_large_room_whole) {
  auto free = space("10.0.0.0/16");
  BOOST_TEST(free.take(at("10.0.128.0"), at("10.0.128.255")));
  BOOST_TEST((free.next_prefix(8, at("10.0.0.0")) == at("10.0.0.0")));
  BOOST_TEST((free.best_prefix(8) == at("10.0.129.0")));
}

BOOST_AUTO_TEST_CASE(first_fit_starts_inside_an_interval) {
  auto free = space("10.0.0.0/16");
  BOOST_TEST((free.next_prefix(8, at("10.0.3.1")) == at("10.0.4.0")));
  BOOST_TEST(!free.next_prefix(8, at("10.0.255.1")).has_value());
}

BOOST_AUTO_TEST_CASE(it_agrees_with_counting_addresses) {
  std::mt19937 engine(7);
  const auto random = [&] { return static_cast<unsigned>(engine()); };
  for (int round = 0; round < 40; ++round) {
    FreeSpace free(*parse_prefix("0.0.0.0/24"));
    Naive naive;
    for (unsigned a = 0; a < 256; ++a)
      naive.free.insert(a);
    for (int step = 0; step < 120; ++step) {
      const unsigned first = random() % 256, last = std::min(255U, first + random() % (1U << (random() % 7)));
      const bool take = random() % 2 == 0;
      const bool expected = take ? naive.all(first, last) : naive.none(first, last);
      BOOST_REQUIRE((take ? free.take(first, last) : free.give(first, last)) == expected);
      for (unsigned a = first; expected && a <= last; ++a)
        take ? (void)naive.free.erase(a) : (void)naive.free.insert(a);
      BOOST_REQUIRE((free.free_count() == naive.free.size()));
      const unsigned from = random() % 256;
      const auto next = naive.free.lower_bound(from);
      const auto found = free.next_address(from);
      BOOST_REQUIRE(found.has_value() == (next != naive.free.end()));
      if (found) BOOST_REQUIRE((*found == *next));
      const unsigned bits = random() % 9;
      const auto room = naive.next_prefix(bits, from);
      const auto fit = free.next_prefix(static_cast<int>(bits), from);
      BOOST_REQUIRE(fit.has_value() == room.has_value());
      if (fit) BOOST_REQUIRE((*fit == *room));
      const auto best = free.best_prefix(static_cast<int>(bits));
      BOOST_REQUIRE(best.has_value() == naive.next_prefix(bits, 0).has_value());
      if (best)
        BOOST_REQUIRE(
            naive.all(static_cast<unsigned>(*best), static_cast<unsigned>(*best) + (1U << bits) - 1));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
