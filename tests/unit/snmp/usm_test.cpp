// SNMPv3 messages and keys: the RFCs' vectors, net-snmp as a second opinion, and hostile bytes.
#define BOOST_TEST_DYN_LINK
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <random>

#include "agents/snmp/pdu.hpp"
#include "agents/snmp/usm.hpp"
#include "agents/snmp/usm_keys.hpp"
#include "common/text.hpp"

using namespace assent;
using namespace assent::snmp;
using namespace assent::snmp::usm;
namespace data = boost::unit_test::data;

namespace {

const std::string rfc_engine("\0\0\0\0\0\0\0\0\0\0\0\x02", 12);
const std::string engine("\x80\x00\x7e\xd9\x05"
                         "an engine",
                         14);

struct Vector {
  const char *auth, *master, *local;
};
/// Password "maplesyrup", engine 00…02. MD5 and SHA-1 as printed in RFC 3414 A.3; the others by the same rule
/// (RFC 7860 section 9.3), worked out with another implementation (Python's hashlib).
const Vector vectors[] = {
    {"md5", "9faf3283884e92834ebc9847d8edd963", "526f5eed9fcce26f8964c2930787d82b"},
    {"sha1", "9fb5cc0381497b3793528939ff788d5d79145211", "6695febc9288e36282235fc7151f128497b38f3f"},
    {"sha224", "282a5867ee9aac639ad59df9572c7d3ac0fbc13a905b6df07dbbf00b",
     "0bd8827c6e29f8065e08e09237f177e410f69b90e1782be682075674"},
    {"sha256", "ab51014d1e077f6017df2b12bee5f5aa72993177e9bb569c4dff5a4ca0b4afac",
     "8982e0e549e866db361a6b625d84cccc11162d453ee8ce3a6445c2d6776f0f8b"},
    {"sha384",
     "e06eccdf2c68a06ed034723c9c26e0db3b669e1e2efed49150b55377a2e98f383c86fb836857444654b287c93f51ff64",
     "3b298f16164a11184279d5432bf169e2d2a48307de02b3d3f7e2b4f36eb6f0455a53689a3937eea07319a633d2ccba78"},
    {"sha512",
     "7e4396de5aadc77be853819b98c9406265b3a9c37cc3176569847a4e4f6fba63dd3a73d04924d31a63f95a601f9385af6be4ed1"
     "b37f87d040f7c6ed6f8d38a91",
     "22a5a36cedfcc085807a128d7bc6c2382167ad6c0dbc5fdff856740f3d84c099ad1ea87a8db096714d9788bd544047c9021e422"
     "9ce27e4c0a69250adfcffbb0b"},
};

std::string hex(const Key& key) {
  return to_hex(key.view());
}

std::string request_pdu() {
  std::array<char, 512> room{};
  BerWriter out(room);
  Request request{Request::Kind::get_bulk, 0, 10, {{1, 3, 6, 1, 2, 1, 1}, {1, 3, 6, 1, 2, 1, 2}}};
  write_request(out, request, 4711);
  return std::string(out.view());
}

std::string message(Level level, EngineKeys* keys, std::uint64_t salt = 0x0102030405060708) {
  const std::string pdu = request_pdu();
  return build({.message_id = 77,
                .level = level,
                .engine = engine,
                .boots = 3,
                .time = 1000,
                .user = "reader",
                .context_engine = engine,
                .context_name = "",
                .pdu = pdu,
                .salt = salt},
               keys);
}

/// All steps of receiving but for the tables and the window; what comes out.
std::optional<std::string> received(const std::string& bytes, EngineKeys& keys) {
  Header header;
  if (!peek(bytes, header) || header.level != keys.level() || header.user != "reader") return std::nullopt;
  if (header.engine != engine || !keys.verify(header)) return std::nullopt;
  std::string room(bytes.size(), '\0');
  std::string_view plain = header.scoped;
  if (header.level == Level::priv) {
    const auto text = keys.decrypt(header, room);
    if (!text) return std::nullopt;
    plain = *text;
  }
  Scoped scoped;
  if (!read_scoped(plain, keys.pads(), scoped)) return std::nullopt;
  return std::string(scoped.pdu);
}

EngineKeys keys_of(const char* auth, const char* priv) {
  return EngineKeys(user_keys("reader", *auth_of(auth), "authpassword", *priv_of(priv), "privpassword"),
                    engine);
}

const char* const auths[] = {"md5", "sha1", "sha224", "sha256", "sha384", "sha512"};
const char* const privs[] = {"none", "des", "aes128", "aes192", "aes256", "aes192-reeder", "aes256-reeder"};

} // namespace

