// Rows of state of record in their tables. The same code applies an entry when it is committed and when an
// audit replays it. Belongs to the thread of its Database.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "common/result.hpp"
#include "daemon/journal/entry.hpp"
#include "daemon/store/schema.hpp"
#include "daemon/store/sqlite.hpp"

namespace assent::store {

/// A row whose body is printed and whose columns are cut out.
struct PreparedRow {
  Kind kind{};
  Id id = 0;
  std::uint64_t version = 0;
  bool gone = false;
  std::string body;
  Cells cells;
};

/// Takes the row's body apart; the body's text is canonical JSON.
PreparedRow prepare_row(journal::Row&& row);

/// True for the kinds that decide who may decide what: their entries carry the authority flag.
bool is_authority_kind(Kind kind);

class RowTables {
 public:
  explicit RowTables(Database& database) : database_(database) {}
  /// Learns which numbers were spent; needed once before apply().
  Status load();

  /// All rows of one entry: deletions first, then the rest in order. Refusals (Fault::conflict): a version
  /// that does not follow, a number that was used before, a value that another object has. The caller rolls
  /// back.
  Status apply(const std::vector<PreparedRow>& rows);

 private:
  struct Statements {
    Statement insert, update, remove, release;
  };
  Statements& of(Kind kind);
  Status remove(const PreparedRow& row);
  Status insert(const PreparedRow& row);
  Status update(const PreparedRow& row);
  Status release_unique(const std::vector<PreparedRow>& rows);
  Error refusal(const Statement& statement, const PreparedRow& row) const;

  Database& database_;
  std::array<Statements, kind_names.size()> statements_;
  std::array<Id, kind_names.size()> highest_gone_{};
  Statement is_gone_, add_gone_;
};

} // namespace assent::store
