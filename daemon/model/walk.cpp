#include "daemon/model/walk.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "common/text.hpp"
#include "daemon/model/references.hpp"

namespace assent::model {
namespace {

/// JSON of a value whose schema is open. A plain YAML scalar is what JSON would make of the same spelling.
json::value open_value(const Node& node) {
  if (node.origin) return *node.origin;
  switch (node.form) {
  case Node::Form::null:
    return nullptr;
  case Node::Form::plain: {
    if (node.text == "true") return true;
    if (node.text == "false") return false;
    json::error_code trouble;
    const auto value = json::parse({node.text.data(), node.text.size()}, trouble);
    if (!trouble && value.is_number()) return value;
    return json::value(node.text);
  }
  case Node::Form::list: {
    json::array array;
    for (const auto& item : node.items)
      array.push_back(open_value(item));
    return array;
  }
  case Node::Form::map: {
    json::object object;
    for (const auto& member : node.members)
      object[member.key] = open_value(member.value);
    return object;
  }
  default:
    return json::value(node.text);
  }
}

class Walker {
 public:
  Walker(const ly_ctx* context, const Source& source, bool partial)
      : context_(context), source_(source), partial_(partial) {}

  WalkResult run(const Item& top) {
    WalkResult result;
    result.value = members(top, source_.root);
    for (auto& wrong : unresolved(references_, result.value, mistakes_.empty()))
      if (mistakes_.size() < max_mistakes) mistakes_.push_back(std::move(wrong));
    std::stable_sort(mistakes_.begin(), mistakes_.end(), [](const Mistake& a, const Mistake& b) {
      return std::pair{a.place.line, a.place.column} < std::pair{b.place.line, b.place.column};
    });
    result.mistakes = std::move(mistakes_);
    return result;
  }

 private:
  Place at(const Node& node) const { return {source_.file, node.line, node.column}; }

  std::string path() const { return path_text(levels_); }

  void mistake(Place place, Message what, Message expected = {}) {
    if (mistakes_.size() < max_mistakes)
      mistakes_.push_back({std::move(place), path(), std::move(what), std::move(expected)});
  }

  struct Step {
    Step(Walker& walker, Level level) : walker_(walker) { walker_.levels_.push_back(std::move(level)); }
    ~Step() { walker_.levels_.pop_back(); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    Walker& walker_;
  };

  void unknown_key(const Item& item, const Member& member) {
    if (mistakes_.size() >= max_mistakes) return;
    std::vector<std::string_view> known;
    for (const auto& child : item.children)
      if (!child.computed) known.push_back(child.name);
    const auto meant = nearest(member.key, known.data(), known.size());
    Message expected{"model.expect.no-key", {}};
    if (!meant.empty()) {
      expected = {"model.did-you-mean", {{"key", std::string(meant)}}};
    } else if (!known.empty()) {
      std::sort(known.begin(), known.end());
      expected = {"model.expect.keys", {{"keys", fmt::format("{}", fmt::join(known, ", "))}}};
    }
    const Step step(*this, {member.key});
    mistake({source_.file, member.line, member.column}, {"model.unknown-key", {{"key", excerpt(member.key)}}},
            std::move(expected));
  }

  /// The members that are known, each once, by their place in item.children.
  std::vector<const Member*> sort_out(const Item& item, const std::vector<Member>& members) {
    std::vector<const Member*> found(item.children.size(), nullptr);
    std::unordered_map<std::string_view, const Member*> strangers;
    for (const auto& member : members) {
      const auto known = item.index.find(member.key);
      const Member* first = nullptr;
      if (known != item.index.end())
        first = std::exchange(found[known->second], found[known->second] ? found[known->second] : &member);
      else if (!strangers.emplace(member.key, &member).second)
        first = strangers[member.key];
      if (first) {
        const Step step(*this, {member.key});
        mistake({source_.file, member.line, member.column},
                {"model.duplicate-key", {{"key", excerpt(member.key)}}},
                {"model.first-at", {{"line", std::to_string(first->line)}}});
      } else if (known == item.index.end()) {
        unknown_key(item, member);
      }
    }
    return found;
  }

  void missing(const Item& child, const Node& parent) {
    const Step step(*this, {child.name});
    Message expected = child.type ? child.type->expected : Message{};
    mistake(at(parent), {"model.missing-key", {{"key", std::string(child.name)}}}, std::move(expected));
  }

