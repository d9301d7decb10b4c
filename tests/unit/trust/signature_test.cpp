#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "common/text.hpp"
#include "daemon/trust/ssh_signature.hpp"
#include "daemon/trust/sshsig.hpp"
#include "keygen.hpp"

using namespace assent;
using namespace assent::trust;
using namespace assent::trust::testing;

namespace {

std::string refusal(const Status& status) {
  return status ? "good" : status.error().what.id;
}

struct Kind {
  const char* name;
  const char* options;
};
const Kind kinds[] = {{"ed25519", ""},
                      {"'ecdsa -b 256'", ""},
                      {"'ecdsa -b 384'", ""},
                      {"'ecdsa -b 521'", ""},
                      {"'rsa -b 3072'", ""},
                      {"'rsa -b 4096'", "-O hashalg=sha256"},
                      {"ed25519", "-O hashalg=sha256"}};

} // namespace

BOOST_AUTO_TEST_SUITE(signatures)

BOOST_AUTO_TEST_CASE(what_ssh_keygen_signs_verifies_and_only_that) {
  Keygen keygen;
  keygen.key("other", "ed25519");
  const auto other = parse_public_key(keygen.read("other.pub"));
  const std::string page = "assent request\n九江市 wants 10.1.2.0/24\n";
  for (const auto& kind : kinds) {
    std::string words = kind.name;
    std::erase(words, '\'');
    BOOST_TEST_CONTEXT(words << ' ' << kind.options) {
      keygen.key("key", words);
      auto key = parse_public_key(keygen.read("key.pub"));
      BOOST_TEST_REQUIRE(key.ok());
      const auto signature = keygen.sign("key", "assent-request", page, kind.options);
      BOOST_TEST(refusal(verify(*key, ns_request, page, signature)) == "good");
      BOOST_TEST(refusal(verify(*key, ns_approval, page, signature)) == "trust.other-namespace");
      BOOST_TEST(refusal(verify(*key, ns_request, page + " ", signature)) == "trust.signature-wrong");
      BOOST_TEST(refusal(verify(*key, ns_request, "", signature)) == "trust.signature-wrong");
      BOOST_TEST(refusal(verify(*other, ns_request, page, signature)) == "trust.other-key");
      auto signer = signer_of(signature);
      BOOST_TEST_REQUIRE(signer.ok());
      BOOST_TEST(signer->fingerprint == key->fingerprint);
      BOOST_TEST(signer->text == key->text);
    }
  }
}

BOOST_AUTO_TEST_CASE(fingerprints_are_those_of_ssh_keygen) {
  Keygen keygen;
  for (const auto* kind : {"ed25519", "ecdsa -b 521", "rsa -b 3072"}) {
    keygen.key("key", kind);
    auto key = parse_public_key(keygen.read("key.pub"));
    BOOST_TEST_REQUIRE(key.ok());
    keygen.must("ssh-keygen -l -f key.pub");
    BOOST_TEST(keygen.read("out").find(key->fingerprint + " ") != std::string::npos);
    BOOST_TEST(keygen.read("key.pub").starts_with(key->text + " "));
  }
}

BOOST_AUTO_TEST_CASE(no_flipped_bit_and_no_truncation_of_a_signature_verifies) {
  Keygen keygen;
  for (const auto* kind : {"ed25519", "ecdsa -b 256"}) {
    keygen.key("key", kind);
    auto key = parse_public_key(keygen.read("key.pub"));
    const auto bytes = *unarmour(keygen.sign("key", "assent-request", "page"));
    BOOST_TEST_REQUIRE(verify(*key, ns_request, "page", armour(bytes)).ok());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      auto changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
      BOOST_TEST(!verify(*key, ns_request, "page", armour(changed)).ok());
      BOOST_TEST(!verify(*key, ns_request, "page", armour(bytes.substr(0, i))).ok());
    }
    BOOST_TEST(!verify(*key, ns_request, "page", armour(bytes + '\0')).ok());
  }
}

