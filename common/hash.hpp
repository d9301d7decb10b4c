// Hashes name their algorithm wherever they are stored; this file is the only caller of OpenSSL's digests.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace assent {

/// SHA-256 (FIPS 180-4) of the bytes, as 32 raw bytes.
std::array<unsigned char, 32> sha256(std::string_view bytes);

/// The same as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

} // namespace assent
