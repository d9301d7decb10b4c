// A file system as SQLite sees it, over the real one, that knows which bytes a power cut could take:
// everything that was written since the file's last sync. The files themselves are always up to date; an
// image shows what a disk would hold after a cut at that moment.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace assent::crash {

class LossyDisk {
 public:
  /// What becomes of writes that were not synced.
  enum class Fate : std::uint8_t {
    all_lost,
    some_kept,  ///< any of them, in no order: disks reorder
    torn,       ///< any of them, and of those only some sectors of 512 bytes
    first_kept, ///< those before some moment
  };

  /// Becomes SQLite's default file system until it is destroyed; one at a time.
  LossyDisk();
  ~LossyDisk();
  LossyDisk(const LossyDisk&) = delete;
  LossyDisk& operator=(const LossyDisk&) = delete;

  /// Writes into `directory` what the disk would hold after a power cut now.
  void cut(const std::string& directory, Fate fate, std::uint32_t seed);
  std::uint64_t syncs() const;
  /// From now on every write fails as on a full disk, or succeeds again.
  void set_full(bool full) { full_ = full; }
  bool is_full() const { return full_; }

  // What the file system below reports.
  void opened(const std::string& path);
  void written(const std::string& path, sqlite3_int64 at, const void* bytes, int size);
  void truncated(const std::string& path, sqlite3_int64 size);
  void synced(const std::string& path);
  void removed(const std::string& path);

 private:
  struct Change {
    std::int64_t at = 0;
    std::string bytes;
    bool truncate = false;
  };
  struct File {
    bool exists = false; ///< its name is on the disk
    std::string durable;
    std::vector<Change> pending;
  };
  static void apply(std::string& content, const Change& change);
  static std::string after_cut(const File& file, Fate fate, std::mt19937& random);

  mutable std::mutex mutex_;
  std::map<std::string, File> files_;
  std::uint64_t syncs_ = 0;
  std::atomic<bool> full_{false};
};

} // namespace assent::crash
