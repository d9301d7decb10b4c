#include "daemon/model/references.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "common/text.hpp"
#include "daemon/model/walk.hpp"

namespace assent::model {
namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> steps;
  while (!path.empty()) {
    const auto slash = path.find('/');
    auto step = path.substr(0, slash);
    if (const auto colon = step.find(':'); colon != std::string_view::npos) step.remove_prefix(colon + 1);
    if (!step.empty()) steps.push_back(step);
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return steps;
}

void collect(const json::value& value, const std::vector<std::string_view>& steps, std::size_t step,
             std::vector<const json::value*>& found) {
  if (const auto* array = value.if_array()) {
    for (const auto& item : *array)
      collect(item, steps, step, found);
  } else if (step == steps.size()) {
    found.push_back(&value);
  } else if (const auto* object = value.if_object()) {
    if (const auto* member = object->if_contains(steps[step])) collect(*member, steps, step + 1, found);
  }
}

std::vector<const json::value*> targets(const Reference& reference, const json::value& top) {
  const auto steps = split(reference.target);
  std::size_t up = 0;
  while (up < steps.size() && steps[up] == "..")
    ++up;
  const json::value* here = &top;
  for (std::size_t i = 0; i + up < reference.levels.size(); ++i) {
    const auto* object = here->if_object();
    here = object ? object->if_contains(reference.levels[i].name) : nullptr;
    if (here && reference.levels[i].position > 0 && here->is_array())
      here = &here->get_array()[reference.levels[i].position - 1];
    if (!here) return {};
  }
  std::vector<const json::value*> found;
  collect(*here, steps, up, found);
  return found;
}

bool is_scalar(const Node& node) {
  return node.form != Node::Form::list && node.form != Node::Form::map;
}

std::string spelled(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

} // namespace

std::string path_text(const std::vector<Level>& levels) {
  std::string text;
  for (const auto& level : levels) {
    text += '/';
    text += excerpt(level.name);
    if (!level.keys.empty())
      text += level.keys;
    else if (level.position > 0)
      text += fmt::format("[{}]", level.position);
  }
  return text.empty() ? "/" : text;
}

std::string key_predicates(const Item& item, const Node& entry) {
  std::string text;
  std::vector<Member> held;
  const auto& members = members_of(entry, held);
  for (const auto key : item.keys) {
    const auto found =
        std::find_if(members.begin(), members.end(), [&](const Member& member) { return member.key == key; });
    if (found == members.end() || !is_scalar(found->value) || found->value.form == Node::Form::null)
      return {};
    text += fmt::format("[{}='{}']", key, excerpt(spelling(found->value)));
  }
  return text;
}

std::vector<Mistake> unresolved(const std::vector<Reference>& references, const json::object& top,
                                bool sound) {
  std::vector<Mistake> mistakes;
  const json::value whole(top);
  for (const auto& reference : references) {
    const auto found = targets(reference, whole);
    if (found.empty() && !sound) continue;
    if (std::any_of(found.begin(), found.end(), [&](const auto* value) { return *value == reference.value; }))
      continue;
    std::vector<std::string> texts;
    for (const auto* value : found)
      texts.push_back(spelled(*value));
    const std::vector<std::string_view> known(texts.begin(), texts.end());
    const std::string given = spelled(reference.value);
    const auto meant = nearest(given, known.data(), known.size());
    Message expected{"model.expect.one-of", {{"values", excerpt(fmt::format("{}", fmt::join(known, ", ")))}}};
    if (!meant.empty()) expected = {"model.did-you-mean", {{"key", std::string(meant)}}};
    mistakes.push_back({reference.place,
                        path_text(reference.levels),
                        {"model.dangling", {{"value", excerpt(given)}}},
                        expected});
  }
  return mistakes;
}

Place place_of(const Item& top, const Source& source, std::string_view path) {
  const Item* item = &top;
  const Node* node = &source.root;
  Place place{source.file, node->line, node->column};
  while (item && node && path.size() > 1) {
    path.remove_prefix(1);
    const auto end = path.find_first_of("/[");
    const auto name = path.substr(0, end);
    path.remove_prefix(name.size());
    item = item->child(name);
    const Node* next = nullptr;
    for (const auto& member : node->members)
      if (member.key == name) {
        next = &member.value;
        place = {source.file, member.line, member.column};
      }
    if (!item || !next) break;
    std::string predicates;
    while (!path.empty() && path.front() == '[') {
      auto close = path.find("']");
      close = close == std::string_view::npos ? path.find(']') : close + 1;
      if (close == std::string_view::npos) return place;
      predicates += path.substr(0, close + 1);
      path.remove_prefix(close + 1);
    }
    node = next;
    if (predicates.empty()) continue;
    node = nullptr;
    for (std::size_t i = 0; i < next->items.size(); ++i)
      if (predicates == fmt::format("[{}]", i + 1) || predicates == key_predicates(*item, next->items[i]))
        node = &next->items[i];
    if (node) place = {source.file, node->line, node->column};
  }
  return place;
}

json::value for_libyang(const Item& item, const json::value& value) {
  if (const auto* array = value.if_array()) {
    json::array made;
    for (const auto& entry : *array)
      made.push_back(for_libyang(item, entry));
    return made;
  }
  if (const auto* object = value.if_object()) {
    json::object made;
    for (const auto& [key, member] : *object) {
      const Item* child = item.child(key);
      if (child && child->sort != Item::Sort::any) made[key] = for_libyang(*child, member);
    }
    return made;
  }
  if (item.type && item.type->wide && value.is_number()) return json::value(json::serialize(value));
  return value;
}

} // namespace assent::model
