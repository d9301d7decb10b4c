#include <fmt/format.h>

#include "common/text.hpp"
#include "daemon/model/source.hpp"

namespace assent::model {
namespace {

struct Reader {
  Source& source;
  std::vector<Mistake>& mistakes;
  std::size_t nodes = 0;

  bool refuse(Message what) {
    mistakes.push_back({{source.file, 0, 0}, {}, std::move(what), {}});
    return false;
  }
  std::string_view word(std::string text) { return source.words.emplace_back(std::move(text)); }

  bool scalar(const json::value& value, Node& node) {
    switch (value.kind()) {
    case json::kind::null:
      node.form = Node::Form::null;
      return true;
    case json::kind::bool_:
      node.form = Node::Form::boolean;
      node.text = value.get_bool() ? "true" : "false";
      return true;
    case json::kind::int64:
      node.form = Node::Form::number;
      node.text = word(fmt::format("{}", value.get_int64()));
      return true;
    case json::kind::uint64:
      node.form = Node::Form::number;
      node.text = word(fmt::format("{}", value.get_uint64()));
      return true;
    case json::kind::double_:
      node.form = Node::Form::number;
      node.text = word(fmt::format("{}", value.get_double()));
      return true;
    default:
      node.form = Node::Form::text;
      node.text = {value.get_string().data(), value.get_string().size()};
      return is_utf8(node.text) || refuse({"model.bad-utf8", {}});
    }
  }

  bool read(const json::value& value, Node& node, int depth) {
    if (++nodes > max_nodes) return refuse({"model.too-many-nodes", {{"limit", std::to_string(max_nodes)}}});
    if (depth > max_depth) return refuse({"model.too-deep", {{"limit", std::to_string(max_depth)}}});
    node.origin = &value;
    if (const auto* array = value.if_array()) {
      node.form = Node::Form::list;
      node.items.resize(array->size());
      for (std::size_t i = 0; i < array->size(); ++i)
        if (!read((*array)[i], node.items[i], depth + 1)) return false;
      return true;
    }
    if (const auto* object = value.if_object()) {
      node.form = Node::Form::map;
      node.members.resize(object->size());
      std::size_t i = 0;
      for (const auto& [key, member] : *object) {
        node.members[i].key = {key.data(), key.size()};
        if (!is_utf8(node.members[i].key)) return refuse({"model.bad-utf8", {}});
        if (!read(member, node.members[i].value, depth + 1)) return false;
        ++i;
      }
      return true;
    }
    return scalar(value, node);
  }
};

} // namespace

std::vector<Mistake> read_json(const json::value& value, Source& source) {
  std::vector<Mistake> mistakes;
  Reader{source, mistakes}.read(value, source.root, 1);
  return mistakes;
}

std::string excerpt(std::string_view text) {
  if (text.size() <= 80) return std::string(text);
  std::size_t end = 80;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return std::string(text.substr(0, end)) + "…";
}

} // namespace assent::model
