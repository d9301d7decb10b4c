// A treap of intervals in one array. Each node knows which size classes occur below it, so that "the lowest
// interval with room for 2^n aligned addresses" is one descent.
#include "daemon/registry/free_space.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace assent::registry {
namespace {

using Slot = std::uint32_t;
constexpr Slot none = 0;

constexpr U128 bit(int n) {
  return U128{1} << n;
}
constexpr U128 low_ones(int n) {
  return n >= 128 ? ~U128{0} : bit(n) - 1;
}

int highest(U128 value) { // of a value that is not 0
  const auto high = static_cast<std::uint64_t>(value >> 64);
  return high != 0 ? 127 - std::countl_zero(high) : 63 - std::countl_zero(static_cast<std::uint64_t>(value));
}
int lowest(U128 value) { // of a value that is not 0
  const auto low = static_cast<std::uint64_t>(value);
  return low != 0 ? std::countr_zero(low) : 64 + std::countr_zero(static_cast<std::uint64_t>(value >> 64));
}

/// The first address at or above `from` that starts an aligned block of 2^n, where it and the block end by
/// `last`.
std::optional<U128> aligned(U128 from, U128 last, int n) {
  const U128 host = low_ones(n);
  if ((from & host) != 0) {
    if ((from | host) == ~U128{0}) return std::nullopt;
    from = (from | host) + 1;
  }
  if (from > last || last - from < host) return std::nullopt;
  return from;
}

/// Addresses of an interval; 2^128 counts as one less.
U128 count_of(U128 first, U128 last) {
  const U128 less = last - first;
  return less == ~U128{0} ? less : less + 1;
}

/// The largest n of which the interval holds an aligned block; 128 counts as 127 in the masks.
int size_class(U128 first, U128 last) {
  const U128 size = last - first; // one less than the count, so that it cannot overflow
  int n = size == ~U128{0} ? 128 : highest(size + 1);
  while (n > 0 && !aligned(first, last, n))
    --n;
  return std::min(n, 127);
}

} // namespace

struct FreeSpace::Impl {
  struct Node {
    U128 first = 0, last = 0;
    U128 classes = 0; ///< of this node and all below
    U128 longest = 0; ///< addresses of the longest interval of this node and all below
    Slot left = none, right = none;
    std::uint32_t heap = 0;
    std::uint8_t own = 0;
  };
  std::vector<Node> nodes{1}; ///< slot 0 is "none", with no classes
  Slot root = none;
  Slot spare = none; ///< list of unused slots through `left`
  std::size_t count = 0;
  U128 addresses = 0;
  U128 low = 1, high = 0; ///< bounds of the whole; low > high: no space at all
  std::uint32_t seed = 0x9e3779b9U;

  Node& at(Slot slot) { return nodes[slot]; }

  void renew(Slot slot) {
    Node& node = at(slot);
    node.classes = bit(node.own) | at(node.left).classes | at(node.right).classes;
    node.longest = std::max({count_of(node.first, node.last), at(node.left).longest, at(node.right).longest});
  }

  Slot make(U128 first, U128 last) {
    Slot slot = spare;
    if (slot != none) {
      spare = at(slot).left;
    } else {
      slot = static_cast<Slot>(nodes.size());
      nodes.emplace_back();
    }
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    const int own = size_class(first, last);
    at(slot) = {first, last, bit(own), count_of(first, last),
                none,  none, seed,     static_cast<std::uint8_t>(own)};
    ++count;
    return slot;
  }

  void drop(Slot slot) {
    at(slot) = {};
    at(slot).left = spare;
    spare = slot;
    --count;
  }

  /// Splits into intervals that start below `key` and the others.
  void split(Slot slot, U128 key, Slot& below, Slot& above) {
    if (slot == none) {
      below = above = none;
      return;
    }
    Slot half = none;
    if (at(slot).first < key) {
      split(at(slot).right, key, half, above);
      at(slot).right = half;
      below = slot;
    } else {
      split(at(slot).left, key, below, half);
      at(slot).left = half;
      above = slot;
    }
    renew(slot);
  }

