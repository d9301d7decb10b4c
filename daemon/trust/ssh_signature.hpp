// SSH public keys and SSH signatures (OpenSSH PROTOCOL.sshsig), parsed and verified with OpenSSL.
// Pure functions over hostile bytes; any thread. Nothing here signs: people sign on their own machine.
#pragma once

#include <string>
#include <string_view>

#include "common/result.hpp"

namespace assent::trust {

/// A public key as people paste it: `ssh-ed25519 AAAA… comment`.
struct PublicKey {
  std::string algorithm;   ///< `ssh-ed25519`, `ecdsa-sha2-nistp256|384|521`, `ssh-rsa`,
                           ///< `sk-ssh-ed25519@openssh.com`, `sk-ecdsa-sha2-nistp256@openssh.com`
  std::string blob;        ///< wire format (RFC 4253 6.6)
  std::string fingerprint; ///< `SHA256:` + unpadded base64, as ssh-keygen -l prints it
  std::string text;        ///< `ALGORITHM BASE64`, no comment: the canonical text that is stored
};

/// Refuses unknown algorithms, RSA below 3072 bits, trailing bytes and malformed points.
Result<PublicKey> parse_public_key(std::string_view line);

/// The namespaces that the daemon accepts; a signature for one is worthless for another.
inline constexpr std::string_view ns_founding = "assent-founding";
inline constexpr std::string_view ns_request = "assent-request";
inline constexpr std::string_view ns_approval = "assent-approval";
inline constexpr std::string_view ns_revocation = "assent-revocation";
inline constexpr std::string_view ns_checkpoint = "assent-checkpoint";

/// The key inside an armoured signature (`-----BEGIN SSH SIGNATURE-----`), without verifying it.
Result<PublicKey> signer_of(std::string_view armoured);

/// Done where `armoured` is a signature of exactly `message` in `name_space` by `key`. SHA-256 and SHA-512
/// digests, `rsa-sha2-256|512` (never SHA-1); `sk-` keys only with the user-presence flag set.
Status verify(const PublicKey& key, std::string_view name_space, std::string_view message,
              std::string_view armoured);

} // namespace assent::trust
