#include <map>

#include "common/hash.hpp"
#include "common/text.hpp"
#include "daemon/journal/entry.hpp"
#include "daemon/store/file.hpp"
#include "daemon/store/migrate.hpp"
#include "daemon/store/schema.hpp"

namespace assent::store {

namespace {

using journal::Stream;

/// Up to this size the whole file is read at each start; above it, only the audit does.
constexpr std::int64_t small_file = std::int64_t{32} << 20;

Error damaged(const std::string& path, std::string why) {
  return fail(Fault::outside, "store.damaged", {{"path", path}, {"why", std::move(why)}});
}

/// SQLite's refusal in terms of the file.
Error about_file(const Error& error, const std::string& path) {
  std::string why, code;
  for (const auto& [name, value] : error.what.args) {
    if (name == "why") why = value;
    if (name == "code") code = value;
  }
  const int number = std::atoi(code.c_str()) & 0xff;
  if (number == SQLITE_NOTADB) return fail(Fault::invalid, "store.foreign", {{"path", path}});
  if (number == SQLITE_CANTOPEN || number == SQLITE_PERM || number == SQLITE_AUTH)
    return fail(Fault::outside, "store.cannot-open", {{"path", path}, {"why", why}});
  return damaged(path, why);
}

/// The tables and indexes are exactly those that this version makes: no trigger, no view, nothing less.
Status check_schema(Database& database, const std::string& path) {
  std::map<std::string, const std::string*> wanted;
  for (const SchemaObject& object : schema())
    wanted.emplace(object.name, &object.sql);
  Statement all = database.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL");
  if (!all.ready()) return about_file(database.failure(), path);
  while (all.row()) {
    const auto found = wanted.find(all.text_at(0));
    if (found == wanted.end() || !same_statement(all.view_at(1), *found->second))
      return damaged(path, "unknown table, index, view or trigger");
    wanted.erase(found);
  }
  if (all.code() != SQLITE_DONE) return about_file(database.failure(), path);
  if (!wanted.empty()) return damaged(path, "a table or an index is missing");
  return Done{};
}

struct Entry {
  std::uint64_t number = 0;
  std::string header, body, hash;
};

Result<std::vector<Entry>> newest_two(Database& database, Stream stream) {
  Statement newest = database.prepare(std::string("SELECT number, header, body, hash FROM ") +
                                      (stream == Stream::decisions ? "decision" : "record") +
                                      " ORDER BY number DESC LIMIT 2");
  if (!newest.ready()) return database.failure();
  std::vector<Entry> entries;
  while (newest.row())
    entries.push_back({static_cast<std::uint64_t>(newest.number_at(0)), newest.text_at(1), newest.text_at(2),
                       to_hex(newest.view_at(3))});
  if (newest.code() != SQLITE_DONE) return database.failure();
  return entries;
}

Status check_head(const std::vector<Entry>& entries, Stream stream, const std::string& installation,
                  const std::string& path) {
  const std::string name(journal::name_of(stream));
  if (entries.empty()) return damaged(path, "the stream " + name + " has no founding entry");
  const Entry& last = entries.front();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    auto header = journal::parse_header(entry.header);
    const std::string where = "entry " + std::to_string(entry.number) + " of the stream " + name;
    if (!header || header->installation != installation || header->stream != stream ||
        header->number != entry.number || header->body != sha256_hex(entry.body) ||
        entry.hash != sha256_hex(entry.header))
      return damaged(path, where + " is not what was written");
    if (i != 0) continue;
    if (entries.size() == 2 ? header->previous != sha256_hex(entries[1].header) : last.number != 0)
      return damaged(path, where + " does not follow the entry before it");
  }
  return Done{};
}

/// What the newest decision left behind stands in the tables.
Status check_tables(Database& database, const Entry& newest, const std::string& path) {
  auto body = parse_json(newest.body, newest.body.size() + 1, "journal");
  if (!body || !body->is_object()) return damaged(path, "the newest decision is not JSON");
  auto rows = journal::rows_of(body->get_object());
  if (!rows) return damaged(path, "the newest decision has malformed rows");
  for (auto& row : *rows) {
    Statement one =
        database.prepare("SELECT version, body FROM \"" + std::string(name_of(row.kind)) + "\" WHERE id = ?");
    if (!one.ready()) return about_file(database.failure(), path);
    one.number(1, static_cast<std::int64_t>(row.id));
    const bool stands = one.row();
    if (!stands && one.code() != SQLITE_DONE) return about_file(database.failure(), path);
    const bool same = row.gone ? !stands
                               : stands && one.number_at(0) == static_cast<std::int64_t>(row.version) &&
                                     one.view_at(1) == canonical(json::value(std::move(row.body)));
    if (!same)
      return damaged(path, std::string(name_of(row.kind)) + " " + std::to_string(row.id) +
                               " is not as the newest decision left it");
  }
  return Done{};
}

} // namespace

Status check_identity(Database& database, const std::string& path) {
  auto ours = database.ask("PRAGMA application_id");
  if (!ours) return about_file(ours.error(), path);
  auto version = database.ask("PRAGMA user_version");
  if (!version) return about_file(version.error(), path);
  if (*ours != std::to_string(application_id)) return fail(Fault::invalid, "store.foreign", {{"path", path}});
  const long number = std::atol(version->c_str());
  if (number > schema_version)
    return fail(Fault::refused, "store.newer",
                {{"path", path}, {"version", *version}, {"known", std::to_string(schema_version)}});
  if (number < 1) return damaged(path, "it has no schema version");
  return Done{};
}

Status check_file(Database& database, const std::string& path) {
  if (auto status = check_identity(database, path); !status) return status;
  if (auto version = version_of(database); !version || *version == schema_version)
    if (auto status = check_schema(database, path); !status) return status;
  auto pages = database.ask("PRAGMA page_count");
  auto size = database.ask("PRAGMA page_size");
  if (!pages || !size) return damaged(path, "its size cannot be read");
  if (std::atoll(pages->c_str()) * std::atoll(size->c_str()) <= small_file) {
    auto word = database.ask("PRAGMA quick_check(1)");
    if (!word) return about_file(word.error(), path);
    if (*word != "ok") return damaged(path, *word);
  }
  auto installation = database.ask("SELECT value FROM meta WHERE name = 'installation'");
  if (!installation) return about_file(installation.error(), path);
  for (const auto stream : {Stream::decisions, Stream::records}) {
    auto entries = newest_two(database, stream);
    if (!entries) return about_file(entries.error(), path);
    if (auto status = check_head(*entries, stream, *installation, path); !status) return status;
    if (stream == Stream::decisions)
      if (auto status = check_tables(database, entries->front(), path); !status) return status;
  }
  return Done{};
}

} // namespace assent::store