BOOST_AUTO_TEST_SUITE(usm_messages)

BOOST_AUTO_TEST_CASE(passwords_become_the_keys_of_the_rfcs) {
  for (const Vector& each : vectors) {
    BOOST_TEST_CONTEXT(each.auth) {
      const Auth auth = *auth_of(each.auth);
      const Key master = key_of_password(auth, "maplesyrup");
      BOOST_TEST(hex(master) == each.master);
      BOOST_TEST(hex(localised(auth, master, rfc_engine)) == each.local);
    }
  }
}

BOOST_DATA_TEST_CASE(keys_are_extended_as_net_snmp_does, data::make(auths) * data::make(privs), auth, priv) {
  const std::string_view word(priv);
  if (word == "none") return;
  const std::pair<std::string_view, int> types[] = {{"des", USM_CREATE_USER_PRIV_DES},
                                                    {"aes128", USM_CREATE_USER_PRIV_AES},
                                                    {"aes192", USM_CREATE_USER_PRIV_AES192},
                                                    {"aes256", USM_CREATE_USER_PRIV_AES256},
                                                    {"aes192-reeder", USM_CREATE_USER_PRIV_AES192_CISCO},
                                                    {"aes256-reeder", USM_CREATE_USER_PRIV_AES256_CISCO}};
  const int type = std::ranges::find(types, word, &std::pair<std::string_view, int>::first)->second;
  const int hashes[] = {NETSNMP_USMAUTH_HMACMD5,       NETSNMP_USMAUTH_HMACSHA1,
                        NETSNMP_USMAUTH_HMAC128SHA224, NETSNMP_USMAUTH_HMAC192SHA256,
                        NETSNMP_USMAUTH_HMAC256SHA384, NETSNMP_USMAUTH_HMAC384SHA512};
  const Auth kind = *auth_of(auth);
  const Key local = localised(kind, key_of_password(kind, "privpassword"), engine);
  const Key ours = extended(kind, *priv_of(priv), local, engine);

  std::size_t hash_length = 0;
  oid* const hash = sc_get_auth_oid(hashes[static_cast<int>(kind) - 1], &hash_length);
  // The library frees and replaces the buffer.
  auto* theirs = static_cast<u_char*>(std::calloc(1, 64));
  std::copy(local.bytes.begin(), local.bytes.begin() + static_cast<long>(local.size), theirs);
  std::size_t length = local.size;
  std::string id = engine;
  const int done = netsnmp_extend_kul(static_cast<u_int>(ours.size), hash, static_cast<u_int>(hash_length),
                                      type, reinterpret_cast<u_char*>(id.data()),
                                      static_cast<u_int>(id.size()), &theirs, &length, 64);
  BOOST_REQUIRE_EQUAL(done, SNMPERR_SUCCESS);
  BOOST_REQUIRE_GE(length, ours.size);
  BOOST_TEST(to_hex(ours.view()) == to_hex({reinterpret_cast<char*>(theirs), ours.size}));
  std::free(theirs);
}

BOOST_DATA_TEST_CASE(what_is_built_is_read_again, data::make(auths) * data::make(privs), auth, priv) {
  EngineKeys keys = keys_of(auth, priv);
  const std::string bytes = message(keys.level(), &keys);
  BOOST_REQUIRE(!bytes.empty());
  Header header;
  BOOST_REQUIRE(peek(bytes, header));
  BOOST_TEST(header.message_id == 77U);
  BOOST_TEST(header.boots == 3U);
  BOOST_TEST(header.time == 1000U);
  BOOST_TEST(header.engine == engine);
  BOOST_TEST(header.reportable);
  const auto pdu = received(bytes, keys);
  BOOST_REQUIRE(pdu);
  BOOST_TEST(request_pdu().ends_with(*pdu));
  // The text is hidden exactly where it is to be.
  const bool visible = bytes.find(request_pdu()) != std::string::npos;
  BOOST_TEST(visible == (header.level != Level::priv));
  // And a second time: the contexts hold nothing of the first message.
  BOOST_TEST((received(bytes, keys) == pdu));
  EngineKeys other(user_keys("reader", *auth_of(auth), "another password", *priv_of(priv), "privpassword"),
                   engine);
  BOOST_TEST(!received(bytes, other).has_value());
}

