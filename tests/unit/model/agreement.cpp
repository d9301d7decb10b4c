#define BOOST_TEST_DYN_LINK
#include <algorithm>
#include <random>

#include <boost/test/unit_test.hpp>

#include "tests/unit/model/schema_fixture.hpp"

using namespace assent;
using namespace assent::model;
using namespace assent::model::test;

namespace {

void leaves_of(const Item& item, std::vector<const Item*>& found) {
  if (item.type) found.push_back(&item);
  for (const auto& child : item.children)
    leaves_of(child, found);
}

bool takes_integers(const Type& type) {
  return type.base == Type::Base::integer || type.base == Type::Base::unsigned_integer ||
         std::any_of(type.types.begin(), type.types.end(), takes_integers);
}

/// `+1`, ` 1`, `01`: a number, but not as this program wants one.
bool oddly_spelled(std::string word) {
  const std::string given = word;
  word.erase(
      std::remove_if(word.begin(), word.end(), [](char c) { return c == ' ' || c == '\n' || c == '\t'; }),
      word.end());
  if (!word.empty() && (word[0] == '+' || word[0] == '-')) word.erase(0, 1);
  const bool number = !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
  return number && (given[0] == '+' || given.size() > word.size() + 1 ||
                    given.find_first_of(" \n\t") != std::string::npos || (word.size() > 1 && word[0] == '0'));
}

std::vector<std::string> samples() {
  std::vector<std::string> words = {
      "",
      " ",
      "0",
      "1",
      "-1",
      "+1",
      "01",
      "1.0",
      "1e3",
      "255",
      "256",
      "65535",
      "65536",
      "4294967295",
      "4294967296",
      "9007199254740991",
      "9007199254740992",
      "18446744073709551615",
      "18446744073709551616",
      "-9223372036854775808",
      "true",
      "false",
      "True",
      "yes",
      "null",
      "active",
      "create",
      "none",
      "kernel",
      "any",
      "local0",
      "x",
      "浔阳区",
      "九江市/浔阳区",
      "$1",
      "$",
      "a b",
      " a",
      "a ",
      "a\tb",
      "a\nb",
      "60s",
      "5m",
      "0s",
      "5",
      "24h",
      "999999999d",
      "2026-11-23T17:55:00Z",
      "2026-11-23T17:55:00.123456+08:00",
      "2027-06-30",
      "10.1.2.3",
      "10.1.2.0/24",
      "::1",
      "2001:db8::/32",
      "fe80::1%eth0",
      "010.1.1.1",
      "10.1.2.3/24",
      "/interfaces/interface[name='*']/mtu",
      "/a",
      "/vlans/**",
      "/a[b='it\\'s']",
      "a/b",
      "//",
      "1.3.6.1",
      ".1.3",
      "3.1",
      "1.3.06",
      "wang.li",
      "Wang",
      "a1",
      "9a",
      "SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
      std::string("sha256:") + std::string(64, 'a'),
      std::string(64, 'f'),
      "0b0e4c1e-5a43-4f2b-9d8c-0123456789ab",
      "0666",
      "0999",
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBvN5kMx9y0p0nT0Lr6aPq0p2oQb6J8t2o3v4w5x6y7z a b",
      "\xf0\x9f\x98\x80",
      "\xe2\x80\xae",
      "\x7f",
      "\xef\xbf\xbe",
      "\xf0\x9f\xbf\xbf",
      "\xc2\x85"};
  words.push_back(std::string(1000, 'a'));
  words.push_back(std::string(1001, 'a'));
  for (int i = 0; i < 400; ++i)
    words.back() += "字";
  std::mt19937 random(5);
  const std::string alphabet = "abz019.-/:[]'*$ _%";
  for (int i = 0; i < 300; ++i) {
    std::string word;
    for (std::size_t length = random() % 12; length > 0; --length)
      word += alphabet[random() % alphabet.size()];
    words.push_back(word);
  }
  return words;
}

} // namespace

BOOST_AUTO_TEST_SUITE(agreement)

BOOST_AUTO_TEST_CASE(a_leaf_takes_exactly_what_libyang_takes_besides_host_bits_and_dates_that_do_not_exist) {
  const Schema schema;
  std::vector<Item> tops;
  for (const char* name : {"organisation", "person", "key", "role", "network", "block", "prefix", "address",
                           "agent", "profile", "device", "link", "policy", "baseline", "ticket", "finding"})
    tops.push_back(schema.item("assent-registry", name));
  for (const char* name : {"policy", "founding", "profile"})
    tops.push_back(schema.item("assent-policy", name));
  tops.push_back(schema.item("assent-config", "config"));
  for (const char* name : {"agent", "plan", "report", "tree"})
    tops.push_back(schema.item("assent-agent", name));
  for (const char* name : {"prepare", "act", "standard"})
    tops.push_back(schema.item("assent-ticket", name));
  std::vector<const Item*> leaves;
  for (const auto& top : tops)
    leaves_of(top, leaves);
  BOOST_TEST(leaves.size() > 150u);
  const auto words = samples();
  std::size_t taken = 0;
  for (const auto* leaf : leaves)
    for (const auto& word : words) {
      Node node;
      node.form = Node::Form::plain;
      node.text = word;
      std::optional<Message> better;
      const bool ours = leaf->type->read(schema.context(), node, false, better).has_value();
      const auto answer =
          lyd_value_validate(nullptr, leaf->node, word.data(), word.size(), nullptr, nullptr, nullptr);
      bool theirs = answer == LY_SUCCESS || answer == LY_EINCOMPLETE;
      const auto special = leaf->type->special;
      const bool stricter = special != Type::Special::none || better.has_value();
      // libyang also reads "+1", " 1" and "01"; a file that says so is more likely wrong than right.
      if (takes_integers(*leaf->type) && !ours && oddly_spelled(word)) continue;
      if (stricter ? ours && !theirs : ours != theirs)
        BOOST_ERROR(leaf->name << " takes '" << word << "': ours " << ours << ", libyang's " << theirs);
      taken += ours ? 1 : 0;
    }
  BOOST_TEST(taken > leaves.size());
}

BOOST_AUTO_TEST_SUITE_END()
