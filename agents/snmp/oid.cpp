#include "agents/snmp/oid.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace assent::snmp {

std::optional<Oid> parse_oid(std::string_view text) {
  Oid oid;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    std::uint32_t part = 0;
    const auto [next, error] = std::from_chars(at, end, part);
    if (error != std::errc{} || oid.size() == max_oid_parts) return std::nullopt;
    oid.push_back(part);
    at = next;
    if (at == end) break;
    if (*at != '.' || at + 1 == end) return std::nullopt;
    ++at;
  }
  if (oid.size() < 2 || oid[0] > 2) return std::nullopt;
  return oid;
}

std::string oid_text(OidView oid) {
  std::string text;
  for (const std::uint32_t part : oid) {
    if (!text.empty()) text += '.';
    text += std::to_string(part);
  }
  return text;
}

int compare(OidView left, OidView right) {
  const std::size_t both = std::min(left.size(), right.size());
  for (std::size_t i = 0; i < both; ++i)
    if (left[i] != right[i]) return left[i] < right[i] ? -1 : 1;
  return left.size() == right.size() ? 0 : left.size() < right.size() ? -1 : 1;
}

bool starts_with(OidView oid, OidView prefix) {
  return oid.size() >= prefix.size() && std::memcmp(oid.data(), prefix.data(), prefix.size_bytes()) == 0;
}

} // namespace assent::snmp
