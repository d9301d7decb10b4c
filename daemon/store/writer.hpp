// What a batch does to the database: journal entries with their place in the chains, rows, trees, readings,
// answers. Knows no threads and no transactions: the caller begins, commits and rolls back. Belongs to the
// store thread.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "daemon/store/store.hpp"
#include "daemon/store/tables.hpp"

namespace assent::store {

struct PreparedEntry {
  journal::Stream stream{};
  Instant time{};
  Id ticket = 0;
  bool authority = false;
  std::string body, body_hash;
  std::vector<PreparedRow> rows;
};

struct PreparedTree {
  std::string fingerprint;
  std::size_t size = 0;
  std::string packed;
};

/// A batch with everything printed, hashed and packed that does not depend on its place in the chain.
struct PreparedBatch {
  std::vector<PreparedEntry> entries;
  std::vector<PreparedTree> trees;
  std::vector<Reading> readings;
  std::vector<Kept> kept;
  std::vector<Sample> samples;
  std::vector<Id> links_gone;
  std::optional<Answered> answered;
  std::string purge_but; ///< a JSON array of fingerprints; empty: nothing goes
};

/// Refuses rows in `records`, a tree that has not its fingerprint, an over-long key.
Result<PreparedBatch> prepare(Batch&& batch);

/// Where the two chains end: the number of the newest entry and its header's hash.
struct Heads {
  struct Head {
    bool empty = true;
    std::uint64_t number = 0;
    std::string hash;
  };
  std::array<Head, 2> of;
  Head& operator[](journal::Stream stream) { return of[static_cast<std::size_t>(stream)]; }
};

class Writer {
 public:
  Writer(Database& database, std::string installation, std::uint64_t epoch);
  /// Prepares statements and reads heads.
  Status load();

  /// Applies a batch inside the caller's transaction; numbers gets one number for each entry.
  Status apply(const PreparedBatch& batch, std::vector<std::uint64_t>& numbers);
  /// The founding: `draft` is entry 0 of decisions and its body entry 0 of records.
  Status found(const journal::Draft& draft);

  const Heads& heads() const { return heads_; }
  void set_heads(const Heads& heads) { heads_ = heads; } ///< after a rollback

 private:
  Status append(const PreparedEntry& entry, std::uint64_t& number);
  Status keep(const PreparedTree& tree);
  Status keep(const Reading& reading);
  Status keep(const Kept& kept);
  Status keep(const Sample& sample);
  Status keep(const Answered& answered);
  Status purge(const std::string& but);

  Database& database_;
  std::string installation_;
  std::uint64_t epoch_;
  Heads heads_;
  RowTables tables_;
  std::array<Statement, 2> append_;
  Statement tree_, reading_, kept_, drop_, sample_, old_samples_, answered_, forget_, purge_trees_,
      purge_readings_;
};

/// The heads as the database has them.
Result<Heads> read_heads(Database& database);

} // namespace assent::store
