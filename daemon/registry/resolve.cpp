// From an edit as a person wants it to the edit that a ticket stores: numbers for names, concrete space,
// defaults.
#include <charconv>

#include "common/hash.hpp"
#include "daemon/registry/transaction.hpp"

namespace assent::registry {

Error member_wrong(Kind kind, std::string_view member, std::string expected) {
  Error error = fail(Fault::invalid, "registry.body-wrong", {{"kind", std::string(name_of(kind))}});
  Mistake mistake;
  mistake.path = member;
  mistake.what = {"registry.member-wrong", {{"member", std::string(member)}}};
  mistake.expected = {std::move(expected), {}};
  error.mistakes.push_back(std::move(mistake));
  return error;
}

std::size_t edit_number(const json::value& value) {
  const auto* text = value.if_string();
  if (text == nullptr || text->size() < 2 || text->front() != '$') return 0;
  std::size_t number = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data() + 1, end, number);
  return error == std::errc{} && stop == end ? number : 0;
}

namespace {

void put_default(json::object& value, std::string_view member, json::value otherwise) {
  if (!value.contains(member)) value.emplace(member, std::move(otherwise));
}

} // namespace

json::value Transaction::Impl::reference(Ref ref) const {
  const auto found = edit_of.find(ref);
  if (found == edit_of.end()) return ref.id;
  return json::value(std::string_view("$" + std::to_string(found->second)));
}

Id Transaction::Impl::actual(const json::value* value, Kind kind) const {
  if (value == nullptr) return 0;
  const std::size_t number = edit_number(*value);
  if (number == 0) return id_of(*value);
  return number <= made.size() && made[number - 1].kind == kind ? made[number - 1].id : 0;
}

Result<json::value> Transaction::Impl::resolve_reference(std::string_view member, const json::value& value,
                                                         Kind kind) const {
  if (edit_number(value) != 0) {
    if (actual(&value, kind) == 0) return member_wrong(kind, member, "registry.expect-made");
    return value;
  }
  if (const Id id = id_of(value); id != 0) {
    if (!state.exists({kind, id})) return state.find_text(kind, std::to_string(id), 0).error();
    return reference({kind, id});
  }
  const auto* text = value.if_string();
  if (text == nullptr || text->empty()) {
    Error error = member_wrong(kind, member, "registry.expect-reference");
    error.mistakes.front().expected.args = {{"kind", std::string(name_of(kind))}};
    return error;
  }
  auto found = state.find_text(kind, *text, 0);
  if (!found) return std::move(found).error();
  return reference({kind, *found});
}

Status Transaction::Impl::resolve_references(Kind kind, json::object& value) const {
  std::optional<Error> error;
  const auto one = [&](std::string_view member, Kind to, json::value& at) {
    auto resolved = resolve_reference(member, at, to);
    if (resolved) {
      at = std::move(*resolved);
    } else {
      error = std::move(resolved).error();
    }
  };
  record::with_kind(kind, [&]<class Row>(std::type_identity<Row>) {
    each_reference(
        Row{},
        [&](std::string_view member, Kind to, Id) {
          json::value* at = error ? nullptr : value.if_contains(member);
          if (at != nullptr && !at->is_null()) one(member, to, *at);
        },
        [](std::string_view, Kind, std::string_view) {}, true);
  });
  json::value* list = kind == Kind::network ? value.if_contains("separation") : nullptr;
  if (list != nullptr && list->is_array())
    for (auto& each : list->get_array())
      if (auto* entry = each.if_object(); entry != nullptr && !error)
        if (json::value* at = entry->if_contains("network")) one("separation", Kind::network, *at);
  if (error) return std::move(*error);
  return Done{};
}

/// Space goes to whoever holds what it lies in, where nobody else is named.
Status Transaction::Impl::default_holder(Kind kind, json::object& value) const {
  const Id network = actual(value.if_contains("network"), Kind::network);
  if (network == 0 || value.contains("organisation")) return Done{};
  const std::string text = text_of(value, kind == Kind::prefix ? "prefix" : "address");
  Prefix space;
  if (kind == Kind::prefix) {
    auto prefix = parse_prefix(text);
    if (!prefix) return Done{}; // apply() tells all mistakes of the body
    space = *prefix;
  } else {
    auto address = parse_address(text);
    if (!address) return Done{};
    space = {*address, address->width()};
  }
  const auto* node = state.space(network, space.first.v4).over(space, kind == Kind::prefix);
  if (node == nullptr) return outside_blocks(state, network, space, text);
  const Id holder = node->block ? state.find<record::Block>(node->id)->organisation
                                : state.find<record::Prefixed>(node->id)->organisation;
  value.emplace("organisation", reference({Kind::organisation, holder}));
  return Done{};
}

Status Transaction::Impl::defaults(Kind kind, json::object& value) const {
  switch (kind) {
  case Kind::person:
  case Kind::key:
    put_default(value, "state", "active");
    break;
  case Kind::prefix:
    put_default(value, "status", "active");
    return default_holder(kind, value);
  case Kind::address:
    return default_holder(kind, value);
  case Kind::device:
    put_default(value, "port", 161);
    break;
  case Kind::link:
    put_default(value, "enabled", false);
    break;
  case Kind::profile:
  case Kind::policy:
    if (value.contains("text"))
      put_default(value, "sha256", json::value(std::string_view(sha256_hex(text_of(value, "text")))));
    break;
  default:
    break;
  }
  return Done{};
}

/// The object of a modify or delete and its version.
Status Transaction::Impl::target(const Edit& wanted, Edit& out) const {
  out.id = wanted.id;
  out.before = wanted.before;
  if (out.id == 0) {
    const Id network = actual(wanted.value.if_contains("network"), Kind::network);
    auto found = state.find_text(wanted.kind, wanted.name, network);
    if (!found) return std::move(found).error();
    out.id = *found;
  }
  std::uint64_t version = 0;
  record::with_kind(wanted.kind, [&]<class Row>(std::type_identity<Row>) {
    if (const Row* row = state.find<Row>(out.id)) version = row->version;
  });
  if (version == 0) return state.find_text(wanted.kind, std::to_string(out.id), 0).error();
  if (out.before == 0) out.before = version;
  return Done{};
}

Result<Edit> Transaction::resolve(const Edit& wanted, Id ticket) {
  ASSENT_CHECK(!impl_->over);
  impl_->lift(ticket);
  Edit out;
  out.operation = wanted.operation;
  out.kind = wanted.kind;
  if (!record::with_kind(wanted.kind, [](auto) {})) return fail(Fault::invalid, "registry.edit-wrong");
  out.value = wanted.value;
  if (wanted.operation == Operation::create && (wanted.id != 0 || !wanted.name.empty() || wanted.before != 0))
    return fail(Fault::invalid, "registry.edit-wrong");
  if (auto status = impl_->resolve_references(wanted.kind, out.value); !status)
    return std::move(status).error();
  if (wanted.operation != Operation::create) {
    if (auto status = impl_->target(wanted, out); !status) return std::move(status).error();
    if (wanted.operation == Operation::modify && out.value.contains("text"))
      if (auto status = impl_->defaults(wanted.kind, out.value); !status) return std::move(status).error();
    return out;
  }
  if (wanted.kind == Kind::address || wanted.kind == Kind::prefix)
    if (auto status = impl_->choose_space(wanted.kind, out.value); !status) return std::move(status).error();
  if (auto status = impl_->defaults(wanted.kind, out.value); !status) return std::move(status).error();
  return out;
}

} // namespace assent::registry
