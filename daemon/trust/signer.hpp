// The daemon's own checkpoint key: an unencrypted OpenSSH Ed25519 private key file, mode 0600. It signs
// checkpoints and nothing else. The key never leaves this object and has no printer.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/result.hpp"

namespace assent::trust {

class Signer {
 public:
  /// Reads `openssh-key-v1`, cipher none, Ed25519. Refuses a file that others may read.
  static Result<std::unique_ptr<Signer>> load(const std::string& path);
  virtual ~Signer() = default;
  virtual std::string public_key() const = 0; ///< `ssh-ed25519 BASE64`
  /// An armoured SSH signature in the namespace, as ssh-keygen -Y sign would make it.
  virtual std::string sign(std::string_view name_space, std::string_view message) const = 0;
};

} // namespace assent::trust
