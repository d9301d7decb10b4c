// The tables of record made again from the journal, and compared with those that are there.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/store/sqlite.hpp"
#include "daemon/store/tables.hpp"

namespace assent::store {

/// An empty set of tables in memory that decisions are applied to, by the code that applies them when they
/// are made.
class Replay {
 public:
  static Result<std::unique_ptr<Replay>> make();

  /// The rows of one entry. Refuses what the store would have refused; nothing of such an entry is kept.
  Status apply(std::vector<journal::Row>&& rows);

  /// Every row and every spent number, in both directions; returns how many rows `stored` has.
  Result<std::uint64_t> compare(Database& stored, const std::function<void(Message)>& problem);

 private:
  explicit Replay(Database database) : database_(std::move(database)), tables_(database_) {}
  Status compare_kind(Database& stored, Kind kind, std::uint64_t& rows,
                      const std::function<void(Message)>& problem);
  Status compare_gone(Database& stored, const std::function<void(Message)>& problem);

  Database database_;
  RowTables tables_;
};

} // namespace assent::store
