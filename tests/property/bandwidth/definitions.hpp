// The definitions of docs/watch.md ("Who is named"), said as simply as they can be: every second of every
// link is kept, and each mean is added up anew.
#pragma once

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "daemon/watch/traffic.hpp"

namespace assent::bandwidth {

using watch::Direction;
using watch::Each;
using watch::LinkFacts;

inline constexpr std::uint64_t mega = 1'000'000;
inline constexpr int interval = 60, patience = 3 * interval + 10;
inline constexpr std::int64_t start = 1'800'000'000;
inline constexpr double infinite = std::numeric_limits<double>::infinity();

inline Instant at(int second) {
  return Instant{std::chrono::seconds{start + second}};
}

/// What is known of one second of a link.
struct Second {
  bool known = false;
  Each<double> octets{}, discards{}, allowed{};
};
struct Sum {
  Each<double> octets{}, discards{}, allowed{}; ///< a second, mean
};

/// A link as the model sees it.
struct Known {
  LinkFacts facts;
  std::vector<Second> seconds;
  int newest = -1; ///< end of the newest rate
  Each<bool> holds[3]{};
  Each<bool> by_discards{};
  std::int64_t slot = 0; ///< that is open
};

class Definitions {
 protected:
  bool shared(Id id) const {
    for (const auto& [other, link] : links_)
      if (link.facts.uplink == id) return true;
    return false;
  }
  std::optional<Sum> mean(const Known& link, Duration span, int now) const {
    if (link.newest < 0 || now - link.newest > patience) return std::nullopt;
    const int length = static_cast<int>(span / std::chrono::seconds{1});
    int known = 0;
    Sum sum;
    for (int second = std::max(0, link.newest - length); second < link.newest; ++second) {
      const Second& one = link.seconds[static_cast<std::size_t>(second)];
      if (!one.known) continue;
      ++known;
      for (std::size_t i = 0; i < 2; ++i) {
        sum.octets[i] += one.octets[i];
        sum.discards[i] += one.discards[i];
        sum.allowed[i] += one.allowed[i];
      }
    }
    if (known * 5 < length * 4) return std::nullopt;
    for (auto* each : {&sum.octets, &sum.discards, &sum.allowed})
      for (auto& one : *each)
        one /= known;
    return sum;
  }
  void judge(Known& link) {
    const Each<bool> was = link.holds[0];
    judge_congestion(link);
    if (was != link.holds[0])
      for (auto& [id, below] : links_)
        if (below.facts.uplink == link.facts.id) judge_abuse(below, now_);
    judge_abuse(link, now_);
    judge_excess(link);
  }
  void judge_congestion(Known& link) {
    const auto all = mean(link, rules_.time, now_);
    for (std::size_t i = 0; i < 2; ++i) {
      bool& holds = link.holds[0][i];
      bool& by_discards = link.by_discards[i];
      if (!shared(link.facts.id)) {
        holds = false;
        continue;
      }
      if (!all) continue;
      const double capacity = link.facts.capacity != 0 ? static_cast<double>(link.facts.capacity) : 1e9;
      const double used = all->octets[i] * 800 / capacity;
      const bool loses = rules_.discards != 0 && all->discards[i] >= static_cast<double>(rules_.discards);
      if (!holds) {
        holds = used >= rules_.raise || (loses && used >= rules_.release);
        by_discards = holds && used < rules_.raise;
      } else {
        by_discards = by_discards && used < rules_.raise;
        if (used < rules_.release ||
            (by_discards && all->discards[i] * 2 < static_cast<double>(rules_.discards)))
          holds = false;
      }
    }
  }
  /// Octets a second that count, and how many were allowed.
  std::optional<std::pair<double, double>> counted(const Known& link, Duration span, std::size_t i,
                                                   int now) const {
    const auto all = mean(link, span, now);
    if (!all) return std::nullopt;
    double octets = all->octets[i];
    for (const auto& [id, below] : links_) {
      if (below.facts.uplink != link.facts.id || below.facts.service != "video") continue;
      const auto spared = mean(below, span, now);
      if (!spared) return std::nullopt;
      octets = std::max(0.0, octets - spared->octets[i]);
    }
    return std::pair{octets, all->allowed[i]};
  }
  std::optional<bool> over(const Known& link, Duration span, std::size_t i, bool was, int now) const {
    if (link.facts.service == "video" || link.facts.entitlement[i] == 0) return false;
    const auto all = counted(link, span, i, now);
    if (!all) return std::nullopt;
    return all->first > all->second * (was ? rules_.excess_release : rules_.over) / 100 + 1;
  }
  void judge_abuse(Known& link, int now) {
    const auto above = links_.find(link.facts.uplink);
    for (std::size_t i = 0; i < 2; ++i) {
      bool& holds = link.holds[1][i];
      if (above == links_.end() || !above->second.holds[0][i]) {
        holds = false;
        continue;
      }
      const auto is = over(link, rules_.time, i, holds, now);
      if (!is || (!holds && !mean(above->second, rules_.time, now))) continue;
      holds = *is;
    }
  }
  void judge_excess(Known& link) {
    for (std::size_t i = 0; i < 2; ++i) {
      bool& holds = link.holds[2][i];
      const auto is = over(link, rules_.excess_time, i, holds, now_);
      if (is) holds = *is;
      if (link.holds[1][i]) holds = false;
    }
  }

  int now_ = 0;
  tickets::Bandwidth rules_;
  std::map<Id, Known> links_;
};

} // namespace assent::bandwidth
