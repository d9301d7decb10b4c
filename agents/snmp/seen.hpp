// What the agent has seen, as values that cross from the polling thread to the reporting one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/ids.hpp"
#include "common/time.hpp"

namespace assent::snmp {

struct StateSeen {
  Id device = 0;
  std::string profile;
  std::uint64_t revision = 0;
  std::string fingerprint, text;
  Instant started{}, ended{};              ///< the agent's wall clock
  std::vector<std::string> unknown, empty; ///< Interpreted::unknown, Interpreted::empty
  std::optional<Instant> stamp; ///< the device's own time of its last change, where the profile trusts it
  std::uint64_t order = 0;      ///< that this reading answers; 0: none
  std::optional<std::uint64_t> uptime, boots;              ///< when it ended
  std::vector<std::pair<std::string, std::string>> stamps; ///< StateJob::stamps
  std::vector<std::string> invisible, notes;               ///< for --probe and the log
};

struct ReachSeen {
  Id device = 0;
  bool reachable = false;
  /// Of a device that is not: timeout, refused; no-credential, no-profile, bad-address, not-waived; and what
  /// an SNMPv3 agent said to us: unknown-user, authentication-key, privacy-key, unsupported-level.
  std::string reason;
  std::vector<std::string> conditions{}; ///< all that hold: equal-engine-id, boots-not-rising
  std::string detail{};                  ///< to reason or conditions: a weakness, the other device
};

struct HintsSeen {
  Id device = 0;
  std::optional<std::uint64_t> uptime, boots;
  std::vector<std::pair<std::string, std::string>> stamps;
};

inline constexpr std::uint64_t no_count = UINT64_MAX; ///< a cell that the device did not fill

struct CountersSeen {
  Id device = 0;
  Instant time{};
  std::uint64_t uptime = 0;
  std::shared_ptr<const std::vector<std::string>> names; ///< the same object while the rows stay the same
  std::vector<std::pair<std::string, std::vector<std::uint64_t>>>
      columns;                     ///< name, a cell for each of `names`
  std::vector<std::string> narrow; ///< columns that hold a Counter32
};

/// A trap or inform of a device, as evidence beside a finding: what it says, not what is known.
struct NoticeSeen {
  Id device = 0;
  Instant time{};
  std::string version;                     ///< v1, v2c, v3
  bool authentic = false;                  ///< the sender holds the device's key
  std::string name;                        ///< by the profile, else the OID in numbers
  std::string who, from, command, claimed; ///< empty: not said
  friend bool operator==(const NoticeSeen&, const NoticeSeen&) = default;
};

/// Notifications from addresses that are no device of the agent.
struct StrangersSeen {
  std::string address; ///< the last one
  std::uint64_t count = 0;
};

/// Takes what is seen; called by the polling thread.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void seen(StateSeen state) = 0;
  virtual void seen(ReachSeen reach) = 0;
  virtual void seen(HintsSeen hints) = 0;
  virtual void seen(CountersSeen counters) = 0;
  virtual void noticed(NoticeSeen) {}
  virtual void strangers(StrangersSeen) {}
};

} // namespace assent::snmp
