#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <random>

#include "agents/snmp/codec.hpp"

using namespace assent;
using namespace assent::snmp;

namespace {

std::string tlv(unsigned char type, const std::string& content) {
  std::string out(1, static_cast<char>(type));
  if (content.size() < 128) {
    out += static_cast<char>(content.size());
  } else {
    out += '\x82';
    out += static_cast<char>(content.size() >> 8);
    out += static_cast<char>(content.size() & 0xff);
  }
  return out + content;
}

const std::string uptime_oid("\x2b\x06\x01\x02\x01\x01\x03\x00", 8);

std::string varbind(const std::string& value) {
  return tlv(0x30, tlv(0x06, uptime_oid) + value);
}

std::string message(const std::string& varbinds, unsigned char kind = 0xa2, char version = 1,
                    const std::string& community = "public") {
  const std::string pdu =
      tlv(kind, tlv(0x02, std::string("\x12\x34\x56\x78", 4)) + tlv(0x02, std::string(1, 0)) +
                    tlv(0x02, std::string(1, 0)) + tlv(0x30, varbinds));
  return tlv(0x30, tlv(0x02, std::string(1, version)) + tlv(0x04, community) + pdu);
}

struct Fixture {
  std::unique_ptr<Codec> codec = make_v2c_codec();
  Answer answer;
  Trouble parse(const std::string& bytes) { return codec->parse(bytes, "public", answer); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(codec, Fixture)

BOOST_AUTO_TEST_CASE(reads_every_syntax) {
  const std::string bytes =
      message(varbind(tlv(0x43, std::string("\x01\x00", 2))) + varbind(tlv(0x02, "\xff")) +
              varbind(tlv(0x46, std::string("\x00\xff\xff\xff\xff\xff\xff\xff\xff", 9))) +
              varbind(tlv(0x04, "\xbe\xc5")) + varbind(tlv(0x06, std::string("\x2b\x06\x01", 3))) +
              varbind(tlv(0x40, std::string("\x0a\x01\x02\x03", 4))) + varbind(tlv(0x82, "")) +
              varbind(tlv(0x80, "")));
  BOOST_TEST(int(parse(bytes)) == int(Trouble::none));
  BOOST_TEST(answer.request_id == 0x12345678U);
  BOOST_REQUIRE_EQUAL(answer.varbinds.size(), 8U);
  BOOST_TEST(oid_text(answer.varbinds[0].oid) == "1.3.6.1.2.1.1.3.0");
  BOOST_TEST(answer.varbinds[0].number == 256U);
  BOOST_TEST(static_cast<std::int64_t>(answer.varbinds[1].number) == -1);
  BOOST_TEST(answer.varbinds[2].number == UINT64_MAX);
  BOOST_TEST(answer.varbinds[3].octets == "\xbe\xc5");
  BOOST_TEST(oid_text(answer.varbinds[4].object) == "1.3.6.1");
  BOOST_TEST(answer.varbinds[5].octets == "\x0a\x01\x02\x03");
  BOOST_TEST(answer.varbinds[6].is_exception());
  BOOST_TEST(answer.varbinds[7].is_exception());
}

BOOST_AUTO_TEST_CASE(only_an_answer_with_our_version_and_community_counts) {
  const std::string one = varbind(tlv(0x02, "\x01"));
  BOOST_TEST(int(parse(message(one, 0xa2, 0))) == int(Trouble::version));
  BOOST_TEST(int(parse(message(one, 0xa2, 1, "other"))) == int(Trouble::community));
  BOOST_TEST(int(parse(message(one, 0xa2, 1, std::string(300, 'x')))) == int(Trouble::community));
  BOOST_TEST(int(parse(message(one, 0xa0))) == int(Trouble::kind));
  BOOST_TEST(int(parse(message(one, 0xa7))) == int(Trouble::kind));
  BOOST_TEST(int(parse(message(one))) == int(Trouble::none));
}

BOOST_AUTO_TEST_CASE(what_it_builds_is_a_request_of_v2c) {
  Request request{
      Request::Kind::get_bulk, 1, 20, {*parse_oid("1.3.6.1.2.1.1.3"), *parse_oid("1.3.6.1.2.1.2.2.1.2")}};
  const std::string bytes = codec->build(request, 0x12345678, "public");
  BOOST_TEST(bytes.find("public") != std::string::npos);
  BOOST_TEST(bytes.find(std::string("\x12\x34\x56\x78\x02\x01\x01\x02\x01\x14", 10)) != std::string::npos);
  BOOST_TEST(static_cast<std::size_t>(bytes[1]) == bytes.size() - 2);
  // It is a request, so it cannot be taken for an answer.
  BOOST_TEST(int(parse(bytes)) == int(Trouble::kind));
}

BOOST_AUTO_TEST_CASE(no_beginning_of_a_message_is_taken_for_one) {
  const std::string bytes =
      message(varbind(tlv(0x43, std::string("\x01\x00", 2))) + varbind(tlv(0x04, "abc")));
  for (std::size_t length = 0; length < bytes.size(); ++length)
    BOOST_TEST(int(parse(bytes.substr(0, length))) != int(Trouble::none));
}

BOOST_AUTO_TEST_CASE(nonsense_is_bounded_and_harms_nothing) {
  const std::string good = message(varbind(tlv(0x43, std::string("\x01\x00", 2))) +
                                   varbind(tlv(0x04, "abc")) + varbind(tlv(0x46, std::string(8, '\x7f'))));
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = good;
    for (int n = 0; n < 1 + i % 4; ++n)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (parse(bytes) == Trouble::none)
      for (const Varbind& each : answer.varbinds)
        BOOST_REQUIRE(each.oid.size() <= max_oid_parts);
  }
  BOOST_TEST(int(parse(std::string(70'000, '\x30'))) == int(Trouble::malformed));
  BOOST_TEST(int(parse(good)) == int(Trouble::none));
}

BOOST_AUTO_TEST_SUITE_END()
