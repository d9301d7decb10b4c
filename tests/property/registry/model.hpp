// The register of space as simply as it can be told: a few lists, searched from end to end for every
// question. It works on 64 addresses of one family, numbered 0 to 63, in one block that holds them all.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace model {

constexpr int size = 64, size_bits = 6;

/// Organisations: 1 is the root; 2 and 3 are below it; 4 is below 2.
bool within(int organisation, int subtree);

struct Range {
  int first = 0, bits = 0; ///< 2^bits addresses
  int last() const { return first + (1 << bits) - 1; }
  bool contains(const Range& other) const { return first <= other.first && other.last() <= last(); }
  bool overlaps(const Range& other) const { return contains(other) || other.contains(*this); }
  friend bool operator==(const Range&, const Range&) = default;
};

struct Prefix {
  Range range;
  int organisation = 1;
  int status = 0; ///< 0 container, 1 active, 2 reserved
  int version = 1;
};
struct Address {
  int at = 0;
  int organisation = 1;
  int version = 1;
};
struct Hold {
  Range range;
  int organisation = 0;
  bool prefix = false;
};

struct Register {
  bool v4 = true;
  std::map<int, Prefix> prefixes;   ///< by number
  std::map<int, Address> addresses; ///< by number
  std::map<int, Hold> holds;        ///< by ticket
  int last_prefix = 0, last_address = 0;

  bool reserved(const Range& range, int at) const;
  int around(const Range& range, bool strict,
             int without = 0) const; ///< number of the closest prefix; 0: the block
  int active_around(int at, int without = 0) const;
  int holder(int prefix) const { return prefix == 0 ? 1 : prefixes.at(prefix).organisation; }
  int address_at(int at) const;
  bool held_by_other(const Range& range, int ticket) const;

  /// May the address be given out from this prefix?
  bool gives(int prefix, int at, int ticket) const;
  bool free(int prefix, const Range& range, int ticket) const;
  /// The first of `count` in a row, at `start` of the prefix or above.
  std::optional<int> next_address(int prefix, int ticket, int start = 0, int count = 1) const;
  std::optional<Range> next_prefix(int prefix, int bits, int ticket, int start = 0) const;
  /// By fit: out of the tightest free interval, or at the start of the largest free block.
  std::optional<Range> best_prefix(int prefix, int bits, int ticket) const;
  std::optional<Range> sparse_prefix(int prefix, int bits, int ticket) const;

  bool may(int number, const Prefix& next, int ticket) const;
  bool may(int number, const Address& next, int ticket) const;
  bool may_go(int prefix, int ticket) const;
  bool create(const Prefix& next, int ticket);
  bool create(const Address& next, int ticket);
  bool modify(int number, Prefix next, int ticket);
  bool modify(int number, Address next, int ticket);
  bool remove_prefix(int number, int ticket);
  bool dissolve(int number, int ticket); ///< what lies in it falls to what lies around it
  bool all_fit() const;                  ///< everything has a holder that fits its place
  /// What hold() keeps: only what is wholly free.
  std::optional<bool> hold(int ticket, const Hold& wanted); ///< nothing: refused; else whether it is kept

  std::string print() const;
  std::string print_holds() const;
};

} // namespace model
