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
  // SNMPv3, in the order in which they are looked for
  std::uint64_t size = 0;       ///< more than `max_v3_notification` bytes
  std::uint64_t discovery = 0;  ///< somebody looks for our engine, or for its time: it was told
  std::uint64_t engine = 0;     ///< neither our engine nor that of a device there
  std::uint64_t user = 0;       ///< not that of the device's credential
  std::uint64_t level = 0;      ///< another than that of the device's credential
  std::uint64_t limited = 0;    ///< its source has made us work enough
  std::uint64_t digest = 0;     ///< a wrong MAC: another key, or a forgery
  std::uint64_t early = 0;      ///< authentic; its device has not answered us in this run yet
  std::uint64_t replay = 0;     ///< authentic; taken already, or outside the time window
  std::uint64_t again = 0;      ///< an inform that was taken already: answered once more
  std::uint64_t decryption = 0; ///< authentic; what was encrypted makes no sense: another cipher key
  [[nodiscard]] std::map<std::string, std::uint64_t> by_name() const;
};

inline constexpr std::size_t max_sharing = 16; ///< devices of one address that a notification may mean
inline constexpr std::size_t max_v3_notification = 8192; ///< bytes; also what we say that we take

class TrapDesk {
 public:
  /// `local`: our own engine, with which devices send informs.
  TrapDesk(Poller& poller, Sink& sink, std::vector<Secret> communities, usm::LocalEngine local);

  /// A datagram; gives the answer that is owed (to an inform that was taken, or to who looks for our engine),
  /// else nothing. A notification that passes causes at most one reading of a device in 30 s, and at most
  /// `notices_kept` notices in that time.
  std::string take(const Endpoint& from, std::string_view bytes, Moment now);

  /// Tells of strangers: at once, then at most once an hour.
  void tell(Moment now);

  [[nodiscard]] const TrapFigures& figures() const { return figures_; }

 private:
  struct Kept {
    Steady since{};
    std::vector<NoticeSeen> notices;
  };
  /// A user of ours: keys localised to our own engine, once.
  struct OwnUser {
    usm::EngineKeys keys;
    SeenMessages heard{4096};
  };
  /// For whom a v3 message may be, as far as its header says.
  struct Meant {
    std::vector<Device*> devices; ///< engine and user are theirs
    WorkBudget* budget = nullptr; ///< of the address; null: no device of v3 there
    bool ours = false;            ///< our engine is authoritative: an inform
    bool known = false;           ///< the engine is ours or one of theirs
    const Credential* credential = nullptr;
    usm::EngineKeys* keys = nullptr;
  };
  std::string take_community(const std::vector<Id>& devices, std::string_view bytes, Moment now);
  [[nodiscard]] bool may_say(const Device& device, std::string_view community) const;
  Said hear(Device& device, const Notification& notification, const char* version, bool authentic,
            Moment now);
  void keep(NoticeSeen notice, Moment now);
  // SNMPv3: trap_desk_v3.cpp
  std::string take_v3(const std::vector<Id>& devices, std::string_view bytes, Moment now);
  Meant meant_by(const std::vector<Id>& devices, const usm::Header& header);
  std::string refused(const usm::Header& header, Meant& meant, std::uint64_t& counted, OidView counter,
                      Moment now);
  bool verified(const usm::Header& header, Meant& meant);
  std::string take_inform(const usm::Header& header, Meant& meant, Moment now);
  std::string take_trap(const usm::Header& header, Meant& meant, Moment now);
  bool open(const usm::Header& header, const Meant& meant, usm::Scoped& scoped, Notification& notification);
  void hear_all(const Meant& meant, const Notification& notification, Moment now);
  std::string report(const usm::Header& header, OidView counter, std::uint64_t count, usm::EngineKeys* keys,
                     Moment now);
  std::string response(const usm::Header& header, const usm::Scoped& scoped, const Notification& inform,
                       usm::EngineKeys& keys, Moment now);

  Poller& poller_;
  Sink& sink_;
  std::vector<Secret> communities_;
  NotificationReader reader_;
  TrapFigures figures_;
  std::map<Id, Kept> kept_;
  StrangersSeen strangers_;
  std::optional<Steady> strangers_told_;
  usm::LocalEngine local_;
  std::map<const Credential*, OwnUser> own_users_;
  std::string plain_; ///< room for decrypted bytes
  std::uint64_t salt_ = 0;
};

} // namespace assent::snmp
