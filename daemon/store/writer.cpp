#include "daemon/store/writer.hpp"

#include <algorithm>

#include "common/hash.hpp"
#include "common/text.hpp"
#include "daemon/journal/parts.hpp"
#include "daemon/store/pack.hpp"

namespace assent::store {

using journal::Stream;

namespace {

constexpr std::size_t longest_key = 64;
constexpr std::size_t longest_owner = 256;
constexpr std::size_t longest_kept_key = 1024;
constexpr std::int64_t remembered = std::chrono::microseconds(std::chrono::hours(24)).count();

Status check(const Answered& answered) {
  bool printable = !answered.key.empty() && answered.key.size() <= longest_key;
  for (const char c : answered.key)
    printable = printable && c > 0x20 && c < 0x7f;
  if (!printable || answered.owner.empty() || answered.owner.size() > longest_owner)
    return fail(Fault::invalid, "store.bad-answer-key");
  return Done{};
}

Result<PreparedEntry> prepare_entry(journal::Draft&& draft) {
  PreparedEntry entry;
  entry.stream = draft.stream;
  entry.time = draft.time;
  entry.ticket = draft.ticket;
  if (draft.stream == Stream::records && !draft.rows.empty())
    return fail(Fault::invalid, "store.rows-in-records");
  std::vector<std::string> texts;
  texts.reserve(draft.rows.size());
  entry.rows.reserve(draft.rows.size());
  for (auto& row : draft.rows) {
    entry.authority = entry.authority || is_authority_kind(row.kind);
    entry.rows.push_back(prepare_row(std::move(row)));
    const auto& done = entry.rows.back();
    texts.push_back(journal::row_text(done.kind, done.id, done.version, done.gone, done.body));
  }
  entry.body = journal::body_from(draft, texts);
  entry.body_hash = sha256_hex(entry.body);
  return entry;
}

} // namespace

Result<PreparedBatch> prepare(Batch&& batch) {
  PreparedBatch out;
  out.entries.reserve(batch.entries.size());
  for (auto& draft : batch.entries) {
    auto entry = prepare_entry(std::move(draft));
    if (!entry) return std::move(entry).error();
    out.entries.push_back(*std::move(entry));
  }
  for (const auto& tree : batch.trees) {
    if ("sha256:" + sha256_hex(tree.text) != tree.fingerprint)
      return fail(Fault::invalid, "store.tree-fingerprint",
                  {{"fingerprint", for_terminal(to_utf8(tree.fingerprint))}});
    out.trees.push_back({tree.fingerprint, tree.text.size(), pack(tree.text)});
  }
  out.readings = std::move(batch.readings);
  if (batch.purge_but)
    out.purge_but = canonical(json::value(json::array(batch.purge_but->begin(), batch.purge_but->end())));
  for (const auto& kept : batch.kept)
    if (kept.area.empty() || kept.key.empty() || kept.key.size() > longest_kept_key)
      return fail(Fault::invalid, "store.bad-kept-key", {{"area", kept.area}});
  out.kept = std::move(batch.kept);
  out.samples = std::move(batch.samples);
  out.links_gone = std::move(batch.links_gone);
  out.answered = std::move(batch.answered);
  if (out.answered)
    if (auto status = check(*out.answered); !status) return std::move(status).error();
  return out;
}

Writer::Writer(Database& database, std::string installation, std::uint64_t epoch)
    : database_(database), installation_(std::move(installation)), epoch_(epoch), tables_(database) {}

Status Writer::load() {
  append_[0] = database_.prepare(
      "INSERT INTO decision(number, header, body, hash, ticket, authority) VALUES(?, ?, ?, ?, ?, ?)");
  append_[1] = database_.prepare(
      "INSERT INTO record(number, header, body, hash, ticket, authority) VALUES(?, ?, ?, ?, ?, ?)");
  tree_ = database_.prepare("INSERT OR IGNORE INTO tree(fingerprint, size, packed) VALUES(?, ?, ?)");
  reading_ = database_.prepare(
      "INSERT INTO reading(device, fingerprint, started, ended, detail) VALUES(?, ?, ?, ?, ?) "
      "ON CONFLICT(device) DO UPDATE SET fingerprint = excluded.fingerprint, started = excluded.started, "
      "ended = excluded.ended, detail = excluded.detail");
  kept_ = database_.prepare("INSERT INTO kept(area, key, body) VALUES(?, ?, ?) "
                            "ON CONFLICT(area, key) DO UPDATE SET body = excluded.body");
  drop_ = database_.prepare("DELETE FROM kept WHERE area = ? AND key = ?");
  sample_ = database_.prepare("INSERT OR REPLACE INTO sample(link, slot, up, down) VALUES(?, ?, ?, ?)");
  old_samples_ = database_.prepare("DELETE FROM sample WHERE link = ? AND slot < ?");
  answered_ = database_.prepare(
      "INSERT INTO answered(owner, key, request, answer, at) VALUES(?1, ?2, ?3, ?4, ?5) "
      "ON CONFLICT(owner, key) DO UPDATE SET request = ?3, answer = ?4, at = ?5 WHERE at < ?6");
  // Rows stand in the order of their time, nearly: looking at the oldest few with each new one keeps up.
  forget_ = database_.prepare("DELETE FROM answered WHERE number IN (SELECT number FROM answered ORDER BY "
                              "number LIMIT 2) AND at < ?");
  purge_trees_ = database_.prepare(
      "DELETE FROM tree WHERE fingerprint IN (SELECT fingerprint FROM tree WHERE fingerprint NOT IN (SELECT "
      "fingerprint FROM baseline WHERE fingerprint IS NOT NULL) AND fingerprint NOT IN (SELECT fingerprint "
      "FROM "
      "reading) AND fingerprint NOT IN (SELECT value FROM json_each(?)) LIMIT 256)");
  purge_readings_ = database_.prepare("DELETE FROM reading WHERE device NOT IN (SELECT id FROM device)");
  for (const Statement* statement :
       {&purge_trees_, &purge_readings_, &append_[0], &append_[1], &tree_, &reading_, &kept_, &drop_,
        &sample_, &old_samples_, &answered_, &forget_})
    if (!statement->ready()) return database_.failure();
  if (auto status = tables_.load(); !status) return status;
  auto heads = read_heads(database_);
  if (!heads) return std::move(heads).error();
  heads_ = *std::move(heads);
  return Done{};
}

Status Writer::append(const PreparedEntry& entry, std::uint64_t& number) {
  Heads::Head& head = heads_[entry.stream];
  number = head.empty ? 0 : head.number + 1;
  const std::string header = journal::header_text(
      {installation_, epoch_, entry.stream, number, entry.time, head.hash, entry.body_hash});
  const auto digest = sha256(header);
  const std::string_view hash(reinterpret_cast<const char*>(digest.data()), digest.size());
  Statement& statement = append_[static_cast<std::size_t>(entry.stream)];
  statement.number(1, static_cast<std::int64_t>(number)).text(2, header).text(3, entry.body).blob(4, hash);
  if (entry.ticket != 0)
    statement.number(5, static_cast<std::int64_t>(entry.ticket));
  else
    statement.null(5);
  statement.number(6, entry.authority ? 1 : 0);
  if (!statement.done()) return database_.failure();
  if (auto status = tables_.apply(entry.rows); !status) return status;
  head.empty = false;
  head.number = number;
  head.hash = to_hex(hash);
  return Done{};
}

Status Writer::keep(const PreparedTree& tree) {
  tree_.text(1, tree.fingerprint).number(2, static_cast<std::int64_t>(tree.size)).blob(3, tree.packed);
  if (!tree_.done()) return database_.failure();
  return Done{};
}

Status Writer::keep(const Reading& reading) {
  const std::string started = to_text(reading.started), ended = to_text(reading.ended);
  const std::string detail = canonical(json::value(reading.detail));
  reading_.number(1, static_cast<std::int64_t>(reading.device)).text(2, reading.fingerprint);
  reading_.text(3, started).text(4, ended).text(5, detail);
  if (!reading_.done()) return database_.failure();
  return Done{};
}

Status Writer::keep(const Kept& kept) {
  Statement& statement = kept.body.empty() ? drop_ : kept_;
  statement.text(1, kept.area).text(2, kept.key);
  if (!kept.body.empty()) statement.text(3, kept.body);
  if (!statement.done()) return database_.failure();
  return Done{};
}

Status Writer::keep(const Sample& sample) {
  const auto link = static_cast<std::int64_t>(sample.link);
  const auto most = static_cast<std::uint64_t>(INT64_MAX);
  old_samples_.number(1, link).number(2, sample.slot - sample_slots_kept);
  if (!old_samples_.done()) return database_.failure();
  sample_.number(1, link).number(2, sample.slot);
  sample_.number(3, static_cast<std::int64_t>(std::min(sample.up, most)));
  sample_.number(4, static_cast<std::int64_t>(std::min(sample.down, most)));
  if (!sample_.done()) return database_.failure();
  return Done{};
}

Status Writer::keep(const Answered& answered) {
  const std::int64_t at = answered.at.time_since_epoch().count();
  forget_.number(1, at - remembered);
  if (!forget_.done()) return database_.failure();
  answered_.text(1, answered.owner)
      .text(2, answered.key)
      .text(3, answered.request_hash)
      .text(4, answered.answer);
  answered_.number(5, at).number(6, at - remembered);
  if (!answered_.done()) return database_.failure();
  if (sqlite3_changes(database_.raw()) != 1)
    return fail(Fault::conflict, "store.answer-key-used", {{"key", answered.key}});
  return Done{};
}

Status Writer::apply(const PreparedBatch& batch, std::vector<std::uint64_t>& numbers) {
  numbers.assign(batch.entries.size(), 0);
  for (std::size_t i = 0; i < batch.entries.size(); ++i)
    if (auto status = append(batch.entries[i], numbers[i]); !status) return status;
  for (const auto& tree : batch.trees)
    if (auto status = keep(tree); !status) return status;
  for (const auto& reading : batch.readings)
    if (auto status = keep(reading); !status) return status;
  for (const auto& kept : batch.kept)
    if (auto status = keep(kept); !status) return status;
  if (!batch.purge_but.empty())
    if (auto status = purge(batch.purge_but); !status) return status;
  for (const auto& sample : batch.samples)
    if (auto status = keep(sample); !status) return status;
  for (const Id link : batch.links_gone) {
    old_samples_.number(1, static_cast<std::int64_t>(link)).number(2, INT64_MAX);
    if (!old_samples_.done()) return database_.failure();
  }
  if (batch.answered) return keep(*batch.answered);
  return Done{};
}

Status Writer::purge(const std::string& but) {
  if (!purge_readings_.done()) return database_.failure();
  purge_trees_.text(1, but);
  if (!purge_trees_.done()) return database_.failure();
  return Done{};
}

Status Writer::found(const journal::Draft& draft) {
  journal::Draft copy = draft;
  copy.stream = Stream::decisions;
  auto entry = prepare_entry(std::move(copy));
  if (!entry) return std::move(entry).error();
  std::uint64_t number = 0;
  if (auto status = append(*entry, number); !status) return status;
  ASSENT_CHECK(number == 0);
  entry->stream = Stream::records;
  entry->authority = false;
  entry->rows.clear();
  return append(*entry, number);
}

Result<Heads> read_heads(Database& database) {
  Heads heads;
  for (const auto stream : {Stream::decisions, Stream::records}) {
    Statement newest = database.prepare(stream == Stream::decisions
                                            ? "SELECT number, hash FROM decision ORDER BY number DESC LIMIT 1"
                                            : "SELECT number, hash FROM record ORDER BY number DESC LIMIT 1");
    if (!newest.ready()) return database.failure();
    Heads::Head& head = heads[stream];
    if (newest.row()) {
      head.empty = false;
      head.number = static_cast<std::uint64_t>(newest.number_at(0));
      head.hash = to_hex(newest.view_at(1));
    } else if (newest.code() != SQLITE_DONE) {
      return database.failure();
    }
  }
  return heads;
}

} // namespace assent::store
