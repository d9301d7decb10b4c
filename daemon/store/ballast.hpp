// Room kept for the day on which the disk is full: a file beside the database that is given up then, so that
// revocations and their entries can still be written.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace assent::store {

class Ballast {
 public:
  /// `bytes` 0: none is kept, and nothing is ever cramped.
  Ballast(std::string path, std::uint64_t bytes) : path_(std::move(path)), bytes_(bytes) {}

  /// Takes the room where there is enough besides; without effect where it stands. Blocks for as long as the
  /// file system needs. Any thread, one at a time.
  void fill();
  /// Gives the room up where the disk has hardly any left; true where that was so. The store thread.
  bool give_up_if_full();
  /// Is there no ballast although some should be? Any thread.
  bool missing() const { return bytes_ != 0 && !stands_.load(std::memory_order_acquire); }

 private:
  std::uint64_t room() const; ///< bytes that this process may still write beside the database

  std::string path_;
  std::uint64_t bytes_ = 0;
  std::atomic<bool> stands_{false};
};

} // namespace assent::store
