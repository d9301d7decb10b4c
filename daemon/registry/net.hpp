// Addresses and prefixes as numbers. IPv4 and IPv6 share one type: 128 bits, IPv4 in the low 32 with `v4`
// set. Pure, any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/result.hpp"

namespace assent::registry {

__extension__ typedef unsigned __int128 U128;

struct Address {
  bool v4 = true;
  U128 bits = 0;
  friend auto operator<=>(const Address&, const Address&) = default;
  std::string text() const; ///< dotted quad, or RFC 5952
  std::string key() const;  ///< 17 bytes, sortable: family, then big-endian bits
  int width() const { return v4 ? 32 : 128; }
};

/// Refuses leading zeros, zone indexes, IPv4-mapped IPv6 and everything else that could mean two things.
Result<Address> parse_address(std::string_view text);

struct Prefix {
  Address first;
  int length = 0;
  friend auto operator<=>(const Prefix&, const Prefix&) = default;
  std::string text() const;
  U128 last() const; ///< the highest address, as bits
  bool contains(const Address& address) const;
  bool contains(const Prefix& other) const; ///< itself included
  bool overlaps(const Prefix& other) const { return contains(other) || other.contains(*this); }
};

/// Refuses host bits (10.1.2.3/24), naming the prefix that was perhaps meant.
Result<Prefix> parse_prefix(std::string_view text);

} // namespace assent::registry
