// What a person or a program wrote, before anybody knows what it means: a tree of spellings with their
// places.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.hpp"
#include "common/result.hpp"

namespace assent::model {

inline constexpr std::size_t max_bytes = 4u << 20;
inline constexpr std::size_t max_bytes_json = 32u << 20; ///< a tree's text travels inside JSON
inline constexpr int max_depth = 64;
inline constexpr std::size_t max_nodes = 1'000'000;
inline constexpr std::size_t max_mistakes = 1000; ///< what comes after is not listed

struct Member;

/// One value as it was spelled. Views point into the Source, or into the JSON value that it was made from:
/// then `origin` is set, and items, members and the spelling of a number are made only when they are asked
/// for.
struct Node {
  enum class Form : std::uint8_t {
    null,
    plain,   ///< a YAML scalar without quotes: what it is depends on who asks
    text,    ///< quoted in YAML, a JSON string
    number,  ///< a JSON number
    boolean, ///< a JSON boolean
    list,
    map,
  } form = Form::null;
  int line = 0, column = 0; ///< from 1; 0 where unknown (JSON)
  std::string_view text;    ///< spelling of a scalar
  std::vector<Node> items;
  std::vector<Member> members; ///< in the order written, duplicates included
  const json::value* origin = nullptr;
};

struct Member {
  std::string_view key;
  int line = 0, column = 0;
  Node value;
};

struct Source {
  std::string file;
  Node root;
  std::deque<std::string> words; ///< what the views of a YAML source point to
};

/// Reads one YAML document. Anchors, aliases, tags, merge keys, keys that are no scalars, a second document,
/// broken UTF-8, control characters and what is over the bounds are mistakes; without any, `source.root` is
/// the document.
std::vector<Mistake> read_yaml(std::string_view text, std::string_view file, Source& source);

/// The node of a JSON value, which must outlive it, and the same bounds.
std::vector<Mistake> read_json(const json::value& value, Source& source);

/// The node of one JSON value, nothing checked.
Node node_of(const json::value& value);

/// The members of a map and the items of a list; `made` holds those that JSON needs to have made.
const std::vector<Member>& members_of(const Node& node, std::vector<Member>& made);
std::size_t count_of(const Node& list);
/// Item `at` of a list; `made` as above.
const Node& item_of(const Node& list, std::size_t at, Node& made);

/// A value as it was written, for sentences and paths: a scalar's spelling, `[…]`, `{…}` or `null`.
std::string spelling(const Node& node);

/// At most 80 bytes of a value, whole characters, for a sentence.
std::string excerpt(std::string_view text);

} // namespace assent::model
