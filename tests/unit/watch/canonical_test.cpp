#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "common/hash.hpp"
#include "daemon/watch/canonical.hpp"

using namespace assent;
using namespace assent::watch;

BOOST_AUTO_TEST_SUITE(canonical_form)

namespace {
std::string doc(const std::string& lines) {
  return std::string(canonical_version) + "\n" + lines;
}
std::string reason(const std::string& text) {
  const auto result = leaves(text);
  if (result) return "accepted";
  return result.error().what.args.front().second;
}
} // namespace

BOOST_AUTO_TEST_CASE(order_of_setting_does_not_matter_and_lines_are_sorted_by_bytes) {
  CanonicalBuilder one, two;
  one.set("/system/name", "sw");
  one.set("/interfaces/interface" + key_predicate("name", "Gi0/10") + "/mtu", "1500");
  one.set("/interfaces/interface" + key_predicate("name", "Gi0/1") + "/mtu", "9000");
  two.set("/interfaces/interface" + key_predicate("name", "Gi0/1") + "/mtu", "9000");
  two.set("/interfaces/interface" + key_predicate("name", "Gi0/10") + "/mtu", "1500");
  two.set("/system/name", "sw");
  BOOST_TEST(one.text() == two.text());
  BOOST_TEST(one.text() == doc("/interfaces/interface[name='Gi0/1']/mtu\t9000\n"
                               "/interfaces/interface[name='Gi0/10']/mtu\t1500\n"
                               "/system/name\tsw\n"));
  BOOST_TEST(fingerprint(one.text()) == "sha256:" + sha256_hex(one.text()));
  BOOST_TEST(leaves(one.text()).ok());
}

BOOST_AUTO_TEST_CASE(a_second_value_for_a_path_wins_and_is_counted) {
  CanonicalBuilder builder;
  builder.set("/a", "1");
  builder.set("/a", "2");
  BOOST_TEST(builder.duplicates() == 1u);
  BOOST_TEST(builder.text() == doc("/a\t2\n"));
}

BOOST_AUTO_TEST_CASE(no_value_can_pretend_to_be_another_line_or_another_value) {
  CanonicalBuilder builder;
  builder.set("/a", std::string_view("x\n/b\ty\\\x7f\0", 9));
  BOOST_TEST(builder.text() == doc("/a\tx\\x0a/b\\x09y\\\\\\x7f\n"));
  BOOST_TEST(escaped("\\x0a") != escaped("\n"));
  // GB18030 for two different words: both stay visible and differ, which U+FFFD would not promise.
  BOOST_TEST(escaped("\xd6\xd0") == "\\xd6\\xd0");
  BOOST_TEST(escaped("\xc9\xcf") == "\\xc9\\xcf");
  BOOST_TEST(escaped("县交换机") == "县交换机");
  for (const std::string& value :
       {std::string("a\\b"), std::string("\xed\xa0\x80\xff"), std::string("中\xd6")})
    BOOST_TEST(*unescaped(escaped(value)) == value);
}

BOOST_AUTO_TEST_CASE(key_values_cannot_leave_their_quotes) {
  const std::string path = "/i/i" + key_predicate("name", "a']/x[b='\\\n");
  BOOST_TEST(path == "/i/i[name='a\\']/x[b=\\'\\\\\\x0a']");
  BOOST_TEST(is_path(path));
  BOOST_TEST(schema_path(path + "/mtu") == "/i/i/mtu");
  BOOST_TEST(schema_path("/a/b[k='x'][l='y/z']/c") == "/a/b/c");
}

BOOST_AUTO_TEST_CASE(long_keys_are_cut_and_stay_different) {
  const std::string one(60000, '\xff'), two = one + "b";
  const std::string first = key_predicate("name", one), second = key_predicate("name", two);
  BOOST_TEST(first.size() < max_key_bytes);
  BOOST_TEST(first != second);
  BOOST_TEST(is_path("/a" + first));
}

BOOST_AUTO_TEST_CASE(long_values_are_told_by_length_and_hash) {
  CanonicalBuilder one, two;
  one.set("/a", std::string(70000, 'x'));
  two.set("/a", std::string(70000, 'y'));
  BOOST_TEST(one.text() != two.text());
  BOOST_TEST(one.text().size() < 200u);
  BOOST_TEST(leaves(one.text()).ok());
}

