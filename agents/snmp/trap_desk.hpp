// What becomes of a trap or inform: whose it is, whether it may pass, what it says; and that nobody can make
// much of us with it. No sockets, no clock. One thread, the poller's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/snmp/notification.hpp"
#include "agents/snmp/poller.hpp"

namespace assent::snmp {

/// Each datagram counts once; all only grow.
struct TrapFigures {
  std::uint64_t hint = 0, no_hint = 0;
  std::uint64_t malformed = 0;
  std::uint64_t stranger = 0;  ///< from no device of the plan
  std::uint64_t crowd = 0;     ///< from an address that more than `max_sharing` devices have
  std::uint64_t community = 0; ///< of nobody at that address
  std::uint64_t version = 0;   ///< v3 where no device there is one of v3
  std::uint64_t security = 0, replay = 0, discovery = 0;
  [[nodiscard]] std::map<std::string, std::uint64_t> by_name() const;
};

inline constexpr std::size_t max_sharing = 16; ///< devices of one address that a notification may mean

class TrapDesk {
 public:
  TrapDesk(Poller& poller, Sink& sink, std::vector<Secret> communities)
      : poller_(poller), sink_(sink), communities_(std::move(communities)) {}

  /// A datagram; gives the answer that is owed (to an inform that was taken), else nothing. A notification
  /// that passes causes at most one reading of a device in 30 s, and at most `notices_kept` notices in that
  /// time.
  std::string take(const Endpoint& from, std::string_view bytes, Moment now);

  /// Tells of strangers: at once, then at most once an hour.
  void tell(Moment now);

  [[nodiscard]] const TrapFigures& figures() const { return figures_; }

 private:
  struct Kept {
    Steady since{};
    std::vector<NoticeSeen> notices;
  };
  std::string take_community(const std::vector<Id>& devices, std::string_view bytes, Moment now);
  [[nodiscard]] bool may_say(const Device& device, std::string_view community) const;
  Said hear(Device& device, const Notification& notification, const char* version, bool authentic,
            Moment now);
  void keep(NoticeSeen notice, Moment now);

  Poller& poller_;
  Sink& sink_;
  std::vector<Secret> communities_;
  NotificationReader reader_;
  TrapFigures figures_;
  std::map<Id, Kept> kept_;
  StrangersSeen strangers_;
  std::optional<Steady> strangers_told_;
};

} // namespace assent::snmp
