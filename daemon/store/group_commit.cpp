#include "daemon/store/group_commit.hpp"

#include <chrono>

namespace assent::store {

namespace {

/// Bounds the time that the first of a group waits for the last.
constexpr std::size_t largest_group = 512;

Error not_done(const Error& why) {
  Error error = fail(Fault::unavailable, "store.not-done");
  error.evidence.push_back(why.what);
  return error;
}

} // namespace

GroupCommit::GroupCommit(Database database, std::string installation, std::uint64_t epoch,
                         std::function<bool()> fail_commit, Ballast& ballast)
    : database_(std::move(database)), writer_(database_, std::move(installation), epoch),
      fail_commit_(std::move(fail_commit)), ballast_(ballast) {}

Status GroupCommit::start() {
  if (auto status = writer_.load(); !status) return status;
  begin_ = database_.prepare("BEGIN IMMEDIATE");
  commit_ = database_.prepare("COMMIT");
  rollback_ = database_.prepare("ROLLBACK");
  if (!begin_.ready() || !commit_.ready() || !rollback_.ready()) return database_.failure();
  thread_ = std::thread([this] { run(); });
  return Done{};
}

GroupCommit::~GroupCommit() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void GroupCommit::add(Batch batch, Told told) {
  waiting_.fetch_add(1, std::memory_order_relaxed);
  bool first = false;
  {
    std::lock_guard lock(mutex_);
    first = queue_.empty();
    queue_.push_back({std::move(batch), std::move(told)});
  }
  if (first) wake_.notify_one();
}

Store::Counters GroupCommit::counters() const {
  std::lock_guard lock(mutex_);
  return counters_;
}

Status GroupCommit::resume() {
  // Core may resume from within an answer, which runs on this thread.
  if (std::this_thread::get_id() == thread_.get_id()) return try_resume();
  std::future<Status> answer;
  {
    std::lock_guard lock(mutex_);
    resumes_.emplace_back();
    answer = resumes_.back().get_future();
  }
  wake_.notify_one();
  return answer.get();
}

void GroupCommit::run() {
  std::vector<Waiting> group;
  std::vector<std::promise<Status>> resumes;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return ending_ || !queue_.empty() || !resumes_.empty(); });
      if (ending_ && queue_.empty() && resumes_.empty()) return;
      while (!queue_.empty() && group.size() < largest_group) {
        group.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
      resumes.swap(resumes_);
    }
    if (!group.empty()) commit_group(group);
    group.clear();
    for (auto& promise : resumes)
      promise.set_value(try_resume());
    resumes.clear();
  }
}

Status GroupCommit::seal() {
  if (fail_commit_ && fail_commit_()) return fail(Fault::outside, "store.commit-failed-by-test");
  if (!commit_.done()) return database_.failure();
  return Done{};
}

void GroupCommit::roll_back() {
  // Some failures (disk full, input/output) have rolled back already.
  if (sqlite3_get_autocommit(database_.raw()) == 0) rollback_.done();
}

std::size_t GroupCommit::commit_some(const std::vector<PreparedBatch>& batches, std::size_t count,
                                     std::vector<Committed>& results, std::optional<Error>& why) {
  const Heads before = writer_.heads();
  while (count > 0) {
    std::size_t applied = 0;
    std::optional<Error> trouble;
    if (!begin_.done()) trouble = database_.failure();
    for (; !trouble && applied < count; ++applied)
      if (auto status = writer_.apply(batches[applied], results[applied].numbers); !status) {
        trouble = std::move(status).error();
        break;
      }
    const bool whole = !trouble;
    if (whole) {
      auto status = seal();
      if (status) return count;
      trouble = std::move(status).error();
    }
    roll_back();
    writer_.set_heads(before);
    if (!why || whole) why = trouble;
    if (whole || sqlite3_get_autocommit(database_.raw()) == 0) return 0;
    // Only the batch that could not be applied fails; those before it get a transaction of their own.
    results[applied].failed = *trouble;
    count = applied;
  }
  return 0;
}

void GroupCommit::commit_group(std::vector<Waiting>& group) {
  const auto began = std::chrono::steady_clock::now();
  std::vector<Committed> results(group.size());
  std::vector<PreparedBatch> batches;
  batches.reserve(group.size());
  std::optional<Error> why;
  if (!stopped_)
    for (std::size_t i = 0; i < group.size(); ++i) {
      auto prepared = prepare(std::move(group[i].batch));
      if (!prepared) {
        why = std::move(prepared).error();
        results[i].failed = *why;
        break;
      }
      batches.push_back(*std::move(prepared));
    }
  const std::size_t durable = stopped_ ? 0 : commit_some(batches, batches.size(), results, why);
  if (why) {
    stopped_ = why;
    ballast_.give_up_if_full();
  }
  std::uint64_t entries = 0;
  for (std::size_t i = 0; i < group.size(); ++i) {
    results[i].done = i < durable;
    if (results[i].done) {
      entries += results[i].numbers.size();
      continue;
    }
    results[i].numbers.clear();
    if (results[i].failed.what.id.empty()) results[i].failed = not_done(*stopped_);
  }
  {
    std::lock_guard lock(mutex_);
    counters_.groups += durable > 0 ? 1 : 0;
    counters_.batches += durable;
    counters_.entries += entries;
    counters_.failures += group.size() - durable;
    counters_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  }
  waiting_.fetch_sub(group.size(), std::memory_order_relaxed);
  for (std::size_t i = 0; i < group.size(); ++i)
    group[i].told(std::move(results[i]));
}

Status GroupCommit::try_resume() {
  if (!stopped_) return Done{};
  roll_back();
  if (!begin_.done()) return database_.failure();
  // A failed commit may have left its frames in the write-ahead log; this commit takes their place, so that a
  // crash cannot bring back what was answered with "not done". It also shows whether the disk takes writes
  // again.
  auto status =
      database_.run("INSERT INTO meta(name, value) VALUES('resumed', '1') ON CONFLICT(name) DO UPDATE SET "
                    "value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)");
  if (status) status = seal();
  if (!status) {
    roll_back();
    return status;
  }
  auto heads = read_heads(database_);
  if (!heads) return std::move(heads).error();
  writer_.set_heads(*heads);
  stopped_.reset();
  return Done{};
}

} // namespace assent::store
