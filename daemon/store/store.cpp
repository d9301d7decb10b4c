#include "daemon/store/store.hpp"

#include <unistd.h>

#include <filesystem>

#include "daemon/store/file.hpp"
#include "daemon/store/group_commit.hpp"
#include "daemon/store/migrate.hpp"
#include "daemon/store/snapshot.hpp"

namespace assent::store {

namespace {

class SqliteStore final : public Store {
 public:
  SqliteStore(FileLock lock, std::string path, std::string installation, std::uint64_t epoch,
              Database database, const Options& options)
      : lock_(std::move(lock)), path_(std::move(path)), installation_(installation),
        ballast_(path_ + ".ballast", options.ballast),
        group_(std::move(database), std::move(installation), epoch, options.fail_commit, ballast_),
        pool_(new ReaderPool) {}

  Status start() {
    ballast_.fill();
    return group_.start();
  }
  void commit(Batch batch, std::function<void(Committed)> done) override {
    group_.add(std::move(batch), std::move(done));
  }
  std::size_t waiting() const override { return group_.waiting(); }
  Status resume() override { return group_.resume(); }
  bool cramped() const override { return ballast_.missing(); }
  void take_ballast() override { ballast_.fill(); }
  Counters counters() const override { return group_.counters(); }
  std::int32_t migrated_from() const override { return migrated_from_; }
  void was_migrated_from(std::int32_t version) { migrated_from_ = version; }
  const std::string& installation() const override { return installation_; }

  Result<std::unique_ptr<Reader>> read() override {
    auto database = pool_->take(path_);
    if (!database) return std::move(database).error();
    return Snapshot::begin(*std::move(database), pool_);
  }

  Status backup(const std::string& path) override;

