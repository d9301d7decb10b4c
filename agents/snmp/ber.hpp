// Reading BER (ITU-T X.690) as far as SNMP uses it (RFC 3417 section 8), without copying and without heap.
// What agents are known to get wrong is tolerated: lengths that are longer than needed, integers with a
// leading zero byte or of too many bytes for their syntax. Everything stays inside the bytes that were given.
#pragma once

#include <cstdint>
#include <string_view>

namespace assent::snmp {

/// One element: its tag and the bytes of its content.
struct Element {
  unsigned char tag = 0;
  std::string_view content;
};

/// Takes elements off the front of some bytes.
class BerReader {
 public:
  explicit BerReader(std::string_view bytes) : left_(bytes) {}
  [[nodiscard]] bool empty() const { return left_.empty(); }
  /// What was not taken yet.
  [[nodiscard]] std::string_view rest() const { return left_; }

  /// False where there is no whole element: no tag, an indefinite or oversized length, or too few bytes.
  // Here and not in a .cpp: it runs three times for each value.
  bool take(Element& element) {
    const std::size_t size = left_.size();
    const char* const at = left_.data();
    if (size < 2) return false;
    element.tag = static_cast<unsigned char>(at[0]);
    std::size_t length = static_cast<unsigned char>(at[1]);
    std::size_t header = 2;
    if (length >= 0x80) {
      const std::size_t bytes = length & 0x7fU;
      if (bytes == 0 || bytes > 4 || size < 2 + bytes) return false;
      length = 0;
      for (std::size_t i = 0; i < bytes; ++i)
        length = (length << 8) | static_cast<unsigned char>(at[2 + i]);
      header += bytes;
    }
    if (length > size - header) return false;
    element.content = {at + header, length};
    left_ = {at + header + length, size - header - length};
    return true;
  }
  /// The same for an element of this tag.
  bool take(unsigned char tag, std::string_view& content) {
    Element element;
    if (!take(element) || element.tag != tag) return false;
    content = element.content;
    return true;
  }

 private:
  std::string_view left_;
};

/// A signed integer of 0 to 8 bytes; false for more.
bool read_integer(std::string_view content, std::int64_t& value);
/// An unsigned one of 0 to 9 bytes, the ninth being a leading zero. A set sign bit means no sign: agents
/// forget the zero byte before it.
bool read_unsigned(std::string_view content, std::uint64_t& value);
/// The numbers of an object identifier into `parts`, which has room for `room`; false where a number is over
/// 32 bits or cut off, or they are too many. `count`: how many there are.
bool read_oid(std::string_view content, std::uint32_t* parts, std::size_t room, std::size_t& count);

} // namespace assent::snmp
