#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "daemon/alarms/alarms.hpp"

using namespace assent;
using namespace assent::alarms;

BOOST_AUTO_TEST_SUITE(alarm_book)

namespace {
const Instant start{std::chrono::seconds{1'800'000'000}};
Instant at(int seconds) {
  return start + std::chrono::seconds(seconds);
}
Message sentence(const char* name) {
  return {"device.unreachable", {{"device", name}}};
}
} // namespace

BOOST_AUTO_TEST_CASE(an_alarm_is_news_once_and_holds_until_it_is_cleared) {
  Book book;
  BOOST_TEST(book.raise("device-unreachable", "device/1", Severity::major, sentence("a"), at(0)));
  BOOST_TEST(!book.raise("device-unreachable", "device/1", Severity::major, sentence("b"), at(5)));
  BOOST_REQUIRE(book.find("device-unreachable", "device/1"));
  BOOST_TEST((book.find("device-unreachable", "device/1")->raised == at(0)));
  BOOST_TEST((book.find("device-unreachable", "device/1")->text == sentence("b")));
  BOOST_TEST(book.count(Severity::major) == 1u);
  BOOST_TEST(book.clear("device-unreachable", "device/1", at(9)));
  BOOST_TEST(!book.clear("device-unreachable", "device/1", at(10)));
  BOOST_TEST(!book.find("device-unreachable", "device/1"));
  BOOST_TEST(book.active().empty());
  BOOST_REQUIRE(book.remembered().size() == 1u);
  BOOST_TEST((*book.remembered()[0].cleared == at(9)));
}

BOOST_AUTO_TEST_CASE(another_severity_is_news_and_keeps_the_time_of_raising) {
  Book book;
  book.raise("t", "r", Severity::warning, sentence("a"), at(0));
  BOOST_TEST(book.raise("t", "r", Severity::critical, sentence("a"), at(3)));
  BOOST_TEST((book.find("t", "r")->raised == at(0)));
  BOOST_TEST((book.find("t", "r")->changed == at(3)));
  BOOST_TEST(book.count(Severity::warning) == 0u);
  BOOST_TEST(book.count(Severity::critical) == 1u);
}

BOOST_AUTO_TEST_CASE(an_alarm_that_comes_back_counts_its_times) {
  Book book;
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(book.raise("t", "r", Severity::minor, sentence("a"), at(2 * i)));
    book.clear("t", "r", at(2 * i + 1));
  }
  book.raise("t", "r", Severity::minor, sentence("a"), at(9));
  BOOST_TEST(book.find("t", "r")->times == 4u);
  BOOST_TEST((book.find("t", "r")->raised == at(9)));
}

BOOST_AUTO_TEST_CASE(one_alarm_for_each_type_and_resource) {
  Book book;
  book.raise("t", "r1", Severity::minor, sentence("a"), at(0));
  book.raise("t", "r2", Severity::minor, sentence("a"), at(0));
  book.raise("u", "r1", Severity::minor, sentence("a"), at(0));
  BOOST_TEST(book.active().size() == 3u);
  book.clear("t", "r1", at(1));
  BOOST_TEST(book.find("u", "r1"));
  BOOST_TEST(book.find("t", "r2"));
}

BOOST_AUTO_TEST_CASE(what_was_cleared_is_remembered_within_bounds) {
  Book book;
  for (int i = 0; i <= static_cast<int>(max_remembered); ++i) {
    book.raise("t", "r" + std::to_string(i), Severity::minor, sentence("a"), at(i));
    book.clear("t", "r" + std::to_string(i), at(i));
  }
  BOOST_TEST(book.remembered().size() == max_remembered);
  book.raise("t", "r0", Severity::minor, sentence("a"), at(90000));
  BOOST_TEST(book.find("t", "r0")->times == 1u);
}

BOOST_AUTO_TEST_CASE(json_carries_the_sentence_as_id_and_arguments) {
  Book book;
  book.raise("device-unreachable", "device/1", Severity::major, sentence("浔阳"), at(0));
  const auto object = to_json(book.active().front());
  BOOST_TEST(text_of(object, "severity") == "major");
  BOOST_TEST(text_of(object_of(object_of(object, "text"), "args"), "device") == "浔阳");
  BOOST_TEST(text_of(object, "raised") == to_text(at(0)));
  BOOST_TEST(!object.contains("cleared"));
}

BOOST_AUTO_TEST_SUITE_END()
