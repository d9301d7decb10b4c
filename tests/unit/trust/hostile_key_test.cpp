#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>

#include "common/hash.hpp"
#include "common/text.hpp"
#include "daemon/trust/openssl_key.hpp"
#include "daemon/trust/ssh_signature.hpp"
#include "daemon/trust/sshsig.hpp"
#include "daemon/trust/wire.hpp"
#include "keygen.hpp"

using namespace assent;
using namespace assent::trust;
using namespace assent::trust::testing;

namespace {

std::string texts(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const auto part : parts)
    put_text(out, part);
  return out;
}

Result<PublicKey> from_blob(const std::string& algorithm, const std::string& blob) {
  return parse_public_key(algorithm + " " + to_base64(blob));
}

std::string raw_hash(std::string_view bytes) {
  const auto digest = sha256(bytes);
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string sign_with(EVP_PKEY* key, const char* digest, const std::string& data) {
  const DigestContext context(EVP_MD_CTX_new());
  std::size_t size = 512;
  std::string out(size, '\0');
  BOOST_TEST_REQUIRE(EVP_DigestSignInit_ex(context.get(), nullptr, digest, nullptr, nullptr, key, nullptr) ==
                     1);
  BOOST_TEST_REQUIRE(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                                    reinterpret_cast<const unsigned char*>(data.data()), data.size()) == 1);
  out.resize(size);
  return out;
}

std::string mpint(const BIGNUM* number) {
  std::string out(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(out.data()));
  if (!out.empty() && (out[0] & 0x80) != 0) out.insert(out.begin(), '\0');
  return out;
}

std::string ssh_ecdsa(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* both = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  BOOST_TEST_REQUIRE(both != nullptr);
  const auto out = texts({mpint(ECDSA_SIG_get0_r(both)), mpint(ECDSA_SIG_get0_s(both))});
  ECDSA_SIG_free(both);
  return out;
}

/// A security key made of an OpenSSL key: what the hardware would sign.
struct SecurityKey {
  std::string algorithm, blob;
  Pkey pkey;

