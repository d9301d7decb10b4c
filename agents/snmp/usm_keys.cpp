#include "agents/snmp/usm_keys.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include <algorithm>
#include <cstring>

#include "common/result.hpp"

namespace assent::snmp::usm {
namespace {

constexpr std::size_t password_bytes = 1'048'576; // RFC 3414 appendix A.2

struct AuthKind {
  std::string_view word;
  const EVP_MD* (*digest)();
  const char* name;
  std::size_t mac;
};
constexpr std::array<AuthKind, 7> auth_kinds{{
    {"none", nullptr, nullptr, 0},
    {"md5", EVP_md5, "MD5", 12},
    {"sha1", EVP_sha1, "SHA1", 12},
    {"sha224", EVP_sha224, "SHA224", 16},
    {"sha256", EVP_sha256, "SHA256", 24},
    {"sha384", EVP_sha384, "SHA384", 32},
    {"sha512", EVP_sha512, "SHA512", 48},
}};
const AuthKind& kind(Auth auth) {
  return auth_kinds[static_cast<std::size_t>(auth)];
}

struct PrivKind {
  std::string_view word;
  const EVP_CIPHER* (*cipher)();
  std::size_t key;
  bool reeder;
};
// Single DES is in OpenSSL's legacy provider only; triple DES with the same key three times is the same
// cipher.
constexpr std::array<PrivKind, 7> priv_kinds{{
    {"none", nullptr, 0, false},
    {"des", EVP_des_ede3_cbc, 16, false},
    {"aes128", EVP_aes_128_cfb128, 16, false},
    {"aes192", EVP_aes_192_cfb128, 24, false},
    {"aes256", EVP_aes_256_cfb128, 32, false},
    {"aes192-reeder", EVP_aes_192_cfb128, 24, true},
    {"aes256-reeder", EVP_aes_256_cfb128, 32, true},
}};
const PrivKind& kind(Priv priv) {
  return priv_kinds[static_cast<std::size_t>(priv)];
}

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

class Hash {
 public:
  explicit Hash(Auth auth) : context_(EVP_MD_CTX_new()) {
    ASSENT_CHECK(context_ && EVP_DigestInit_ex(context_.get(), kind(auth).digest(), nullptr) == 1);
  }
  void add(std::string_view bytes) {
    ASSENT_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }
  Key take() {
    Key key;
    unsigned size = 0;
    ASSENT_CHECK(EVP_DigestFinal_ex(context_.get(), key.bytes.data(), &size) == 1);
    key.size = size;
    return key;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, FreeDigest> context_;
};

const unsigned char* data_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// The functions are fetched once: OpenSSL looks an algorithm up by its name behind a lock otherwise.
EVP_MAC* hmac() {
  static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  ASSENT_CHECK(mac != nullptr);
  return mac;
}

} // namespace

std::optional<Auth> auth_of(std::string_view word) {
  const auto found = std::ranges::find(auth_kinds, word, &AuthKind::word);
  if (found == auth_kinds.end()) return std::nullopt;
  return static_cast<Auth>(found - auth_kinds.begin());
}
std::optional<Priv> priv_of(std::string_view word) {
  const auto found = std::ranges::find(priv_kinds, word, &PrivKind::word);
  if (found == priv_kinds.end()) return std::nullopt;
  return static_cast<Priv>(found - priv_kinds.begin());
}
std::string_view word_of(Auth auth) {
  return kind(auth).word;
}
std::string_view word_of(Priv priv) {
  return kind(priv).word;
}
std::size_t mac_bytes(Auth auth) {
  return kind(auth).mac;
}

Key::~Key() {
  OPENSSL_cleanse(bytes.data(), bytes.size());
}

Key key_of_password(Auth auth, std::string_view password) {
  ASSENT_CHECK(auth != Auth::none && !password.empty());
  // The password over and over, to 1 MiB: a buffer of whole repetitions keeps the hash fed.
  std::string block;
  block.reserve(password.size() + 8192);
  while (block.size() < 8192)
    block += password;
  Hash hash(auth);
  for (std::size_t left = password_bytes; left > 0;) {
    const std::size_t now = std::min(left, block.size());
    hash.add(std::string_view(block).substr(0, now));
    left -= now;
  }
  OPENSSL_cleanse(block.data(), block.size());
  return hash.take();
}

Key localised(Auth auth, const Key& master, std::string_view engine) {
  Hash hash(auth);
  hash.add(master.view());
  hash.add(engine);
  hash.add(master.view());
  return hash.take();
}

Key extended(Auth auth, Priv priv, const Key& local, std::string_view engine) {
  const PrivKind& cipher = kind(priv);
  Key key = local;
  Key last = local;
  while (key.size < cipher.key) {
    if (cipher.reeder) {
      last = localised(auth, key_of_password(auth, last.view()), engine);
    } else {
      Hash hash(auth);
      hash.add(key.view());
      last = hash.take();
    }
    const std::size_t more = std::min(last.size, key.bytes.size() - key.size);
    std::memcpy(key.bytes.data() + key.size, last.bytes.data(), more);
    key.size += more;
  }
  key.size = cipher.key;
  return key;
}

UserKeys user_keys(std::string user, Auth auth, std::string_view auth_password, Priv priv,
                   std::string_view priv_password) {
  UserKeys keys;
  keys.user = std::move(user);
  keys.auth = auth;
  keys.priv = auth == Auth::none ? Priv::none : priv;
  if (keys.auth != Auth::none) keys.auth_master = key_of_password(auth, auth_password);
  if (keys.priv != Priv::none) keys.priv_master = key_of_password(auth, priv_password);
  return keys;
}

EngineKeys::EngineKeys(const UserKeys& user, std::string_view engine)
    : level_(user.level()), priv_(user.priv), mac_size_(mac_bytes(user.auth)) {
  if (level_ == Level::none) return;
  const Key auth = localised(user.auth, user.auth_master, engine);
  mac_.reset(EVP_MAC_CTX_new(hmac()));
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(kind(user.auth).name), 0),
      OSSL_PARAM_construct_end()};
  ASSENT_CHECK(mac_ && EVP_MAC_init(mac_.get(), auth.bytes.data(), auth.size, params) == 1);
  if (level_ != Level::priv) return;
  Key priv = extended(user.auth, user.priv, localised(user.auth, user.priv_master, engine), engine);
  if (priv_ == Priv::des) {
    std::copy_n(priv.bytes.data() + 8, pre_vector_.size(), pre_vector_.data());
    std::copy_n(priv.bytes.data(), 8, priv.bytes.data() + 8);
    std::copy_n(priv.bytes.data(), 8, priv.bytes.data() + 16);
  }
  encrypt_.reset(EVP_CIPHER_CTX_new());
  decrypt_.reset(EVP_CIPHER_CTX_new());
  ASSENT_CHECK(encrypt_ && decrypt_);
  const EVP_CIPHER* const cipher = kind(user.priv).cipher();
  ASSENT_CHECK(EVP_EncryptInit_ex(encrypt_.get(), cipher, nullptr, priv.bytes.data(), nullptr) == 1 &&
               EVP_DecryptInit_ex(decrypt_.get(), cipher, nullptr, priv.bytes.data(), nullptr) == 1);
  // RFC 3414 section 8.1.1.2: padding is up to the sender, and stripped by the length of the ScopedPDU.
  EVP_CIPHER_CTX_set_padding(encrypt_.get(), 0);
  EVP_CIPHER_CTX_set_padding(decrypt_.get(), 0);
}

