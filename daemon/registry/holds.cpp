// What waiting tickets have asked for is out of free space until they end.
#include <algorithm>

#include "daemon/registry/state.hpp"

namespace assent::registry {
namespace {

/// The space that a resolved edit wants to have; nothing where it wants none or its network is yet to be
/// made.
std::optional<std::pair<Id, Prefix>> wanted(const Edit& edit) {
  if (edit.operation != Operation::create || (edit.kind != Kind::address && edit.kind != Kind::prefix))
    return std::nullopt;
  const auto* network = edit.value.if_contains("network");
  const Id id = network != nullptr ? id_of(*network) : 0;
  if (id == 0) return std::nullopt;
  if (edit.kind == Kind::prefix) {
    auto prefix = parse_prefix(text_of(edit.value, "prefix"));
    return prefix ? std::optional(std::pair(id, *prefix)) : std::nullopt;
  }
  auto address = parse_address(text_of(edit.value, "address"));
  if (!address) return std::nullopt;
  return std::pair(id, Prefix{*address, address->width()});
}

Error held_error(const Prefix& space, const Space::Hold& other) {
  Error error = fail(Fault::conflict, "registry.held", {{"space", space.text()}});
  error.evidence.push_back(
      {"registry.evidence-held", {{"space", other.space.text()}, {"ticket", std::to_string(other.ticket)}}});
  return error;
}

} // namespace

Status State::hold(Id ticket, const std::vector<Edit>& resolved) {
  release(ticket);
  std::vector<Held> wants;
  for (const auto& edit : resolved) {
    const auto want = wanted(edit);
    if (!want) continue;
    const auto* organisation = edit.value.if_contains("organisation");
    wants.push_back({want->first,
                     {want->second, ticket, organisation != nullptr ? id_of(*organisation) : 0,
                      edit.kind == Kind::prefix},
                     false});
  }
  // The larger first: what lies inside them is held with them.
  std::stable_sort(wants.begin(), wants.end(),
                   [](const Held& a, const Held& b) { return a.hold.space.length < b.hold.space.length; });
  auto& kept = holds[ticket];
  for (auto& want : wants) {
    Space& in = space(want.network, want.hold.space.first.v4);
    std::optional<Space::Hold> other;
    bool own = false;
    in.holds(want.hold.space, [&](const Space::Hold& each) {
      own = own || each.ticket == ticket;
      if (each.ticket != ticket && each.space.contains(want.hold.space)) other = each;
      return !other;
    });
    std::optional<Error> error;
    if (other) error = held_error(want.hold.space, *other);
    if (want.hold.prefix && in.prefix_at(want.hold.space) != nullptr)
      error = fail(Fault::conflict, "registry.prefix-taken", {{"prefix", want.hold.space.text()}});
    if (!want.hold.prefix && in.address_at(want.hold.space.first.bits) != 0)
      error = fail(Fault::conflict, "registry.address-taken", {{"address", want.hold.space.first.text()}});
    if (error) {
      release(ticket);
      return std::move(*error);
    }
    // A prefix to be put around what exists is not free, and needs no hold: it is judged again when it opens.
    want.placed = !own && in.hold(want.hold);
    ++held[want.hold.organisation];
    kept.push_back(want);
  }
  if (kept.empty()) holds.erase(ticket);
  return Done{};
}

void State::release(Id ticket) {
  lift(ticket);
  const auto found = holds.find(ticket);
  if (found == holds.end()) return;
  for (const auto& each : found->second)
    if (const auto count = held.find(each.hold.organisation); --count->second == 0) held.erase(count);
  holds.erase(found);
}

void State::lift(Id ticket) {
  const auto found = holds.find(ticket);
  if (found == holds.end()) return;
  for (auto& each : found->second) {
    if (each.placed) space(each.network, each.hold.space.first.v4).release(each.hold.space);
    each.lifted = each.placed;
    each.placed = false;
  }
}

void State::lower(Id ticket) {
  const auto found = holds.find(ticket);
  if (found == holds.end()) return;
  for (auto& each : found->second) {
    if (each.lifted) each.placed = space(each.network, each.hold.space.first.v4).hold(each.hold);
    each.lifted = false;
  }
}

} // namespace assent::registry
