#include "agents/snmp/ber.hpp"

namespace assent::snmp {

bool BerReader::take(Element& element) {
  if (left_.size() < 2) return false;
  element.tag = static_cast<unsigned char>(left_[0]);
  std::size_t length = static_cast<unsigned char>(left_[1]);
  std::size_t header = 2;
  if (length >= 0x80) {
    const std::size_t bytes = length & 0x7fU;
    if (bytes == 0 || bytes > 4 || left_.size() < 2 + bytes) return false;
    length = 0;
    for (std::size_t i = 0; i < bytes; ++i)
      length = (length << 8) | static_cast<unsigned char>(left_[2 + i]);
    header += bytes;
  }
  if (length > left_.size() - header) return false;
  element.content = left_.substr(header, length);
  left_.remove_prefix(header + length);
  return true;
}

bool BerReader::take(unsigned char tag, std::string_view& content) {
  Element element;
  if (!take(element) || element.tag != tag) return false;
  content = element.content;
  return true;
}

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
  count = 0;
  // The first number holds two: 40 times the first, which is at most 2, and the second.
  std::uint64_t number = 0;
  bool open = false;
  for (const char each : content) {
    const auto byte = static_cast<unsigned char>(each);
    number = (number << 7) | (byte & 0x7fU);
    if (number > UINT32_MAX) return false;
    open = (byte & 0x80U) != 0;
    if (open) continue;
    if (count == 0) {
      if (room < 2) return false;
      const std::uint32_t first = number < 40 ? 0 : number < 80 ? 1 : 2;
      parts[0] = first;
      parts[1] = static_cast<std::uint32_t>(number) - first * 40;
      count = 2;
    } else {
      if (count == room) return false;
      parts[count++] = static_cast<std::uint32_t>(number);
    }
    number = 0;
  }
  if (content.empty()) {
    if (room < 2) return false;
    parts[0] = parts[1] = 0;
    count = 2;
  }
  return !open;
}

} // namespace assent::snmp
