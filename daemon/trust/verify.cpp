#include <openssl/ecdsa.h>

#include "common/hash.hpp"
#include "daemon/trust/key_blob.hpp"
#include "daemon/trust/openssl_key.hpp"
#include "daemon/trust/sshsig.hpp"
#include "daemon/trust/wire.hpp"

namespace assent::trust {

namespace {

using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

constexpr std::uint8_t user_present = 0x01;

Error malformed(std::string_view why) {
  return fail(Fault::invalid, "trust.bad-signature", {{"why", std::string(why)}});
}

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// An SSH ECDSA signature (mpint r, mpint s) as DER; empty where malformed.
std::string der_of(std::string_view signature, std::size_t width) {
  WireReader wire(signature);
  const auto r = wire.positive(), s = wire.positive();
  if (!wire.at_end() || r.size() > width || s.size() > width) return {};
  const EcdsaSignature both(ECDSA_SIG_new());
  Number left(BN_bin2bn(raw(r), static_cast<int>(r.size()), nullptr));
  Number right(BN_bin2bn(raw(s), static_cast<int>(s.size()), nullptr));
  if (!both || !left || !right || ECDSA_SIG_set0(both.get(), left.get(), right.get()) != 1) return {};
  static_cast<void>(left.release());
  static_cast<void>(right.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(both.get(), &der);
  if (size <= 0) return {};
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

bool check(const KeyParts& parts, const char* digest, std::string_view data, std::string_view signature) {
  const Pkey key = make_key(parts);
  const DigestContext context(EVP_MD_CTX_new());
  return key && context &&
         EVP_DigestVerifyInit_ex(context.get(), nullptr, digest, nullptr, nullptr, key.get(), nullptr) == 1 &&
         EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(data), data.size()) == 1;
}

/// What a security key signs (OpenSSH PROTOCOL.u2f): the application, its flags and its counter come first.
std::string security_key_data(const KeyParts& parts, std::uint8_t flags, std::uint32_t counter,
                              std::string_view data) {
  const auto application = sha256(parts.application), digest = sha256(data);
  std::string out(reinterpret_cast<const char*>(application.data()), application.size());
  out += static_cast<char>(flags);
  put_number(out, counter);
  out.append(reinterpret_cast<const char*>(digest.data()), digest.size());
  return out;
}

/// The digest of an RSA signature's own name; nullptr refuses SHA-1 and everything else.
const char* rsa_digest(std::string_view name) {
  if (name == "rsa-sha2-512") return "SHA512";
  if (name == "rsa-sha2-256") return "SHA256";
  return nullptr;
}

Status check_signature(const KeyParts& parts, std::string_view blob, std::string data) {
  const Algorithm& algorithm = *parts.algorithm;
  WireReader wire(blob);
  const auto name = wire.text();
  const auto signature = wire.text();
  const char* digest = algorithm.family == Family::rsa ? rsa_digest(name) : algorithm.digest;
  if (algorithm.family == Family::rsa ? digest == nullptr : name != algorithm.name)
    return malformed("algorithm");
  if (algorithm.security_key) {
    const auto flags = wire.byte();
    const auto counter = wire.number();
    if (wire.good() && (flags & user_present) == 0) return fail(Fault::refused, "trust.nobody-present");
    data = security_key_data(parts, flags, counter, data);
  }
  if (!wire.at_end()) return malformed("length");
  bool good = false;
  switch (algorithm.family) {
  case Family::ed25519:
    good = signature.size() == 64 && check(parts, nullptr, data, signature);
    break;
  case Family::ecdsa: {
    const std::string der = der_of(signature, algorithm.width);
    good = !der.empty() && check(parts, digest, data, der);
    break;
  }
  case Family::rsa:
    // PKCS #1 v1.5; OpenSSL refuses a length other than the modulus's.
    good = signature.size() == parts.modulus.size() && check(parts, digest, data, signature);
    break;
  }
  if (!good) return fail(Fault::refused, "trust.signature-wrong");
  return Done{};
}

} // namespace

Result<PublicKey> signer_of(std::string_view armoured) {
  auto bytes = unarmour(armoured);
  if (!bytes) return std::move(bytes).error();
  auto parts = parse_signature(*bytes);
  if (!parts) return std::move(parts).error();
  return public_key_from(parts->key);
}

Status verify(const PublicKey& key, std::string_view name_space, std::string_view message,
              std::string_view armoured) {
  auto bytes = unarmour(armoured);
  if (!bytes) return std::move(bytes).error();
  auto signature = parse_signature(*bytes);
  if (!signature) return std::move(signature).error();
  if (signature->key != key.blob) return fail(Fault::refused, "trust.other-key", {{"key", key.fingerprint}});
  if (signature->name_space != name_space)
    return fail(Fault::refused, "trust.other-namespace", {{"expected", std::string(name_space)}});
  auto parts = parts_of(key.blob);
  if (!parts) return std::move(parts).error();
  return check_signature(*parts, signature->signature, signed_data(name_space, signature->hash, message));
}

} // namespace assent::trust
