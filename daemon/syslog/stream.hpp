// One TCP or TLS receiver: a thread that keeps its messages on disk, its connection, and what is in doubt.
//
// Syslog has no acknowledgements (RFC 6587 3.4, RFC 5425 4.3): that the receiver's *system* has taken bytes
// is all that can be known. A message counts as arrived when TCP has acknowledged its last byte; when a
// connection ends, everything that had not arrived goes out again, and besides what was sent in the last
// seconds
// (`doubt_*`). Twice is better than never.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "daemon/syslog/sender.hpp"

namespace assent::syslog {

/// What is sent again although it had arrived, after an orderly end and after any other.
inline constexpr std::chrono::seconds doubt_after_close{5}, doubt_after_reset{60};
inline constexpr std::size_t doubt_bytes = 1u << 20;
/// Events on their way to the thread; more are lost, counted and told (a disk that stalls for seconds).
inline constexpr std::size_t max_inbox = 65'536;

class Stream {
 public:
  static std::unique_ptr<Stream> start(Target target, Sender::Options options);
  virtual ~Stream() = default;                               ///< tries to send what waits for at most 1 s
  virtual void stop() = 0;                                   ///< any thread: begin to end
  virtual void send(std::shared_ptr<const Event> event) = 0; ///< any thread, never blocks
  virtual Receiver state() const = 0;                        ///< any thread
};

} // namespace assent::syslog
