#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>
#include <vector>

#include "common/client.hpp"
#include "common/sse.hpp"

using namespace assent;

BOOST_AUTO_TEST_SUITE(server_sent_events)

BOOST_AUTO_TEST_CASE(what_is_framed_reads_back_from_pieces_of_any_size) {
  const std::string bytes = ": hello\n\n" + sse::framed("3.4", "finding-opened", "{\"a\":\n1}") +
                            "retry: 3000\n\n" + sse::framed("", "", "x") + sse::framed("5.4", "", "");
  for (std::size_t piece = 1; piece < 12; ++piece) {
    sse::Reader reader;
    std::vector<StreamEvent> events;
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      BOOST_TEST(reader.feed(std::string_view(bytes).substr(at, piece),
                             [&](const StreamEvent& event) { events.push_back(event); }));
    BOOST_REQUIRE(events.size() == 3);
    BOOST_TEST(events[0].id == "3.4");
    BOOST_TEST(events[0].type == "finding-opened");
    BOOST_TEST(events[0].data == "{\"a\":\n1}");
    BOOST_TEST(events[1].id == "3.4");
    BOOST_TEST(events[1].type == "message");
    BOOST_TEST(events[2].id == "5.4");
    BOOST_TEST(events[2].data.empty());
  }
}

BOOST_AUTO_TEST_CASE(an_endless_line_is_refused) {
  sse::Reader reader;
  const std::string piece(65536, 'a');
  bool sane = true;
  for (int i = 0; i < 32 && sane; ++i)
    sane = reader.feed(piece, [](const StreamEvent&) {});
  BOOST_TEST(!sane);
}

BOOST_AUTO_TEST_CASE(an_event_of_endless_lines_is_refused) {
  sse::Reader reader;
  std::string piece;
  for (int i = 0; i < 1000; ++i)
    piece += "data: " + std::string(100, 'a') + "\n";
  bool sane = true;
  for (int i = 0; i < 32 && sane; ++i)
    sane = reader.feed(piece, [](const StreamEvent&) {});
  BOOST_TEST(!sane);
}

BOOST_AUTO_TEST_CASE(a_path_segment_is_percent_encoded) {
  BOOST_TEST(percent_encoded("a-b_c.d~1") == "a-b_c.d~1");
  BOOST_TEST(percent_encoded("10.0.0.0/8 中") == "10.0.0.0%2F8%20%E4%B8%AD");
}

BOOST_AUTO_TEST_SUITE_END()
