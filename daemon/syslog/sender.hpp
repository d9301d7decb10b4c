// RFC 5424 messages to the local socket or over UDP. One thread of its own; a receiver that is away never
// delays anybody: what does not fit the bounded queue is dropped and counted.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/result.hpp"
#include "common/time.hpp"

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

struct Target {
  enum class Kind : std::uint8_t { local, udp } kind = Kind::local;
  std::string address = "/dev/log"; ///< socket path, or host address
  std::uint16_t port = 514;
  int facility = 13; ///< log audit (RFC 5424 table 1)
  std::string app = "assentd";
  std::string hostname;             ///< empty: the machine's
  std::uint32_t enterprise = 32473; ///< of the SD-ID `assent@32473`
};

/// The exact datagram (docs/formats/syslog.md): no BOM; in values `"` becomes `'`, `\` becomes `/`, `[` and
/// `]` become
/// `(` and `)`, control characters become spaces (several receivers mishandle escapes); msgid is repeated as
/// a parameter; at most 2,048 bytes, values and text cut between characters and ended by `…`.
std::string format(const Event& event, const Target& target, int pid);

/// What waits for each target while its receiver is away.
inline constexpr std::size_t max_waiting = 4096;

class Sender {
 public:
  /// Never fails: a receiver that is not there yet is tried again every 200 ms, and what is sent meanwhile
  /// waits. A UDP target's address is an IP address; any other text counts every event as failed.
  static std::unique_ptr<Sender> start(std::vector<Target> targets);
  virtual ~Sender() = default;        ///< sends what waits, at most 1 s long
  virtual void send(Event event) = 0; ///< any thread, never blocks
  struct Counters {
    std::uint64_t sent = 0, dropped = 0, failed = 0;
  };
  virtual Counters counters() const = 0;
};

} // namespace assent::syslog