std::string_view EngineKeys::mac(std::string_view before, std::string_view after) {
  static constexpr std::array<unsigned char, 48> zeros{};
  ASSENT_CHECK(mac_);
  std::size_t size = 0;
  // Without a key: the one that it has.
  ASSENT_CHECK(EVP_MAC_init(mac_.get(), nullptr, 0, nullptr) == 1 &&
               EVP_MAC_update(mac_.get(), data_of(before), before.size()) == 1 &&
               EVP_MAC_update(mac_.get(), zeros.data(), mac_size_) == 1 &&
               EVP_MAC_update(mac_.get(), data_of(after), after.size()) == 1 &&
               EVP_MAC_final(mac_.get(), digest_.data(), &size, digest_.size()) == 1 && size >= mac_size_);
  return {reinterpret_cast<const char*>(digest_.data()), mac_size_};
}

bool EngineKeys::verify(const Header& header) {
  if (level_ == Level::none || header.mac.size() != mac_size_) return false;
  const auto at = static_cast<std::size_t>(header.mac.data() - header.message.data());
  const std::string_view right = mac(header.message.substr(0, at), header.message.substr(at + mac_size_));
  return CRYPTO_memcmp(right.data(), header.mac.data(), mac_size_) == 0;
}

EngineKeys::Vector EngineKeys::vector(std::uint32_t boots, std::uint32_t time, std::string_view salt) const {
  Vector out{};
  if (priv_ == Priv::des) {
    for (std::size_t i = 0; i < pre_vector_.size(); ++i)
      out[i] = static_cast<unsigned char>(pre_vector_[i] ^ static_cast<unsigned char>(salt[i]));
    return out;
  }
  for (std::size_t i = 0; i < 4; ++i) {
    out[i] = static_cast<unsigned char>(boots >> (24 - 8 * i));
    out[4 + i] = static_cast<unsigned char>(time >> (24 - 8 * i));
  }
  std::memcpy(out.data() + 8, salt.data(), 8);
  return out;
}

std::optional<std::string_view> EngineKeys::run(EVP_CIPHER_CTX* context, const Vector& vector,
                                                std::string_view from, std::span<char> to) const {
  auto* const out = reinterpret_cast<unsigned char*>(to.data());
  int size = 0;
  const bool good =
      EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, vector.data(), -1) == 1 &&
      EVP_CipherUpdate(context, out, &size, data_of(from), static_cast<int>(from.size())) == 1 &&
      static_cast<std::size_t>(size) == from.size();
  if (!good) return std::nullopt;
  return std::string_view(to.data(), from.size());
}

std::optional<std::string_view> EngineKeys::decrypt(const Header& header, std::span<char> room) {
  if (level_ != Level::priv || header.salt.size() != 8 || header.scoped.empty()) return std::nullopt;
  if (room.size() < header.scoped.size()) return std::nullopt;
  if (priv_ == Priv::des && header.scoped.size() % 8 != 0) return std::nullopt;
  return run(decrypt_.get(), vector(header.boots, header.time, header.salt), header.scoped, room);
}

std::optional<std::string_view> EngineKeys::encrypt(std::string_view plain, std::uint32_t boots,
                                                    std::uint32_t time, std::string_view salt,
                                                    std::span<char> room) {
  if (level_ != Level::priv || salt.size() != 8 || room.size() < plain.size() + 8) return std::nullopt;
  if (priv_ != Priv::des) return run(encrypt_.get(), vector(boots, time, salt), plain, room);
  std::string padded(plain);
  padded.resize((plain.size() + 7) / 8 * 8, '\0');
  return run(encrypt_.get(), vector(boots, time, salt), padded, room);
}

} // namespace assent::snmp::usm
