// Changes of a whole part of the space as edits in an order in which each can be applied.
#include <algorithm>

#include "daemon/registry/rules.hpp"

namespace assent::registry {
namespace {

struct Plan {
  State& state;
  std::size_t limit;
  std::vector<Edit> edits;

  void add(Operation operation, Kind kind, Id id, std::uint64_t before, json::object value) {
    edits.push_back({operation, kind, id, {}, before, std::move(value)});
  }
  Status bounded() const {
    if (edits.size() <= limit) return Done{};
    return fail(Fault::refused, "registry.restructure-too-big", {{"limit", std::to_string(limit)}});
  }
  const record::Prefixed& row(Id id) const { return *state.find<record::Prefixed>(id); }
  Space& space(const record::Prefixed& row) const { return state.space(row.network, row.prefix.first.v4); }

  /// What lies in the prefix at any depth, larger prefixes first; stops where it is too much.
  void below(const record::Prefixed& top, std::vector<Id>& prefixes, std::vector<Id>& addresses) const {
    Space& in = space(top);
    const auto walk = [&](const auto& self, const Prefix& inside) -> void {
      in.children(inside, false, false, [&](Space::Node& child) {
        prefixes.push_back(child.id);
        if (prefixes.size() <= limit) self(self, child.prefix);
        return prefixes.size() <= limit;
      });
    };
    walk(walk, top.prefix);
    in.addresses(top.prefix, false, [&](U128, Id id) {
      addresses.push_back(id);
      return addresses.size() <= limit;
    });
  }

  json::object like(const record::Prefixed& row, const Prefix& place) const {
    json::object value{{"network", row.network},
                       {"prefix", place.text()},
                       {"organisation", row.organisation},
                       {"status", record::prefix_states[row.status]}};
    if (!row.description.empty()) value["description"] = row.description.view();
    return value;
  }