  static SecurityKey ed25519() {
    SecurityKey key;
    key.algorithm = "sk-ssh-ed25519@openssh.com";
    key.pkey.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    std::string point(32, '\0');
    std::size_t size = 32;
    EVP_PKEY_get_raw_public_key(key.pkey.get(), reinterpret_cast<unsigned char*>(point.data()), &size);
    key.blob = texts({key.algorithm, point, "ssh:"});
    return key;
  }
  static SecurityKey ecdsa() {
    SecurityKey key;
    key.algorithm = "sk-ecdsa-sha2-nistp256@openssh.com";
    key.pkey.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    std::string point(65, '\0');
    std::size_t size = 0;
    EVP_PKEY_get_octet_string_param(key.pkey.get(), OSSL_PKEY_PARAM_PUB_KEY,
                                    reinterpret_cast<unsigned char*>(point.data()), point.size(), &size);
    key.blob = texts({key.algorithm, "nistp256", point, "ssh:"});
    return key;
  }
  std::string sign(std::string_view name_space, std::string_view message, std::uint8_t flags,
                   std::string_view application = "ssh:") const {
    std::string tail(1, static_cast<char>(flags));
    put_number(tail, 7);
    const auto data = raw_hash(application) + tail + raw_hash(signed_data(name_space, "sha512", message));
    const bool curve = algorithm.starts_with("sk-ecdsa");
    auto signature = sign_with(pkey.get(), curve ? "SHA256" : nullptr, data);
    if (curve) signature = ssh_ecdsa(signature);
    return armour(print_signature({blob, name_space, "sha512", texts({algorithm, signature}) + tail}));
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(hostile_keys)

BOOST_AUTO_TEST_CASE(a_security_key_counts_only_when_somebody_touched_it) {
  Keygen keygen;
  for (const auto& hardware : {SecurityKey::ed25519(), SecurityKey::ecdsa()}) {
    auto key = from_blob(hardware.algorithm, hardware.blob);
    BOOST_TEST_REQUIRE(key.ok());
    const auto touched = hardware.sign("assent-approval", "page", 0x01);
    BOOST_TEST(verify(*key, ns_approval, "page", touched).ok());
    BOOST_TEST(keygen.verifies(key->text, "assent-approval", "page", touched));
    BOOST_TEST(verify(*key, ns_approval, "page", hardware.sign("assent-approval", "page", 0x05)).ok());
    BOOST_TEST(
        verify(*key, ns_approval, "page", hardware.sign("assent-approval", "page", 0x04)).error().what.id ==
        "trust.nobody-present");
    BOOST_TEST(!verify(*key, ns_approval, "gape", touched).ok());
    BOOST_TEST(
        !verify(*key, ns_approval, "page", hardware.sign("assent-approval", "page", 0x01, "ssh:x")).ok());
    auto bytes = *unarmour(touched);
    bytes[bytes.size() - 5] = 0x05;
    BOOST_TEST(!verify(*key, ns_approval, "page", armour(bytes)).ok());
  }
}

BOOST_AUTO_TEST_CASE(keys_that_sign_everything_are_refused) {
  // Points of order 1, 2, 4 and 8 (the list of libsodium), also with the sign bit set, and y that is not
  // below p.
  for (const auto* hex : {"0000000000000000000000000000000000000000000000000000000000000000",
                          "0100000000000000000000000000000000000000000000000000000000000000",
                          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    for (const int sign : {0x00, 0x80}) {
      auto point = from_hex(hex);
      point[31] = static_cast<char>(point[31] | sign);
      BOOST_TEST(!from_blob("ssh-ed25519", texts({"ssh-ed25519", point})).ok());
    }
  }
}

BOOST_AUTO_TEST_CASE(points_beside_their_curve_are_refused) {
  BOOST_TEST(!from_blob("ssh-ed25519", texts({"ssh-ed25519", std::string(31, '\2') + '\0'})).ok());
  BOOST_TEST(!from_blob("ssh-ed25519", texts({"ssh-ed25519", std::string(33, '\3')})).ok());
  const std::string curve = "ecdsa-sha2-nistp256";
  auto with = [&](std::string_view point) {
    return from_blob(curve, texts({curve, "nistp256", point})).ok();
  };
  BOOST_TEST(!with(std::string(1, '\4') + std::string(64, '\1')));
  BOOST_TEST(!with(std::string(1, '\0')));
  BOOST_TEST(!with(""));
  const auto good = SecurityKey::ecdsa();
  WireReader wire(good.blob);
  wire.text();
  wire.text();
  const std::string point(wire.text());
  BOOST_TEST(with(point));
  BOOST_TEST(!from_blob(curve, texts({curve, "nistp384", point})).ok());
  BOOST_TEST(!with(std::string(1, '\2') + point.substr(1, 32)));
  BOOST_TEST(!with(point + '\0'));
}

BOOST_AUTO_TEST_CASE(one_rsa_key_has_one_form) {
  Keygen keygen;
  keygen.key("key", "rsa -b 3072");
  auto key = parse_public_key(keygen.read("key.pub"));
  BOOST_TEST_REQUIRE(key.ok());
  WireReader wire(key->blob);
  wire.text();
  const std::string e(wire.text()), n(wire.text());
  auto with = [](std::string_view exponent, std::string_view modulus) {
    return from_blob("ssh-rsa", texts({"ssh-rsa", exponent, modulus})).ok();
  };
  BOOST_TEST(with(e, n));
  BOOST_TEST(!with(e, std::string(1, '\0') + n));
  BOOST_TEST(!with(std::string(1, '\0') + e, n));
  BOOST_TEST(!with(e, n.substr(1)));
  BOOST_TEST(!with("", n));
  BOOST_TEST(!with("\1", n));
  BOOST_TEST(!with("\2", n));
  BOOST_TEST(!with(n, n));
  BOOST_TEST(!with(e, std::string(1, '\0') + std::string(4096, '\xff')));
}

BOOST_AUTO_TEST_CASE(sha1_signatures_are_refused) {
  Keygen keygen;
  keygen.key("key", "rsa -b 3072");
  auto key = parse_public_key(keygen.read("key.pub"));
  auto parts = *unarmour(keygen.sign("key", "assent-request", "page"));
  // Calling it by the old name must not bring the old digest back.
  const auto at = parts.find("rsa-sha2-512");
  BOOST_TEST_REQUIRE(at != std::string::npos);
  for (const auto* name : {"ssh-rsa-xxxx", "rsa-sha2-256", "rsa-sha2-384"}) {
    auto changed = parts;
    changed.replace(at, 12, name);
    BOOST_TEST(!verify(*key, ns_request, "page", armour(changed)).ok());
  }
}

BOOST_AUTO_TEST_SUITE_END()
