// What of an object can be searched: its members one by one, at any depth, whatever its kind. Members that
// come later (custom fields, new kinds) need nothing here.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "common/ids.hpp"
#include "common/json.hpp"
#include "daemon/registry/net.hpp"

namespace assent::search {

/// One member with a value of its own (of a list: each of its items, under the list's name).
struct Leaf {
  enum class Sort : std::uint8_t {
    text,
    number,    ///< `number` and, as digits, `text`
    reference, ///< `number` is the id of an object of `of`
    place,     ///< `space`: the text is an address (as /32, /128) or a prefix
    mac,       ///< the text is a MAC address in one of its forms, and nothing else
  } sort = Sort::text;
  std::string_view member;
  std::string_view text;
  std::uint64_t number = 0;
  Kind of{};
  registry::Prefix space;
};

/// Objects of these kinds are found; signed pages and baselines are not.
bool is_searched(Kind kind);

/// Calls `leaf` for each member that is searched. Left out: documents (a policy's or profile's text, keys,
/// signatures), moments, and of tickets all but who, why, on whose behalf, template, state, kind and outcome.
/// At most 1,000 leaves of an object.
void each_leaf(Kind kind, const json::object& body, const std::function<void(const Leaf&)>& leaf);

/// The kind that a member's number refers to: `organisation`, `parent`, `requester`, …
std::optional<Kind> referred(std::string_view member);

/// An address or prefix; host bits are cut off. Nothing where the text is neither.
std::optional<registry::Prefix> space_of(std::string_view text);

} // namespace assent::search
