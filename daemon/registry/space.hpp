// One address space of one family: its blocks, the prefixes nested in them, the addresses, what waiting
// tickets hold, and what is still free of each. Keeps structure only; the rules stand in rules.cpp.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "common/ids.hpp"
#include "daemon/registry/free_space.hpp"
#include "daemon/registry/net.hpp"

namespace assent::registry {

/// How free space is chosen for a prefix: the lowest place, the tightest, or the one with the most room.
enum class Fit : std::uint8_t { first, best, sparse };

class Space {
 public:
  /// A block or a prefix. What lies in it and in no deeper prefix is "directly" in it.
  struct Node {
    Prefix prefix;
    Id id = 0;
    bool block = false;
    bool active = false;             ///< status `active`: its first and last addresses mean something
    Node* parent = nullptr;          ///< the prefix around a prefix; none for blocks and topmost prefixes
    std::unique_ptr<FreeSpace> free; ///< made when first asked for
  };
  struct Hold {
    Prefix space;
    Id ticket = 0;
    Id organisation = 0;
    bool prefix = false; ///< wanted as a prefix, not as an address
  };

  explicit Space(bool v4) : v4_(v4) {}

  /// After all rows are in: builds free space. Gives what lies nowhere, or a block inside a block.
  std::optional<Prefix> complete();

  // Changes. The caller has checked the rules; each undoes the other exactly. Any order will do.
  void insert(const Prefix& prefix, Id id, bool block, bool active);
  void remove(const Prefix& prefix, bool block);
  void set_active(const Prefix& prefix, bool active) { prefix_at(prefix)->active = active; }
  void insert_address(U128 bits, Id id);
  void remove_address(U128 bits);

  // Questions
  Node* prefix_at(const Prefix& prefix);
  Node* block_at(const Prefix& prefix);
  Node* prefix_over(const Prefix& space, bool strict); ///< the most specific; `strict`: not `space` itself
  Node* block_over(const Prefix& space);
  Node* over(const Prefix& space, bool strict);              ///< the prefix over it, else the block
  const Node* active_over(const Prefix& space, bool strict); ///< the most specific prefix of status active
  Id address_at(U128 bits) const;
  FreeSpace& free_of(Node& node);

  /// Blocks and prefixes that lie inside without another between; `visit` gives false to stop.
  void children(const Prefix& space, bool blocks, bool itself, const std::function<bool(Node&)>& visit);
  /// Addresses inside, at any depth, or only those directly in `space`.
  void addresses(const Prefix& space, bool direct, const std::function<bool(U128, Id)>& visit);
  bool empty(const Prefix& space); ///< neither a prefix strictly inside nor an address

  /// The next `count` addresses in a row that may be given out from a node, at or above `from`: the first of
  /// them; nothing where there is no room for them.
  std::optional<Address> next_addresses(Node& node, U128 count, U128 from);
  /// Where 2^`host_bits` free aligned addresses lie directly in a node, at or above `from` (first fit only).
  std::optional<U128> place(Node& node, int host_bits, Fit fit, U128 from);

  // Holds never overlap each other.
  bool hold(const Hold& hold); ///< false, and nothing changes, where it is not all free
  void release(const Prefix& space);
  void holds(const Prefix& space, const std::function<bool(const Hold&)>& visit) const; ///< that overlap it

 private:
  struct Order {
    U128 first = 0;
    int length = 0;
    friend bool operator<(const Order& a, const Order& b) {
      return a.first != b.first ? a.first < b.first : a.length < b.length;
    }
  };
  using Nodes = std::map<Order, Node>;

  void used_inside(const Prefix& space, const std::function<void(U128, U128)>& use);
  void build(Node& node);
  Prefix one(U128 bits) const { return {{v4_, bits}, v4_ ? 32 : 128}; }

  bool v4_;
  Nodes prefixes_, blocks_;
  std::map<U128, Id> addresses_;
  std::map<U128, Hold> holds_;
};

/// Addresses of an active prefix that are not for hosts: network and broadcast address (IPv4, up to /30), the
/// subnet-router anycast address (IPv6, RFC 4291 section 2.6.1, up to /126; RFC 6164 frees /127).
bool is_reserved(const Prefix& prefix, U128 address);

} // namespace assent::registry
