// The SSH wire's data types (RFC 4251 section 5) over hostile bytes: every read is bounded, and remembers
// failure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace assent::trust {

/// Reads from the front. After the first failure everything reads as empty and good() stays false.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : left_(bytes) {}
  bool good() const { return good_; }
  bool at_end() const { return good_ && left_.empty(); }
  std::string_view bytes(std::size_t size);
  std::uint8_t byte();
  std::uint32_t number();
  std::string_view text(); ///< `string`: length and bytes
  /// `mpint` that is positive and in its only form (no needless zero byte, not negative, not zero):
  /// big-endian bytes without sign byte.
  std::string_view positive();

 private:
  std::string_view left_;
  bool good_ = true;
};

void put_number(std::string& out, std::uint32_t number);
void put_text(std::string& out, std::string_view text);

} // namespace assent::trust
