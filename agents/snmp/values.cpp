#include "agents/snmp/values.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>

#include "common/gb18030.hpp"
#include "common/text.hpp"

namespace assent::snmp {
namespace {

std::string numbers_with_sign(const Value& value) {
  return value.type == Type::integer ? std::to_string(static_cast<std::int64_t>(value.number))
                                     : std::to_string(value.number);
}

std::optional<std::string> number_like(const Value& value, const ValueRule& rule) {
  if (!value.is_number()) return std::nullopt;
  if (rule.as == As::boolean)
    return value.number == 1 ? "true" : value.number == 2 ? "false" : numbers_with_sign(value);
  if (rule.as == As::enumeration) {
    const auto found = rule.names.find(static_cast<std::int64_t>(value.number));
    if (found != rule.names.end()) return found->second;
  }
  return numbers_with_sign(value);
}

/// Six numbers of one or two hexadecimal digits, between them ':' or '-', as the canonical form has them;
/// empty where the octets are not that.
std::string mac_of_text(std::string_view octets) {
  std::string text;
  std::string digits;
  const auto end_number = [&] {
    if (digits.empty() || digits.size() > 2) return false;
    text += (text.empty() ? "" : ":") + std::string(2 - digits.size(), '0') + digits;
    digits.clear();
    return true;
  };
  for (const char each : octets.substr(0, octets.find_last_not_of('\0') + 1)) {
    const auto byte = static_cast<unsigned char>(each);
    if (std::isxdigit(byte) != 0)
      digits += static_cast<char>(std::tolower(byte));
    else if ((each != ':' && each != '-') || !end_number())
      return {};
  }
  return end_number() && text.size() == 17 ? text : std::string();
}

} // namespace

std::string text_value(std::string_view octets, Encoding encoding) {
  octets = octets.substr(0, octets.find_last_not_of('\0') + 1);
  if (encoding == Encoding::gb18030 && !is_utf8(octets))
    if (std::optional<std::string> decoded = from_gb18030(octets)) return *std::move(decoded);
  return std::string(octets);
}

std::string mac_value(std::string_view octets) {
  if (std::string said = mac_of_text(octets); !said.empty()) return said;
  std::string text;
  if (octets.size() > 32) octets = octets.substr(0, 32);
  const std::string hex = to_hex(octets);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    text += i == 0 ? "" : ":";
    text.append(hex, i, 2);
  }
  return text;
}

std::string address_value(std::string_view octets) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = octets.size() == 4 ? AF_INET : octets.size() == 16 ? AF_INET6 : 0;
  if (family == 0 || ::inet_ntop(family, octets.data(), text.data(), text.size()) == nullptr) return {};
  return text.data();
}

std::string netmask_value(std::string_view octets) {
  if (octets.size() != 4) return {};
  std::uint32_t mask = 0;
  for (const char each : octets)
    mask = (mask << 8) | static_cast<unsigned char>(each);
  const int ones = std::countl_one(mask);
  return std::popcount(mask) == ones ? std::to_string(ones) : address_value(octets);
}

std::vector<std::uint32_t> ports_value(std::string_view octets, unsigned first) {
  std::vector<std::uint32_t> ports;
  for (std::size_t i = 0; i < octets.size(); ++i)
    for (unsigned bit = 0; bit < 8; ++bit)
      if ((static_cast<unsigned char>(octets[i]) & (0x80U >> bit)) != 0)
        ports.push_back(static_cast<std::uint32_t>(i * 8 + bit + first));
  return ports;
}

std::optional<std::string> plain_value(const Value& value, const ValueRule& rule, Encoding encoding) {
  const bool octets = value.type == Type::octets || value.type == Type::opaque || value.type == Type::address;
  const auto non_empty = [](std::string text) {
    return text.empty() ? std::nullopt : std::optional(std::move(text));
  };
  switch (rule.as) {
  case As::text:
    // Some agents send a number where the MIB says text; it is still what they say.
    return octets ? std::optional(text_value(value.octets, encoding)) : number_like(value, rule);
  case As::number:
  case As::boolean:
  case As::enumeration:
    return number_like(value, rule);
  case As::mac_address:
    return octets ? non_empty(mac_value(value.octets)) : std::nullopt;
  case As::netmask:
    return octets ? non_empty(netmask_value(value.octets)) : std::nullopt;
  case As::address:
    // Some agents send the address as text.
    if (!octets) return std::nullopt;
    if (std::string said = address_value(value.octets); !said.empty()) return said;
    return non_empty(text_value(value.octets, encoding));
  case As::hex:
    return octets ? std::optional(to_hex(value.octets)) : std::nullopt;
  case As::object_id:
    return value.type == Type::object_id ? std::optional(oid_text(value.object)) : std::nullopt;
  case As::prefix_pointer:
    // ipAddressPrefixTable: the length is the last part of the row's index; 0.0 says that there is none.
    if (value.type != Type::object_id || value.object.size() <= 2) return std::nullopt;
    return value.object.back() <= 128 ? std::optional(std::to_string(value.object.back())) : std::nullopt;
  case As::interface:
  case As::ports:
    break;
  }
  return std::nullopt;
}

std::string stamp_text(const Value& value, Encoding encoding) {
  if (value.is_number()) return std::to_string(value.number);
  return value.type == Type::object_id ? oid_text(value.object)
                                       : text_value(value.octets, encoding).substr(0, 1024);
}

} // namespace assent::snmp