  json::object members(const Item& item, const Node& node) {
    json::object made;
    if (node.form != Node::Form::map) {
      mistake(at(node), {"model.not-a-mapping", {{"value", excerpt(spelling(node))}}},
              {"model.expect.mapping", {}});
      return made;
    }
    std::vector<Member> held;
    const auto found = sort_out(item, members_of(node, held));
    std::vector<int> branches(item.choices.size(), -1);
    for (std::size_t i = 0; i < found.size(); ++i) {
      const Item& child = item.children[i];
      if (!found[i]) continue;
      if (child.choice >= 0) take_branch(item, child, *found[i], branches);
      const Step step(*this, {child.name});
      value(child, *found[i], made);
    }
    absent(item, node, found, branches, made);
    return made;
  }

  void take_branch(const Item& item, const Item& child, const Member& member, std::vector<int>& branches) {
    int& taken = branches[static_cast<std::size_t>(child.choice)];
    if (taken >= 0 && taken != child.branch) {
      const auto& names = item.choices[static_cast<std::size_t>(child.choice)].branches;
      const Step step(*this, {child.name});
      mistake({source_.file, member.line, member.column},
              {"model.too-many-of",
               {{"key", std::string(child.name)}, {"other", names[static_cast<std::size_t>(taken)]}}},
              {"model.expect.one-key-of", {{"keys", fmt::format("{}", fmt::join(names, ", "))}}});
      return;
    }
    taken = child.branch;
  }

  void absent(const Item& item, const Node& node, const std::vector<const Member*>& found,
              const std::vector<int>& branches, json::object& made) {
    if (partial_ && levels_.empty()) return;
    for (std::size_t i = 0; i < item.choices.size(); ++i)
      if (branches[i] < 0 && item.choices[i].mandatory)
        mistake(at(node),
                {"model.none-of", {{"keys", fmt::format("{}", fmt::join(item.choices[i].branches, ", "))}}},
                {"model.expect.one-key-of",
                 {{"keys", fmt::format("{}", fmt::join(item.choices[i].branches, ", "))}}});
    for (std::size_t i = 0; i < found.size(); ++i) {
      const Item& child = item.children[i];
      if (found[i] || child.computed) continue;
      if (child.choice >= 0 && branches[static_cast<std::size_t>(child.choice)] != child.branch) continue;
      if (child.mandatory || child.is_key || child.min > 0)
        missing(child, node);
      else if (child.standard)
        made[child.name] = *child.standard;
      else if (child.sort == Item::Sort::container && !child.presence)
        fill(child, node, made);
    }
  }

  /// A container that only orders its leaves: absent, it still has defaults, and may lack what is mandatory.
  void fill(const Item& child, const Node& parent, json::object& made) {
    const Step step(*this, {child.name});
    Node empty;
    empty.form = Node::Form::map;
    empty.line = parent.line;
    empty.column = parent.column;
    auto content = members(child, empty);
    if (!content.empty()) made[child.name] = std::move(content);
  }

  void value(const Item& child, const Member& member, json::object& made) {
    const Node& node = member.value;
    const bool top = levels_.size() == 1;
    if (child.computed) {
      mistake({source_.file, member.line, member.column},
              {"model.computed", {{"key", std::string(child.name)}}});
      return;
    }
    if (partial_ && top && node.form == Node::Form::null && !child.mandatory && node.origin) {
      made[child.name] = nullptr;
      return;
    }
    switch (child.sort) {
    case Item::Sort::leaf:
      if (auto read = scalar(child, node)) made[child.name] = std::move(*read);
      break;
    case Item::Sort::leaf_list:
      made[child.name] = scalars(child, node);
      break;
    case Item::Sort::container: {
      auto content = members(child, node);
      if (!content.empty() || child.presence) made[child.name] = std::move(content);
      break;
    }
    case Item::Sort::list:
      made[child.name] = entries(child, node);
      break;
    case Item::Sort::any:
      made[child.name] = open_value(node);
      break;
    }
  }

