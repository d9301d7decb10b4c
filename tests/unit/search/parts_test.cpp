#define BOOST_TEST_DYN_LINK
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>
#include <set>

#include "daemon/search/fold.hpp"
#include "daemon/search/leaves.hpp"
#include "daemon/search/places.hpp"
#include "daemon/search/postings.hpp"

using namespace assent;
using namespace assent::search;

BOOST_AUTO_TEST_SUITE(parts)

BOOST_AUTO_TEST_CASE(folding_makes_alike_what_people_take_for_the_same) {
  const std::pair<const char*, const char*> alike[] = {{"ＡＢＣ１２３", "abc123"},
                                                       {"Straße", "STRASSE"},
                                                       {"Café", "cafe\u0301"},
                                                       {"ﬁle", "file"},
                                                       {"ｶﾞ", "カ"},
                                                       {"電腦", "电脑"},
                                                       {"網路", "网路"},
                                                       {"a\u200bb", "ab"},
                                                       {" a \t\n b ", "a b"},
                                                       {"㎡", "m2"},
                                                       {"，", ","}};
  for (const auto& [one, other] : alike)
    BOOST_TEST((fold(one) == fold(other)), one << " and " << other);
  BOOST_TEST((fold("财") != fold("政")));
  BOOST_TEST((fold("\xff\xe4\xb8") == U"\ufffd\ufffd\ufffd"));
  BOOST_TEST(fold("\u202e\u2066").empty());
  BOOST_TEST((fold("𠀀A") == U"𠀀a"));
}

BOOST_AUTO_TEST_CASE(a_part_of_a_text_folds_to_a_part_of_the_folded_text) {
  std::mt19937 random(7);
  std::vector<std::string> utf8;
  for (const char* one :
       {"a", "Ä", "ß", "電", "財", "政", "ｶ", "ﾞ", "Ａ", "1", "\u200b", "\u3000", " ", "ﬁ", "𠀀", "é"})
    utf8.emplace_back(one);
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::string> text;
    for (std::size_t i = random() % 12; i > 0; --i)
      text.push_back(utf8[random() % utf8.size()]);
    const std::size_t from = text.empty() ? 0 : random() % text.size();
    const std::size_t to = from + (text.empty() ? 0 : random() % (text.size() - from + 1));
    std::string whole, part;
    for (std::size_t i = 0; i < text.size(); ++i) {
      whole += text[i];
      if (i >= from && i < to) part += text[i];
    }
    BOOST_TEST((fold(whole).find(fold(part)) != std::u32string::npos), whole << " | " << part);
  }
}

BOOST_AUTO_TEST_CASE(mac_addresses_are_known_in_their_usual_forms_only) {
  for (const char* text : {"aa:bb:cc:dd:ee:ff", "AA-BB-CC-DD-EE-FF", "aabb.ccdd.eeff", "aabb-ccdd-eeff",
                           "aabbccddeeff", "AABB:CCDD:EEFF"})
    BOOST_TEST(mac_digits(text) == "aabbccddeeff", text);
  for (const char* text : {"", "aa:bb:cc:dd:ee", "aa:bb-cc:dd:ee:ff", "aabbcc-ddeeff", "aa:bb:cc:dd:ee:fg",
                           "aa:bb:cc:dd:eeff", "aabbccddeeff0", ":aabbccddeeff", "aabbccddeeff:"})
    BOOST_TEST(mac_digits(text).empty(), text);
}

BOOST_AUTO_TEST_CASE(texts_are_places_where_they_are_nothing_else) {
  BOOST_TEST(space_of("10.1.2.3/16")->text() == "10.1.0.0/16");
  BOOST_TEST(space_of("10.1.2.3")->text() == "10.1.2.3/32");
  BOOST_TEST(space_of("0.0.0.0/0")->text() == "0.0.0.0/0");
  BOOST_TEST(space_of("2001:db8::1/0")->text() == "::/0");
  for (const char* text : {"10.1.2.3/33", "10.1.2.3/", "10.1.2", "12", "abc", "10.1.2.3/1x", "::1/129", "/8"})
    BOOST_TEST(!space_of(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(postings_are_a_sorted_set) {
  std::mt19937_64 random(11);
  for (const Id highest : {300ULL, 5'000ULL, 1ULL << 40}) {
    Postings postings;
    std::set<Id> expected;
    for (int i = 0; i < 5000; ++i) {
      // Mostly at the end, as numbers come; sometimes in between.
      const Id id = random() % 3 == 0 || expected.empty() ? 1 + random() % highest : *expected.rbegin() + 1;
      BOOST_REQUIRE(postings.insert(id) == expected.insert(id).second);
    }
    BOOST_TEST(postings.size() == expected.size());
    Postings::Cursor cursor(postings);
    std::vector<Id> read;
    for (Id id = cursor.seek(0); id != none; id = cursor.seek(id + 1))
      read.push_back(id);
    BOOST_TEST(std::equal(read.begin(), read.end(), expected.begin(), expected.end()));
    for (int i = 0; i < 200; ++i) {
      Postings::Cursor leaping(postings);
      for (Id least = random() % highest; least != none;) {
        const auto next = expected.lower_bound(least);
        const Id found = leaping.seek(least);
        BOOST_REQUIRE(found == (next == expected.end() ? none : *next));
        least = found == none ? none : found + 1 + random() % (highest / 7);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(sets_of_numbers_are_sorted_too) {
  std::mt19937_64 random(12);
  IdSet set;
  std::set<Id> expected;
  for (int i = 0; i < 3000; ++i) {
    const Id id = random() % 3'000'000;
    set.add(id);
    expected.insert(id);
  }
  BOOST_TEST(set.size() == expected.size());
  Id at = set.next(0);
  for (const Id id : expected) {
    BOOST_REQUIRE(at == id);
    BOOST_TEST(set.has(id));
    at = set.next(id + 1);
  }
  BOOST_TEST(at == none);
  BOOST_TEST(!set.has(3'000'001));
}

BOOST_AUTO_TEST_CASE(places_are_found_inside_and_around) {
  std::mt19937_64 random(13);
  for (const bool v4 : {true, false}) {
    Places places;
    std::vector<registry::Prefix> all;
    const auto any = [&] {
      const int width = v4 ? 32 : 128;
      registry::Prefix out{{v4, 0}, static_cast<int>(random() % (static_cast<unsigned>(width) + 1))};
      // Few high bits, so that they nest.
      const registry::U128 bits = static_cast<registry::U128>(random() % 16) << (width - 8) | random() % 64;
      const int host = width - out.length;
      out.first.bits = host >= 128 ? 0 : bits >> host << host;
      return out;
    };
    for (Id id = 0; id < 6000; ++id) {
      all.push_back(any());
      places.add(all.back(), id);
      if (id == 500) places.settle();
    }
    for (int i = 0; i < 200; ++i) {
      const auto space = any();
      std::set<Id> inside, around, expected_inside, expected_around;
      places.inside(space, [&](Id id) { inside.insert(id); });
      places.around(space, [&](Id id) { around.insert(id); });
      for (Id id = 0; id < all.size(); ++id) {
        if (space.contains(all[id])) expected_inside.insert(id);
        if (all[id].contains(space)) expected_around.insert(id);
      }
      BOOST_TEST((inside == expected_inside));
      BOOST_TEST((around == expected_around));
      BOOST_TEST(places.count_inside(space) == inside.size());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
