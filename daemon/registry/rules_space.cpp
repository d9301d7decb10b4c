// Blocks, prefixes and addresses: what nests in what, who holds what, what is not for hosts.
#include "daemon/registry/rules.hpp"

namespace assent::registry {
namespace {

Prefix one(const Address& address) {
  return {address, address.width()};
}

Id holder_of(State& state, const Space::Node& node) {
  return node.block ? state.find<record::Block>(node.id)->organisation
                    : state.find<record::Prefixed>(node.id)->organisation;
}

Ref ref_of(const Space::Node& node) {
  return {node.block ? Kind::block : Kind::prefix, node.id};
}

Error with_object(State& state, Error error, Ref ref) {
  Evidence evidence;
  evidence.object(state, ref);
  return std::move(evidence).with(std::move(error));
}

Status held_by(State& state, const Space::Node& around, Id organisation, const std::string& text) {
  const Id holder = holder_of(state, around);
  if (state.within(organisation, holder)) return Done{};
  return with_object(
      state,
      fail(Fault::refused, "registry.not-below-holder",
           {{"space", text}, {"organisation", state.path(organisation)}, {"holder", state.path(holder)}}),
      ref_of(around));
}

/// What lies directly in `space` belongs to `organisation` or below it. `self` is the prefix being changed.
void strangers(State& state, Space& in, const Prefix& space, Id organisation, Id self, bool itself,
               Evidence& evidence) {
  in.children(space, false, itself, [&](Space::Node& child) {
    if (child.id == self) {
      strangers(state, in, child.prefix, organisation, 0, false, evidence);
    } else if (!state.within(holder_of(state, child), organisation)) {
      evidence.object(state, ref_of(child));
    }
    return true;
  });
  in.addresses(space, true, [&](U128, Id id) {
    if (!state.within(state.find<record::Addressed>(id)->organisation, organisation))
      evidence.object(state, {Kind::address, id});
    return true;
  });
}

Error strangers_error(State& state, Evidence evidence, const Prefix& space, Id organisation) {
  return std::move(evidence).with(
      fail(Fault::refused, "registry.strangers-inside",
           {{"space", space.text()}, {"organisation", state.path(organisation)}}));
}

/// Everything inside `old` lies inside `next` too.
Status keeps_all(State& state, Space& in, const Prefix& old, const Prefix& next, bool block) {
  Evidence evidence;
  in.children(old, false, block, [&](Space::Node& child) {
    if (!next.contains(child.prefix)) evidence.object(state, ref_of(child));
    return true;
  });
  in.addresses(old, false, [&](U128 bits, Id id) {
    if (!next.contains(Address{old.first.v4, bits})) evidence.object(state, {Kind::address, id});
    return true;
  });
  if (!evidence.any()) return Done{};
  return std::move(evidence).with(
      fail(Fault::conflict, "registry.shrinks-below-use", {{"space", old.text()}, {"next", next.text()}}));
}

/// No waiting ticket is promised any of it. A larger prefix may be put around a promise that it would not
/// break.
Status not_held(State& state, Space& in, const Prefix& space, Id organisation, bool around) {
  Evidence evidence;
  in.holds(space, [&](const Space::Hold& held) {
    const bool kept =
        around && space.length < held.space.length && state.within(held.organisation, organisation);
    if (!kept)
      evidence.add({"registry.evidence-held",
                    {{"space", held.space.text()}, {"ticket", std::to_string(held.ticket)}}});
    return true;
  });
  if (!evidence.any()) return Done{};
  return std::move(evidence).with(fail(Fault::conflict, "registry.held", {{"space", space.text()}}));
}

/// The most specific active prefix over `space`, as if `self` were not there.
const Space::Node* active_without(Space& in, const Prefix& space, bool strict, Id self) {
  const Space::Node* node = in.active_over(space, strict);
  while (node != nullptr && (node->id == self || !node->active))
    node = node->parent;
  return node;
}

/// With this prefix as it is to be: is an address in use that would be the network or broadcast address of
/// the active prefix that decides about it then?
Status reserved_stay_free(State& state, Space& in, Id self, const record::Prefixed& next,
                          const record::Prefixed* old) {
  // Only the edges of prefixes that decide anew about something can come into use: this one, and the ones
  // next above its new and its old place.
  std::vector<Prefix> deciding{next.prefix};
  if (const auto* above = active_without(in, next.prefix, true, self)) deciding.push_back(above->prefix);
  if (old != nullptr)
    if (const auto* above = active_without(in, old->prefix, true, self)) deciding.push_back(above->prefix);
  for (const Prefix& edges : deciding)
    for (const U128 bits : {edges.first.bits, edges.last()}) {
      const Address address{edges.first.v4, bits};
      const Id used = in.address_at(bits);
      if (used == 0) continue;
      const Space::Node* other = active_without(in, one(address), false, self);
      const bool hosts = next.status == record::prefix_active || next.status == record::prefix_deprecated;
      const bool own = hosts && next.prefix.contains(address) &&
                       (other == nullptr || other->prefix.length < next.prefix.length);
      if (!own && other == nullptr) continue;
      const Prefix& decides = own ? next.prefix : other->prefix;
      if (!is_reserved(decides, bits)) continue;
      return with_object(state,
                         fail(Fault::conflict, "registry.address-reserved",
                              {{"address", address.text()}, {"prefix", decides.text()}}),
                         {Kind::address, used});
    }
  return Done{};
}

Status placed(State& state, Space& in, Id id, const record::Prefixed& next, const record::Prefixed* old) {
  if (const auto* same = in.prefix_at(next.prefix))
    return with_object(state,
                       fail(Fault::conflict, "registry.prefix-taken", {{"prefix", next.prefix.text()}}),
                       ref_of(*same));
  if (old != nullptr)
    if (auto status = keeps_all(state, in, old->prefix, next.prefix, false); !status) return status;
  static_cast<void>(id);
  return not_held(state, in, next.prefix, next.organisation, true);
}

} // namespace

Error outside_blocks(State& state, Id network, const Prefix& space, std::string text) {
  Evidence evidence;
  state.table<record::Block>().each([&](Id id, const record::Block& block) {
    if (block.network == network && block.prefix.first.v4 == space.first.v4)
      evidence.object(state, {Kind::block, id});
    return true;
  });
  return std::move(evidence).with(
      fail(Fault::refused, "registry.outside-blocks",
           {{"space", std::move(text)}, {"network", state.name({Kind::network, network})}}));
}

Status allowed_block(State& state, Id id, const record::Block& next, const record::Block* old) {
  Space& in = state.space(next.network, next.prefix.first.v4);
  if (old != nullptr && (old->network != next.network || old->prefix.first.v4 != next.prefix.first.v4))
    return fail(Fault::refused, "registry.member-fixed", {{"kind", "block"}, {"member", "network"}});
  Evidence overlaps;
  if (const auto* around = in.block_over(next.prefix); around != nullptr && around->id != id)
    overlaps.object(state, ref_of(*around));
  in.children(next.prefix, true, true, [&](Space::Node& inner) {
    if (inner.id != id && (!overlaps.any() || inner.prefix != next.prefix))
      overlaps.object(state, ref_of(inner));
    return true;
  });
  if (overlaps.any())
    return std::move(overlaps).with(
        fail(Fault::conflict, "registry.block-overlaps", {{"prefix", next.prefix.text()}}));
  if (old == nullptr) return Done{};
  if (old->prefix != next.prefix)
    if (auto status = keeps_all(state, in, old->prefix, next.prefix, true); !status) return status;
  if (old->organisation != next.organisation) {
    Evidence evidence;
    strangers(state, in, old->prefix, next.organisation, 0, true, evidence);
    if (evidence.any()) return strangers_error(state, std::move(evidence), next.prefix, next.organisation);
  }
  return Done{};
}

Status allowed_prefix(State& state, Id id, const record::Prefixed& next, const record::Prefixed* old) {
  Space& in = state.space(next.network, next.prefix.first.v4);
  if (old != nullptr && (old->network != next.network || old->prefix.first.v4 != next.prefix.first.v4))
    return fail(Fault::refused, "registry.member-fixed", {{"kind", "prefix"}, {"member", "network"}});
  const bool moves = old == nullptr || old->prefix != next.prefix;
  if (moves)
    if (auto status = placed(state, in, id, next, old); !status) return status;
  const Space::Node* around = in.prefix_over(next.prefix, true);
  if (around != nullptr && around->id == id) around = around->parent;
  if (around == nullptr) around = in.block_over(next.prefix);
  if (around == nullptr) return outside_blocks(state, next.network, next.prefix, next.prefix.text());
  if (!moves && old->organisation != next.organisation) {
    state.unsettled.insert({Kind::prefix, id}); // the rest of a subtree may change hands with it
  } else if (auto status = held_by(state, *around, next.organisation, next.prefix.text()); !status) {
    return status;
  }
  if (moves) {
    Evidence evidence;
    strangers(state, in, next.prefix, next.organisation, id, false, evidence);
    if (evidence.any()) return strangers_error(state, std::move(evidence), next.prefix, next.organisation);
  }
  if (!moves && old->status == next.status) return Done{};
  return reserved_stay_free(state, in, id, next, old);
}

Status allowed_address(State& state, Id id, const record::Addressed& next, const record::Addressed* old) {
  Space& in = state.space(next.network, next.address.v4);
  if (old != nullptr && old->network != next.network)
    return fail(Fault::refused, "registry.member-fixed", {{"kind", "address"}, {"member", "network"}});
  const Space::Node* around = in.over(one(next.address), false);
  if (old == nullptr || old->address != next.address) {
    if (const Id other = in.address_at(next.address.bits); other != 0 && other != id)
      return with_object(state,
                         fail(Fault::conflict, "registry.address-taken", {{"address", next.address.text()}}),
                         {Kind::address, other});
    if (around == nullptr) return outside_blocks(state, next.network, one(next.address), next.address.text());
    if (auto status = not_held(state, in, one(next.address), next.organisation, false); !status)
      return status;
    const auto* active = in.active_over(one(next.address), false);
    if (active != nullptr && is_reserved(active->prefix, next.address.bits))
      return with_object(state,
                         fail(Fault::refused, "registry.address-reserved",
                              {{"address", next.address.text()}, {"prefix", active->prefix.text()}}),
                         ref_of(*active));
  }
  if (old != nullptr && old->address == next.address && old->organisation != next.organisation) {
    state.unsettled.insert({Kind::address, id});
    return Done{};
  }
  return held_by(state, *around, next.organisation, next.address.text());
}

Status holder_fits(State& state, Ref ref) {
  if (const auto* row = ref.kind == Kind::address ? state.find<record::Addressed>(ref.id) : nullptr) {
    const auto* around = state.space(row->network, row->address.v4).over(one(row->address), false);
    return held_by(state, *around, row->organisation, row->address.text());
  }
  const auto* row = ref.kind == Kind::prefix ? state.find<record::Prefixed>(ref.id) : nullptr;
  if (row == nullptr) return Done{}; // gone meanwhile
  Space& in = state.space(row->network, row->prefix.first.v4);
  if (auto status = held_by(state, *in.over(row->prefix, true), row->organisation, row->prefix.text());
      !status)
    return status;
  Evidence evidence;
  strangers(state, in, row->prefix, row->organisation, 0, false, evidence);
  if (evidence.any()) return strangers_error(state, std::move(evidence), row->prefix, row->organisation);
  return Done{};
}

Status dissolvable(State& state, Id id) {
  const auto& row = *state.find<record::Prefixed>(id);
  Space& in = state.space(row.network, row.prefix.first.v4);
  Evidence evidence;
  in.holds(row.prefix, [&](const Space::Hold& held) {
    evidence.add(
        {"registry.evidence-held", {{"space", held.space.text()}, {"ticket", std::to_string(held.ticket)}}});
    return true;
  });
  if (evidence.any())
    return std::move(evidence).with(
        fail(Fault::conflict, "registry.in-use", {{"object", state.label({Kind::prefix, id})}}));
  const Space::Node* above = active_without(in, row.prefix, true, id);
  if (above == nullptr) return Done{};
  for (const U128 bits : {above->prefix.first.bits, above->prefix.last()}) {
    const Address address{above->prefix.first.v4, bits};
    const Id used = row.prefix.contains(address) ? in.address_at(bits) : 0;
    if (used == 0 || !is_reserved(above->prefix, bits) ||
        active_without(in, one(address), false, id) != above)
      continue;
    return with_object(state,
                       fail(Fault::conflict, "registry.address-reserved",
                            {{"address", address.text()}, {"prefix", above->prefix.text()}}),
                       {Kind::address, used});
  }
  return Done{};
}

Status removable_space(State& state, Ref ref) {
  const auto* block = ref.kind == Kind::block ? state.find<record::Block>(ref.id) : nullptr;
  const auto* row = ref.kind == Kind::prefix ? state.find<record::Prefixed>(ref.id) : nullptr;
  const Prefix prefix = block != nullptr ? block->prefix : row->prefix;
  Space& in = state.space(block != nullptr ? block->network : row->network, prefix.first.v4);
  Evidence evidence;
  in.children(prefix, false, block != nullptr, [&](Space::Node& child) {
    evidence.object(state, ref_of(child));
    return true;
  });
  in.addresses(prefix, true, [&](U128, Id id) {
    evidence.object(state, {Kind::address, id});
    return true;
  });
  in.holds(prefix, [&](const Space::Hold& held) {
    evidence.add(
        {"registry.evidence-held", {{"space", held.space.text()}, {"ticket", std::to_string(held.ticket)}}});
    return true;
  });
  if (!evidence.any()) return Done{};
  return std::move(evidence).with(fail(Fault::conflict, "registry.in-use", {{"object", state.label(ref)}}));
}

Status holders_fit(State& state, Id moved) {
  Evidence evidence;
  // Most moves concern few holders: those are looked up once, and the search ends with the last of their
  // objects.
  std::vector<bool> concerned;
  std::size_t prefixes = 0, addresses = 0;
  std::vector<Id> below{moved};
  while (!below.empty()) {
    const Id organisation = below.back();
    below.pop_back();
    if (concerned.size() <= organisation) concerned.resize(organisation + 1);
    concerned[organisation] = true;
    if (const auto uses = state.uses.find({Kind::organisation, organisation}); uses != state.uses.end()) {
      prefixes += uses->second[static_cast<std::size_t>(Kind::prefix)];
      addresses += uses->second[static_cast<std::size_t>(Kind::address)];
    }
    for (auto child = state.children_of.lower_bound({organisation, 0});
         child != state.children_of.end() && child->first == organisation; ++child)
      below.push_back(child->second);
  }
  const auto misfit = [&](Id organisation, Id network, const Prefix& space, bool strict, std::size_t& left) {
    if (organisation >= concerned.size() || !concerned[organisation]) return false;
    --left;
    const auto* around = state.space(network, space.first.v4).over(space, strict);
    return around != nullptr && !state.within(organisation, holder_of(state, *around));
  };
  state.table<record::Prefixed>().each([&](Id id, const record::Prefixed& row) {
    if (prefixes == 0) return false;
    if (misfit(row.organisation, row.network, row.prefix, true, prefixes))
      evidence.object(state, {Kind::prefix, id});
    return true;
  });
  state.table<record::Addressed>().each([&](Id id, const record::Addressed& row) {
    if (addresses == 0) return false;
    if (misfit(row.organisation, row.network, one(row.address), false, addresses))
      evidence.object(state, {Kind::address, id});
    return true;
  });
  if (!evidence.any()) return Done{};
  return std::move(evidence).with(
      fail(Fault::refused, "registry.move-strands-space", {{"organisation", state.path(moved)}}));
}

} // namespace assent::registry
