// Numbers of objects. A number belongs to one kind, starts at 1 and is never used again.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace assent {

using Id = std::uint64_t; ///< 0 means "none"; at most 2^53-1, so that it is exact in JSON

/// Every kind of state of record, in the order in which rows of one entry are applied.
enum class Kind : std::uint8_t {
  organisation,
  person,
  key,
  role,
  network,
  block,
  prefix,
  address,
  agent,
  profile,
  device,
  link,
  policy,
  baseline,
  ticket,
  act, ///< a signed page: request, approve, reject, withdraw, finish, revoke
  finding,
};

inline constexpr std::array<std::string_view, 17> kind_names = {
    "organisation", "person", "key",  "role",   "network",  "block",  "prefix", "address", "agent",
    "profile",      "device", "link", "policy", "baseline", "ticket", "act",    "finding"};

constexpr std::string_view name_of(Kind kind) {
  return kind_names[static_cast<std::size_t>(kind)];
}

constexpr std::optional<Kind> kind_of(std::string_view name) {
  for (std::size_t i = 0; i < kind_names.size(); ++i)
    if (kind_names[i] == name) return static_cast<Kind>(i);
  return std::nullopt;
}

/// An object of any kind.
struct Ref {
  Kind kind{};
  Id id = 0;
  friend auto operator<=>(const Ref&, const Ref&) = default;
};

} // namespace assent
