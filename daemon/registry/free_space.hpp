// What is still free inside one prefix: the free intervals, never the used ones, so that finding the next
// free address or prefix costs the same however full the prefix is. Pure; owned by one Registry.
#pragma once

#include <cstddef>
#include <optional>

#include "daemon/registry/net.hpp"

namespace assent::registry {

/// A set of disjoint free intervals, ordered by start and by size.
class FreeSpace {
 public:
  FreeSpace();
  explicit FreeSpace(const Prefix& whole);
  FreeSpace(FreeSpace&&) noexcept;
  FreeSpace& operator=(FreeSpace&&) noexcept;
  ~FreeSpace();

  /// Marks [first, last] used. False, and nothing changes, where any of it is used already.
  bool take(U128 first, U128 last);
  /// Marks [first, last] free again. False, and nothing changes, where any of it is free already.
  bool give(U128 first, U128 last);
  bool is_free(U128 first, U128 last) const;

  /// The lowest free address at or above `from`.
  std::optional<U128> next_address(U128 from) const;
  /// The lowest free aligned prefix of 2^`host_bits` addresses at or above `from` (first fit).
  std::optional<U128> next_prefix(int host_bits, U128 from) const;
  /// A free aligned prefix out of the smallest free interval that can hold it (best fit: keeps large room
  /// whole).
  std::optional<U128> best_prefix(int host_bits) const;

  /// A free aligned prefix at the start of the largest free aligned block: everything that is placed so has
  /// the most room to grow (RFC 3531's leftmost assignment; the places of one round in order of address).
  std::optional<U128> sparse_prefix(int host_bits) const;
  /// The lowest `count` free addresses in a row at or above `from`.
  std::optional<U128> next_run(U128 count, U128 from) const;

  /// n of the largest free aligned block of 2^n addresses, at most 127; -1 where nothing is free.
  int largest() const;
  /// n of the tightest place for 2^`host_bits` addresses: the largest aligned block of the interval that
  /// best_prefix() takes; -1 where there is none.
  int smallest(int host_bits) const;

  U128 free_count() const; ///< of addresses; 0 also stands for 2^128
  std::size_t intervals() const;

 private:
  struct Impl;
  Impl* impl_;
};

} // namespace assent::registry
