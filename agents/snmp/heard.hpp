// What keeps SNMPv3 notifications honest and cheap: messages that were taken already, and how much work
// somebody may cause. Pure; time is an argument.
#pragma once

#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "agents/snmp/engine.hpp"

namespace assent::snmp {

/// Authentic messages under one clock, so that none is taken twice. RFC 3414 lets a message be repeated for
/// as long as it is inside the time window; we do not. Holds at most `most`; where there were more in a
/// window, those of the oldest second and before count as taken.
class SeenMessages {
 public:
  explicit SeenMessages(std::size_t most) : most_(most) {}

  enum class Said : std::uint8_t {
    now,   ///< not before
    again, ///< the same bytes were taken already
    lost,  ///< so old that it is not known any more
  };
  /// Of a message that is authentic and inside the time window. `mac`: at least 12 bytes.
  Said take(usm::EngineStamp stamp, std::string_view mac);
  [[nodiscard]] std::size_t size() const { return kept_.size(); }

 private:
  using Mac = std::array<char, 12>;
  void forget(usm::EngineStamp up_to);

  std::size_t most_;
  std::set<std::pair<usm::EngineStamp, Mac>> kept_;
  usm::EngineStamp newest_, lost_; ///< lost_: nothing up to here is taken
};

/// Work that one source of datagrams may cause: 256 at once, 64 a second.
class WorkBudget {
 public:
  static constexpr int burst = 256, per_second = 64;
  /// False where it is used up.
  bool take(usm::Steady now);

 private:
  double left_ = burst;
  usm::Steady at_{};
};

} // namespace assent::snmp
