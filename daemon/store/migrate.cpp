#include "daemon/store/migrate.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <vector>

#include "common/json.hpp"
#include "daemon/store/file.hpp"
#include "daemon/store/schema.hpp"

namespace assent::store {
namespace {

struct Object {
  std::string type, name, sql;
};

Error damaged(const std::string& path, std::string why) {
  return fail(Fault::outside, "store.damaged", {{"path", path}, {"why", std::move(why)}});
}

Result<std::vector<Object>> objects_of(Database& database) {
  Statement all = database.prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL");
  if (!all.ready()) return database.failure();
  std::vector<Object> out;
  while (all.row())
    out.push_back({all.text_at(0), all.text_at(1), all.text_at(2)});
  if (all.code() != SQLITE_DONE) return database.failure();
  return out;
}

void bind(Statement& statement, int at, const Cell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell))
    statement.number(at, *number);
  else if (const auto* text = std::get_if<std::string>(&cell))
    statement.text(at, *text);
  else
    statement.null(at);
}

/// The rows of a kind move into a table with the columns of this version.
Status rebuild(Database& database, const Table& table, const std::string& create, const std::string& path) {
  const std::string name(name_of(table.kind)), fresh = name + " of this version";
  std::string sql = create;
  sql.replace(sql.find('"'), name.size() + 2, "\"" + fresh + "\"");
  if (auto status = database.run(sql); !status) return status;
  sql = "INSERT INTO \"" + fresh + "\" VALUES(?, ?, ?";
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    sql += ", ?";
  Statement insert = database.prepare(sql + ")");
  Statement rows = database.prepare("SELECT id, version, body FROM \"" + name + "\" ORDER BY id");
  if (!insert.ready() || !rows.ready()) return database.failure();
  while (rows.row()) {
    const auto body = parse_json(rows.view_at(2), rows.view_at(2).size() + 1, "row");
    if (!body || !body->is_object())
      return damaged(path, name + " " + std::to_string(rows.number_at(0)) + " is not JSON");
    const Cells cells = cells_of(table, body->get_object());
    insert.number(1, rows.number_at(0)).number(2, rows.number_at(1)).text(3, rows.view_at(2));
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      bind(insert, static_cast<int>(i) + 4, cells[i]);
    if (!insert.done()) return database.failure();
  }
  if (rows.code() != SQLITE_DONE) return database.failure();
  rows.reset();
  return database.run("DROP TABLE \"" + name + "\"; ALTER TABLE \"" + fresh + "\" RENAME TO \"" + name +
                      "\"");
}

const Table* kind_table(const std::string& name) {
  for (std::size_t kind = 0; kind < kind_names.size(); ++kind)
    if (name == kind_names[kind]) return &table_of(static_cast<Kind>(kind));
  return nullptr;
}

/// Drops indexes that this version makes otherwise, and brings tables to its columns.
Status mend(Database& database, const std::vector<Object>& found, const std::string& path) {
  std::map<std::string, const std::string*> wanted;
  for (const SchemaObject& object : schema())
    wanted.emplace(object.name, &object.sql);
  for (const Object& object : found) {
    if (object.type != "table" && object.type != "index") return damaged(path, "unknown view or trigger");
    const auto want = wanted.find(object.name);
    if (want != wanted.end() && same_statement(object.sql, *want->second)) continue;
    if (object.type == "index") {
      if (auto status = database.run("DROP INDEX IF EXISTS \"" + object.name + "\""); !status) return status;
      continue;
    }
    const Table* table = want == wanted.end() ? nullptr : kind_table(object.name);
    if (table == nullptr) return damaged(path, "the table " + object.name + " is of no known version");
    if (auto status = rebuild(database, *table, *want->second, path); !status) return status;
  }
  return Done{};
}

Status bring_forward(Database& database, const std::string& path) {
  const auto before = objects_of(database);
  if (!before) return before.error();
  if (auto status = mend(database, *before, path); !status) return status;
  const auto now = objects_of(database);
  if (!now) return now.error();
  for (const SchemaObject& object : schema()) {
    const bool stands =
        std::any_of(now->begin(), now->end(), [&](const Object& one) { return one.name == object.name; });
    if (stands) continue;
    if (auto status = database.run(object.sql); !status) return status;
  }
  return database.run("PRAGMA user_version = " + std::to_string(schema_version));
}

} // namespace

Result<std::int32_t> version_of(Database& database) {
  auto version = database.ask("PRAGMA user_version");
  if (!version) return version.error();
  return static_cast<std::int32_t>(std::atol(version->c_str()));
}

Status migrate(Database& database, const std::string& path) {
  const auto version = version_of(database);
  if (!version) return version.error();
  if (*version == schema_version) return Done{};
  if (auto status = database.run("BEGIN IMMEDIATE"); !status) return status;
  auto status = bring_forward(database, path);
  if (status) status = database.run("COMMIT");
  if (status) return status;
  // SQLite has rolled back by itself where the disk is full or cannot be read.
  if (sqlite3_get_autocommit(database.raw()) == 0)
    if (auto undone = database.run("ROLLBACK"); !undone) return undone;
  return status;
}

} // namespace assent::store
