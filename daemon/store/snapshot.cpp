#include "daemon/store/snapshot.hpp"

#include <algorithm>
#include <filesystem>

#include "common/hash.hpp"
#include "common/text.hpp"
#include "daemon/store/pack.hpp"
#include "daemon/store/schema.hpp"

namespace assent::store {

using journal::Stream;

namespace {

constexpr std::size_t most_of_ticket = 1000;

std::string name_in_sql(Kind kind) {
  return '"' + std::string(name_of(kind)) + '"';
}

/// Numbers from outside: what SQLite cannot hold is beyond every object and entry.
std::int64_t bounded(std::uint64_t number) {
  return number > INT64_MAX ? INT64_MAX : static_cast<std::int64_t>(number);
}

StoredRow row_at(const Statement& statement) {
  return {static_cast<Id>(statement.number_at(0)), static_cast<std::uint64_t>(statement.number_at(1)),
          statement.text_at(2)};
}

StoredEntry entry_at(const Statement& statement, Stream stream) {
  return {stream, static_cast<std::uint64_t>(statement.number_at(0)), statement.text_at(1),
          statement.text_at(2)};
}

/// Resets a statement when the reading ends, however it ends: an unfinished one would hold the snapshot.
struct Finish {
  Statement& statement;
  ~Finish() { statement.reset(); }
};

std::string_view time_of(const StoredEntry& entry) {
  std::string_view line = entry.header;
  for (int i = 0; i < 6; ++i)
    line.remove_prefix(std::min(line.size(), line.find(' ') + 1));
  return line.substr(0, line.find(' '));
}

} // namespace

Result<Database> ReaderPool::take(const std::string& path) {
  {
    std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Database database = std::move(idle_.back());
      idle_.pop_back();
      return database;
    }
  }
  auto database = Database::open(path, SQLITE_OPEN_READONLY);
  if (!database) return database;
  // Only the writer checkpoints (docs/formats/store.md, "Connections").
  sqlite3_db_config(database->raw(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  if (auto status = database->run("PRAGMA query_only = 1; PRAGMA mmap_size = 0; PRAGMA cache_size = -8192");
      !status)
    return std::move(status).error();
  return database;
}

void ReaderPool::give(Database database) {
  std::lock_guard lock(mutex_);
  if (idle_.size() < most_idle) idle_.push_back(std::move(database));
}

Result<std::unique_ptr<Reader>> Snapshot::begin(Database database, std::shared_ptr<ReaderPool> pool) {
  std::unique_ptr<Snapshot> snapshot(new Snapshot(std::move(database)));
  if (auto status = snapshot->database_.run("BEGIN"); !status) return std::move(status).error();
  // The snapshot is the one of this first read.
  auto installation = snapshot->database_.ask("SELECT value FROM meta WHERE name = 'installation'");
  if (!installation) return std::move(installation).error();
  snapshot->installation_ = *std::move(installation);
  snapshot->pool_ = std::move(pool);
  return std::unique_ptr<Reader>(std::move(snapshot));
}

Snapshot::~Snapshot() {
  statements_.clear();
  if (!pool_) return;
  if (auto status = database_.run("COMMIT"); status) pool_->give(std::move(database_));
}

Statement& Snapshot::cached(const std::string& sql) {
  auto [at, made] = statements_.try_emplace(sql);
  if (made) at->second = database_.prepare(sql);
  return at->second;
}

Result<StoredRow> Snapshot::get(Kind kind, Id id) {
  Statement& statement = cached("SELECT id, version, body FROM " + name_in_sql(kind) + " WHERE id = ?");
  Finish finish{statement};
  statement.number(1, bounded(id));
  if (statement.row()) return row_at(statement);
  if (statement.code() != SQLITE_DONE) return database_.failure();
  return fail(Fault::not_found, "store.no-such-object",
              {{"kind", std::string(name_of(kind))}, {"id", std::to_string(id)}});
}

Result<Page> Snapshot::list(Kind kind, const Filter& filter, Id after, std::size_t limit) {
  const Table& table = table_of(kind);
  std::string sql = "SELECT id, version, body FROM " + name_in_sql(kind) + " WHERE id > ?1";
  std::vector<Cell> cells;
  for (const auto& [name, text] : filter) {
    const auto column = std::find_if(table.columns.begin(), table.columns.end(),
                                     [&name = name](const Column& one) { return one.name == name; });
    if (column == table.columns.end())
      return fail(Fault::invalid, "store.no-such-column",
                  {{"kind", std::string(name_of(kind))}, {"column", for_terminal(to_utf8(name))}});
    auto cell = cell_from(*column, text);
    if (!cell)
      return fail(Fault::invalid, "store.not-a-number",
                  {{"column", name}, {"value", for_terminal(to_utf8(text))}});
    cells.push_back(*std::move(cell));
    sql += " AND \"" + std::string(column->name) + "\" = ?" + std::to_string(cells.size() + 2);
  }
  sql += " ORDER BY id LIMIT ?2";
  Statement& statement = cached(sql);
  if (!statement.ready()) return database_.failure();
  Finish finish{statement};
  limit = std::clamp<std::size_t>(limit, 1, 100'000);
  statement.number(1, bounded(after)).number(2, static_cast<std::int64_t>(limit + 1));
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const int at = static_cast<int>(i) + 3;
    if (const auto* text = std::get_if<std::string>(&cells[i]))
      statement.text(at, *text);
    else
      statement.number(at, std::get<std::int64_t>(cells[i]));
  }
  Page page;
  while (statement.row()) {
    if (page.rows.size() == limit) {
      page.next = page.rows.back().id;
      return page;
    }
    page.rows.push_back(row_at(statement));
  }
  if (statement.code() != SQLITE_DONE) return database_.failure();
  return page;
}

Status Snapshot::each(Kind kind, const std::function<void(StoredRow&&)>& row) {
  Statement& statement = cached("SELECT id, version, body FROM " + name_in_sql(kind) + " ORDER BY id");
  Finish finish{statement};
  while (statement.row())
    row(row_at(statement));
  if (statement.code() != SQLITE_DONE) return database_.failure();
  return Done{};
}

Status Snapshot::each_place(Kind kind, Id network, const std::function<void(Id, std::string_view)>& place) {
  ASSENT_CHECK(kind == Kind::block || kind == Kind::prefix || kind == Kind::address);
  const std::string column = kind == Kind::address ? "address" : "prefix";
  Statement& statement = cached("SELECT id, " + column + " FROM " + name_in_sql(kind) + " WHERE network = ?");
  Finish finish{statement};
  statement.number(1, bounded(network));
  while (statement.row())
    place(static_cast<Id>(statement.number_at(0)), statement.view_at(1));
  if (statement.code() != SQLITE_DONE) return database_.failure();
  return Done{};
}

Result<std::uint64_t> Snapshot::head(Stream stream) {
  Statement& statement = cached(stream == Stream::decisions ? "SELECT max(number) FROM decision"
                                                            : "SELECT max(number) FROM record");
  Finish finish{statement};
  if (!statement.row()) return database_.failure();
  return static_cast<std::uint64_t>(statement.number_at(0));
}

Status Snapshot::walk(Statement& statement, Stream stream, const std::function<bool(StoredEntry&&)>& entry) {
  while (statement.row())
    if (!entry(entry_at(statement, stream))) return Done{};
  if (statement.code() != SQLITE_DONE) return database_.failure();
  return Done{};
}

Status Snapshot::entries(Stream stream, std::uint64_t from, std::size_t limit,
                         const std::function<bool(StoredEntry&&)>& entry) {
  const std::string table = stream == Stream::decisions ? "decision" : "record";
  Statement& statement =
      cached("SELECT number, header, body FROM " + table + " WHERE number >= ? ORDER BY number LIMIT ?");
  Finish finish{statement};
  statement.number(1, bounded(from));
  statement.number(2, bounded(limit));
  return walk(statement, stream, entry);
}

Status Snapshot::entries_of_ticket(Id ticket, const std::function<bool(StoredEntry&&)>& entry) {
  std::vector<StoredEntry> found;
  for (const auto stream : {Stream::decisions, Stream::records}) {
    const std::string table = stream == Stream::decisions ? "decision" : "record";
    Statement& statement =
        cached("SELECT number, header, body FROM " + table + " WHERE ticket = ? ORDER BY number DESC LIMIT " +
               std::to_string(most_of_ticket));
    Finish finish{statement};
    statement.number(1, bounded(ticket));
    auto status = walk(statement, stream, [&found](StoredEntry&& one) {
      found.push_back(std::move(one));
      return true;
    });
    if (!status) return status;
  }
  // Clocks step: within a stream its numbers are the order, and time only merges the two.
  const auto middle = std::stable_partition(
      found.begin(), found.end(), [](const StoredEntry& one) { return one.stream == Stream::decisions; });
  std::reverse(found.begin(), middle);
  std::reverse(middle, found.end());
  auto decision = found.begin(), record = middle;
  while (decision != middle || record != found.end()) {
    const bool take_decision =
        record == found.end() || (decision != middle && time_of(*decision) <= time_of(*record));
    if (!entry(std::move(take_decision ? *decision++ : *record++))) break;
  }
  return Done{};
}

Status Snapshot::authority_entries(const std::function<bool(StoredEntry&&)>& entry) {
  // The mark only makes it fast to audit; whoever can write the file could take a mark away, so every body
  // that names such a row is looked at.
  Statement& statement = cached(
      "SELECT number, header, body FROM decision WHERE authority = 1 OR instr(body, '\"kind\":\"key\"') OR "
      "instr(body, '\"kind\":\"person\"') OR instr(body, '\"kind\":\"role\"') OR "
      "instr(body, '\"kind\":\"policy\"') OR instr(body, '\"kind\":\"organisation\"') OR "
      "instr(body, '\"kind\":\"profile\"') ORDER BY number");
  Finish finish{statement};
  return walk(statement, Stream::decisions, entry);
}

Result<std::string> Snapshot::tree(std::string_view fingerprint) {
  Statement& statement = cached("SELECT size, packed FROM tree WHERE fingerprint = ?");
  Finish finish{statement};
  const std::string shown = for_terminal(to_utf8(fingerprint.substr(0, 80)));
  statement.text(1, fingerprint);
  if (!statement.row()) {
    if (statement.code() != SQLITE_DONE) return database_.failure();
    return fail(Fault::not_found, "store.no-such-tree", {{"fingerprint", shown}});
  }
  std::string text;
  if (!unpack(statement.view_at(1), static_cast<std::size_t>(statement.number_at(0)), text) ||
      "sha256:" + sha256_hex(text) != fingerprint)
    return fail(Fault::outside, "store.tree-damaged", {{"fingerprint", shown}});
  return text;
}

Status Snapshot::each_reading(const std::function<void(Reading&&)>& reading) {
  Statement& statement =
      cached("SELECT device, fingerprint, started, ended, detail FROM reading ORDER BY device");
  Finish finish{statement};
  while (statement.row()) {
    auto started = parse_instant(statement.view_at(2));
    auto ended = parse_instant(statement.view_at(3));
    auto detail = parse_json(statement.view_at(4));
    if (!started || !ended || !detail || !detail->is_object())
      return fail(Fault::outside, "store.reading-damaged",
                  {{"device", std::to_string(statement.number_at(0))}});
    reading({static_cast<Id>(statement.number_at(0)), statement.text_at(1), *started, *ended,
             std::move(detail->get_object())});
  }
  if (statement.code() != SQLITE_DONE) return database_.failure();
  return Done{};
}

Status Snapshot::each_kept(std::string_view area, const std::function<void(Kept&&)>& kept) {
  Statement& statement = cached("SELECT key, body FROM kept WHERE area = ? ORDER BY key");
  Finish finish{statement};
  statement.text(1, area);
  while (statement.row())
    kept({std::string(area), statement.text_at(0), statement.text_at(1)});
  if (statement.code() != SQLITE_DONE) return database_.failure();
  return Done{};
}

Status Snapshot::samples(Id link, std::int64_t from, std::int64_t until,
                         const std::function<void(const Sample&)>& sample) {
  Statement& statement =
      cached("SELECT slot, up, down FROM sample WHERE link = ? AND slot >= ? AND slot < ? ORDER BY slot");
  Finish finish{statement};
  statement.number(1, bounded(link)).number(2, from).number(3, until);
  while (statement.row())
    sample({link, statement.number_at(0), static_cast<std::uint64_t>(statement.number_at(1)),
            static_cast<std::uint64_t>(statement.number_at(2))});
  if (statement.code() != SQLITE_DONE) return database_.failure();
  return Done{};
}

Result<std::optional<Answered>> Snapshot::answered(std::string_view owner, std::string_view key) {
  Statement& statement = cached("SELECT request, answer, at FROM answered WHERE owner = ? AND key = ?");
  Finish finish{statement};
  statement.text(1, owner).text(2, key);
  if (statement.row())
    return std::optional<Answered>(Answered{std::string(owner), std::string(key), statement.text_at(0),
                                            statement.text_at(1), Instant(Duration(statement.number_at(2)))});
  if (statement.code() != SQLITE_DONE) return database_.failure();
  return std::optional<Answered>();
}

Result<Id> Snapshot::last_id(Kind kind) {
  Statement& statement = cached("SELECT max(ifnull((SELECT max(id) FROM " + name_in_sql(kind) +
                                "), 0), ifnull((SELECT max(id) FROM gone WHERE kind = ?), 0))");
  Finish finish{statement};
  statement.number(1, static_cast<int>(kind));
  if (!statement.row()) return database_.failure();
  return static_cast<Id>(statement.number_at(0));
}

Result<Database> open_read_only(const std::string& path) {
  std::error_code error;
  const auto log = std::filesystem::file_size(path + "-wal", error);
  const bool alone = error || log == 0;
  auto database = Database::open(file_uri(path, alone ? "mode=ro&immutable=1" : "mode=ro"),
                                 SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
  if (!database) return database;
  sqlite3_db_config(database->raw(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  if (auto status = database->run("PRAGMA query_only = 1; PRAGMA mmap_size = 0"); !status)
    return std::move(status).error();
  return database;
}

} // namespace assent::store