  Slot join(Slot below, Slot above) {
    if (below == none) return above;
    if (above == none) return below;
    if (at(below).heap > at(above).heap) {
      at(below).right = join(at(below).right, above);
      renew(below);
      return below;
    }
    at(above).left = join(below, at(above).left);
    renew(above);
    return above;
  }

  void insert(U128 first, U128 last) {
    const Slot fresh = make(first, last);
    Slot below = none, above = none;
    split(root, first, below, above);
    root = join(join(below, fresh), above);
  }

  Slot erase_below(Slot slot, U128 first) {
    Node& node = at(slot);
    if (node.first == first) {
      const Slot rest = join(node.left, node.right);
      drop(slot);
      return rest;
    }
    if (first < node.first) {
      node.left = erase_below(node.left, first);
    } else {
      node.right = erase_below(node.right, first);
    }
    renew(slot);
    return slot;
  }
  void erase(U128 first) { root = erase_below(root, first); }

  /// Changes an interval's bounds in place; the caller keeps the order.
  void change(Slot slot, U128 old_first, U128 first, U128 last) {
    Node& node = at(slot);
    if (node.first == old_first) {
      node.first = first;
      node.last = last;
      node.own = static_cast<std::uint8_t>(size_class(first, last));
    } else {
      change(old_first < node.first ? node.left : node.right, old_first, first, last);
    }
    renew(slot);
  }

  /// The interval with the highest start at or below `key`.
  Slot before(U128 key) {
    Slot found = none;
    for (Slot slot = root; slot != none;) {
      if (at(slot).first <= key) {
        found = slot;
        slot = at(slot).right;
      } else {
        slot = at(slot).left;
      }
    }
    return found;
  }
  /// The interval with the lowest start above `key`.
  Slot after(U128 key) {
    Slot found = none;
    for (Slot slot = root; slot != none;) {
      if (at(slot).first > key) {
        found = slot;
        slot = at(slot).left;
      } else {
        slot = at(slot).right;
      }
    }
    return found;
  }
  /// The lowest interval that starts above `key` and whose class is among `wanted`; all of them where `any`.
  Slot after_with(Slot slot, U128 key, bool any, U128 wanted) {
    if (slot == none || (at(slot).classes & wanted) == 0) return none;
    const bool right_of = any || at(slot).first > key;
    if (right_of) {
      if (const Slot found = after_with(at(slot).left, key, any, wanted); found != none) return found;
      if ((bit(at(slot).own) & wanted) != 0) return slot;
      any = true; // everything right of a node above the key is above the key
    }
    return after_with(at(slot).right, key, any, wanted);
  }
  /// The lowest interval that starts above `key` and has so many addresses; all of them where `any`.
  Slot after_long(Slot slot, U128 key, bool any, U128 wanted) {
    if (slot == none || at(slot).longest < wanted) return none;
    const Node& node = at(slot);
    if (any || node.first > key) {
      if (const Slot found = after_long(node.left, key, any, wanted); found != none) return found;
      if (count_of(node.first, node.last) >= wanted) return slot;
      any = true;
    }
    return after_long(node.right, key, any, wanted);
  }
};

FreeSpace::FreeSpace() : impl_(new Impl) {}

FreeSpace::FreeSpace(const Prefix& whole) : impl_(new Impl) {
  impl_->low = whole.first.bits;
  impl_->high = whole.last();
  impl_->addresses = impl_->high - impl_->low + 1;
  impl_->root = impl_->make(impl_->low, impl_->high);
}