BOOST_AUTO_TEST_CASE(discovery_is_a_message_without_user_and_engine) {
  const std::string pdu = request_pdu();
  const std::string bytes = build({.message_id = 1, .level = Level::none, .pdu = pdu}, nullptr);
  Header header;
  BOOST_REQUIRE(peek(bytes, header));
  BOOST_TEST(header.engine.empty());
  BOOST_TEST(header.user.empty());
  BOOST_TEST((header.level == Level::none));
  Scoped scoped;
  BOOST_REQUIRE(read_scoped(header.scoped, false, scoped));
  BOOST_TEST(int(scoped.tag) == int(pdu::get_bulk));
  BOOST_TEST(build({.level = Level::auth, .pdu = pdu}, nullptr).empty());
}

BOOST_AUTO_TEST_CASE(salts_make_equal_texts_differ) {
  EngineKeys keys = keys_of("sha256", "aes128");
  Header one, two;
  const std::string first = message(Level::priv, &keys, 1), second = message(Level::priv, &keys, 2);
  BOOST_REQUIRE(peek(first, one) && peek(second, two));
  BOOST_TEST(one.scoped != two.scoped);
}

BOOST_DATA_TEST_CASE(a_cut_message_is_never_accepted, data::make(privs), priv) {
  EngineKeys keys = keys_of("sha256", priv);
  const std::string bytes = message(keys.level(), &keys);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    BOOST_TEST(!received(std::string(bytes.data(), size), keys).has_value());
  BOOST_TEST(!received(bytes + '\0', keys).has_value());
}

BOOST_DATA_TEST_CASE(a_flipped_bit_is_never_accepted, data::make(auths), auth) {
  EngineKeys keys = keys_of(auth, "aes128");
  const std::string bytes = message(Level::priv, &keys);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    BOOST_TEST(!received(flipped, keys).has_value());
  }
}

BOOST_AUTO_TEST_CASE(noise_does_not_crash) {
  EngineKeys keys = keys_of("sha256", "des");
  const std::string bytes = message(Level::priv, &keys);
  std::mt19937 random(7);
  for (int turn = 0; turn < 20'000; ++turn) {
    std::string noise = bytes;
    for (unsigned i = 0; i <= random() % 8; ++i)
      noise[random() % noise.size()] = static_cast<char>(random());
    if (random() % 4 == 0) noise.resize(random() % noise.size());
    Header header;
    if (peek(noise, header)) {
      std::string room(noise.size(), '\0');
      Scoped scoped;
      static_cast<void>(keys.verify(header));
      if (const auto plain = keys.decrypt(header, room)) read_scoped(*plain, true, scoped);
    }
    BOOST_TEST((noise == bytes || !received(noise, keys).has_value()));
  }
}

BOOST_AUTO_TEST_CASE(levels_never_sink) {
  EngineKeys priv = keys_of("sha256", "aes128");
  // The same user's message without privacy, or without anything, is not what was agreed on.
  EngineKeys auth = keys_of("sha256", "none");
  BOOST_TEST(!received(message(Level::auth, &auth), priv).has_value());
  BOOST_TEST(!received(message(Level::none, nullptr), priv).has_value());
  BOOST_TEST(message(Level::priv, &auth).empty());
}

BOOST_AUTO_TEST_CASE(reports_are_known_by_their_counter) {
  BOOST_TEST((report_of(wrong_digests) == Report::wrong_digest));
  BOOST_TEST((report_of(not_in_windows) == Report::not_in_window));
  BOOST_TEST((report_of(Oid{1, 3, 6, 1, 6, 3, 15, 1, 1, 7, 0}) == Report::none));
  std::array<char, 128> room{};
  BerWriter out(room);
  write_report(out, 9, unknown_engines, 3'000'000'000U);
  const std::string bytes(out.view());
  PduReader reader;
  Answer answer;
  BOOST_TEST(int(static_cast<unsigned char>(bytes[0])) == int(pdu::report));
  BOOST_REQUIRE(reader.read(std::string_view(bytes).substr(2), answer));
  BOOST_REQUIRE_EQUAL(answer.varbinds.size(), 1U);
  BOOST_TEST(answer.varbinds[0].number == 3'000'000'000U);
  BOOST_TEST((report_of(answer.varbinds[0].oid) == Report::unknown_engine));
}

BOOST_AUTO_TEST_SUITE_END()
