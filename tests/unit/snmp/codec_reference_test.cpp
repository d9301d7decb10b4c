// Our decoder against net-snmp's: whatever both take has the same values.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <random>

#include "agents/snmp/codec.hpp"

using namespace assent::snmp;

namespace {

struct Reference {
  bool parse(const std::string& bytes) {
    if (pdu != nullptr) snmp_free_pdu(pdu);
    pdu = snmp_pdu_create(SNMP_MSG_RESPONSE);
    pdu->version = SNMP_VERSION_2c;
    std::string copy = bytes;
    auto* at = reinterpret_cast<u_char*>(copy.data());
    std::size_t left = copy.size();
    u_char type = 0;
    long version = 0;
    std::array<u_char, 256> community{};
    std::size_t length = community.size();
    at = asn_parse_sequence(at, &left, &type, ASN_SEQUENCE | ASN_CONSTRUCTOR, "message");
    at = at == nullptr ? at : asn_parse_int(at, &left, &type, &version, sizeof version);
    at = at == nullptr ? at : asn_parse_string(at, &left, &type, community.data(), &length);
    return at != nullptr && snmp_pdu_parse(pdu, at, &left) == 0;
  }
  ~Reference() {
    if (pdu != nullptr) snmp_free_pdu(pdu);
  }
  netsnmp_pdu* pdu = nullptr;
};

std::uint64_t number_of(const netsnmp_variable_list& each, Type type) {
  if (type == Type::counter64)
    return (static_cast<std::uint64_t>(each.val.counter64->high & 0xffffffffU) << 32) |
           (each.val.counter64->low & 0xffffffffU);
  return static_cast<std::uint32_t>(*each.val.integer);
}

void same(const Varbind& ours, const netsnmp_variable_list& theirs) {
  BOOST_REQUIRE_EQUAL(ours.oid.size(), theirs.name_length);
  for (std::size_t i = 0; i < ours.oid.size(); ++i)
    BOOST_REQUIRE_EQUAL(ours.oid[i], theirs.name[i]);
  // Of an INTEGER over 32 bits only those count.
  if (ours.type == Type::integer)
    BOOST_REQUIRE_EQUAL(static_cast<std::uint32_t>(ours.number),
                        static_cast<std::uint32_t>(*theirs.val.integer));
  else if (ours.is_number())
    BOOST_REQUIRE_EQUAL(ours.number, number_of(theirs, ours.type));
  const bool text = ours.type == Type::octets || ours.type == Type::address;
  if (text)
    BOOST_REQUIRE(ours.octets ==
                  std::string_view(reinterpret_cast<char*>(theirs.val.string), theirs.val_len));
  if (ours.type == Type::object_id) {
    BOOST_REQUIRE_EQUAL(ours.object.size(), theirs.val_len / sizeof(oid));
    for (std::size_t i = 0; i < ours.object.size(); ++i)
      BOOST_REQUIRE_EQUAL(ours.object[i], theirs.val.objid[i]);
  }
}

/// An answer with every syntax, built by net-snmp.
std::string built(std::mt19937& random) {
  netsnmp_pdu* pdu = snmp_pdu_create(SNMP_MSG_RESPONSE);
  pdu->version = SNMP_VERSION_2c;
  pdu->reqid = static_cast<long>(random() & 0x7fffffffU);
  for (int i = 0; i < 12; ++i) {
    std::array<oid, 14> name{1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6, random() % 300, random(), 0};
    std::uint32_t word = static_cast<std::uint32_t>(random());
    counter64 big{random(), random()};
    const std::string text(random() % 200, 'x');
    const std::array<u_char, 8> types{ASN_INTEGER,   ASN_OCTET_STR, ASN_OBJECT_ID, ASN_IPADDRESS,
                                      ASN_TIMETICKS, ASN_COUNTER,   ASN_COUNTER64, ASN_NULL};
    const u_char type = types[random() % types.size()];
    long number = type == ASN_INTEGER ? static_cast<std::int32_t>(word) : static_cast<long>(word);
    const void* value = type == ASN_OCTET_STR   ? static_cast<const void*>(text.data())
                        : type == ASN_OBJECT_ID ? static_cast<const void*>(name.data())
                        : type == ASN_IPADDRESS ? static_cast<const void*>(&word)
                        : type == ASN_COUNTER64 ? static_cast<const void*>(&big)
                                                : static_cast<const void*>(&number);
    const std::size_t length = type == ASN_OCTET_STR   ? text.size()
                               : type == ASN_OBJECT_ID ? sizeof name
                               : type == ASN_IPADDRESS ? 4
                               : type == ASN_COUNTER64 ? sizeof big
                               : type == ASN_NULL      ? 0
                                                       : sizeof number;
    snmp_pdu_add_variable(pdu, name.data(), name.size(), type, value, length);
  }
  std::array<u_char, 8192> body{};
  std::size_t room = body.size();
  const u_char* const end = snmp_pdu_build(pdu, body.data(), &room);
  BOOST_REQUIRE(end != nullptr);
  std::string inner("\x02\x01\x01\x04\x06public", 11);
  inner.append(reinterpret_cast<char*>(body.data()), static_cast<std::size_t>(end - body.data()));
  snmp_free_pdu(pdu);
  std::string message("\x30\x82", 2);
  message += static_cast<char>(inner.size() >> 8);
  message += static_cast<char>(inner.size() & 0xff);
  return message + inner;
}

struct Counts {
  std::size_t both = 0, only_ours = 0, only_theirs = 0, values = 0;
};

void compare_on(Codec& codec, Reference& reference, const std::string& bytes, Counts& counts) {
  Answer answer;
  const bool ours_took = codec.parse(bytes, "public", answer) == Trouble::none;
  const bool theirs_took = reference.parse(bytes);
  counts.both += ours_took && theirs_took;
  counts.only_ours += ours_took && !theirs_took;
  counts.only_theirs += !ours_took && theirs_took;
  if (!ours_took || !theirs_took) return;
  BOOST_REQUIRE_EQUAL(answer.request_id, static_cast<std::uint32_t>(reference.pdu->reqid));
  const netsnmp_variable_list* theirs = reference.pdu->variables;
  for (const Varbind& ours : answer.varbinds) {
    BOOST_REQUIRE(theirs != nullptr);
    same(ours, *theirs);
    theirs = theirs->next_variable;
    ++counts.values;
  }
  BOOST_REQUIRE(theirs == nullptr);
}

} // namespace

