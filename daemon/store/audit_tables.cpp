#include "daemon/store/audit_tables.hpp"

namespace assent::store {

namespace {

Message about(std::string id, std::string_view kind, std::int64_t number) {
  return {std::move(id), {{"kind", std::string(kind)}, {"id", std::to_string(number)}}};
}

bool same_values(const Statement& a, const Statement& b) {
  const int columns = sqlite3_column_count(a.raw());
  for (int i = 0; i < columns; ++i) {
    if (sqlite3_column_type(a.raw(), i) != sqlite3_column_type(b.raw(), i)) return false;
    if (a.view_at(i) != b.view_at(i)) return false;
  }
  return true;
}

/// Walks two listings of the same columns, both ordered by (column 0, …), as a merge.
struct Merge {
  Statement replayed, stored;
  bool left = false, right = false;

  void start() {
    left = replayed.row();
    right = stored.row();
  }
  void next_left() { left = replayed.row(); }
  void next_right() { right = stored.row(); }
};

} // namespace

Result<std::unique_ptr<Replay>> Replay::make() {
  auto database = Database::open(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (!database) return std::move(database).error();
  std::string sql;
  for (const SchemaObject& object : schema())
    sql += object.sql + ";";
  if (auto status = database->run(sql + "BEGIN"); !status) return std::move(status).error();
  std::unique_ptr<Replay> replay(new Replay(*std::move(database)));
  if (auto status = replay->tables_.load(); !status) return std::move(status).error();
  return replay;
}

Status Replay::apply(std::vector<journal::Row>&& rows) {
  if (rows.empty()) return Done{};
  std::vector<PreparedRow> prepared;
  prepared.reserve(rows.size());
  for (auto& row : rows)
    prepared.push_back(prepare_row(std::move(row)));
  // One row is applied whole or not at all by itself.
  if (prepared.size() == 1) return tables_.apply(prepared);
  if (auto status = database_.run("SAVEPOINT entry"); !status) return status;
  auto status = tables_.apply(prepared);
  const auto end = database_.run(status ? "RELEASE entry" : "ROLLBACK TO entry; RELEASE entry");
  return status ? end : status;
}

Status Replay::compare_kind(Database& stored, Kind kind, std::uint64_t& rows,
                            const std::function<void(Message)>& problem) {
  const std::string name(name_of(kind));
  std::string sql = "SELECT id, version, body";
  for (const auto& column : table_of(kind).columns)
    sql += ", \"" + std::string(column.name) + "\"";
  sql += " FROM \"" + name + "\" ORDER BY id";
  Merge merge{database_.prepare(sql), stored.prepare(sql)};
  if (!merge.replayed.ready()) return database_.failure();
  if (!merge.stored.ready()) return stored.failure();
  merge.start();
  while (merge.left || merge.right) {
    const std::int64_t expected = merge.left ? merge.replayed.number_at(0) : INT64_MAX;
    const std::int64_t found = merge.right ? merge.stored.number_at(0) : INT64_MAX;
    if (merge.right && found <= expected) ++rows;
    if (merge.left && merge.right && expected == found) {
      if (!same_values(merge.replayed, merge.stored)) problem(about("store.audit-row-differs", name, found));
      merge.next_left();
      merge.next_right();
    } else if (merge.left && expected < found) {
      problem(about("store.audit-row-missing", name, expected));
      merge.next_left();
    } else {
      problem(about("store.audit-row-extra", name, found));
      merge.next_right();
    }
  }
  if (merge.stored.code() != SQLITE_DONE) problem(stored.failure().what);
  if (merge.replayed.code() != SQLITE_DONE) return database_.failure();
  return Done{};
}

Status Replay::compare_gone(Database& stored, const std::function<void(Message)>& problem) {
  const std::string sql = "SELECT kind, id FROM gone ORDER BY kind, id";
  Merge merge{database_.prepare(sql), stored.prepare(sql)};
  if (!merge.replayed.ready()) return database_.failure();
  if (!merge.stored.ready()) return stored.failure();
  merge.start();
  while (merge.left || merge.right) {
    const auto key = [](const Statement& one, bool stands) {
      return stands ? std::pair(one.number_at(0), one.number_at(1))
                    : std::pair(std::int64_t{INT64_MAX}, std::int64_t{0});
    };
    const auto expected = key(merge.replayed, merge.left), found = key(merge.stored, merge.right);
    if (expected != found) {
      const auto wrong = std::min(expected, found);
      const auto kind = static_cast<std::size_t>(wrong.first);
      problem(about("store.audit-gone", kind < kind_names.size() ? kind_names[kind] : "?", wrong.second));
    }
    if (expected <= found) merge.next_left();
    if (found <= expected) merge.next_right();
  }
  if (merge.stored.code() != SQLITE_DONE) problem(stored.failure().what);
  return Done{};
}

Result<std::uint64_t> Replay::compare(Database& stored, const std::function<void(Message)>& problem) {
  std::uint64_t rows = 0;
  for (std::size_t kind = 0; kind < kind_names.size(); ++kind)
    if (auto status = compare_kind(stored, static_cast<Kind>(kind), rows, problem); !status)
      return std::move(status).error();
  if (auto status = compare_gone(stored, problem); !status) return std::move(status).error();
  return rows;
}

} // namespace assent::store
