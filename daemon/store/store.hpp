// SQLite behind named operations. One connection writes and checkpoints, on one thread, with group commit;
// all other connections are read-only snapshots. Schema: docs/formats/store.md.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/ids.hpp"
#include "common/json.hpp"
#include "common/result.hpp"
#include "common/time.hpp"
#include "daemon/journal/entry.hpp"

namespace assent::store {

/// What an idempotency key answered the first time; kept for 24 h. Keys are at most 64 printable characters.
struct Answered {
  std::string owner; ///< whose key it is: `account:root`, `key:SHA256:…`
  std::string key;
  std::string request_hash; ///< SHA-256 of the request; the same key with another request is a conflict
  std::string answer;       ///< JSON text
  Instant at{};
};

/// A canonical device tree, kept compressed under its fingerprint (content-addressed; outside the journal).
struct Tree {
  std::string fingerprint; ///< `sha256:HEX` of the text
  std::string text;
};

/// The last clean reading of a device: not state of record, but it survives a restart.
struct Reading {
  Id device = 0;
  std::string fingerprint;
  Instant started{};
  Instant ended{};
  json::object detail; ///< hints, profile, revision, unknown sections and for how many intervals
};

/// Something of core's that survives a restart and is not state of record: what an alarm has lived through,
/// what an engine's clock showed. Of each (area, key) the newest body is kept.
struct Kept {
  std::string area; ///< `alarm`, …: a word; each part of core has its own
  std::string key;  ///< at most 1024 bytes
  std::string body; ///< JSON text; empty: forgotten
};

/// The mean rate of a link in five minutes; kept for 35 days, outside the journal (docs/watch.md, "The 95th
/// percentile").
struct Sample {
  Id link = 0;
  std::int64_t slot = 0;          ///< five-minute spans since 1970
  std::uint64_t up = 0, down = 0; ///< bit/s
};
inline constexpr std::int64_t sample_slots_kept = 35 * 288;

/// All that becomes durable together, or not at all.
struct Batch {
  std::vector<journal::Draft> entries;
  std::vector<Tree> trees;
  std::vector<Reading> readings;
  std::vector<Kept> kept;
  std::vector<Sample> samples;
  std::vector<Id> links_gone; ///< whose samples are forgotten
  std::optional<Answered> answered;
  /// Trees that no baseline and no reading names go, besides these (what waiting tickets name), and readings
  /// of devices that are gone; some hundreds at a time. Whatever names a tree from now on brings it.
  std::optional<std::vector<std::string>> purge_but;
};

/// What a committed batch got. `failed` says why nothing of it was kept.
struct Committed {
  bool done = false;
  Error failed;
  std::vector<std::uint64_t> numbers; ///< of each entry, in its stream, in the order of Batch::entries
};

/// One journal entry as stored.
struct StoredEntry {
  journal::Stream stream{};
  std::uint64_t number = 0;
  std::string header;
  std::string body;
};

/// A page of a listing. `next` is where the next page starts (0: no more).
struct StoredRow {
  Id id = 0;
  std::uint64_t version = 0;
  std::string body; ///< canonical JSON
};
struct Page {
  std::vector<StoredRow> rows;
  Id next = 0;
};

/// Equality filters over the indexed columns of a kind (docs/formats/store.md lists them), e.g. {"network",
/// "2"}.
using Filter = std::vector<std::pair<std::string, std::string>>;

/// A read-only snapshot: everything read through one Reader is of one moment. Used by one thread at a time.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual std::string installation() const = 0;
  virtual Result<StoredRow> get(Kind kind, Id id) = 0; ///< Fault::not_found
  virtual Result<Page> list(Kind kind, const Filter& filter, Id after, std::size_t limit) = 0;
  virtual Status each(Kind kind, const std::function<void(StoredRow&&)>& row) = 0;
  /// Number and text of every block, prefix or address of a network, out of an index alone, in no promised
  /// order.
  virtual Status each_place(Kind kind, Id network,
                            const std::function<void(Id, std::string_view)>& place) = 0;
  virtual Result<std::uint64_t> head(journal::Stream stream) = 0; ///< number of the newest entry
  virtual Status entries(journal::Stream stream, std::uint64_t from, std::size_t limit,
                         const std::function<bool(StoredEntry&&)>& entry) = 0;
  /// The newest entries that concern a ticket, oldest first.
  virtual Status entries_of_ticket(Id ticket, const std::function<bool(StoredEntry&&)>& entry) = 0;
  /// Entries that changed organisations, people, keys, roles, policies or profiles, from the founding on,
  /// whether they are marked as such or not; a few others that name such kinds come too.
  virtual Status authority_entries(const std::function<bool(StoredEntry&&)>& entry) = 0;
  virtual Result<std::string> tree(std::string_view fingerprint) = 0;
  virtual Status each_reading(const std::function<void(Reading&&)>& reading) = 0;
  /// All of an area, by key.
  virtual Status each_kept(std::string_view area, const std::function<void(Kept&&)>& kept) = 0;
  /// Samples of a link, by time, with `from` <= slot < `until`.
  virtual Status samples(Id link, std::int64_t from, std::int64_t until,
                         const std::function<void(const Sample&)>& sample) = 0;
  virtual Result<std::optional<Answered>> answered(std::string_view owner, std::string_view key) = 0;
  /// The highest number ever used for a kind, deleted objects included.
  virtual Result<Id> last_id(Kind kind) = 0;
};