BOOST_AUTO_TEST_CASE(a_length_that_lies_is_refused) {
  Keygen keygen;
  keygen.key("key", "ed25519");
  auto key = parse_public_key(keygen.read("key.pub"));
  const auto bytes = *unarmour(keygen.sign("key", "assent-request", "page"));
  for (std::size_t i = 0; i + 4 <= bytes.size(); ++i) {
    auto changed = bytes;
    changed.replace(i, 4, "\xff\xff\xff\xff");
    BOOST_TEST(!verify(*key, ns_request, "page", armour(changed)).ok());
    static_cast<void>(signer_of(armour(changed)));
  }
}

BOOST_AUTO_TEST_CASE(the_armour_is_exactly_one_block) {
  Keygen keygen;
  keygen.key("key", "ed25519");
  auto key = parse_public_key(keygen.read("key.pub"));
  const auto good = keygen.sign("key", "assent-request", "page");
  auto said = [&](const std::string& text) { return refusal(verify(*key, ns_request, "page", text)); };
  BOOST_TEST(said(good) == "good");
  BOOST_TEST(armour(*unarmour(good)) == good);
  std::string windows;
  for (const char c : good)
    windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  BOOST_TEST(said(windows) == "good");
  BOOST_TEST(said(good + "\n") == "good");
  BOOST_TEST(said(good + good) == "trust.bad-signature-file");
  BOOST_TEST(said(" " + good) == "trust.bad-signature-file");
  BOOST_TEST(said(good + "more") == "trust.bad-signature-file");
  BOOST_TEST(said("") == "trust.bad-signature-file");
  BOOST_TEST(said("-----BEGIN SSH SIGNATURE-----") == "trust.bad-signature-file");
  BOOST_TEST(said("-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n") ==
             "trust.bad-signature-file");
  BOOST_TEST(said(std::string(1'000'000, 'A')) == "trust.too-long");
  auto strange = good;
  strange[40] = '*';
  BOOST_TEST(said(strange) == "trust.bad-signature-file");
}

BOOST_AUTO_TEST_CASE(a_key_line_is_bounded_and_says_what_it_is) {
  Keygen keygen;
  keygen.key("key", "ed25519");
  const auto line = keygen.read("key.pub");
  auto id = [](const std::string& text) {
    auto key = parse_public_key(text);
    return key ? "good" : key.error().what.id;
  };
  BOOST_TEST(id(line) == "good");
  BOOST_TEST(id("from=\"*\" " + line) == "trust.unknown-algorithm-name");
  BOOST_TEST(id("ssh-rsa" + line.substr(line.find(' '))) == "trust.bad-key");
  BOOST_TEST(id("ssh-dss AAAA") == "trust.unknown-algorithm-name");
  BOOST_TEST(id("ssh-ed25519") == "trust.not-a-key-line");
  BOOST_TEST(id("ssh-ed25519 ") == "trust.not-a-key-line");
  BOOST_TEST(id("ssh-ed25519 !!!!") == "trust.not-a-key-line");
  BOOST_TEST(id("") == "trust.not-a-key-line");
  BOOST_TEST(id(line + line) == "trust.not-a-key-line");
  BOOST_TEST(id(line + std::string(20'000, 'x')) == "trust.too-long");
  auto blob = parse_public_key(line)->blob;
  BOOST_TEST(id("ssh-ed25519 " + to_base64(blob + "x")) == "trust.bad-key");
  for (std::size_t size = 1; size < blob.size(); ++size)
    BOOST_TEST(id("ssh-ed25519 " + to_base64(blob.substr(0, size))) != "good");
}

BOOST_AUTO_TEST_CASE(short_rsa_keys_are_refused) {
  Keygen keygen;
  keygen.key("key", "rsa -b 2048");
  BOOST_TEST(parse_public_key(keygen.read("key.pub")).error().what.id == "trust.rsa-too-short");
}

BOOST_AUTO_TEST_SUITE_END()
