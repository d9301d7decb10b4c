#include "daemon/store/schema.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace assent::store {

namespace {

using Type = Column::Type;

const std::array<Table, kind_names.size()>& tables() {
  static const std::array<Table, kind_names.size()> all{{
      {Kind::organisation, {{"parent", Type::number_or_0}, {"name"}}, {"parent, name"}, {}},
      {Kind::person, {{"handle"}, {"organisation", Type::number}}, {"handle"}, {"organisation"}},
      {Kind::key, {{"person", Type::number}, {"fingerprint"}}, {"fingerprint"}, {"person"}},
      {Kind::role,
       {{"person", Type::number}, {"organisation", Type::number}},
       {},
       {"person", "organisation"}},
      {Kind::network, {{"name"}}, {"name"}, {}},
      {Kind::block,
       {{"network", Type::number}, {"prefix"}, {"organisation", Type::number}},
       {"network, prefix"},
       {"organisation"}},
      {Kind::prefix,
       {{"network", Type::number}, {"prefix"}, {"organisation", Type::number}},
       {"network, prefix"},
       {"organisation"}},
      {Kind::address,
       {{"network", Type::number}, {"address"}, {"organisation", Type::number}, {"device", Type::number}},
       {"network, address"},
       {"organisation", "device"}},
      {Kind::agent, {{"name"}, {"network", Type::number}}, {"name"}, {}},
      {Kind::profile, {{"name"}}, {"name"}, {}},
      {Kind::device,
       {{"name"},
        {"network", Type::number},
        {"address"},
        {"port", Type::number_or_0},
        {"organisation", Type::number}},
       {"name", "network, address, port"},
       {"organisation"}},
      {Kind::link,
       {{"network", Type::number}, {"name"}, {"organisation", Type::number}, {"device", Type::number}},
       {"network, name"},
       {"organisation", "device"}},
      {Kind::policy, {}, {}, {}},
      {Kind::baseline, {{"fingerprint"}}, {}, {"fingerprint"}},
      {Kind::ticket, {{"state"}, {"requester", Type::number}}, {}, {"state", "requester"}},
      {Kind::act, {{"ticket", Type::number}, {"key"}}, {}, {"ticket", "key"}},
      {Kind::finding, {{"device", Type::number}, {"state"}}, {}, {"device, state", "state"}},
  }};
  return all;
}

std::string index_name(std::string_view table, std::string_view columns) {
  std::string name(table);
  name += '_';
  for (const char c : columns) {
    if (c == ',') continue;
    name += c == ' ' ? '_' : c;
  }
  return name;
}

void add_table(std::vector<SchemaObject>& out, const Table& table) {
  const std::string name(name_of(table.kind));
  std::string sql =
      "CREATE TABLE \"" + name + "\"(id INTEGER PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL";
  for (const auto& column : table.columns) {
    sql += ", \"" + std::string(column.name) + "\" ";
    sql += column.type == Type::text ? "TEXT" : "INTEGER";
  }
  out.push_back({name, sql + ") STRICT"});
  for (const auto columns : table.unique)
    out.push_back({index_name(name, columns), "CREATE UNIQUE INDEX \"" + index_name(name, columns) +
                                                  "\" ON \"" + name + "\"(" + std::string(columns) + ")"});
  for (const auto columns : table.indexed) {
    sql = "CREATE INDEX \"" + index_name(name, columns) + "\" ON \"" + name + "\"(" + std::string(columns) +
          ")";
    // Most addresses belong to no device: leave them out of the index.
    if (table.kind == Kind::address && columns == "device") sql += " WHERE device IS NOT NULL";
    out.push_back({index_name(name, columns), sql});
  }
}

std::vector<SchemaObject> all_objects() {
  std::vector<SchemaObject> out = {
      {"meta", "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT"},
      {"decision",
       "CREATE TABLE decision(number INTEGER PRIMARY KEY, header TEXT NOT NULL, body TEXT NOT NULL, "
       "hash BLOB NOT NULL, ticket INTEGER, authority INTEGER NOT NULL) STRICT"},
      {"decision_ticket", "CREATE INDEX decision_ticket ON decision(ticket) WHERE ticket IS NOT NULL"},
      {"decision_authority", "CREATE INDEX decision_authority ON decision(number) WHERE authority = 1"},
      {"record", "CREATE TABLE record(number INTEGER PRIMARY KEY, header TEXT NOT NULL, body TEXT NOT NULL, "
                 "hash BLOB NOT NULL, ticket INTEGER, authority INTEGER NOT NULL) STRICT"},
      {"record_ticket", "CREATE INDEX record_ticket ON record(ticket) WHERE ticket IS NOT NULL"},
      {"gone", "CREATE TABLE gone(kind INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY(kind, id)) STRICT, "
               "WITHOUT ROWID"},
      {"tree",
       "CREATE TABLE tree(number INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE, size INTEGER NOT "
       "NULL, packed BLOB NOT NULL) STRICT"},
      {"reading",
       "CREATE TABLE reading(device INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, started TEXT NOT "
       "NULL, ended TEXT NOT NULL, detail TEXT NOT NULL) STRICT"},
      {"kept",
       "CREATE TABLE kept(area TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY(area, "
       "key)) STRICT, WITHOUT ROWID"},
      {"sample",
       "CREATE TABLE sample(link INTEGER NOT NULL, slot INTEGER NOT NULL, up INTEGER NOT NULL, down "
       "INTEGER NOT NULL, PRIMARY KEY(link, slot)) STRICT, WITHOUT ROWID"},
      {"answered",
       "CREATE TABLE answered(number INTEGER PRIMARY KEY, owner TEXT NOT NULL, key TEXT NOT NULL, "
       "request TEXT NOT NULL, answer TEXT NOT NULL, at INTEGER NOT NULL, UNIQUE(owner, key)) STRICT"},
  };
  for (const auto& table : tables())
    add_table(out, table);
  return out;
}

} // namespace

const Table& table_of(Kind kind) {
  return tables()[static_cast<std::size_t>(kind)];
}

Cells cells_of(const Table& table, const json::object& body) {
  Cells cells;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const auto& column = table.columns[i];
    const json::value* value = body.if_contains(json::string_view(column.name.data(), column.name.size()));
    if (column.type == Type::text) {
      if (value && value->is_string()) cells[i] = std::string(value->get_string());
    } else if (value && value->is_int64()) {
      cells[i] = value->get_int64();
    } else if (value && value->is_uint64()) {
      cells[i] = static_cast<std::int64_t>(value->get_uint64());
    } else if (column.type == Type::number_or_0) {
      cells[i] = std::int64_t{0};
    }
  }
  return cells;
}

std::optional<Cell> cell_from(const Column& column, std::string_view text) {
  if (column.type == Type::text) return Cell(std::string(text));
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Cell(number);
}

const std::vector<SchemaObject>& schema() {
  static const std::vector<SchemaObject> objects = all_objects();
  return objects;
}

bool same_statement(std::string_view one, std::string_view other) {
  const auto spaceless = [](std::string_view text) {
    std::string out;
    std::copy_if(text.begin(), text.end(), std::back_inserter(out), [](char c) { return c != ' '; });
    return out;
  };
  return spaceless(one) == spaceless(other);
}

} // namespace assent::store
