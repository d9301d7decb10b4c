// Keys of the user-based security model: from a password (RFC 3414 appendix A.2, RFC 7860 section 9.3), for
// one engine, and what they do. OpenSSL does the hashing and the ciphers. Pure.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agents/snmp/usm.hpp"

namespace assent::snmp::usm {

enum class Auth : std::uint8_t { none, md5, sha1, sha224, sha256, sha384, sha512 };

/// AES-192 and AES-256 exist in two forms that differ in how a key that is too short is made longer: that of
/// draft-blumenthal-aes-usm-04 (net-snmp and most devices) and that of draft-reeder-snmpv3-usm-3desede-00
/// (Cisco and others). With SHA-256 and above no key is too short for either, and both are the same.
enum class Priv : std::uint8_t { none, des, aes128, aes192, aes256, aes192_reeder, aes256_reeder };

/// `none`, `md5`, `sha1`, `sha224`, `sha256`, `sha384`, `sha512`; and `none`, `des`, `aes128`, `aes192`,
/// `aes256`, `aes192-reeder`, `aes256-reeder`.
std::optional<Auth> auth_of(std::string_view word);
std::optional<Priv> priv_of(std::string_view word);
std::string_view word_of(Auth auth);
std::string_view word_of(Priv priv);

/// Bytes of msgAuthenticationParameters: 12, 12, 16, 24, 32, 48 (RFC 3414, RFC 7860).
std::size_t mac_bytes(Auth auth);

/// Up to 64 bytes that are wiped when they go. No printer, no comparison.
class Key {
 public:
  Key() = default;
  Key(const Key&) = default;
  Key& operator=(const Key&) = default;
  ~Key();
  std::array<unsigned char, 64> bytes{};
  std::size_t size = 0;
  [[nodiscard]] std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), size}; }
};

/// Ku: hashes 1 MiB, about 1 ms; do it once for a password, not between two datagrams.
Key key_of_password(Auth auth, std::string_view password);
/// Kul = H(Ku, engine, Ku).
Key localised(Auth auth, const Key& master, std::string_view engine);
/// A localised key with the bytes that the cipher needs. The Reeder form hashes another 1 MiB where the key
/// is too short for it.
Key extended(Auth auth, Priv priv, const Key& local, std::string_view engine);

/// One user's secrets for all engines. Passwords are not kept.
struct UserKeys {
  std::string user;
  Auth auth = Auth::none;
  Priv priv = Priv::none;
  Key auth_master, priv_master;
  [[nodiscard]] Level level() const {
    return auth == Auth::none ? Level::none : priv == Priv::none ? Level::auth : Level::priv;
  }
};
UserKeys user_keys(std::string user, Auth auth, std::string_view auth_password, Priv priv,
                   std::string_view priv_password);

/// What one user's keys do at one engine. Holds OpenSSL's contexts with the keys already in them, so that a
/// message costs no key schedule. Not for two threads at once. About 3 KiB.
class EngineKeys {
 public:
  EngineKeys(const UserKeys& user, std::string_view engine);

  [[nodiscard]] Level level() const { return level_; }
  [[nodiscard]] bool pads() const { return priv_ == Priv::des; }
  [[nodiscard]] std::size_t mac_size() const { return mac_size_; }

  /// The MAC of `before`, as many zero bytes as the MAC has, and `after`.
  std::string_view mac(std::string_view before, std::string_view after);
  /// Whether the message's MAC is right; compares in constant time. False at Level::none.
  bool verify(const Header& header);
  /// The plain text of `header.scoped` into `room`, which must be as large; nothing where it can't be.
  /// AES can always be decrypted: a wrong key shows as nonsense to read_scoped().
  std::optional<std::string_view> decrypt(const Header& header, std::span<char> room);
  /// Into `room`, which has place for 8 bytes more than the text.
  std::optional<std::string_view> encrypt(std::string_view plain, std::uint32_t boots, std::uint32_t time,
                                          std::string_view salt, std::span<char> room);

 private:
  struct Free {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };
  using Cipher = std::unique_ptr<EVP_CIPHER_CTX, Free>;
  using Vector = std::array<unsigned char, 16>;

  [[nodiscard]] Vector vector(std::uint32_t boots, std::uint32_t time, std::string_view salt) const;
  std::optional<std::string_view> run(EVP_CIPHER_CTX* context, const Vector& vector, std::string_view from,
                                      std::span<char> to) const;

  Level level_;
  Priv priv_;
  std::size_t mac_size_;
  std::unique_ptr<EVP_MAC_CTX, Free> mac_;
  Cipher encrypt_, decrypt_;
  std::array<unsigned char, 8> pre_vector_{}; ///< of DES
  std::array<unsigned char, 64> digest_{};
};

} // namespace assent::snmp::usm
