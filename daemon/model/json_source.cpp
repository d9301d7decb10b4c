#include "common/text.hpp"
#include "daemon/model/source.hpp"

namespace assent::model {
namespace {

struct Bounds {
  Source& source;
  std::vector<Mistake>& mistakes;
  std::size_t nodes = 0;

  bool refuse(Message what) {
    mistakes.push_back({{source.file, 0, 0}, {}, std::move(what), {}});
    return false;
  }

  bool hold(const json::value& value, int depth) {
    if (++nodes > max_nodes) return refuse({"model.too-many-nodes", {{"limit", std::to_string(max_nodes)}}});
    if (depth > max_depth) return refuse({"model.too-deep", {{"limit", std::to_string(max_depth)}}});
    if (const auto* text = value.if_string())
      return is_utf8({text->data(), text->size()}) || refuse({"model.bad-utf8", {}});
    if (const auto* array = value.if_array()) {
      for (const auto& item : *array)
        if (!hold(item, depth + 1)) return false;
    } else if (const auto* object = value.if_object()) {
      for (const auto& [key, member] : *object) {
        if (!is_utf8({key.data(), key.size()})) return refuse({"model.bad-utf8", {}});
        if (!hold(member, depth + 1)) return false;
      }
    }
    return true;
  }
};

} // namespace

Node node_of(const json::value& value) {
  Node node;
  node.origin = &value;
  switch (value.kind()) {
  case json::kind::null:
    break;
  case json::kind::bool_:
    node.form = Node::Form::boolean;
    node.text = value.get_bool() ? "true" : "false";
    break;
  case json::kind::string:
    node.form = Node::Form::text;
    node.text = {value.get_string().data(), value.get_string().size()};
    break;
  case json::kind::array:
    node.form = Node::Form::list;
    break;
  case json::kind::object:
    node.form = Node::Form::map;
    break;
  default:
    node.form = Node::Form::number;
  }
  return node;
}

std::vector<Mistake> read_json(const json::value& value, Source& source) {
  std::vector<Mistake> mistakes;
  if (Bounds{source, mistakes}.hold(value, 1)) source.root = node_of(value);
  return mistakes;
}

const std::vector<Member>& members_of(const Node& node, std::vector<Member>& made) {
  const auto* object = node.origin ? node.origin->if_object() : nullptr;
  if (!object) return node.members;
  made.reserve(object->size());
  for (const auto& [key, value] : *object)
    made.push_back({{key.data(), key.size()}, 0, 0, node_of(value)});
  return made;
}

std::size_t count_of(const Node& list) {
  const auto* array = list.origin ? list.origin->if_array() : nullptr;
  return array ? array->size() : list.items.size();
}

const Node& item_of(const Node& list, std::size_t at, Node& made) {
  const auto* array = list.origin ? list.origin->if_array() : nullptr;
  if (!array) return list.items[at];
  made = node_of((*array)[at]);
  return made;
}

std::string spelling(const Node& node) {
  switch (node.form) {
  case Node::Form::null:
    return "null";
  case Node::Form::list:
    return "[…]";
  case Node::Form::map:
    return "{…}";
  case Node::Form::number:
    return json::serialize(*node.origin);
  default:
    return std::string(node.text);
  }
}

std::string excerpt(std::string_view text) {
  if (text.size() <= 80) return std::string(text);
  std::size_t end = 80;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return std::string(text.substr(0, end)) + "…";
}

} // namespace assent::model
