#include "daemon/registry/space.hpp"

#include <algorithm>

namespace assent::registry {

bool is_reserved(const Prefix& prefix, U128 address) {
  if (prefix.first.v4)
    return prefix.length <= 30 && (address == prefix.first.bits || address == prefix.last());
  return prefix.length <= 126 && address == prefix.first.bits;
}

std::optional<Prefix> Space::complete() {
  const Node* above = nullptr;
  for (const auto& [order, node] : blocks_) {
    if (above != nullptr && above->prefix.contains(node.prefix)) return node.prefix;
    above = &node;
  }
  for (const auto& [order, node] : prefixes_)
    if (node.parent == nullptr && block_over(node.prefix) == nullptr) return node.prefix;
  for (const auto& [bits, id] : addresses_)
    if (over(one(bits), false) == nullptr) return one(bits);
  for (auto& [order, node] : prefixes_)
    if (!empty(node.prefix)) build(node);
  for (auto& [order, node] : blocks_)
    build(node);
  return std::nullopt;
}

Space::Node* Space::prefix_at(const Prefix& prefix) {
  const auto found = prefixes_.find({prefix.first.bits, prefix.length});
  return found == prefixes_.end() ? nullptr : &found->second;
}

Space::Node* Space::block_at(const Prefix& prefix) {
  const auto found = blocks_.find({prefix.first.bits, prefix.length});
  return found == blocks_.end() ? nullptr : &found->second;
}

Space::Node* Space::prefix_over(const Prefix& space, bool strict) {
  // Whatever contains `space` sorts before it, and so does only what lies inside the same container.
  auto next = strict ? prefixes_.lower_bound({space.first.bits, space.length})
                     : prefixes_.upper_bound({space.first.bits, space.length});
  if (next == prefixes_.begin()) return nullptr;
  Node* node = &std::prev(next)->second;
  while (node != nullptr && !node->prefix.contains(space))
    node = node->parent;
  return node;
}

Space::Node* Space::block_over(const Prefix& space) {
  const auto next = blocks_.upper_bound({space.first.bits, space.length});
  if (next == blocks_.begin()) return nullptr;
  Node* node = &std::prev(next)->second;
  return node->prefix.contains(space) ? node : nullptr;
}

Space::Node* Space::over(const Prefix& space, bool strict) {
  Node* node = prefix_over(space, strict);
  return node != nullptr ? node : block_over(space);
}

const Space::Node* Space::active_over(const Prefix& space, bool strict) {
  const Node* node = prefix_over(space, strict);
  while (node != nullptr && !node->active)
    node = node->parent;
  return node;
}

Id Space::address_at(U128 bits) const {
  const auto found = addresses_.find(bits);
  return found == addresses_.end() ? 0 : found->second;
}

void Space::children(const Prefix& space, bool blocks, bool itself, const std::function<bool(Node&)>& visit) {
  Nodes& nodes = blocks ? blocks_ : prefixes_;
  const U128 end = space.last();
  auto next = nodes.lower_bound({space.first.bits, space.length});
  if (!itself && next != nodes.end() && next->second.prefix == space) ++next;
  while (next != nodes.end() && next->first.first <= end) {
    const U128 last = next->second.prefix.last();
    if (!visit(next->second) || last >= end) return;
    next = nodes.lower_bound({last + 1, 0});
  }
}

void Space::addresses(const Prefix& space, bool direct, const std::function<bool(U128, Id)>& visit) {
  U128 from = space.first.bits;
  bool more = true;
  const auto walk = [&](U128 last) {
    for (auto next = addresses_.lower_bound(from); more && next != addresses_.end() && next->first <= last;
         ++next)
      more = visit(next->first, next->second);
  };
  if (direct)
    children(space, false, false, [&](Node& child) {
      if (child.prefix.first.bits > from) walk(child.prefix.first.bits - 1);
      if (child.prefix.last() == space.last()) more = false;
      from = child.prefix.last() + 1;
      return more;
    });
  if (more) walk(space.last());
}

bool Space::empty(const Prefix& space) {
  bool nothing = true;
  children(space, false, false, [&](Node&) { return nothing = false; });
  if (nothing) addresses(space, false, [&](U128, Id) { return nothing = false; });
  return nothing;
}

/// Calls for every interval directly inside `space` that is not free: children, addresses, holds.
void Space::used_inside(const Prefix& space, const std::function<void(U128, U128)>& use) {
  children(space, false, false, [&](Node& child) {
    use(child.prefix.first.bits, child.prefix.last());
    return true;
  });
  addresses(space, true, [&](U128 bits, Id) {
    use(bits, bits);
    return true;
  });
  holds(space, [&](const Hold& held) {
    const Node* around = prefix_over(held.space, false);
    if (space.contains(held.space) && (around == nullptr || around->prefix.contains(space)))
      use(held.space.first.bits, held.space.last());
    return true;
  });
}

void Space::build(Node& node) {
  node.free = std::make_unique<FreeSpace>(node.prefix);
  FreeSpace& free = *node.free;
  // A prefix may be as large as the block that it lies in.
  if (node.block && prefix_at(node.prefix) != nullptr) {
    free.take(node.prefix.first.bits, node.prefix.last());
    return;
  }
  used_inside(node.prefix, [&](U128 first, U128 last) { free.take(first, last); });
}

FreeSpace& Space::free_of(Node& node) {
  if (!node.free) build(node);
  return *node.free;
}

void Space::insert(const Prefix& prefix, Id id, bool block, bool active) {
  if (block) {
    blocks_.emplace(Order{prefix.first.bits, prefix.length}, Node{prefix, id, true, false, nullptr, nullptr});
    return;
  }
  Node* const parent = prefix_over(prefix, true);
  Node* const owner = parent != nullptr ? parent : block_over(prefix);
  if (owner != nullptr && owner->free) {
    FreeSpace& free = *owner->free;
    used_inside(prefix, [&](U128 first, U128 last) { free.give(first, last); });
    free.take(prefix.first.bits, prefix.last());
  }
  Node& node =
      prefixes_
          .emplace(Order{prefix.first.bits, prefix.length}, Node{prefix, id, false, active, parent, nullptr})
          .first->second;
  children(prefix, false, false, [&](Node& child) {
    child.parent = &node;
    return true;
  });
}

void Space::remove(const Prefix& prefix, bool block) {
  if (block) {
    blocks_.erase({prefix.first.bits, prefix.length});
    return;
  }
  Node* const parent = prefix_at(prefix)->parent;
  Node* const owner = parent != nullptr ? parent : block_over(prefix);
  children(prefix, false, false, [&](Node& child) {
    child.parent = parent;
    return true;
  });
  prefixes_.erase({prefix.first.bits, prefix.length});
  if (owner != nullptr && owner->free) {
    FreeSpace& free = *owner->free;
    free.give(prefix.first.bits, prefix.last());
    used_inside(prefix, [&](U128 first, U128 last) { free.take(first, last); });
  }
}

void Space::insert_address(U128 bits, Id id) {
  addresses_.emplace(bits, id);
  Node* const owner = over(one(bits), false);
  if (owner != nullptr && owner->free) owner->free->take(bits, bits);
}

void Space::remove_address(U128 bits) {
  addresses_.erase(bits);
  Node* const owner = over(one(bits), false);
  if (owner != nullptr && owner->free) owner->free->give(bits, bits);
}

std::optional<Address> Space::next_addresses(Node& node, U128 count, U128 from) {
  const Node* active = &node;
  while (active != nullptr && !active->active)
    active = active->parent;
  const FreeSpace& free = free_of(node);
  from = std::max(from, node.prefix.first.bits);
  // Only the first and the last address of the active prefix are not for hosts.
  if (active != nullptr && from == active->prefix.first.bits && is_reserved(active->prefix, from)) ++from;
  const auto found = free.next_run(count, from);
  if (!found) return std::nullopt;
  // The lowest run ends at the last address: no other run ends before it.
  const U128 last = *found + (count - 1);
  if (active != nullptr && last == active->prefix.last() && is_reserved(active->prefix, last))
    return std::nullopt;
  return Address{v4_, *found};
}

std::optional<U128> Space::place(Node& node, int host_bits, Fit fit, U128 from) {
  const FreeSpace& free = free_of(node);
  switch (fit) {
  case Fit::first:
    return free.next_prefix(host_bits, std::max(from, node.prefix.first.bits));
  case Fit::best:
    return free.best_prefix(host_bits);
  case Fit::sparse:
    return free.sparse_prefix(host_bits);
  }
  return std::nullopt;
}

bool Space::hold(const Hold& hold) {
  Node* const owner = over(hold.space, hold.prefix);
  if (owner == nullptr || !free_of(*owner).take(hold.space.first.bits, hold.space.last())) return false;
  holds_.emplace(hold.space.first.bits, hold);
  return true;
}

void Space::release(const Prefix& space) {
  const auto found = holds_.find(space.first.bits);
  if (found == holds_.end()) return;
  Node* const owner = over(space, found->second.prefix);
  holds_.erase(found);
  if (owner != nullptr && owner->free) owner->free->give(space.first.bits, space.last());
}

void Space::holds(const Prefix& space, const std::function<bool(const Hold&)>& visit) const {
  auto next = holds_.upper_bound(space.first.bits);
  if (next != holds_.begin() && std::prev(next)->second.space.last() >= space.first.bits) --next;
  for (; next != holds_.end() && next->first <= space.last(); ++next)
    if (!visit(next->second)) return;
}

} // namespace assent::registry
