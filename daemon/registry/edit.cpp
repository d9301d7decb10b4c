#include <charconv>

#include "daemon/registry/codec.hpp"
#include "daemon/registry/registry.hpp"

namespace assent::registry {
namespace {

constexpr std::array<std::string_view, 3> operations = {"create", "modify", "delete"};

bool digits(std::string_view text, std::uint64_t& out) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return !text.empty() && error == std::errc{} && stop == text.data() + text.size();
}

struct Reading {
  Edit edit;
  std::vector<Mistake> mistakes;

  void wrong(std::string_view name, std::string_view id) {
    Mistake mistake;
    mistake.path = name;
    mistake.what = {std::string(id), {{"member", std::string(name)}}};
    mistakes.push_back(std::move(mistake));
  }

  void operation(const json::value& value) {
    const auto* text = value.if_string();
    for (std::size_t i = 0; text != nullptr && i < operations.size(); ++i)
      if (operations[i] == std::string_view(*text)) {
        edit.operation = static_cast<Operation>(i);
        return;
      }
    wrong("operation", "registry.member-wrong");
  }

  void kind(const json::value& value) {
    const auto* text = value.if_string();
    const auto kind = text != nullptr ? kind_of(*text) : std::nullopt;
    if (kind && record::with_kind(*kind, [](auto) {})) {
      edit.kind = *kind;
    } else {
      wrong("kind", "registry.member-wrong");
    }
  }

  void id(const json::value& value) {
    const auto* text = value.if_string();
    if (text == nullptr) {
      edit.id = id_of(value);
    } else if (!digits(*text, edit.id) && text->size() <= 1024) {
      edit.name = *text;
    }
    if (edit.id == 0 && edit.name.empty()) wrong("id", "registry.member-wrong");
  }

  void before(const json::value& value) {
    const auto* text = value.if_string();
    edit.before = id_of(value);
    if (text != nullptr && !digits(*text, edit.before)) edit.before = 0;
    if (edit.before == 0) wrong("before", "registry.member-wrong");
  }

  void body(const json::value& value) {
    if (const auto* object = value.if_object()) {
      edit.value = *object;
    } else {
      wrong("value", "registry.member-wrong");
    }
  }
};

} // namespace

std::string_view name_of(Operation operation) {
  return operations[static_cast<std::size_t>(operation)];
}

bool is_removed(Kind kind, const json::object& body) {
  return kind == Kind::baseline && text_of(body, "state") == "removed";
}

json::object to_json(const Edit& edit) {
  json::object out;
  out.emplace("operation", name_of(edit.operation));
  out.emplace("kind", name_of(edit.kind));
  if (edit.id != 0) {
    out.emplace("id", edit.id);
  } else if (!edit.name.empty()) {
    out.emplace("id", edit.name);
  }
  if (edit.before != 0) out.emplace("before", edit.before);
  if (!edit.value.empty()) out.emplace("value", edit.value);
  return out;
}

Result<Edit> edit_from_json(const json::object& object) {
  Reading reading;
  for (const auto* needed : {"operation", "kind"})
    if (!object.contains(needed)) reading.wrong(needed, "registry.member-missing");
  for (const auto& [key, value] : object) {
    if (key == "operation") {
      reading.operation(value);
    } else if (key == "kind") {
      reading.kind(value);
    } else if (key == "id") {
      reading.id(value);
    } else if (key == "before") {
      reading.before(value);
    } else if (key == "value") {
      reading.body(value);
    } else {
      reading.wrong(key, "registry.member-unknown");
    }
  }
  const bool creates = reading.edit.operation == Operation::create;
  const bool named = reading.edit.id != 0 || !reading.edit.name.empty();
  if (reading.mistakes.empty() && creates && (named || reading.edit.before != 0))
    reading.wrong("id", "registry.member-unknown");
  if (reading.mistakes.empty() && !creates && !named) reading.wrong("id", "registry.member-missing");
  if (reading.mistakes.empty()) return std::move(reading.edit);
  Error error = fail(Fault::invalid, "registry.edit-wrong");
  error.mistakes = std::move(reading.mistakes);
  return error;
}

} // namespace assent::registry
