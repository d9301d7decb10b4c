// RFC 5424 messages to the local socket, over UDP, TCP and TLS. One thread for all datagram receivers and one
// for each stream receiver, so that none delays another, and nobody delays the caller. What does not fit a
// bounded queue or spool is dropped and counted.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/result.hpp"
#include "common/time.hpp"
#include "daemon/syslog/target.hpp"

namespace assent::syslog {

/// RFC 5424 6.2.1 severities.
enum class Severity : std::uint8_t { alert = 1, critical = 2, error = 3, warning = 4, notice = 5, info = 6 };

struct Event {
  Severity severity = Severity::notice;
  std::string msgid; ///< the event's kind, at most 32 printable ASCII characters: `finding-opened`
  std::vector<std::pair<std::string, std::string>> params; ///< names lower case; values any UTF-8
  std::string text;                                        ///< the sentence, UTF-8
  Instant time{};
};

/// The exact datagram (docs/formats/syslog.md): no BOM; in values `"` becomes `'`, `\` becomes `/`, `[` and
/// `]` become
/// `(` and `)`, control characters become spaces (several receivers mishandle escapes); msgid is repeated as
/// a parameter; at most 2,048 bytes, values and text cut between characters and ended by `…`.
std::string format(const Event& event, const Target& target, int pid);

/// What waits for each datagram target while its receiver is away.
inline constexpr std::size_t max_waiting = 4096;

/// How one TCP or TLS receiver is doing.
struct Receiver {
  enum class State : std::uint8_t {
    connected,
    away,    ///< cannot be reached, or does not answer
    refused, ///< its certificate cannot be trusted, or it refuses us
  } state = State::away;
  std::string label;                    ///< Target::label()
  Message reason;                       ///< why it is not connected; id empty while it is
  std::chrono::nanoseconds since{};     ///< steady clock: in this state since
  std::optional<Message> spool_trouble; ///< why nothing can be kept on disk
  std::uint64_t waiting = 0;            ///< bytes that have not arrived
  std::uint64_t room = 0;               ///< bytes that the spool may hold
  std::uint64_t sent = 0, resent = 0, lost = 0, connections = 0;
  bool overflowing = false; ///< messages are being lost now
};

class Sender {
 public:
  struct Options {
    /// The sentence of a message that the sender itself has to say (a gap). Any thread.
    std::function<std::string(const Message&)> text;
  };
  /// Never fails: a receiver that is not there yet is tried again, and what is sent meanwhile waits. A
  /// network target's address is an IP address; any other text counts every event as failed (UDP).
  static std::unique_ptr<Sender> start(std::vector<Target> targets, Options options = {});
  virtual ~Sender() = default;        ///< sends what waits, at most 1 s long; the rest stays in the spools
  virtual void send(Event event) = 0; ///< any thread, never blocks
  struct Counters {
    std::uint64_t sent = 0, dropped = 0, failed = 0;
  };
  virtual Counters counters() const = 0;               ///< of all targets
  virtual std::vector<Receiver> receivers() const = 0; ///< TCP and TLS, in the order of the targets
};

} // namespace assent::syslog
