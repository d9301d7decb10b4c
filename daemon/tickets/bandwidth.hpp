// What the policy says about traffic: when a shared link is congested, when an organisation uses more than it
// may. Values only; `daemon/watch` judges by them (docs/watch.md, "Bandwidth"). State of record: they change
// with the policy, by ticket.
#pragma once

#include <bitset>
#include <string>
#include <vector>

#include "common/time.hpp"

namespace assent::tickets {

/// Entitlements count so much in some hours of the week.
struct HourLimit {
  std::string name;
  std::bitset<168> hours; ///< from Monday 00:00 of the policy's zone
  unsigned percent = 100; ///< of the entitlement
};

struct Bandwidth {
  unsigned raise = 75;   ///< % of the capacity, mean over `time`, from which an uplink is congested
  unsigned release = 50; ///< % below which it no longer is (RFC 6057, section 6)
  Duration time{std::chrono::minutes{15}};
  std::uint64_t discards = 100; ///< packets/s, mean over `time`, that congest too; 0: not looked at
  unsigned over = 100;          ///< % of the entitlement above which a link has an excess
  unsigned excess_release = 90; ///< % at or below which it has none any more
  Duration excess_time{std::chrono::hours{1}}; ///< how long without congestion
  std::vector<std::string> protected_services; ///< whose links are never an excess
  Duration utc_offset{};                       ///< of the zone of `hours` and of the months of percentiles
  std::vector<HourLimit> hours;                ///< the first that holds counts; none: 100 %

  /// What an entitlement counts at a moment, in %.
  unsigned percent_at(Instant at) const {
    constexpr std::int64_t thursday = 3; // 1970-01-01, Monday being 0
    const auto local = at + utc_offset;
    const auto hour = std::chrono::floor<std::chrono::hours>(local).time_since_epoch().count();
    const auto of_week = static_cast<std::size_t>(((hour + thursday * 24) % 168 + 168) % 168);
    for (const auto& limit : hours)
      if (limit.hours[of_week]) return limit.percent;
    return 100;
  }
  bool is_protected(const std::string& service) const {
    for (const auto& one : protected_services)
      if (one == service) return true;
    return false;
  }
};

} // namespace assent::tickets
