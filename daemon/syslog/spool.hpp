// Messages of one receiver that have not arrived yet, on disk (docs/formats/syslog.md, "The spool"). Numbered
// without a gap; written at the end, given back in order, forgotten once they have arrived. No thread of its
// own: used by the receiver's thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.hpp"

namespace assent::syslog {

class Spool {
 public:
  /// The bytes of a segment file at most, besides one message; a spool has at least four.
  static constexpr std::uint64_t segment_bytes = 4u << 20;
  static constexpr std::uint64_t smallest_size = 64u << 10;

  struct Record {
    std::uint64_t number = 0; ///< 0: not on disk (the spool could not take it)
    std::string text;
  };

  /// Opens or makes DIRECTORY (mode 0700) and locks it. What was torn or damaged is cut off and counted.
  /// Fault::busy where another process or sender still has it, Fault::outside where it can't be used.
  static Result<std::unique_ptr<Spool>> open(const std::string& directory, std::uint64_t size);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// The message's number; Fault::busy where the spool is full, Fault::outside where the disk refuses (what
  /// was half written is taken back, so that the next message has a clean beginning).
  Result<std::uint64_t> append(std::string_view text);
  /// Messages from `from` on, as many as fit into `bytes` (at least one where there is one).
  Result<std::vector<Record>> read(std::uint64_t from, std::size_t bytes);
  /// Everything before `number` has arrived; a later call may go back as far as messages are still on disk.
  void arrived(std::uint64_t number);
  /// Where to go on when read() fails at `number`: the first message of the next segment.
  std::uint64_t skip(std::uint64_t number);
  /// To the platter (fdatasync): what a power cut leaves.
  Status sync();

  std::uint64_t first() const { return position_; } ///< the first that has not arrived
  std::uint64_t next() const { return next_; }      ///< the number of the next message
  std::uint64_t waiting_bytes() const;              ///< of messages that have not arrived, about
  std::uint64_t disk_bytes() const { return total_; }
  std::uint64_t size() const { return size_; }
  std::uint64_t damaged() const { return damaged_; } ///< messages that open() found lost, at least

 private:
  struct Segment {
    std::uint64_t first = 0, count = 0, bytes = 0;
  };
  /// Where the last read() ended, so that the next one need not begin at the segment's first message.
  struct Cursor {
    std::uint64_t number = 0, offset = 0;
  };

  Spool(std::string directory, std::uint64_t size) : directory_(std::move(directory)), size_(size) {}
  Status load();
  Status load_segment(std::uint64_t first, bool last);
  void load_position();
  Status begin_segment();
  void remove_arrived();
  std::string path_of(std::uint64_t first) const;
  Error trouble(int number) const;

  const std::string directory_;
  const std::uint64_t size_;
  std::deque<Segment> segments_; ///< the last one is written to
  std::uint64_t position_ = 1, next_ = 1, total_ = 0, damaged_ = 0;
  Cursor cursor_;
  int lock_ = -1, tail_ = -1, head_ = -1; ///< handles: lock file, segment written, position
  bool unsynced_ = false;
};

} // namespace assent::syslog