 private:
  FileLock lock_;
  std::string path_, installation_;
  std::int32_t migrated_from_ = 0; ///< written before anybody else has the store
  Ballast ballast_;
  GroupCommit group_;
  std::shared_ptr<ReaderPool> pool_; ///< closed before the writer, whose closing folds the log into the file
};

Status copy_pages(Database& from, Database& to) {
  sqlite3_backup* copy = sqlite3_backup_init(to.raw(), "main", from.raw(), "main");
  if (!copy) return to.failure();
  const int code = sqlite3_backup_step(copy, -1);
  if (sqlite3_backup_finish(copy) != SQLITE_OK || code != SQLITE_DONE) return to.failure();
  return Done{};
}

Status copy_into(Database& from, const std::string& path) {
  auto to = Database::open(path, SQLITE_OPEN_READWRITE);
  if (!to) return std::move(to).error();
  // The copy is flushed once, when it is whole.
  if (auto status = to->run("PRAGMA synchronous = OFF"); !status) return status;
  if (auto status = copy_pages(from, *to); !status) return status;
  // One file, without a write-ahead log beside it.
  auto mode = to->ask("PRAGMA journal_mode = DELETE");
  if (!mode) return std::move(mode).error();
  return *mode == "delete" ? Status(Done{}) : Status(to->failure());
}

Status SqliteStore::backup(const std::string& path) {
  const std::string half = path + ".partial";
  if (::access(path.c_str(), F_OK) == 0) return fail(Fault::conflict, "store.file-exists", {{"path", path}});
  auto source = pool_->take(path_);
  if (!source) return std::move(source).error();
  if (auto status = make_private_file(half); !status) return status;
  auto status = copy_into(*source, half);
  if (status) status = put_in_place(half, path);
  if (!status) ::unlink(half.c_str());
  return status;
}

Status write_founding(const Options& options, const std::string& path, const std::string& installation,
                      const journal::Draft& founding) {
  auto database = Database::open(path, SQLITE_OPEN_READWRITE);
  if (!database) return std::move(database).error();
  std::string sql = "PRAGMA page_size = 4096; PRAGMA synchronous = FULL; PRAGMA application_id = " +
                    std::to_string(application_id) +
                    "; PRAGMA user_version = " + std::to_string(schema_version) + "; BEGIN IMMEDIATE;";
  for (const SchemaObject& object : schema())
    sql += object.sql + ";";
  sql += "INSERT INTO meta(name, value) VALUES('installation', '" + installation + "'), ('epoch', '1');";
  if (auto status = database->run(sql); !status) return status;
  Writer writer(*database, installation, 1);
  if (auto status = writer.load(); !status) return status;
  if (auto status = writer.found(founding); !status) return status;
  if (options.fail_commit && options.fail_commit())
    return fail(Fault::outside, "store.commit-failed-by-test");
  return database->run("COMMIT");
}

/// The path without symbolic links: two daemons that name the file differently must meet at one lock.
Options with_one_name(Options options) {
  std::error_code error;
  const auto path = std::filesystem::weakly_canonical(options.path, error);
  if (!error) options.path = path.string();
  return options;
}

bool is_installation(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Status set_up_writing(Database& database, const Options& options) {
  auto mode = database.ask("PRAGMA journal_mode = WAL");
  if (!mode) return std::move(mode).error();
  if (*mode != "wal") return fail(Fault::outside, "store.no-wal", {{"path", options.path}});
  return database.run(std::string("PRAGMA synchronous = ") + (options.synchronous_full ? "FULL" : "NORMAL") +
                      "; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864"
                      "; PRAGMA mmap_size = 0; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY");
}

} // namespace

Status Store::create(const Options& options, const std::string& installation,
                     const journal::Draft& founding) {
  if (!is_installation(installation)) return fail(Fault::invalid, "store.bad-installation");
  auto lock = FileLock::take(options.path);
  if (!lock) return std::move(lock).error();
  if (::access(options.path.c_str(), F_OK) == 0)
    return fail(Fault::conflict, "store.file-exists", {{"path", options.path}});
  // Built aside and given its name when it is whole: a founding that was cut short leaves no database.
  const std::string half = options.path + ".founding";
  ::unlink(half.c_str());
  ::unlink((half + "-journal").c_str());
  if (auto status = make_private_file(half); !status) return status;
  auto status = write_founding(options, half, installation, founding);
  if (status) status = put_in_place(half, options.path);
  if (!status) ::unlink(half.c_str());
  return status;
}

Result<std::unique_ptr<Store>> Store::open(const Options& given) {
  const Options options = with_one_name(given);
  if (auto status = check_exists(options.path); !status) return std::move(status).error();
  auto lock = FileLock::take(options.path);
  if (!lock) return std::move(lock).error();
  {
    auto looked = open_read_only(options.path);
    if (!looked)
      return fail(Fault::outside, "store.cannot-open",
                  {{"path", options.path}, {"why", looked.error().what.args.front().second}});
    if (auto status = check_file(*looked, options.path); !status) return std::move(status).error();
  }
  auto database = Database::open(options.path, SQLITE_OPEN_READWRITE);
  if (!database) return std::move(database).error();
  if (auto status = set_up_writing(*database, options); !status) return std::move(status).error();
  const auto version = version_of(*database);
  if (!version) return version.error();
  if (*version != schema_version) {
    if (auto status = migrate(*database, options.path); !status) return std::move(status).error();
    if (auto status = check_file(*database, options.path); !status) return std::move(status).error();
  }
  auto installation = database->ask("SELECT value FROM meta WHERE name = 'installation'");
  auto epoch = database->ask("SELECT value FROM meta WHERE name = 'epoch'");
  if (!installation || !epoch) return database->failure();
  auto store = std::make_unique<SqliteStore>(*std::move(lock), options.path, *installation,
                                             std::strtoull(epoch->c_str(), nullptr, 10), *std::move(database),
                                             options);
  if (*version != schema_version) store->was_migrated_from(*version);
  if (auto status = store->start(); !status) return std::move(status).error();
  return std::unique_ptr<Store>(std::move(store));
}

Result<std::unique_ptr<Reader>> open_copy(const std::string& path) {
  if (auto status = check_exists(path); !status) return std::move(status).error();
  auto database = open_read_only(path);
  if (!database) return std::move(database).error();
  if (auto status = check_identity(*database, path); !status) return std::move(status).error();
  const auto version = version_of(*database);
  if (!version) return version.error();
  if (*version == schema_version) return Snapshot::begin(*std::move(database), nullptr);
  // An older one is read as what this version would make of it: a temporary file of SQLite, gone when it is
  // closed.
  auto forward = Database::open("", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (!forward) return std::move(forward).error();
  if (auto status = copy_pages(*database, *forward); !status) return std::move(status).error();
  if (auto status = migrate(*forward, path); !status) return std::move(status).error();
  return Snapshot::begin(*std::move(forward), nullptr);
}

} // namespace assent::store