FreeSpace::FreeSpace(FreeSpace&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
FreeSpace& FreeSpace::operator=(FreeSpace&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}
FreeSpace::~FreeSpace() {
  delete impl_;
}

bool FreeSpace::is_free(U128 first, U128 last) const {
  const Slot slot = impl_->before(first);
  return slot != none && first <= last && impl_->at(slot).last >= last;
}

bool FreeSpace::take(U128 first, U128 last) {
  if (!is_free(first, last)) return false;
  const auto node = impl_->at(impl_->before(first));
  impl_->addresses -= last - first + 1;
  if (node.first == first && node.last == last) {
    impl_->erase(first);
  } else if (node.first == first) {
    impl_->change(impl_->root, first, last + 1, node.last);
  } else {
    impl_->change(impl_->root, node.first, node.first, first - 1);
    if (node.last != last) impl_->insert(last + 1, node.last);
  }
  return true;
}

bool FreeSpace::give(U128 first, U128 last) {
  if (first > last || first < impl_->low || last > impl_->high) return false;
  const Slot below = impl_->before(first);
  const Slot above = impl_->after(first);
  if (below != none && impl_->at(below).last >= first) return false;
  if (above != none && impl_->at(above).first <= last) return false;
  const bool joins_below = below != none && impl_->at(below).last + 1 == first;
  const bool joins_above = above != none && last + 1 == impl_->at(above).first;
  const U128 below_first = impl_->at(below).first, above_first = impl_->at(above).first;
  const U128 above_last = impl_->at(above).last;
  impl_->addresses += last - first + 1;
  if (joins_below) {
    if (joins_above) impl_->erase(above_first);
    impl_->change(impl_->root, below_first, below_first, joins_above ? above_last : last);
  } else if (joins_above) {
    impl_->change(impl_->root, above_first, first, above_last);
  } else {
    impl_->insert(first, last);
  }
  return true;
}

std::optional<U128> FreeSpace::next_address(U128 from) const {
  if (const Slot slot = impl_->before(from); slot != none && impl_->at(slot).last >= from) return from;
  const Slot slot = impl_->after(from);
  if (slot == none) return std::nullopt;
  return impl_->at(slot).first;
}

std::optional<U128> FreeSpace::next_prefix(int host_bits, U128 from) const {
  if (host_bits < 0 || host_bits > 128) return std::nullopt;
  // The interval that `from` lies in counts only from there on.
  if (const Slot slot = impl_->before(from); slot != none)
    if (const auto found = aligned(from, impl_->at(slot).last, host_bits)) return found;
  const U128 wanted = ~low_ones(std::min(host_bits, 127));
  const Slot slot = impl_->after_with(impl_->root, from, false, wanted);
  if (slot == none) return std::nullopt;
  return aligned(impl_->at(slot).first, impl_->at(slot).last, host_bits);
}

std::optional<U128> FreeSpace::best_prefix(int host_bits) const {
  if (host_bits < 0 || host_bits > 128) return std::nullopt;
  const U128 fitting = impl_->at(impl_->root).classes & ~low_ones(std::min(host_bits, 127));
  if (fitting == 0) return std::nullopt;
  const Slot slot = impl_->after_with(impl_->root, 0, true, bit(lowest(fitting)));
  return aligned(impl_->at(slot).first, impl_->at(slot).last, host_bits);
}

std::optional<U128> FreeSpace::sparse_prefix(int host_bits) const {
  const int top = largest();
  if (host_bits < 0 || top < std::min(host_bits, 127)) return std::nullopt;
  const Slot slot = impl_->after_with(impl_->root, 0, true, bit(top));
  return aligned(impl_->at(slot).first, impl_->at(slot).last, std::max(top, host_bits));
}

std::optional<U128> FreeSpace::next_run(U128 count, U128 from) const {
  if (count == 0) return std::nullopt;
  if (const Slot slot = impl_->before(from);
      slot != none && impl_->at(slot).last >= from && count_of(from, impl_->at(slot).last) >= count)
    return from;
  const Slot slot = impl_->after_long(impl_->root, from, false, count);
  if (slot == none) return std::nullopt;
  return impl_->at(slot).first;
}

int FreeSpace::largest() const {
  const U128 classes = impl_->at(impl_->root).classes;
  return classes == 0 ? -1 : highest(classes);
}

int FreeSpace::smallest(int host_bits) const {
  const U128 fitting = impl_->at(impl_->root).classes & ~low_ones(std::min(std::max(host_bits, 0), 127));
  return fitting == 0 ? -1 : lowest(fitting);
}

U128 FreeSpace::free_count() const {
  return impl_->addresses;
}
std::size_t FreeSpace::intervals() const {
  return impl_->count;
}

} // namespace assent::registry
