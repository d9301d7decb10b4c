// Where addresses and prefixes lie, sorted, so that what is inside a space and what is around one are found
// at once. 12 bytes for each of IPv4, 24 of IPv6.
#pragma once

#include <functional>
#include <vector>

#include "common/ids.hpp"
#include "daemon/registry/net.hpp"

namespace assent::search {

class Places {
 public:
  /// The same place may be added twice.
  void add(const registry::Prefix& place, Id id);
  /// After many add()s: sorts, and gives back what is not needed.
  void settle();

  /// Everything that lies in the space, itself included.
  void inside(const registry::Prefix& space, const std::function<void(Id)>& with) const;
  /// Everything that contains the space, itself included.
  void around(const registry::Prefix& space, const std::function<void(Id)>& with) const;
  /// How many inside() would give, at most.
  std::size_t count_inside(const registry::Prefix& space) const;
  std::size_t bytes() const;
  std::size_t size() const { return four_.size() + six_.size(); }

 private:
  /// Ordered by place, then length (outer before inner), then id.
  template <class Bits>
  struct Entry {
    Bits first{};
    std::uint32_t low = 0;  ///< of the id
    std::uint32_t high = 0; ///< of the id: 24 bits, and in the low 8 the length
    Id id() const { return static_cast<Id>(high >> 8) << 32 | low; }
    int length() const { return static_cast<int>(high & 0xff); }
    friend bool operator<(const Entry& a, const Entry& b) {
      if (a.first != b.first) return a.first < b.first;
      if (a.length() != b.length()) return a.length() < b.length();
      return a.id() < b.id();
    }
  };
  struct Bits6 {
    std::uint64_t high = 0, low = 0;
    auto operator<=>(const Bits6&) const = default;
  };
  template <class Bits>
  struct Sorted {
    std::vector<Entry<Bits>> all, late; ///< both sorted
    bool settled = false;               ///< `all` is sorted
    void add(const Entry<Bits>& entry);
    void settle();
    std::size_t size() const { return all.size() + late.size(); }
    std::size_t bytes() const { return (all.capacity() + late.capacity()) * sizeof(Entry<Bits>); }
    template <class With>
    void range(const Bits& first, const Bits& last, int least_length, With&& with) const;
    template <class With>
    void exact(const Bits& first, int length, With&& with) const;
  };
  template <class With>
  void each_inside(const registry::Prefix& space, With&& with) const;

  static std::uint32_t bits4(registry::U128 bits) { return static_cast<std::uint32_t>(bits); }
  static Bits6 bits6(registry::U128 bits) {
    return {static_cast<std::uint64_t>(bits >> 64), static_cast<std::uint64_t>(bits)};
  }

  Sorted<std::uint32_t> four_;
  Sorted<Bits6> six_;
};

} // namespace assent::search
