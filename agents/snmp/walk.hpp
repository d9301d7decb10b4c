// One walk over columns that share an index: what to ask next, and whether an answer may be believed. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <vector>

#include "agents/snmp/codec.hpp"

namespace assent::snmp {

inline constexpr std::size_t max_walk_rows = 100'000;     ///< values of one column
inline constexpr std::size_t max_walk_bytes = 32U << 20;  ///< octets of one walk
inline constexpr std::size_t max_walk_exchanges = 20'000; ///< answers of one walk
inline constexpr std::size_t answer_budget = 1472; ///< bytes of an answer: what one Ethernet frame carries

class Walk {
 public:
  enum class End : std::uint8_t {
    walking,
    complete,
    cut, ///< broke off: an OID that did not grow, a bound, an error, silence; what came is not the whole
  };

  struct Column {
    Oid oid;
    bool time_filter = false; ///< ends where a row comes again under another time mark
    Oid cursor{};             ///< the last OID that was seen, or the column itself
    std::size_t rows = 0;
    End end = End::walking;
    std::set<std::uint32_t> filtered{}; ///< last parts of the index that a time-filtered column has shown
  };

  /// Takes a value: column, its index (the OID after the column's), the varbind.
  using Taker = std::function<void(std::size_t column, OidView index, const Varbind& varbind)>;

  explicit Walk(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// What to ask next, into `request` (its `oids` are replaced). `first` are asked beside each page, as
  /// non-repeaters; their answers stand first. False where the walk is over. `repetitions`: the most rows
  /// wanted; fewer are asked for where the answer would pass the budget.
  bool next(Request& request, int repetitions, const std::vector<Oid>& first);

  /// The answer to the last request. Calls `take` for each believed value.
  void answered(const Answer& answer, std::size_t answer_bytes, const Taker& take);

  /// The device said nothing, even to the smallest request: every column that is not complete is cut.
  void cut();

  [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }
  [[nodiscard]] std::size_t oddities() const { return oddities_; } ///< OIDs that did not grow, empty answers

 private:
  static constexpr std::size_t fine = 64;
  void refused(const Answer& answer);
  void take_one(std::size_t column, const Varbind& varbind, const Taker& take);

  std::vector<Column> columns_;
  std::vector<std::size_t> asked_;    ///< the columns of the last request, in its order
  std::size_t most_asked_ = SIZE_MAX; ///< columns of one request; fewer after tooBig for a single row
  std::size_t non_repeaters_ = 0;
  int repetitions_ = 0;
  bool single_ = false; ///< GETNEXT for the rest: the device gave an empty answer to more
  std::size_t bytes_ = 0, exchanges_ = 0, oddities_ = 0;
  std::size_t varbind_bytes_ = 28 * fine; ///< learned: bytes of a varbind in this walk, in parts of `fine`
};

} // namespace assent::snmp
