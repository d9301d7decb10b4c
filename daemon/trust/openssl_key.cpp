#include "daemon/trust/openssl_key.hpp"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <array>

#include "daemon/trust/wire.hpp"

namespace assent::trust {

namespace {

using ParamBuild = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using NumberContext = std::unique_ptr<BN_CTX, Freed<BN_CTX_free>>;

constexpr int least_rsa_bits = 3072;
constexpr int most_rsa_bits = 16384;
constexpr std::size_t longest_application = 256;

constexpr std::array<Algorithm, 7> algorithms{{
    {"ssh-ed25519", Family::ed25519, false, "", nullptr, nullptr, 32},
    {"sk-ssh-ed25519@openssh.com", Family::ed25519, true, "", nullptr, nullptr, 32},
    {"ecdsa-sha2-nistp256", Family::ecdsa, false, "nistp256", "prime256v1", "SHA256", 32},
    {"ecdsa-sha2-nistp384", Family::ecdsa, false, "nistp384", "secp384r1", "SHA384", 48},
    {"ecdsa-sha2-nistp521", Family::ecdsa, false, "nistp521", "secp521r1", "SHA512", 66},
    {"sk-ecdsa-sha2-nistp256@openssh.com", Family::ecdsa, true, "nistp256", "prime256v1", "SHA256", 32},
    {"ssh-rsa", Family::rsa, false, "", nullptr, nullptr, 0},
}};

Error bad_key(std::string_view why) {
  return fail(Fault::invalid, "trust.bad-key", {{"why", std::string(why)}});
}

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

Number number_from(std::string_view bytes) {
  return Number(BN_bin2bn(raw(bytes), static_cast<int>(bytes.size()), nullptr));
}

Number number_from_hex(const char* hex) {
  BIGNUM* out = nullptr;
  ASSENT_CHECK(BN_hex2bn(&out, hex) != 0);
  return Number(out);
}

/// y of a point of order 1, 2, 4 or 8: a "signature" by such a key fits any message.
bool is_small_order(const BIGNUM* y, const BIGNUM* p) {
  static const char* const orders[] = {"0", "1",
                                       "05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826",
                                       "7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7"};
  for (const char* hex : orders)
    if (BN_cmp(y, number_from_hex(hex).get()) == 0) return true;
  const Number minus_one(BN_dup(p));
  BN_sub_word(minus_one.get(), 1);
  return BN_cmp(y, minus_one.get()) == 0;
}

/// RFC 8032 5.1.3: y below p, and an x exists with x^2 = (y^2-1)/(d*y^2+1). OpenSSL would only notice when
/// verifying.
bool is_edwards_point(std::string_view bytes) {
  if (bytes.size() != 32) return false;
  std::string big(bytes.rbegin(), bytes.rend());
  big[0] = static_cast<char>(big[0] & 0x7f);
  const Number p = number_from_hex("7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFED");
  const Number d = number_from_hex("52036CEE2B6FFE738CC740797779E89800700A4D4141D8AB75EB4DCA135978A3");
  const Number y = number_from(big);
  if (BN_cmp(y.get(), p.get()) >= 0 || is_small_order(y.get(), p.get())) return false;
  const NumberContext context(BN_CTX_new());
  const Number square(BN_new()), upper(BN_new()), lower(BN_new()), product(BN_new());
  if (!context || !square || !upper || !lower || !product) return false;
  const bool computed = BN_mod_sqr(square.get(), y.get(), p.get(), context.get()) == 1 &&
                        BN_mod_sub(upper.get(), square.get(), BN_value_one(), p.get(), context.get()) == 1 &&
                        BN_mod_mul(lower.get(), square.get(), d.get(), p.get(), context.get()) == 1 &&
                        BN_mod_add(lower.get(), lower.get(), BN_value_one(), p.get(), context.get()) == 1 &&
                        BN_mod_mul(product.get(), upper.get(), lower.get(), p.get(), context.get()) == 1;
  // u/v is a square exactly where u*v is one.
  return computed && BN_kronecker(product.get(), p.get(), context.get()) == 1;
}

Pkey from_params(const char* type, OSSL_PARAM_BLD* build) {
  const Params params(OSSL_PARAM_BLD_to_param(build));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return nullptr;
  return Pkey(key);
}

Pkey make_rsa(const KeyParts& parts) {
  const Number n = number_from(parts.modulus), e = number_from(parts.exponent);
  const ParamBuild build(OSSL_PARAM_BLD_new());
  if (!n || !e || !build || OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return nullptr;
  return from_params("RSA", build.get());
}

Pkey make_ecdsa(const KeyParts& parts) {
  const ParamBuild build(OSSL_PARAM_BLD_new());
  if (!build ||
      OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, parts.algorithm->group, 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, parts.point.data(),
                                       parts.point.size()) != 1)
    return nullptr;
  return from_params("EC", build.get());
}

Status check_rsa(const KeyParts& parts) {
  const Number n = number_from(parts.modulus), e = number_from(parts.exponent);
  const int bits = BN_num_bits(n.get());
  if (bits < least_rsa_bits)
    return fail(Fault::invalid, "trust.rsa-too-short",
                {{"bits", std::to_string(bits)}, {"least", std::to_string(least_rsa_bits)}});
  if (bits > most_rsa_bits || !BN_is_odd(n.get())) return bad_key("modulus");
  if (BN_num_bits(e.get()) > 64 || !BN_is_odd(e.get()) || BN_is_one(e.get())) return bad_key("exponent");
  return Done{};
}

} // namespace

const Algorithm* algorithm_of(std::string_view name) {
  const auto* found = std::find_if(algorithms.begin(), algorithms.end(),
                                   [name](const Algorithm& one) { return one.name == name; });
  return found == algorithms.end() ? nullptr : found;
}

Pkey make_key(const KeyParts& parts) {
  switch (parts.algorithm->family) {
  case Family::ed25519:
    return Pkey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(parts.point), parts.point.size()));
  case Family::ecdsa:
    return make_ecdsa(parts);
  case Family::rsa:
    return make_rsa(parts);
  }
  return nullptr;
}

Result<KeyParts> parts_of(std::string_view blob) {
  WireReader wire(blob);
  KeyParts parts;
  parts.algorithm = algorithm_of(wire.text());
  if (!wire.good()) return bad_key("length");
  if (!parts.algorithm) return fail(Fault::invalid, "trust.unknown-algorithm");
  const Algorithm& algorithm = *parts.algorithm;
  if (algorithm.family == Family::rsa) {
    parts.exponent = wire.positive();
    parts.modulus = wire.positive();
  } else {
    if (algorithm.family == Family::ecdsa && wire.text() != algorithm.curve) return bad_key("curve");
    parts.point = wire.text();
  }
  if (algorithm.security_key) {
    parts.application = wire.text();
    if (parts.application.empty() || parts.application.size() > longest_application)
      return bad_key("application");
  }
  if (!wire.at_end()) return bad_key(wire.good() ? "trailing bytes" : "length");
  if (algorithm.family == Family::rsa)
    if (auto status = check_rsa(parts); !status) return std::move(status).error();
  if (algorithm.family == Family::ed25519 && !is_edwards_point(parts.point)) return bad_key("point");
  if (algorithm.family == Family::ecdsa) {
    // Only the uncompressed form: the same key in two forms would be two fingerprints.
    if (parts.point.size() != 2 * algorithm.width + 1 || parts.point[0] != 4) return bad_key("point");
    if (!make_key(parts)) return bad_key("point");
  }
  return parts;
}

} // namespace assent::trust
