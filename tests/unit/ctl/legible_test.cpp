#define BOOST_TEST_DYN_LINK
#include "agents/ctl/legible.hpp"

#include <boost/test/unit_test.hpp>

using assent::ctl::read_as_gb18030;

BOOST_AUTO_TEST_SUITE(legible)

BOOST_AUTO_TEST_CASE(a_name_in_gb18030_can_be_read) {
  BOOST_TEST(read_as_gb18030("\\xbd\\xbb\\xbb\\xbb\\xbb\\xfa").value_or("-") == "交换机");
  BOOST_TEST(read_as_gb18030("sw-\\xbd\\xbb\\\\1").value_or("-") == "sw-交\\1");
  BOOST_TEST(read_as_gb18030("\\x95\\x32\\x82\\x36").has_value() ==
             false);                                                 // not as the canonical form writes it
  BOOST_TEST(read_as_gb18030("\\x952\\x826").value_or("-") == "𠀀"); // four bytes
}

BOOST_AUTO_TEST_CASE(what_is_utf_8_or_no_text_at_all_is_left_as_it_is) {
  for (const char* value :
       {"", "sw1", "交换机", "a\\x1b[31m", "\\\\xbd", "\\xbd", "九江市 \\xbd\\xbb", "\\xff\\xff"})
    BOOST_TEST(!read_as_gb18030(value).has_value(), value);
  std::string_view pair = "\\xbd\\xbb";
  std::string longest, longer;
  for (int i = 0; i < 2049; ++i)
    (i < 2048 ? longest : longer) += pair;
  longer += longest;
  BOOST_TEST(read_as_gb18030(longest).has_value());
  BOOST_TEST(!read_as_gb18030(longer).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
