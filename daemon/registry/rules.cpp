#include "daemon/registry/rules.hpp"

#include <algorithm>

namespace assent::registry {
namespace {

constexpr int deepest = 32; // levels of organisations

Error taken(State& state, Ref by, std::string_view name) {
  Evidence evidence;
  evidence.object(state, by);
  return std::move(evidence).with(
      fail(Fault::conflict, "registry.name-taken",
           {{"kind", std::string(name_of(by.kind))}, {"name", std::string(name)}}));
}

/// No other object of the kind has the name.
Status unique(State& state, Ref self, std::string_view name) {
  if (const auto other = state.by_name(self.kind, name); other && *other != self.id)
    return taken(state, {self.kind, *other}, name);
  return Done{};
}

Error fixed(Kind kind, std::string_view member) {
  return fail(Fault::refused, "registry.member-fixed",
              {{"kind", std::string(name_of(kind))}, {"member", std::string(member)}});
}

/// Everything that the row refers to exists.
template <class Row>
Status references_exist(State& state, const Row& row) {
  std::optional<Error> missing;
  const auto miss = [&](Kind kind, std::string name) {
    missing = fail(Fault::not_found, "registry.no-such",
                   {{"kind", std::string(name_of(kind))}, {"name", std::move(name)}});
  };
  each_reference(
      row,
      [&](std::string_view, Kind kind, Id id) {
        if (!missing && !state.exists({kind, id})) miss(kind, std::to_string(id));
      },
      [&](std::string_view, Kind kind, std::string_view name) {
        if (!missing && !state.by_name(kind, name)) miss(kind, std::string(name));
      });
  if (missing) return std::move(*missing);
  return Done{};
}

Status moved(State& state, Id id, const record::Organisation& next, const record::Organisation& old) {
  if (old.parent == 0 || next.parent == 0) return fail(Fault::refused, "registry.root-stays");
  if (state.within(next.parent, id))
    return fail(Fault::refused, "registry.organisation-cycle",
                {{"organisation", state.path(id)}, {"parent", state.path(next.parent)}});
  record::Organisation before = old;
  state.put(id, next);
  auto status = holders_fit(state, id);
  state.put(id, std::move(before));
  return status;
}

Status check(State& state, Id id, const record::Organisation& next, const record::Organisation* old) {
  const auto [begin, end] = state.names[static_cast<std::size_t>(Kind::organisation)].equal_range(next.name);
  for (auto other = begin; other != end; ++other)
    if (other->second != id && state.find<record::Organisation>(other->second)->parent == next.parent)
      return taken(state, {Kind::organisation, other->second}, next.name);
  if (next.parent == 0 && old == nullptr && state.table<record::Organisation>().count() != 0)
    return fail(Fault::refused, "registry.one-root", {{"organisation", next.name}});
  int depth = 0;
  for (Id above = next.parent; above != 0 && depth <= deepest; ++depth)
    above = state.find<record::Organisation>(above)->parent;
  if (depth > deepest) return fail(Fault::refused, "registry.too-deep", {{"limit", std::to_string(deepest)}});
  // The row that `old` points to is moved for the trial, so a copy speaks for it.
  if (old != nullptr && old->parent != next.parent) return moved(state, id, next, record::Organisation(*old));
  return Done{};
}

Status check(State& state, Id id, const record::Person& next, const record::Person* old) {
  if (old != nullptr && old->handle != next.handle) return fixed(Kind::person, "handle");
  return unique(state, {Kind::person, id}, next.handle);
}

Status check(State& state, Id id, const record::Key& next, const record::Key* old) {
  if (old != nullptr) {
    if (old->person != next.person) return fixed(Kind::key, "person");
    if (old->text != next.text) return fixed(Kind::key, "public-key");
    if (old->fingerprint != next.fingerprint) return fixed(Kind::key, "fingerprint");
    if (old->state != 0 && next.state == 0)
      return fail(Fault::refused, "registry.key-stays-revoked", {{"fingerprint", next.fingerprint}});
    return Done{};
  }
  if (const auto other = state.by_name(Kind::key, next.fingerprint); other && *other != id) {
    Evidence evidence;
    evidence.object(state, {Kind::key, *other});
    return std::move(evidence).with(
        fail(Fault::conflict, "registry.key-known", {{"fingerprint", next.fingerprint}}));
  }
  const auto* person = state.find<record::Person>(next.person);
  if (person->state != 0) return fail(Fault::refused, "registry.person-left", {{"person", person->handle}});
  return Done{};
}

Status check(State& state, Id id, const record::Role& next, const record::Role*) {
  const auto [begin, end] = state.roles_of.equal_range(next.person);
  for (auto each = begin; each != end; ++each) {
    const auto* other = state.find<record::Role>(each->second);
    if (each->second != id && other->role == next.role && other->organisation == next.organisation)
      return taken(state, {Kind::role, each->second}, next.role);
  }
  const auto* person = state.find<record::Person>(next.person);
  if (person->state != 0) return fail(Fault::refused, "registry.person-left", {{"person", person->handle}});
  return Done{};
}

bool occupied(State& state, Id network) {
  const auto uses = state.uses.find({Kind::network, network});
  return uses != state.uses.end() && (uses->second[static_cast<std::size_t>(Kind::agent)] != 0 ||
                                      uses->second[static_cast<std::size_t>(Kind::device)] != 0);
}

bool declares_physical(const record::Network& network, Id other) {
  return std::any_of(
      network.separation.begin(), network.separation.end(),
      [&](const record::Separation& each) { return each.network == other && each.kind == record::physical; });
}

Error separated(State& state, std::string_view name, Id other) {
  return fail(Fault::refused, "registry.physically-separate",
              {{"network", std::string(name)}, {"other", state.name({Kind::network, other})}});
}

/// One daemon has agents and devices in no two networks that are physically separate.
Status not_separate(State& state, Id network) {
  std::optional<Id> against;
  const auto* own = state.find<record::Network>(network);
  state.table<record::Network>().each([&](Id id, const record::Network& other) {
    if (id != network && (declares_physical(*own, id) || declares_physical(other, network)) &&
        occupied(state, id))
      against = id;
    return !against;
  });
  if (against) return separated(state, own->name, *against);
  return Done{};
}

Status check(State& state, Id id, const record::Network& next, const record::Network*) {
  if (auto status = unique(state, {Kind::network, id}, next.name); !status) return status;
  for (std::size_t i = 0; i < next.separation.size(); ++i) {
    const Id other = next.separation[i].network;
    bool again = other == id;
    for (std::size_t j = 0; j < i; ++j)
      again = again || next.separation[j].network == other;
    if (again)
      return fail(Fault::invalid, "registry.separation-once",
                  {{"network", state.name({Kind::network, other})}});
    if (declares_physical(next, other) && occupied(state, id) && occupied(state, other))
      return separated(state, next.name, other);
  }
  return Done{};
}

Status check(State& state, Id id, const record::Block& next, const record::Block* old) {
  return allowed_block(state, id, next, old);
}
Status check(State& state, Id id, const record::Prefixed& next, const record::Prefixed* old) {
  return allowed_prefix(state, id, next, old);
}
Status check(State& state, Id id, const record::Addressed& next, const record::Addressed* old) {
  return allowed_address(state, id, next, old);
}

Status check(State& state, Id id, const record::Agent& next, const record::Agent* old) {
  if (auto status = unique(state, {Kind::agent, id}, next.name); !status) return status;
  if (old != nullptr && old->network != next.network && state.used({Kind::agent, id}) != 0)
    return fail(Fault::conflict, "registry.agent-busy", {{"agent", next.name}});
  return not_separate(state, next.network);
}

Status check(State& state, Id id, const record::Profile& next, const record::Profile* old) {
  if (old == nullptr) return unique(state, {Kind::profile, id}, next.name);
  if (old->name != next.name) return fixed(Kind::profile, "name");
  if (next.revision <= old->revision)
    return fail(Fault::conflict, "registry.revision-must-rise",
                {{"profile", next.name},
                 {"revision", std::to_string(next.revision)},
                 {"known", std::to_string(old->revision)}});
  return Done{};
}

Status check(State& state, Id id, const record::Device& next, const record::Device* old) {
  if (auto status = unique(state, {Kind::device, id}, next.name); !status) return status;
  const auto other = state.endpoints.lower_bound({next.network, next.address, next.port, 0});
  for (auto each = other; each != state.endpoints.end(); ++each) {
    const auto& [network, address, port, device] = *each;
    if (network != next.network || address != next.address || port != next.port) break;
    if (device == id) continue;
    Evidence evidence;
    evidence.object(state, {Kind::device, device});
    return std::move(evidence).with(
        fail(Fault::conflict, "registry.endpoint-taken",
             {{"address", next.address.text()}, {"port", std::to_string(next.port)}}));
  }
  if (next.agent != 0 && state.find<record::Agent>(next.agent)->network != next.network)
    return fail(Fault::refused, "registry.agent-elsewhere",
                {{"agent", state.name({Kind::agent, next.agent})},
                 {"network", state.name({Kind::network, next.network})}});
  if (old != nullptr && old->network == next.network) return Done{};
  return not_separate(state, next.network);
}

Status check(State& state, Id id, const record::Link& next, const record::Link*) {
  if (auto status = allowed_link(state, id, next); !status) return status;
  const auto [begin, end] = state.names[static_cast<std::size_t>(Kind::link)].equal_range(next.name);
  for (auto other = begin; other != end; ++other)
    if (other->second != id && state.find<record::Link>(other->second)->network == next.network)
      return taken(state, {Kind::link, other->second}, next.name);
  return Done{};
}

Status check(State& state, Id id, const record::Policy&, const record::Policy* old) {
  if (old == nullptr && (id != 1 || state.find<record::Policy>(1) != nullptr))
    return fail(Fault::refused, "registry.one-policy");
  return Done{};
}

Status check(State& state, Id id, const record::Baseline& next, const record::Baseline* old) {
  if (old != nullptr && old->device != next.device) return fixed(Kind::baseline, "device");
  if (old == nullptr && state.find<record::Baseline>(id) != nullptr)
    return fail(Fault::conflict, "registry.baseline-exists",
                {{"device", state.name({Kind::device, next.device})}});
  return Done{};
}

/// What refers to the object, by name; stops looking when enough is shown.
void users(State& state, Ref ref, Evidence& evidence) {
  const auto uses = state.uses.find(ref);
  if (uses == state.uses.end()) return;
  for (std::size_t kind = 0; kind < uses->second.size(); ++kind) {
    std::size_t left = uses->second[kind];
    if (left == 0) continue;
    record::with_kind(static_cast<Kind>(kind), [&]<class Row>(std::type_identity<Row>) {
      state.table<Row>().each([&](Id id, const Row& row) {
        std::size_t times = 0;
        each_reference(
            row,
            [&](std::string_view, Kind to, Id target) {
              times += Ref{to, target} == ref;
            },
            [&](std::string_view, Kind to, std::string_view name) {
              times += to == ref.kind && state.by_name(to, name) == ref.id;
            });
        if (times != 0) evidence.object(state, {Row::kind, id});
        left -= std::min(left, times);
        return left != 0 && !evidence.full();
      });
    });
    evidence.add_unseen(left);
  }
}

} // namespace

template <class Row>
Status allowed(State& state, Id id, const Row& next, const Row* old) {
  if (auto status = references_exist(state, next); !status) return status;
  return check(state, id, next, old);
}

template Status allowed(State&, Id, const record::Organisation&, const record::Organisation*);
template Status allowed(State&, Id, const record::Person&, const record::Person*);
template Status allowed(State&, Id, const record::Key&, const record::Key*);
template Status allowed(State&, Id, const record::Role&, const record::Role*);
template Status allowed(State&, Id, const record::Network&, const record::Network*);
template Status allowed(State&, Id, const record::Block&, const record::Block*);
template Status allowed(State&, Id, const record::Prefixed&, const record::Prefixed*);
template Status allowed(State&, Id, const record::Addressed&, const record::Addressed*);
template Status allowed(State&, Id, const record::Agent&, const record::Agent*);
template Status allowed(State&, Id, const record::Profile&, const record::Profile*);
template Status allowed(State&, Id, const record::Device&, const record::Device*);
template Status allowed(State&, Id, const record::Link&, const record::Link*);
template Status allowed(State&, Id, const record::Policy&, const record::Policy*);
template Status allowed(State&, Id, const record::Baseline&, const record::Baseline*);

Status removable(State& state, Ref ref) {
  if (ref.kind == Kind::key || ref.kind == Kind::policy)
    return fail(Fault::refused, "registry.never-deleted", {{"kind", std::string(name_of(ref.kind))}});
  if (ref.kind == Kind::organisation && state.find<record::Organisation>(ref.id)->parent == 0)
    return fail(Fault::refused, "registry.root-stays");
  if (ref.kind == Kind::block || ref.kind == Kind::prefix) return removable_space(state, ref);
  Evidence evidence;
  users(state, ref, evidence);
  if (!evidence.any()) return Done{};
  return std::move(evidence).with(fail(Fault::conflict, "registry.in-use", {{"object", state.label(ref)}}));
}

} // namespace assent::registry
