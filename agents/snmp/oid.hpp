// Object identifiers as sequences of numbers. Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assent::snmp {

using Oid = std::vector<std::uint32_t>;
using OidView = std::span<const std::uint32_t>;

inline constexpr std::size_t max_oid_parts = 128; ///< RFC 3416 section 4.1

/// Reads `1.3.6.1`, without a leading dot; nothing where it is none.
std::optional<Oid> parse_oid(std::string_view text);
std::string oid_text(OidView oid);

/// Lexicographic order: below 0, 0, above 0.
int compare(OidView left, OidView right);
bool starts_with(OidView oid, OidView prefix);

} // namespace assent::snmp