BOOST_AUTO_TEST_CASE(text_that_is_not_canonical_is_refused) {
  BOOST_TEST(reason(doc("/a\t1\n/b\t2\n")) == "accepted");
  BOOST_TEST(reason(doc("")) == "accepted");
  BOOST_TEST(reason("") == "other version");
  BOOST_TEST(reason("assent-device-canonical 2\n") == "other version");
  BOOST_TEST(reason(doc("/b\t1\n/a\t2\n")) == "not sorted");
  BOOST_TEST(reason(doc("/a\t1\n/a\t2\n")) == "not sorted");
  BOOST_TEST(reason(doc("/a\t1")) == "no line end");
  BOOST_TEST(reason(doc("/a 1\n")) == "no tabulator");
  BOOST_TEST(reason(doc("a\t1\n")) == "no path");
  BOOST_TEST(reason(doc("/a[b='c]\t1\n")) == "no path");
  BOOST_TEST(reason(doc("/a[b='\\x41']\t1\n")) == "no path");
  BOOST_TEST(reason(doc("/a//b\t1\n")) == "no path");
  BOOST_TEST(reason(doc("/a\t\\q\n")) == "value not escaped");
  BOOST_TEST(reason(doc("/a\t\\x41\n")) == "value not escaped");
  BOOST_TEST(reason(doc("/a\t\\xD6\n")) == "value not escaped");
  BOOST_TEST(reason(doc("/a\tx\\x00\n")) == "value not escaped");
  BOOST_TEST(reason(doc("/a\t\xff\n")) == "value not escaped");
  BOOST_TEST(reason(doc("/a\tx\ty\n")) == "value not escaped");
  BOOST_TEST(reason(doc("/a\t" + std::string(max_value_bytes + 1, 'x') + "\n")) == "value not escaped");
  std::string deep;
  for (std::size_t i = 0; i <= max_path_segments; ++i)
    deep += "/a";
  BOOST_TEST(reason(doc(deep + "\t1\n")) == "no path");
  BOOST_TEST(reason(std::string(max_canonical_bytes + 1, 'x')) == "too long");
}

BOOST_AUTO_TEST_CASE(the_difference_names_what_came_went_and_changed) {
  const std::string before = doc("/a\t1\n/b\t2\n/c\t3\n"), after = doc("/a\t1\n/b\t4\n/d\t5\n");
  const auto changes = difference(*leaves(before), *leaves(after));
  BOOST_REQUIRE(changes.size() == 3u);
  BOOST_TEST((changes[0].path == "/b" && *changes[0].before == "2" && *changes[0].after == "4"));
  BOOST_TEST((changes[1].path == "/c" && *changes[1].before == "3" && !changes[1].after));
  BOOST_TEST((changes[2].path == "/d" && !changes[2].before && *changes[2].after == "5"));
  BOOST_TEST(*with_changes(before, changes) == after);
  BOOST_TEST(difference(*leaves(after), *leaves(after)).empty());
}

BOOST_AUTO_TEST_CASE(a_baseline_does_not_move_to_what_is_not_canonical) {
  const std::string text = doc("/a\t1\n");
  BOOST_TEST(!with_changes(text, {{"/a\t2\n/b", std::nullopt, "x"}}).ok());
  BOOST_TEST(!with_changes(text, {{"/a", "1", "x\n/b\ty"}}).ok());
  BOOST_TEST(!with_changes("junk", {}).ok());
  BOOST_TEST(*with_changes(text, {{"/gone", "1", std::nullopt}}) == text);
}

BOOST_AUTO_TEST_CASE(under_means_a_whole_segment) {
  BOOST_TEST(is_under("/vlans/vlan/name", "/vlans"));
  BOOST_TEST(is_under("/vlans", "/vlans"));
  BOOST_TEST(!is_under("/vlans-of-today", "/vlans"));
  BOOST_TEST(!is_under("/vlans", "/vlans/vlan"));
}

BOOST_AUTO_TEST_SUITE_END()