  std::optional<json::value> scalar(const Item& item, const Node& node) {
    const Type& type = *item.type;
    if (node.form == Node::Form::null) {
      mistake(at(node), {"model.no-value", {{"key", std::string(item.name)}}}, type.expected);
      return std::nullopt;
    }
    if (node.form == Node::Form::list || node.form == Node::Form::map) {
      mistake(at(node), {"model.not-a-scalar", {{"key", std::string(item.name)}}}, type.expected);
      return std::nullopt;
    }
    std::optional<Message> better;
    auto read = type.read(context_, node, false, better);
    if (!read) {
      Message what{"model.wrong-value", {{"value", excerpt(spelling(node))}}};
      const auto meant = nearest(node.text, type.words.data(), type.words.size());
      if (node.form != Node::Form::number && node.text.empty())
        what = {"model.empty-value", {{"key", std::string(item.name)}}};
      else if (!meant.empty())
        what = {"model.wrong-word", {{"value", excerpt(spelling(node))}, {"meant", std::string(meant)}}};
      mistake(at(node), better ? *better : std::move(what), type.expected);
      return std::nullopt;
    }
    if (!item.leafref.empty()) references_.push_back({levels_, item.leafref, *read, at(node)});
    return read;
  }

  bool counted(const Item& item, const Node& node) {
    if (node.form != Node::Form::list) {
      mistake(at(node), {"model.not-a-list", {{"value", excerpt(spelling(node))}}},
              {"model.expect.list", {}});
      return false;
    }
    if (count_of(node) < item.min)
      mistake(at(node), {"model.too-few", {{"count", std::to_string(count_of(node))}}},
              {"model.expect.at-least", {{"count", std::to_string(item.min)}}});
    if (count_of(node) > item.max) {
      mistake(at(node), {"model.too-many", {{"count", std::to_string(count_of(node))}}},
              {"model.expect.at-most", {{"count", std::to_string(item.max)}}});
      return false;
    }
    return true;
  }

  json::array scalars(const Item& item, const Node& node) {
    json::array made;
    if (!counted(item, node)) return made;
    made.reserve(count_of(node));
    std::unordered_map<std::string, int> seen;
    for (std::size_t i = 0; i < count_of(node); ++i) {
      levels_.back().position = i + 1;
      Node held;
      const Node& one = item_of(node, i, held);
      auto read = scalar(item, one);
      if (!read) continue;
      if (!item.input) {
        const auto [first, fresh] = seen.emplace(json::serialize(*read), one.line);
        if (!fresh)
          mistake(at(one), {"model.duplicate-value", {{"value", excerpt(spelling(one))}}},
                  {"model.first-at", {{"line", std::to_string(first->second)}}});
      }
      made.push_back(std::move(*read));
    }
    levels_.back().position = 0;
    return made;
  }

  json::array entries(const Item& item, const Node& node) {
    json::array made;
    if (!counted(item, node)) return made;
    made.reserve(count_of(node));
    std::vector<std::unordered_map<std::string, int>> seen(item.unique.size() + 1);
    for (std::size_t i = 0; i < count_of(node); ++i) {
      Node held;
      const Node& entry = item_of(node, i, held);
      levels_.back().position = i + 1;
      if (!item.keys.empty()) levels_.back().keys = key_predicates(item, entry);
      auto content = members(item, entry);
      if (!item.keys.empty()) same_again(item.keys, content, entry, seen[0], "model.duplicate-entry");
      for (std::size_t k = 0; k < item.unique.size(); ++k)
        same_again(item.unique[k], content, entry, seen[k + 1], "model.not-unique");
      made.push_back(std::move(content));
    }
    levels_.back().position = 0;
    levels_.back().keys.clear();
    return made;
  }

  void same_again(const std::vector<std::string_view>& leaves, const json::object& content, const Node& entry,
                  std::unordered_map<std::string, int>& seen, const char* id) {
    json::array values;
    std::string text;
    for (const auto leaf : leaves) {
      const auto* value = content.if_contains(leaf);
      if (!value) return;
      values.push_back(*value);
      if (!text.empty()) text += " ";
      text += value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
    }
    const auto [first, fresh] = seen.emplace(json::serialize(values), entry.line);
    if (fresh) return;
    mistake(at(entry), {id, {{"key", fmt::format("{}", fmt::join(leaves, ", "))}, {"value", excerpt(text)}}},
            {"model.first-at", {{"line", std::to_string(first->second)}}});
  }

  const ly_ctx* context_;
  const Source& source_;
  bool partial_;
  std::vector<Level> levels_;
  std::vector<Mistake> mistakes_;
  std::vector<Reference> references_;
};

} // namespace

WalkResult walk(const ly_ctx* context, const Item& top, const Source& source, bool partial) {
  return Walker(context, source, partial).run(top);
}

} // namespace assent::model
