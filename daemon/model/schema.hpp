// The schema as the walker needs it: made once from libyang's compiled nodes, then only read.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/json.hpp"
#include "common/result.hpp"
#include "daemon/model/source.hpp"

struct ly_ctx;
struct lysc_node;
struct lysc_type;

namespace assent::model {

/// The type of a leaf. Numbers, booleans, enumerations and text without patterns are checked here; the rest
/// by libyang's own type plugin.
struct Type {
  enum class Base : std::uint8_t {
    integer,
    unsigned_integer,
    boolean,
    enumeration,
    text,
    any_of,
    by_libyang
  } base{};
  enum class Special : std::uint8_t { none, time, duration, date, prefix, address } special = Special::none;
  const lysc_type* origin = nullptr;
  const lysc_node* node = nullptr;
  bool patterns = false;
  /// What the patterns amount to for ASCII, so that plain text needs no regular expression.
  enum class Shape : std::uint8_t { other, line, name, word } shape = Shape::other;
  bool wide = false;                                           ///< an integer of 64 bits
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges; ///< unsigned values, or lengths in characters
  std::vector<std::pair<std::int64_t, std::int64_t>> signed_ranges;
  std::vector<std::string_view> words; ///< of an enumeration
  std::vector<Type> types;             ///< of a union
  Message expected;                    ///< what to say when a value does not fit

  /// The JSON value of a spelling, in canonical form; nothing where it does not fit. `in_union` makes a
  /// quoted number stay text. `mistake` gets a better sentence where there is one (host bits).
  std::optional<json::value> read(const ly_ctx* context, const Node& node, bool in_union,
                                  std::optional<Message>& mistake) const;

 private:
  std::optional<json::value> take(const json::value& number) const;
  bool plainly(std::string_view text) const; ///< certainly fits the patterns; false: ask them
  std::optional<json::value> read_number(const Node& node, bool in_union) const;
  std::optional<json::value> read_text(const ly_ctx* context, const Node& node,
                                       std::optional<Message>& mistake) const;
  std::optional<json::value> read_special(std::string canonical, std::string_view given,
                                          std::optional<Message>& mistake) const;
};

/// One data node of the schema: choices are looked through and kept aside.
struct Item {
  enum class Sort : std::uint8_t { leaf, leaf_list, container, list, any } sort{};
  std::string_view name;
  const lysc_node* node = nullptr;
  bool mandatory = false;
  bool computed = false; ///< t:computed: the daemon's own
  bool presence = false; ///< a container that means something by being there
  bool input = false;    ///< below an rpc
  bool rules = false;    ///< a must or when here or below
  bool is_key = false;
  int choice = -1, branch = -1; ///< which case of which choice of the parent
  std::size_t min = 0, max = SIZE_MAX;
  std::optional<Type> type;
  std::optional<json::value> standard; ///< the default
  std::string leafref;                 ///< path of the target, or empty
  std::vector<std::string_view> keys;
  std::vector<std::vector<std::string_view>> unique;
  std::vector<Item> children;
  std::unordered_map<std::string_view, std::size_t> index;
  struct Choice {
    std::string_view name;
    bool mandatory = false;
    std::vector<std::string> branches; ///< what to call each case
  };
  std::vector<Choice> choices;

  const Item* child(std::string_view member) const {
    const auto found = index.find(member);
    return found == index.end() ? nullptr : &children[found->second];
  }
};

/// The whole tree below a container, list or rpc input.
Result<Item> compile(const ly_ctx* context, const lysc_node* node);

} // namespace assent::model