struct Options {
  std::string path;
  bool synchronous_full = true; ///< false only in the test that shows why it must be true
  /// Called on the store thread before each COMMIT; true makes that commit fail (tests: "the n-th commit
  /// fails").
  std::function<bool()> fail_commit;
  std::uint64_t ballast = 0; ///< bytes kept in PATH.ballast for revocations on a full disk; 0: none
};

/// The writer. Construction opens and checks; destruction commits what waits and closes.
class Store {
 public:
  virtual ~Store() = default;

  /// Creates the file with its founding entry (number 0 of both streams). Refuses where the file exists.
  static Status create(const Options& options, const std::string& installation,
                       const journal::Draft& founding);

  /// Opens an existing store. A missing, damaged, foreign or newer file, or one that another daemon holds, is
  /// refused with one clear sentence and left untouched.
  static Result<std::unique_ptr<Store>> open(const Options& options);

  /// Queues a batch; `done` runs on the store thread after the group is on disk, or after it failed. After a
  /// failure every batch fails (Fault::unavailable) until resume(). Any thread.
  virtual void commit(Batch batch, std::function<void(Committed)> done) = 0;

  /// How many batches wait; callers refuse with Fault::busy above their bound. Any thread.
  virtual std::size_t waiting() const = 0;

  /// Accepts commits again; core calls it after it has reloaded its state. Any thread.
  virtual Status resume() = 0;

  /// True after the ballast was given up to a full disk: only what takes permission away should be written.
  /// Any thread.
  virtual bool cramped() const { return false; }
  /// Takes the ballast back where there is room again; may block for a second. Any thread but core's.
  virtual void take_ballast() {}

  /// A new snapshot. Any thread; the Reader belongs to the caller's thread.
  virtual Result<std::unique_ptr<Reader>> read() = 0;

  /// Online backup of one consistent snapshot into a new file of mode 0600; blocks the caller, not the
  /// writer.
  virtual Status backup(const std::string& path) = 0;

  virtual const std::string& installation() const = 0;

  /// The schema version that the file had when this open() brought it forward to the present one; 0: it was
  /// of the present one. Any thread.
  virtual std::int32_t migrated_from() const { return 0; }

  /// Figures for /metrics: commits, groups, entries, failures, seconds spent.
  struct Counters {
    std::uint64_t groups = 0, batches = 0, entries = 0, failures = 0;
    double seconds = 0;
  };
  virtual Counters counters() const = 0;
};

/// A read-only snapshot of a file that no daemon need run for (assentctl audit verify on a copy).
Result<std::unique_ptr<Reader>> open_copy(const std::string& path);

/// What an audit found; `problems` empty means that everything holds.
struct Audit {
  std::uint64_t decisions = 0, records = 0, rows = 0, trees = 0;
  std::string head_decisions, head_records; ///< header hashes
  std::vector<Message> problems;
};

/// Recomputes both chains and bodies, replays the decisions into an empty set of tables and compares every
/// row, checks every tree against its fingerprint and every checkpoint line given against the chain.
Result<Audit> audit(Reader& reader, const std::vector<journal::Checkpoint>& checkpoints);

} // namespace assent::store
