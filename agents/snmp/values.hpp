// Single SNMP values as the text of the canonical form. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/snmp/gathered.hpp"
#include "agents/snmp/profile.hpp"

namespace assent::snmp {

/// The octets without trailing NULs; what is not UTF-8 is decoded where the encoding says so and all of it
/// decodes, else left as it is (the canonical form keeps such bytes visible).
std::string text_value(std::string_view octets, Encoding encoding);

/// `00:1a:2b:3c:4d:5e` for 1 to 32 octets, or for 17 characters that are an address already; empty for none.
std::string mac_value(std::string_view octets);

/// An IPv4 or IPv6 address of 4 or 16 octets in its shortest form (RFC 5952); empty for other lengths.
std::string address_value(std::string_view octets);

/// The length of an IPv4 mask of 4 octets, or the mask itself where it has holes; empty for other lengths.
std::string netmask_value(std::string_view octets);

/// Numbers of the bits that are set, the first bit being `first`.
std::vector<std::uint32_t> ports_value(std::string_view octets, unsigned first);

/// The text of a value that needs no other table; nothing where the value's syntax does not fit the rule.
std::optional<std::string> plain_value(const Value& value, const ValueRule& rule, Encoding encoding);

/// A hint's value as text of at most 1,024 bytes: two are equal only where their texts are.
std::string stamp_text(const Value& value, Encoding encoding);

} // namespace assent::snmp
