#include "agents/snmp/ber.hpp"

namespace assent::snmp {

bool read_integer(std::string_view content, std::int64_t& value) {
  if (content.size() > 8) return false;
  std::uint64_t bits = !content.empty() && (content[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (const char each : content)
    bits = (bits << 8) | static_cast<unsigned char>(each);
  value = static_cast<std::int64_t>(bits);
  return true;
}

bool read_unsigned(std::string_view content, std::uint64_t& value) {
  if (content.size() > 9 || (content.size() == 9 && content[0] != 0)) return false;
  std::uint64_t bits = 0;
  for (const char each : content)
    bits = (bits << 8) | static_cast<unsigned char>(each);
  value = bits;
  return true;
}

bool read_oid(std::string_view content, std::uint32_t* parts, std::size_t room, std::size_t& count) {
  if (room < 2) return false;
  parts[0] = parts[1] = 0;
  count = 2;
  const char* at = content.data();
  const char* const end = at + content.size();
  // The number that stands first holds two: 40 times the first of them, which is at most 2, and the second.
  bool first = true;
  while (at != end) {
    auto byte = static_cast<unsigned char>(*at++);
    std::uint64_t number = byte & 0x7fU;
    while ((byte & 0x80U) != 0) {
      if (at == end) return false;
      byte = static_cast<unsigned char>(*at++);
      number = (number << 7) | (byte & 0x7fU);
      if (number > UINT32_MAX) return false;
    }
    if (first) {
      parts[0] = number < 40 ? 0 : number < 80 ? 1 : 2;
      parts[1] = static_cast<std::uint32_t>(number) - parts[0] * 40;
      first = false;
    } else {
      if (count == room) return false;
      parts[count++] = static_cast<std::uint32_t>(number);
    }
  }
  return true;
}

} // namespace assent::snmp
