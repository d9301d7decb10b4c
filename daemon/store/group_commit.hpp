// The store thread: takes all batches that wait, makes them durable with one fsync, tells each.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "daemon/store/ballast.hpp"
#include "daemon/store/store.hpp"
#include "daemon/store/writer.hpp"

namespace assent::store {

/// Owns the writing connection; everything but the queue is touched by its own thread only.
class GroupCommit {
 public:
  using Told = std::function<void(Committed)>;

  /// `database` is open for writing, `writer` loaded. Starts the thread.
  GroupCommit(Database database, std::string installation, std::uint64_t epoch,
              std::function<bool()> fail_commit, Ballast& ballast);
  /// Commits what waits, then ends the thread.
  ~GroupCommit();
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  Status start();
  void add(Batch batch, Told told);
  std::size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }
  Status resume();
  Store::Counters counters() const;

 private:
  struct Waiting {
    Batch batch;
    Told told;
  };
  void run();
  void commit_group(std::vector<Waiting>& group);
  /// Applies batches from the start of the group in one transaction; returns how many are durable now.
  std::size_t commit_some(const std::vector<PreparedBatch>& batches, std::size_t count,
                          std::vector<Committed>& results, std::optional<Error>& why);
  Status seal(); ///< COMMIT, or what a test wants
  void roll_back();
  Status try_resume();

  Database database_;
  Writer writer_;
  std::function<bool()> fail_commit_;
  Ballast& ballast_;
  Statement begin_, commit_, rollback_;
  std::optional<Error> stopped_; ///< why nothing is accepted
  std::thread thread_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> queue_;
  std::vector<std::promise<Status>> resumes_;
  bool ending_ = false;
  Store::Counters counters_;
  std::atomic<std::size_t> waiting_{0};
};

} // namespace assent::store
