// The SSHSIG container and its armour (OpenSSH PROTOCOL.sshsig). Inside the room only.
#pragma once

#include <string>
#include <string_view>

#include "common/result.hpp"

namespace assent::trust {

/// The parts of a signature; views into the bytes that were read.
struct SignatureParts {
  std::string_view key, name_space, hash, signature;
};

/// The bytes inside the armour. Exactly one armoured block, white space after it allowed; at most 32 KiB.
Result<std::string> unarmour(std::string_view armoured);
/// As ssh-keygen prints it: 70 columns, a line feed at the end.
std::string armour(std::string_view bytes);

Result<SignatureParts> parse_signature(std::string_view bytes);
std::string print_signature(const SignatureParts& parts);

/// What the key really signs: the digest of the message, bound to the namespace. Empty for an unknown hash.
std::string signed_data(std::string_view name_space, std::string_view hash, std::string_view message);

} // namespace assent::trust