  Status split(const Restructure& wanted);
  Status merge(const Restructure& wanted);
  Status renumber(const Restructure& wanted);
  Status reassign(const Restructure& wanted);
  Status clear(const Restructure& wanted);
};

Error about(const State& state, std::string id, Ref object) {
  return fail(Fault::refused, std::move(id), {{"object", state.label(object)}});
}

/// Pieces of one length take the prefix's place, or stand inside it where it is to stay. A piece that is
/// there already stays as it is; nothing larger may be inside.
Status Plan::split(const Restructure& wanted) {
  const Id id = wanted.prefixes.front();
  const auto& whole = row(id);
  const int width = whole.prefix.first.width(), bits = wanted.length - whole.prefix.length;
  if (wanted.length > width || bits < 1 || bits > 12)
    return fail(Fault::refused, "registry.split-length",
                {{"prefix", whole.prefix.text()}, {"length", std::to_string(wanted.length)}});
  Space& in = space(whole);
  std::optional<Id> crossing;
  in.children(whole.prefix, false, false, [&](Space::Node& child) {
    if (child.prefix.length < wanted.length) crossing = child.id;
    return !crossing;
  });
  if (crossing) return about(state, "registry.split-crosses", {Kind::prefix, *crossing});
  for (U128 i = 0; i < U128{1} << bits; ++i) {
    const Prefix piece{{whole.prefix.first.v4, whole.prefix.first.bits + (i << (width - wanted.length))},
                       wanted.length};
    if (in.prefix_at(piece) == nullptr) add(Operation::create, Kind::prefix, 0, 0, like(whole, piece));
  }
  if (!wanted.keep)
    add(Operation::remove, Kind::prefix, id, whole.version, {{"contents", "parent"}});
  else if (whole.status == record::prefix_active)
    add(Operation::modify, Kind::prefix, id, whole.version, {{"status", "container"}});
  return bounded();
}

/// The lowest grows to the prefix that all of them fill together; the others go, and what lies in them falls
/// to it.
Status Plan::merge(const Restructure& wanted) {
  std::vector<Id> ids = wanted.prefixes;
  std::sort(ids.begin(), ids.end(), [&](Id a, Id b) { return row(a).prefix < row(b).prefix; });
  const auto& first = row(ids.front());
  const auto& last = row(ids.back());
  const int width = first.prefix.first.width();
  Prefix whole = first.prefix;
  U128 filled = 0, next = first.prefix.first.bits;
  for (const Id id : ids) {
    const auto& each = row(id);
    if (each.network != first.network || each.prefix.first.v4 != first.prefix.first.v4 ||
        each.status != first.status || each.organisation != first.organisation)
      return about(state, "registry.merge-differs", {Kind::prefix, id});
    if (each.prefix.first.bits != next || (filled == 0 && id != ids.front()))
      return about(state, "registry.merge-gap", {Kind::prefix, id});
    const U128 size = each.prefix.last() - each.prefix.first.bits + 1;
    filled += size;
    next += size;
  }
  while (whole.length > 0 && !whole.contains(last.prefix)) {
    --whole.length;
    const U128 host = (U128{1} << (width - whole.length)) - 1;
    whole.first.bits &= ~host;
  }
  if (ids.size() < 2 || whole.first.bits != first.prefix.first.bits ||
      whole.last() - whole.first.bits + 1 != filled)
    return fail(Fault::refused, "registry.merge-no-prefix",
                {{"first", first.prefix.text()}, {"last", last.prefix.text()}});
  add(Operation::modify, Kind::prefix, ids.front(), first.version, {{"prefix", whole.text()}});
  for (std::size_t i = 1; i < ids.size(); ++i)
    add(Operation::remove, Kind::prefix, ids[i], row(ids[i]).version, {{"contents", "parent"}});
  return bounded();
}

/// Addresses first, then prefixes from the smallest to the largest: none shrinks below what is in it.
Status Plan::renumber(const Restructure& wanted) {
  const Id id = wanted.prefixes.front();
  const auto& top = row(id);
  const Prefix& from = top.prefix;
  const Prefix& to = wanted.to;
  if (to.first.v4 != from.first.v4 || to.length != from.length || to == from)
    return fail(Fault::refused, "registry.renumber-length", {{"from", from.text()}, {"to", to.text()}});
  std::vector<Id> prefixes{id}, addresses;
  below(top, prefixes, addresses);
  const auto moved = [&](U128 bits) {
    return registry::Address{from.first.v4, bits - from.first.bits + to.first.bits};
  };
  for (const Id each : addresses) {
    const auto& address = *state.find<record::Addressed>(each);
    add(Operation::modify, Kind::address, each, address.version,
        {{"address", moved(address.address.bits).text()}});
  }
  for (auto each = prefixes.rbegin(); each != prefixes.rend(); ++each)
    add(Operation::modify, Kind::prefix, *each, row(*each).version,
        {{"prefix", Prefix{moved(row(*each).prefix.first.bits), row(*each).prefix.length}.text()}});
  return bounded();
}

/// The new holder gets the prefix and all in it that is not held below the new holder already.
Status Plan::reassign(const Restructure& wanted) {
  const Id id = wanted.prefixes.front();
  std::vector<Id> prefixes{id}, addresses;
  below(row(id), prefixes, addresses);
  const json::object change{{"organisation", wanted.organisation}};
  for (const Id each : prefixes)
    if (each == id ? row(each).organisation != wanted.organisation
                   : !state.within(row(each).organisation, wanted.organisation))
      add(Operation::modify, Kind::prefix, each, row(each).version, change);
  for (const Id each : addresses) {
    const auto& address = *state.find<record::Addressed>(each);
    if (!state.within(address.organisation, wanted.organisation))
      add(Operation::modify, Kind::address, each, address.version, change);
  }
  if (edits.empty())
    return fail(Fault::conflict, "registry.reassign-nothing",
                {{"prefix", row(id).prefix.text()}, {"organisation", state.path(wanted.organisation)}});
  return bounded();
}

/// The prefix and everything in it, the smallest first.
Status Plan::clear(const Restructure& wanted) {
  const Id id = wanted.prefixes.front();
  std::vector<Id> prefixes{id}, addresses;
  below(row(id), prefixes, addresses);
  for (const Id each : addresses)
    add(Operation::remove, Kind::address, each, state.find<record::Addressed>(each)->version, {});
  for (auto each = prefixes.rbegin(); each != prefixes.rend(); ++each)
    add(Operation::remove, Kind::prefix, *each, row(*each).version, {});
  return bounded();
}

} // namespace

Result<std::vector<Edit>> Registry::restructure(const Restructure& wanted, std::size_t limit) const {
  Plan plan{*impl_, limit, {}};
  if (wanted.prefixes.empty()) return fail(Fault::invalid, "registry.restructure-what");
  for (const Id id : wanted.prefixes)
    if (!impl_->exists({Kind::prefix, id}))
      return fail(Fault::not_found, "registry.no-such", {{"kind", "prefix"}, {"name", std::to_string(id)}});
  if (wanted.kind != Restructure::Kind::merge && wanted.prefixes.size() != 1)
    return fail(Fault::invalid, "registry.restructure-what");
  Status status = Done{};
  switch (wanted.kind) {
  case Restructure::Kind::split:
    status = plan.split(wanted);
    break;
  case Restructure::Kind::merge:
    status = plan.merge(wanted);
    break;
  case Restructure::Kind::renumber:
    status = plan.renumber(wanted);
    break;
  case Restructure::Kind::reassign:
    status = plan.reassign(wanted);
    break;
  case Restructure::Kind::clear:
    status = plan.clear(wanted);
    break;
  }
  if (!status) return std::move(status).error();
  return std::move(plan.edits);
}

} // namespace assent::registry
