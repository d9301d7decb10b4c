// SSH key blobs as OpenSSL keys. Inside the room only.
#pragma once

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/result.hpp"

namespace assent::trust {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* thing) const {
    Free(thing);
  }
};
using Pkey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;

enum class Family : std::uint8_t { ed25519, ecdsa, rsa };

/// An algorithm that the daemon accepts.
struct Algorithm {
  std::string_view name; ///< of the key
  Family family{};
  bool security_key = false;
  std::string_view curve; ///< as SSH calls it, where there is one
  const char* group = nullptr;
  const char* digest = nullptr; ///< that ECDSA uses with this curve
  std::size_t width = 0;        ///< bytes of a coordinate
};

/// nullptr where it is not one of ours.
const Algorithm* algorithm_of(std::string_view name);

/// A blob's parts, checked: lengths, canonical numbers, points on their curve, RSA sizes, no trailing byte.
struct KeyParts {
  const Algorithm* algorithm = nullptr;
  std::string_view point; ///< Ed25519: 32 bytes; ECDSA: uncompressed
  std::string_view modulus, exponent;
  std::string_view application; ///< of a security key
};
Result<KeyParts> parts_of(std::string_view blob);

/// nullptr where OpenSSL refuses the key.
Pkey make_key(const KeyParts& parts);

} // namespace assent::trust
