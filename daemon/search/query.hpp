// What people ask for, read. The grammar stands in docs/search.md; whatever is written is bounded here, once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/ids.hpp"
#include "common/result.hpp"
#include "daemon/registry/net.hpp"

namespace assent::search {

/// One thing that must hold (or, with `negated`, must not).
struct Clause {
  enum class Sort : std::uint8_t {
    word,    ///< text anywhere in the object; where it reads as an address, a prefix or the beginning of an
             ///< address, also what lies there
    member,  ///< `name:text`, a member of that name
    in,      ///< inside `space`
    around,  ///< contains `space`
    mac,     ///< hexadecimal digits of a MAC address
    kind,    ///< one of `kinds`
    number,  ///< `number` is the object's
    ticket,  ///< ticket `number`, and what it made, changed or deleted
    subtree, ///< belongs to one of `organisations` or one below
  } sort = Sort::word;
  bool negated = false;
  bool whole = false;    ///< member: the whole text, not a part (`name=text`)
  std::string member;    ///< as written
  std::string text;      ///< as written
  std::u32string folded; ///< word, member
  std::string mac;       ///< mac: the digits; of a word or value that is a MAC address or the part of one
  std::optional<registry::Prefix> space; ///< in, around; of a word or value that names one
  bool part = false;                     ///< `space` was the beginning of an address (`10.64.`)
  std::vector<Kind> kinds;
  Id number = 0;
};

struct Query {
  std::vector<Clause> clauses;
};

inline constexpr std::size_t longest_query = 1024; ///< bytes
inline constexpr std::size_t most_clauses = 16;

/// Fault::invalid, saying what is wrong, for what is empty, too long, no UTF-8, has a quote that does not end
/// or a value that its name cannot have.
Result<Query> parse_query(std::string_view text);

/// `10.64.`, `10.64`, `fd00:1:`: the space of all addresses that begin so.
std::optional<registry::Prefix> begins_with(std::string_view text);

} // namespace assent::search
