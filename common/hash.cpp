#include "common/hash.hpp"

#include <openssl/evp.h>

#include "common/result.hpp"
#include "common/text.hpp"

namespace assent {

std::array<unsigned char, 32> sha256(std::string_view bytes) {
  // Fetched once: EVP_sha256() would look the algorithm up at each call.
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::array<unsigned char, 32> digest{};
  unsigned length = 0;
  ASSENT_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, algorithm, nullptr) == 1);
  ASSENT_CHECK(length == digest.size());
  return digest;
}

std::string sha256_hex(std::string_view bytes) {
  const auto digest = sha256(bytes);
  return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

} // namespace assent
