// Readers: one connection each, read-only, inside one read transaction.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/store/sqlite.hpp"
#include "daemon/store/store.hpp"

namespace assent::store {

/// Connections of readers that are done, kept for the next. Any thread.
class ReaderPool {
 public:
  Result<Database> take(const std::string& path);
  void give(Database database);

 private:
  static constexpr std::size_t most_idle = 8;
  std::mutex mutex_;
  std::vector<Database> idle_;
};

class Snapshot final : public Reader {
 public:
  /// Begins the read transaction; `pool` may be empty (a copy).
  static Result<std::unique_ptr<Reader>> begin(Database database, std::shared_ptr<ReaderPool> pool);
  ~Snapshot() override;
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  std::string installation() const override { return installation_; }
  Result<StoredRow> get(Kind kind, Id id) override;
  Result<Page> list(Kind kind, const Filter& filter, Id after, std::size_t limit) override;
  Status each(Kind kind, const std::function<void(StoredRow&&)>& row) override;
  Status each_place(Kind kind, Id network, const std::function<void(Id, std::string_view)>& place) override;
  Result<std::uint64_t> head(journal::Stream stream) override;
  Status entries(journal::Stream stream, std::uint64_t from, std::size_t limit,
                 const std::function<bool(StoredEntry&&)>& entry) override;
  Status entries_of_ticket(Id ticket, const std::function<bool(StoredEntry&&)>& entry) override;
  Status authority_entries(const std::function<bool(StoredEntry&&)>& entry) override;
  Result<std::string> tree(std::string_view fingerprint) override;
  Status each_reading(const std::function<void(Reading&&)>& reading) override;
  Status each_kept(std::string_view area, const std::function<void(Kept&&)>& kept) override;
  Status samples(Id link, std::int64_t from, std::int64_t until,
                 const std::function<void(const Sample&)>& sample) override;
  Result<std::optional<Answered>> answered(std::string_view owner, std::string_view key) override;
  Result<Id> last_id(Kind kind) override;

  Database& database() { return database_; }

 private:
  explicit Snapshot(Database database) : database_(std::move(database)) {}
  /// A statement of this connection, compiled once.
  Statement& cached(const std::string& sql);
  Status walk(Statement& statement, journal::Stream stream, const std::function<bool(StoredEntry&&)>& entry);

  Database database_;
  std::shared_ptr<ReaderPool> pool_;
  std::string installation_;
  std::map<std::string, Statement> statements_;
};

/// Opens a file for reading only, leaving everything as it is; `immutable` where no write-ahead log lies
/// beside it.
Result<Database> open_read_only(const std::string& path);

} // namespace assent::store
