#include "daemon/registry/net.hpp"

#include <arpa/inet.h>

#include <array>
#include <charconv>

namespace assent::registry {
namespace {

U128 ones(int host_bits) {
  return host_bits >= 128 ? ~U128{0} : (U128{1} << host_bits) - 1;
}

Error malformed(std::string_view text, const char* why) {
  return fail(Fault::invalid, why, {{"text", std::string(text.substr(0, 64))}});
}

void put_number(std::string& out, unsigned value, int base) {
  std::array<char, 8> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
  out.append(digits.data(), end);
}

/// RFC 5952, section 4: lower case, no leading zeros, the first longest run of at least two zero groups as
/// `::`.
std::string text6(U128 bits) {
  std::array<unsigned, 8> groups{};
  for (int i = 0; i < 8; ++i)
    groups[i] = static_cast<unsigned>(bits >> (112 - 16 * i)) & 0xffffU;
  int run = -1, length = 1;
  for (int i = 0; i < 8; ++i) {
    int j = i;
    while (j < 8 && groups[j] == 0)
      ++j;
    if (j - i > length) run = i, length = j - i;
    if (j > i) i = j - 1;
  }
  std::string out;
  for (int i = 0; i < 8; ++i) {
    if (i == run) {
      out += "::";
      i += length - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    put_number(out, groups[i], 16);
  }
  return out;
}

std::string text4(std::uint32_t bits) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) {
    if (shift != 24) out += '.';
    put_number(out, (bits >> shift) & 0xffU, 10);
  }
  return out;
}

} // namespace

std::string Address::text() const {
  return v4 ? text4(static_cast<std::uint32_t>(bits)) : text6(bits);
}

std::string Address::key() const {
  std::string out(17, '\0');
  out[0] = v4 ? '\4' : '\6';
  for (int i = 0; i < 16; ++i)
    out[1 + i] = static_cast<char>(static_cast<unsigned char>(bits >> (120 - 8 * i)));
  return out;
}

Result<Address> parse_address(std::string_view text) {
  if (text.empty() || text.size() > 45) return malformed(text, "registry.address-malformed");
  if (text.find('%') != text.npos) return malformed(text, "registry.address-zone");
  std::array<char, 48> copy{};
  text.copy(copy.data(), text.size());
  if (text.find('\0') != text.npos) return malformed(text, "registry.address-malformed");
  Address address;
  std::array<unsigned char, 16> raw{};
  if (text.find(':') == text.npos) {
    // glibc's inet_pton takes exactly four decimal parts and refuses leading zeros, which others read as
    // octal.
    if (inet_pton(AF_INET, copy.data(), raw.data()) != 1)
      return malformed(text, "registry.address-malformed");
    for (int i = 0; i < 4; ++i)
      address.bits = address.bits << 8 | raw[i];
    return address;
  }
  if (inet_pton(AF_INET6, copy.data(), raw.data()) != 1) return malformed(text, "registry.address-malformed");
  address.v4 = false;
  for (unsigned char byte : raw)
    address.bits = address.bits << 8 | byte;
  const U128 high = address.bits >> 32;
  const bool embedded = high == 0 && text.find('.') != text.npos;
  if (high == 0xffff || embedded) return malformed(text, "registry.address-mapped");
  return address;
}

std::string Prefix::text() const {
  std::string out = first.text();
  out += '/';
  put_number(out, static_cast<unsigned>(length), 10);
  return out;
}

U128 Prefix::last() const {
  return first.bits | ones(first.width() - length);
}

bool Prefix::contains(const Address& address) const {
  return address.v4 == first.v4 && address.bits >= first.bits && address.bits <= last();
}

bool Prefix::contains(const Prefix& other) const {
  return other.length >= length && contains(other.first);
}

Result<Prefix> parse_prefix(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == text.npos) return malformed(text, "registry.prefix-malformed");
  auto address = parse_address(text.substr(0, slash));
  if (!address) return std::move(address).error();
  const std::string_view digits = text.substr(slash + 1);
  Prefix prefix{*address, -1};
  const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix.length);
  const bool leading = digits.size() > 1 && digits.front() == '0';
  if (wrong != std::errc{} || end != digits.data() + digits.size() || leading || digits.front() == '-' ||
      prefix.length > address->width())
    return malformed(text, "registry.prefix-malformed");
  const U128 host = ones(address->width() - prefix.length);
  if ((address->bits & host) != 0) {
    prefix.first.bits &= ~host;
    return fail(Fault::invalid, "registry.prefix-host-bits",
                {{"text", std::string(text)}, {"meant", prefix.text()}});
  }
  return prefix;
}

} // namespace assent::registry