BOOST_AUTO_TEST_SUITE(codec_reference)

BOOST_AUTO_TEST_CASE(reads_what_net_snmp_builds_and_reads) {
  std::mt19937 random(1);
  const auto codec = make_v2c_codec();
  Reference reference;
  Counts counts;
  for (int i = 0; i < 500; ++i)
    compare_on(*codec, reference, built(random), counts);
  BOOST_TEST(counts.both == 500U);
  BOOST_TEST(counts.values == 6000U);
}

BOOST_AUTO_TEST_CASE(net_snmp_reads_the_requests_that_ours_builds) {
  const auto codec = make_v2c_codec();
  Reference reference;
  const Request request{
      Request::Kind::get_bulk, 1, 20, {*parse_oid("1.3.6.1.2.1.1.3"), *parse_oid("2.999.4294967295")}};
  BOOST_REQUIRE(reference.parse(codec->build(request, 77, "public")));
  BOOST_TEST(reference.pdu->command == SNMP_MSG_GETBULK);
  BOOST_TEST(reference.pdu->reqid == 77);
  BOOST_TEST(reference.pdu->errstat == 1); // non-repeaters
  BOOST_TEST(reference.pdu->errindex == 20);
  const netsnmp_variable_list* at = reference.pdu->variables;
  for (const Oid& wanted : request.oids) {
    BOOST_REQUIRE(at != nullptr);
    BOOST_REQUIRE_EQUAL(at->name_length, wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i)
      BOOST_TEST(at->name[i] == wanted[i]);
    at = at->next_variable;
  }
  BOOST_TEST(at == nullptr);
  BOOST_TEST(codec->build(request, 77, std::string(9000, 'x')).empty());
}

BOOST_AUTO_TEST_CASE(agrees_with_net_snmp_on_every_broken_message_that_both_take) {
  netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG);
  std::mt19937 random(2);
  const auto codec = make_v2c_codec();
  Reference reference;
  Counts counts;
  for (int i = 0; i < 3000; ++i) {
    const std::string good = built(random);
    for (int turn = 0; turn < 5; ++turn) {
      std::string bytes = good;
      for (int n = 0; n <= turn; ++n)
        bytes[13 + random() % (bytes.size() - 13)] = static_cast<char>(random());
      compare_on(*codec, reference, bytes, counts);
    }
  }
  BOOST_TEST(counts.both > 1000U); // many mutations hit a value and leave a message
  BOOST_TEST_MESSAGE("both " << counts.both << ", only ours " << counts.only_ours << ", only net-snmp "
                             << counts.only_theirs);
}

BOOST_AUTO_TEST_SUITE_END()
