// From an edit as a person wants it to the edit that a ticket stores: numbers for names, concrete space,
// defaults.
#include <charconv>

#include "common/hash.hpp"
#include "daemon/registry/transaction.hpp"

namespace assent::registry {
namespace {

Error member_wrong(Kind kind, std::string_view member, std::string expected) {
  Error error = fail(Fault::invalid, "registry.body-wrong", {{"kind", std::string(name_of(kind))}});
  Mistake mistake;
  mistake.path = member;
  mistake.what = {"registry.member-wrong", {{"member", std::string(member)}}};
  mistake.expected = {std::move(expected), {}};
  error.mistakes.push_back(std::move(mistake));
  return error;
}

void put_default(json::object& value, std::string_view member, json::value otherwise) {
  if (!value.contains(member)) value.emplace(member, std::move(otherwise));
}

/// N of `"$N"`, or 0.
std::size_t edit_number(const json::value& value) {
  const auto* text = value.if_string();
  if (text == nullptr || text->size() < 2 || text->front() != '$') return 0;
  std::size_t number = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data() + 1, end, number);
  return error == std::errc{} && stop == end ? number : 0;
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

/// The prefix or block that `from` names; sets `network` where only `from` tells it.
Result<Space::Node*> Transaction::Impl::source(json::object& value) {
  const json::value from = value.at("from");
  const Id network = actual(value.if_contains("network"), Kind::network);
  Ref found{Kind::prefix, 0};
  if (edit_number(from) != 0 || id_of(from) != 0) {
    auto resolved = resolve_reference("from", from, Kind::prefix);
    if (!resolved) return std::move(resolved).error();
    found.id = actual(&*resolved, Kind::prefix);
  } else {
    const auto* text = from.if_string();
    if (text == nullptr) return member_wrong(Kind::prefix, "from", "registry.expect-prefix");
    auto id = state.find_text(Kind::prefix, *text, network);
    if (!id && id.error().fault == Fault::not_found) {
      auto block = state.find_text(Kind::block, *text, network);
      if (block) {
        found.kind = Kind::block;
        id = std::move(block);
      }
    }
    if (!id) return std::move(id).error();
    found.id = *id;
  }
  const auto* prefix = found.kind == Kind::prefix ? state.find<record::Prefixed>(found.id) : nullptr;
  const auto* block = found.kind == Kind::block ? state.find<record::Block>(found.id) : nullptr;
  const Id where = prefix != nullptr ? prefix->network : block->network;
  if (network != 0 && network != where)
    return member_wrong(Kind::prefix, "from", "registry.expect-same-network");
  value["network"] = reference({Kind::network, where});
  value.erase("from");
  if (prefix != nullptr && prefix->status == record::prefix_reserved)
    return fail(Fault::refused, "registry.prefix-reserved", {{"prefix", prefix->prefix.text()}});
  const Prefix& space = prefix != nullptr ? prefix->prefix : block->prefix;
  Space& in = state.space(where, space.first.v4);
  return prefix != nullptr ? in.prefix_at(space) : in.block_at(space);
}

/// Turns a wish for space into the space that is next.
Status Transaction::Impl::choose_space(Kind kind, json::object& value) {
  const auto member = kind == Kind::address ? std::string_view("address") : std::string_view("prefix");
  const json::value* length = value.if_contains("length");
  if (!value.contains("from")) {
    if (length != nullptr) return member_wrong(kind, "length", "registry.expect-from");
    return Done{};
  }
  if (value.contains(member)) return member_wrong(kind, member, "registry.expect-either");
  const bool wants_length = kind == Kind::prefix;
  if (wants_length != (length != nullptr)) return member_wrong(kind, "length", "registry.expect-length");
  const Id bits = length != nullptr ? id_of(*length) : 1;
  if (bits == 0 || bits > 128) return member_wrong(kind, "length", "registry.expect-length");
  value.erase("length");
  auto node = source(value);
  if (!node) return std::move(node).error();
  Space& in = state.space(actual(value.if_contains("network"), Kind::network), (*node)->prefix.first.v4);
  std::string chosen;
  if (kind == Kind::address) {
    const auto address = in.next_address(**node);
    if (address) chosen = address->text();
  } else {
    const auto prefix = in.next_prefix(**node, static_cast<int>(bits));
    if (prefix) chosen = prefix->text();
  }
  if (chosen.empty()) {
    const FreeSpace& free = in.free_of(**node);
    Error error = fail(Fault::conflict, kind == Kind::address ? "registry.full" : "registry.no-room",
                       {{"prefix", (*node)->prefix.text()}});
    if (kind == Kind::prefix) error.what.args.push_back({"length", std::to_string(bits)});
    error.evidence.push_back({"registry.evidence-gaps", {{"count", std::to_string(free.intervals())}}});
    return error;
  }
  value.emplace(member, chosen);
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
