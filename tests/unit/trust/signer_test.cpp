#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "daemon/trust/signer.hpp"
#include "daemon/trust/ssh_signature.hpp"
#include "keygen.hpp"

using namespace assent;
using namespace assent::trust;
using namespace assent::trust::testing;

namespace {

std::string refusal(const std::string& path) {
  auto signer = Signer::load(path);
  return signer ? "loaded" : signer.error().what.id;
}

} // namespace

BOOST_AUTO_TEST_SUITE(signing)

BOOST_AUTO_TEST_CASE(a_signature_is_byte_for_byte_that_of_ssh_keygen) {
  Keygen keygen;
  keygen.key("key", "ed25519");
  auto signer = Signer::load(keygen.file("key"));
  BOOST_TEST_REQUIRE(signer.ok());
  BOOST_TEST(keygen.read("key.pub").starts_with((*signer)->public_key() + " "));
  const std::string line = "assent-checkpoint-1 sha256 …";
  const auto signature = (*signer)->sign(ns_checkpoint, line);
  BOOST_TEST(signature == keygen.sign("key", "assent-checkpoint", line));
  BOOST_TEST(keygen.verifies((*signer)->public_key(), "assent-checkpoint", line, signature));
  BOOST_TEST(!keygen.verifies((*signer)->public_key(), "assent-checkpoint", line + "x", signature));
  BOOST_TEST(verify(*parse_public_key((*signer)->public_key()), ns_checkpoint, line, signature).ok());
}

BOOST_AUTO_TEST_CASE(a_key_that_others_may_read_is_refused) {
  Keygen keygen;
  keygen.key("key", "ed25519");
  for (const auto* mode : {"640", "604", "620", "660"}) {
    keygen.must(std::string("chmod ") + mode + " key");
    BOOST_TEST(refusal(keygen.file("key")) == "trust.key-file-open-to-others");
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_unencrypted_ed25519_key_is_refused) {
  Keygen keygen;
  BOOST_TEST(refusal(keygen.file("none")) == "trust.cannot-read-key");
  keygen.must("mkdir -m 700 directory; touch empty; chmod 600 empty");
  BOOST_TEST(refusal(keygen.file("directory")) == "trust.not-a-checkpoint-key");
  BOOST_TEST(refusal(keygen.file("empty")) == "trust.not-a-checkpoint-key");
  keygen.key("curve", "ecdsa -b 256");
  BOOST_TEST(refusal(keygen.file("curve")) == "trust.not-a-checkpoint-key");
  keygen.must("ssh-keygen -q -N secret -t ed25519 -f locked");
  BOOST_TEST(refusal(keygen.file("locked")) == "trust.not-a-checkpoint-key");
  keygen.key("key", "ed25519");
  const auto good = keygen.read("key");
  BOOST_TEST(refusal(keygen.file("key")) == "loaded");
  // The end line with its break and the padding inside do not belong to the key.
  const auto end = good.find("-----END");
  for (std::size_t i = 0; i < end; i += 3) {
    keygen.write("key", good.substr(0, i));
    BOOST_TEST(refusal(keygen.file("key")) == "trust.not-a-checkpoint-key");
  }
  keygen.write("key", std::string(20'000, 'A'));
  BOOST_TEST(refusal(keygen.file("key")) == "trust.not-a-checkpoint-key");
}

BOOST_AUTO_TEST_SUITE_END()
