#include "daemon/model/schema.hpp"

#include <algorithm>
#include <cstring>
#include <map>

#include <libyang/libyang.h>
#include <libyang/plugins_types.h>

namespace assent::model {
namespace {

bool begins(const char* text, std::string_view with) {
  return text && std::string_view(text).substr(0, with.size()) == with;
}

std::string ranges_text(const Type& type) {
  std::string text;
  const auto add = [&](auto first, auto last) {
    if (!text.empty()) text += ", ";
    text += std::to_string(first);
    if (last != first) text += ".." + std::to_string(last);
  };
  for (const auto& [first, last] : type.ranges)
    add(first, last);
  for (const auto& [first, last] : type.signed_ranges)
    add(first, last);
  return text;
}

void take_tag(Type& type, const char* tag) {
  if (!begins(tag, "model.expect.")) return;
  type.expected = Message{tag, {}};
  const std::string_view what = tag;
  if (what == "model.expect.time") type.special = Type::Special::time;
  if (what == "model.expect.date") type.special = Type::Special::date;
  if (what == "model.expect.duration") type.special = Type::Special::duration;
}

template <class Parts>
void take_ranges(Type& type, const lysc_range* range, const Parts& otherwise) {
  if (!range) {
    if (type.base == Type::Base::integer)
      type.signed_ranges.emplace_back(otherwise.first, otherwise.second);
    else
      type.ranges.emplace_back(static_cast<std::uint64_t>(otherwise.first),
                               static_cast<std::uint64_t>(otherwise.second));
    return;
  }
  LY_ARRAY_COUNT_TYPE i = 0;
  LY_ARRAY_FOR(range->parts, i) {
    if (type.base == Type::Base::integer)
      type.signed_ranges.emplace_back(range->parts[i].min_64, range->parts[i].max_64);
    else
      type.ranges.emplace_back(range->parts[i].min_u64, range->parts[i].max_u64);
  }
  take_tag(type, range->eapptag);
}

void make_number(Type& type, bool is_signed, int bits) {
  type.base = is_signed ? Type::Base::integer : Type::Base::unsigned_integer;
  type.wide = bits == 64;
  const auto* origin = reinterpret_cast<const lysc_type_num*>(type.origin);
  if (is_signed) {
    const std::int64_t high = bits == 64 ? INT64_MAX : (std::int64_t{1} << (bits - 1)) - 1;
    take_ranges(type, origin->range, std::pair<std::int64_t, std::int64_t>{-high - 1, high});
  } else {
    const std::uint64_t high = bits == 64 ? UINT64_MAX : (std::uint64_t{1} << bits) - 1;
    take_ranges(type, origin->range, std::pair<std::uint64_t, std::uint64_t>{0, high});
  }
  if (type.expected.id.empty()) type.expected = {"model.expect.integer", {{"range", ranges_text(type)}}};
}

/// Patterns of assent-types.yang that Type::plainly() knows; a type with any other one is left to libyang.
Type::Shape shape_of(const lysc_type_str* origin) {
  static const std::map<std::string_view, Type::Shape> known = {
      {R"([^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*)", Type::Shape::line},
      {R"([^\s$\p{C}]([^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*[^\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}])?)", Type::Shape::name},
      {R"([0-9]+)", Type::Shape::name}, // inverted
      {R"([a-z][a-z0-9\-]{0,63})", Type::Shape::word}};
  Type::Shape shape = Type::Shape::other;
  LY_ARRAY_COUNT_TYPE i = 0;
  LY_ARRAY_FOR(origin->patterns, i) {
    const auto found = known.find(origin->patterns[i]->expr);
    if (found == known.end()) return Type::Shape::other;
    const bool inverted = origin->patterns[i]->inverted != 0;
    if (inverted != (found->first == "[0-9]+")) return Type::Shape::other;
    if (i > 0 && found->second != shape) return Type::Shape::other;
    shape = found->second;
  }
  return shape;
}

void make_text(Type& type) {
  type.base = Type::Base::text;
  const auto* origin = reinterpret_cast<const lysc_type_str*>(type.origin);
  if (origin->length)
    take_ranges(type, origin->length, std::pair<std::uint64_t, std::uint64_t>{0, UINT64_MAX});
  LY_ARRAY_COUNT_TYPE i = 0;
  LY_ARRAY_FOR(origin->patterns, i) {
    type.patterns = true;
    take_tag(type, origin->patterns[i]->eapptag);
  }
  type.shape = shape_of(origin);
  const char* plugin = origin->plugin->id;
  if (plugin && std::strstr(plugin, "prefix")) {
    type.special = Type::Special::prefix;
    type.expected = {"model.expect.prefix", {}};
    type.patterns = true;
  } else if (plugin && std::strstr(plugin, "ipv")) {
    type.special = Type::Special::address;
    type.expected = {"model.expect.address", {}};
    type.patterns = true;
  }
  if (type.expected.id.empty() && !type.ranges.empty())
    type.expected = {"model.expect.text-length", {{"range", ranges_text(type)}}};
  if (type.expected.id.empty()) type.expected = {"model.expect.text", {}};
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (const auto word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

Type make_type(const lysc_type* origin, const lysc_node* node);

void make_union(Type& type) {
  type.base = Type::Base::any_of;
  const auto* origin = reinterpret_cast<const lysc_type_union*>(type.origin);
  LY_ARRAY_COUNT_TYPE i = 0;
  LY_ARRAY_FOR(origin->types, i) {
    type.types.push_back(make_type(origin->types[i], type.node));
  }
  // The last member is the widest, and says best what is wanted.
  type.expected = type.types.back().expected;
}

Type make_type(const lysc_type* origin, const lysc_node* node) {
  Type type;
  type.origin = origin;
  type.node = node;
  switch (origin->basetype) {
  case LY_TYPE_UINT8:
    make_number(type, false, 8);
    break;
  case LY_TYPE_UINT16:
    make_number(type, false, 16);
    break;
  case LY_TYPE_UINT32:
    make_number(type, false, 32);
    break;
  case LY_TYPE_UINT64:
    make_number(type, false, 64);
    break;
  case LY_TYPE_INT8:
    make_number(type, true, 8);
    break;
  case LY_TYPE_INT16:
    make_number(type, true, 16);
    break;
  case LY_TYPE_INT32:
    make_number(type, true, 32);
    break;
  case LY_TYPE_INT64:
    make_number(type, true, 64);
    break;
  case LY_TYPE_BOOL:
    type.base = Type::Base::boolean;
    type.expected = {"model.expect.boolean", {}};
    break;
  case LY_TYPE_ENUM: {
    type.base = Type::Base::enumeration;
    const auto* words = reinterpret_cast<const lysc_type_enum*>(origin)->enums;
    LY_ARRAY_COUNT_TYPE i = 0;
    LY_ARRAY_FOR(words, i) {
      type.words.emplace_back(words[i].name);
    }
    type.expected = {"model.expect.one-of", {{"values", joined(type.words)}}};
    break;
  }
  case LY_TYPE_STRING:
    make_text(type);
    break;
  case LY_TYPE_UNION:
    make_union(type);
    break;
  case LY_TYPE_LEAFREF:
    return make_type(reinterpret_cast<const lysc_type_leafref*>(origin)->realtype, node);
  default:
    type.base = Type::Base::by_libyang;
    type.expected = {"model.expect.text", {}};
  }
  return type;
}

Result<json::value> make_default(const ly_ctx* context, const Item& item, const lyd_value* value) {
  Node spelled;
  spelled.form = Node::Form::plain;
  spelled.text = lyd_value_get_canonical(context, value);
  std::optional<Message> ignored;
  auto read = item.type->read(context, spelled, false, ignored);
  if (!read)
    return fail(Fault::outside, "model.yang-default",
                {{"name", std::string(item.name)}, {"value", std::string(spelled.text)}});
  return std::move(*read);
}

std::string leafref_of(const lysc_type* type) {
  if (type->basetype != LY_TYPE_LEAFREF) return {};
  const auto* leafref = reinterpret_cast<const lysc_type_leafref*>(type);
  return leafref->require_instance ? lyxp_get_expr(leafref->path) : std::string();
}

class Compiler {
 public:
  explicit Compiler(const ly_ctx* context) : context_(context) {}

  Result<Item> item(const lysc_node* node) {
    Item item;
    item.name = node->name;
    item.node = node;
    item.input = (node->flags & LYS_IS_INPUT) != 0;
    item.mandatory = (node->flags & LYS_MAND_TRUE) != 0;
    item.is_key = (node->flags & LYS_KEY) != 0;
    item.rules = lysc_node_musts(node) != nullptr || lysc_node_when(node) != nullptr;
    LY_ARRAY_COUNT_TYPE i = 0;
    LY_ARRAY_FOR(node->exts, i) {
      if (std::string_view(node->exts[i].def->name) == "computed") item.computed = true;
    }
    auto shaped = shape(item);
    if (!shaped) return std::move(shaped).error();
    return item;
  }

 private:
  Status shape(Item& item) {
    switch (item.node->nodetype) {
    case LYS_LEAF:
      return leaf(item);
    case LYS_LEAFLIST:
      return leaf_list(item);
    case LYS_ANYDATA:
    case LYS_ANYXML:
      item.sort = Item::Sort::any;
      return Done{};
    case LYS_LIST:
      list(item);
      break;
    default:
      item.sort = Item::Sort::container;
      // libyang marks every container that has a mandatory child; only a written presence counts.
      item.presence = item.node->nodetype == LYS_CONTAINER && (item.node->flags & LYS_PRESENCE) != 0;
      if (item.node->nodetype == LYS_CONTAINER) item.mandatory = item.presence && item.mandatory;
    }
    return children(item, item.node);
  }
  Status leaf(Item& item) {
    const auto* node = reinterpret_cast<const lysc_node_leaf*>(item.node);
    item.sort = Item::Sort::leaf;
    item.type = make_type(node->type, item.node);
    item.leafref = leafref_of(node->type);
    if (!node->dflt) return Done{};
    auto value = make_default(context_, item, node->dflt);
    if (!value) return std::move(value).error();
    item.standard = std::move(*value);
    return Done{};
  }
  Status leaf_list(Item& item) {
    const auto* node = reinterpret_cast<const lysc_node_leaflist*>(item.node);
    item.sort = Item::Sort::leaf_list;
    item.type = make_type(node->type, item.node);
    item.leafref = leafref_of(node->type);
    item.min = node->min;
    if (node->max) item.max = node->max;
    json::array values;
    LY_ARRAY_COUNT_TYPE i = 0;
    LY_ARRAY_FOR(node->dflts, i) {
      auto value = make_default(context_, item, node->dflts[i]);
      if (!value) return std::move(value).error();
      values.push_back(std::move(*value));
    }
    if (!values.empty()) item.standard = std::move(values);
    return Done{};
  }
  void list(Item& item) {
    const auto* node = reinterpret_cast<const lysc_node_list*>(item.node);
    item.sort = Item::Sort::list;
    item.min = node->min;
    if (node->max) item.max = node->max;
    for (const lysc_node* child = node->child; child; child = child->next)
      if (child->flags & LYS_KEY) item.keys.emplace_back(child->name);
    LY_ARRAY_COUNT_TYPE i = 0, j = 0;
    LY_ARRAY_FOR(node->uniques, i) {
      auto& leaves = item.unique.emplace_back();
      LY_ARRAY_FOR(node->uniques[i], j) {
        leaves.emplace_back(node->uniques[i][j]->name);
      }
    }
  }
  Status add(Item& parent, const lysc_node* node, int choice, int branch) {
    auto child = item(node);
    if (!child) return std::move(child).error();
    child->choice = choice;
    child->branch = branch;
    parent.rules = parent.rules || child->rules;
    parent.index.emplace(child->name, parent.children.size());
    parent.children.push_back(std::move(*child));
    return Done{};
  }
  Status choice(Item& parent, const lysc_node_choice* node) {
    const int number = static_cast<int>(parent.choices.size());
    auto& made = parent.choices.emplace_back();
    made.name = node->name;
    made.mandatory = (node->flags & LYS_MAND_TRUE) != 0;
    int branch = 0;
    for (const auto* one = node->cases; one;
         one = reinterpret_cast<const lysc_node_case*>(one->next), ++branch) {
      parent.choices.back().branches.emplace_back(one->child ? one->child->name : one->name);
      for (const lysc_node* child = one->child; child; child = child->next) {
        if (child->nodetype == LYS_CHOICE)
          return fail(Fault::outside, "model.yang-nested-choice", {{"name", child->name}});
        if (auto done = add(parent, child, number, branch); !done) return done;
      }
    }
    return Done{};
  }
  Status children(Item& parent, const lysc_node* node) {
    for (const lysc_node* child = lysc_node_child(node); child; child = child->next) {
      auto done = child->nodetype == LYS_CHOICE
                      ? choice(parent, reinterpret_cast<const lysc_node_choice*>(child))
                      : add(parent, child, -1, -1);
      if (!done) return done;
    }
    return Done{};
  }

  const ly_ctx* context_;
};

} // namespace

Result<Item> compile(const ly_ctx* context, const lysc_node* node) {
  return Compiler(context).item(node);
}

} // namespace assent::model
