#include "daemon/store/tables.hpp"

#include "daemon/journal/parts.hpp"

namespace assent::store {

namespace {

std::string quoted(std::string_view name) {
  return '"' + std::string(name) + '"';
}

void bind(Statement& statement, int at, const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell))
    statement.text(at, *text);
  else if (const auto* number = std::get_if<std::int64_t>(&cell))
    statement.number(at, *number);
  else
    statement.null(at);
}

Error about(const PreparedRow& row, std::string id) {
  return fail(Fault::conflict, std::move(id),
              {{"kind", std::string(name_of(row.kind))},
               {"id", std::to_string(row.id)},
               {"version", std::to_string(row.version)}});
}

std::int64_t signed_of(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

} // namespace

PreparedRow prepare_row(journal::Row&& row) {
  PreparedRow out;
  out.kind = row.kind;
  out.id = row.id;
  out.version = row.version;
  out.gone = row.gone;
  if (row.gone) return out;
  out.cells = cells_of(table_of(row.kind), row.body);
  out.body = canonical(json::value(std::move(row.body)));
  return out;
}

bool is_authority_kind(Kind kind) {
  return kind == Kind::organisation || kind == Kind::person || kind == Kind::key || kind == Kind::role ||
         kind == Kind::policy || kind == Kind::profile;
}

Status RowTables::load() {
  is_gone_ = database_.prepare("SELECT 1 FROM gone WHERE kind = ? AND id = ?");
  add_gone_ = database_.prepare("INSERT INTO gone(kind, id) VALUES(?, ?)");
  Statement highest = database_.prepare("SELECT kind, max(id) FROM gone GROUP BY kind");
  if (!is_gone_.ready() || !add_gone_.ready() || !highest.ready()) return database_.failure();
  while (highest.row()) {
    const auto kind = static_cast<std::size_t>(highest.number_at(0));
    if (kind < highest_gone_.size()) highest_gone_[kind] = static_cast<Id>(highest.number_at(1));
  }
  if (highest.code() != SQLITE_DONE) return database_.failure();
  return Done{};
}

RowTables::Statements& RowTables::of(Kind kind) {
  Statements& statements = statements_[static_cast<std::size_t>(kind)];
  if (statements.insert.ready()) return statements;
  const Table& table = table_of(kind);
  const std::string name = quoted(name_of(kind));
  std::string columns, places, sets, clears;
  for (const auto& column : table.columns) {
    columns += ", " + quoted(column.name);
    places += ", ?";
    sets += ", " + quoted(column.name) + " = ?";
  }
  statements.insert = database_.prepare("INSERT INTO " + name + "(id, version, body" + columns +
                                        ") VALUES(?, ?, ?" + places + ")");
  statements.update = database_.prepare("UPDATE " + name + " SET version = ?, body = ?" + sets +
                                        " WHERE id = ? AND version = ?");
  statements.remove = database_.prepare("DELETE FROM " + name + " WHERE id = ? AND version = ?");
  if (!table.unique.empty()) {
    // One column of each unique index set to NULL takes the row out of all of them.
    for (const auto unique : table.unique) {
      const auto last =
          unique.rfind(' ') == std::string_view::npos ? unique : unique.substr(unique.rfind(' ') + 1);
      clears += (clears.empty() ? "" : ", ") + quoted(last) + " = NULL";
    }
    statements.release = database_.prepare("UPDATE " + name + " SET " + clears + " WHERE id = ?");
  }
  ASSENT_CHECK(statements.insert.ready() && statements.update.ready() && statements.remove.ready());
  return statements;
}

Error RowTables::refusal(const Statement& statement, const PreparedRow& row) const {
  switch (statement.code()) {
  case SQLITE_CONSTRAINT_UNIQUE:
    return about(row, "store.taken");
  case SQLITE_CONSTRAINT_PRIMARYKEY:
  case SQLITE_CONSTRAINT_ROWID:
    return about(row, "store.exists");
  default:
    return database_.failure();
  }
}

Status RowTables::remove(const PreparedRow& row) {
  Statement& statement = of(row.kind).remove;
  statement.number(1, signed_of(row.id)).number(2, signed_of(row.version) - 1);
  if (!statement.done()) return refusal(statement, row);
  if (sqlite3_changes(database_.raw()) != 1) return about(row, "store.version");
  add_gone_.number(1, static_cast<int>(row.kind)).number(2, signed_of(row.id));
  if (!add_gone_.done()) return refusal(add_gone_, row);
  Id& highest = highest_gone_[static_cast<std::size_t>(row.kind)];
  if (row.id > highest) highest = row.id;
  return Done{};
}

Status RowTables::insert(const PreparedRow& row) {
  if (row.id <= highest_gone_[static_cast<std::size_t>(row.kind)]) {
    is_gone_.number(1, static_cast<int>(row.kind)).number(2, signed_of(row.id));
    const bool spent = is_gone_.row();
    is_gone_.reset();
    if (spent) return about(row, "store.spent");
  }
  Statement& statement = of(row.kind).insert;
  statement.number(1, signed_of(row.id)).number(2, 1).text(3, row.body);
  const auto columns = table_of(row.kind).columns.size();
  for (std::size_t i = 0; i < columns; ++i)
    bind(statement, static_cast<int>(i) + 4, row.cells[i]);
  if (!statement.done()) return refusal(statement, row);
  return Done{};
}

Status RowTables::update(const PreparedRow& row) {
  Statement& statement = of(row.kind).update;
  statement.number(1, signed_of(row.version)).text(2, row.body);
  const auto columns = table_of(row.kind).columns.size();
  for (std::size_t i = 0; i < columns; ++i)
    bind(statement, static_cast<int>(i) + 3, row.cells[i]);
  const int key = static_cast<int>(columns) + 3;
  statement.number(key, signed_of(row.id)).number(key + 1, signed_of(row.version) - 1);
  if (!statement.done()) return refusal(statement, row);
  if (sqlite3_changes(database_.raw()) != 1) return about(row, "store.version");
  return Done{};
}

/// Two objects may swap their names in one entry: what is changed leaves the unique indexes first.
Status RowTables::release_unique(const std::vector<PreparedRow>& rows) {
  std::array<std::size_t, kind_names.size()> changed{};
  for (const auto& row : rows)
    if (!row.gone && row.version > 1) ++changed[static_cast<std::size_t>(row.kind)];
  for (const auto& row : rows) {
    if (row.gone || row.version < 2 || changed[static_cast<std::size_t>(row.kind)] < 2) continue;
    Statement& statement = of(row.kind).release;
    if (!statement.ready()) continue;
    statement.number(1, signed_of(row.id));
    if (!statement.done()) return refusal(statement, row);
  }
  return Done{};
}

Status RowTables::apply(const std::vector<PreparedRow>& rows) {
  bool deletes = false;
  for (const auto& row : rows) {
    if (row.id == 0 || row.id > journal::max_number || row.version == 0 || row.version > journal::max_number)
      return about(row, "store.version");
    deletes = deletes || row.gone;
  }
  if (deletes)
    for (const auto& row : rows)
      if (row.gone)
        if (auto status = remove(row); !status) return status;
  if (rows.size() > 1)
    if (auto status = release_unique(rows); !status) return status;
  for (const auto& row : rows) {
    if (row.gone) continue;
    if (auto status = row.version == 1 ? insert(row) : update(row); !status) return status;
  }
  return Done{};
}

} // namespace assent::store
