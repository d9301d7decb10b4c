// Between spool and socket: framing, what has arrived, and what goes out again after a connection has ended.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "daemon/syslog/outgoing.hpp"

using namespace assent::syslog;
using std::chrono::seconds;

BOOST_AUTO_TEST_SUITE(syslog_outgoing)

namespace {
const Outgoing::Moment start{seconds(1000)};

/// Gives everything that waits to the system; returns it.
std::string write_all(Outgoing& out, Outgoing::Moment now, std::uint64_t& wire) {
  std::string text;
  while (true) {
    const std::string chunk(out.chunk(now));
    if (chunk.empty()) return text;
    text += chunk;
    wire += chunk.size();
    out.taken(chunk.size(), wire);
  }
}
} // namespace

BOOST_AUTO_TEST_CASE(each_message_begins_with_its_length_in_bytes) {
  Outgoing out(false);
  out.add({1, "eins"});
  out.add({2, "到"});
  std::uint64_t wire = 0;
  BOOST_TEST(write_all(out, start, wire) == "4 eins3 到");
}

BOOST_AUTO_TEST_CASE(or_ends_with_a_line_feed) {
  Outgoing out(true);
  out.add({1, "eins"});
  out.add({2, "zwei"});
  std::uint64_t wire = 0;
  BOOST_TEST(write_all(out, start, wire) == "eins\nzwei\n");
}

BOOST_AUTO_TEST_CASE(a_message_has_arrived_with_its_last_byte) {
  Outgoing out(true);
  out.add({7, "eins"});
  out.add({8, "zwei"});
  // The system takes seven bytes now, three later.
  BOOST_TEST(out.chunk(start).size() == 10u);
  out.taken(7, 7);
  BOOST_TEST(out.acknowledged(7, 0) == 1u);
  BOOST_TEST(out.first(9) == 8u);
  BOOST_TEST(out.chunk(start) == "ei\n");
  out.taken(3, 10);
  BOOST_TEST(out.acknowledged(10, 1) == 0u);
  BOOST_TEST(!out.is_settled());
  BOOST_TEST(out.acknowledged(10, 0) == 1u);
  BOOST_TEST(out.is_settled());
  BOOST_TEST(out.first(9) == 9u);
}

BOOST_AUTO_TEST_CASE(what_had_not_arrived_goes_out_again_from_its_beginning) {
  Outgoing out(true);
  for (std::uint64_t i = 1; i <= 4; ++i)
    out.add({i, "message" + std::to_string(i)});
  // A TLS record counts as a whole: what one write took arrives with that write's last byte.
  std::uint64_t wire = 36;
  BOOST_TEST(out.chunk(start).size() == 36u);
  out.taken(18, 18);
  out.taken(18, 36);
  BOOST_TEST(out.acknowledged(wire, 12) == 2u);
  BOOST_TEST(out.rewind(start + seconds(1)) == 2u);
  BOOST_TEST(out.first(5) == 3u);
  BOOST_TEST(write_all(out, start, wire) == "message3\nmessage4\n");
}

BOOST_AUTO_TEST_CASE(what_was_sent_lately_goes_out_again_although_it_had_arrived) {
  Outgoing out(true);
  std::uint64_t wire = 0;
  for (std::uint64_t i = 1; i <= 4; ++i) {
    out.add({i, std::to_string(i)});
    write_all(out, start + seconds(i), wire);
  }
  BOOST_TEST(out.acknowledged(wire, 0) == 4u);
  BOOST_TEST(out.first(5) == 5u);
  BOOST_TEST(out.rewind(start + seconds(3)) == 2u);
  BOOST_TEST(out.first(5) == 3u);
  BOOST_TEST(write_all(out, start, wire) == "3\n4\n");
}

BOOST_AUTO_TEST_CASE(doubt_ends_with_time_and_bytes) {
  Outgoing out(true);
  std::uint64_t wire = 0;
  for (std::uint64_t i = 1; i <= 4; ++i) {
    out.add({i, "1234567890"});
    write_all(out, start + seconds(i), wire);
  }
  out.acknowledged(wire, 11);
  out.forget(start + seconds(2), 1000);
  out.forget(start, 15); // the fourth has not arrived: it is never forgotten
  BOOST_TEST(out.rewind(start) == 1u);
  BOOST_TEST(out.first(5) == 4u);
}

BOOST_AUTO_TEST_SUITE_END()
