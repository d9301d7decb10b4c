// The messages of one stream receiver between spool and socket: which have not been written, which are under
// way, which have arrived and are still in doubt. Pure: no socket, no clock, no disk.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "daemon/syslog/spool.hpp"

namespace assent::syslog {

class Outgoing {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  static constexpr std::size_t pending_limit = 1u << 20; ///< bytes kept in memory before they are written

  explicit Outgoing(bool line_feeds) : line_feeds_(line_feeds) {}

  bool has_room() const { return pending_bytes_ < pending_limit; }
  bool is_empty() const { return pending_.empty() && chunk_.empty(); } ///< nothing is left to be written
  bool is_settled() const { return is_empty() && arrived_ == sent_.size(); }
  std::size_t pending_bytes() const { return pending_bytes_; }

  void add(Spool::Record record);
  /// The bytes to be written next, framed; empty where there are none. The same until they are taken.
  std::string_view chunk(Moment now);
  /// The first `bytes` of chunk() were taken; `wire` bytes have been written to the system by now.
  void taken(std::size_t bytes, std::uint64_t wire);
  /// The receiver's system has acknowledged all but `unacknowledged` of `wire` bytes. Returns how many
  /// messages have newly arrived.
  std::size_t acknowledged(std::uint64_t wire, std::uint64_t unacknowledged);
  /// Forgets what arrived before `before`, and what exceeds `bytes`.
  void forget(Moment before, std::size_t bytes);
  /// The connection has ended: what had not arrived, or was sent since `doubtful`, will be written again.
  /// Returns how many messages.
  std::size_t rewind(Moment doubtful);
  /// The number of the first message on disk that has not arrived; `otherwise` where all have.
  std::uint64_t first(std::uint64_t otherwise) const;

 private:
  struct Sent {
    Spool::Record record;
    std::uint64_t plain_end = 0; ///< in bytes of this connection
    std::uint64_t wire_end = 0;  ///< 0: not wholly written
    Moment at{};
  };
  std::size_t framed(std::string_view text, std::string& out) const;

  const bool line_feeds_;
  std::deque<Spool::Record> pending_;
  std::deque<Sent> sent_;   ///< the first `arrived_` have arrived
  std::size_t arrived_ = 0; ///< of sent_
  std::size_t written_ = 0; ///< of sent_: with a wire_end
  std::size_t pending_bytes_ = 0, sent_bytes_ = 0;
  std::string chunk_;
  std::size_t chunk_done_ = 0;
  std::uint64_t plain_queued_ = 0, plain_taken_ = 0;
};

} // namespace assent::syslog
