// What was seen and is not yet acknowledged: bounded, newest first in importance. Crosses from the polling
// thread to the reporting one; any thread may call.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "agents/snmp/seen.hpp"

namespace assent::snmp {

struct Batch {
  std::vector<StateSeen> states;
  std::vector<ReachSeen> reach;
  std::vector<HintsSeen> hints;
  std::vector<CountersSeen> counters;
  std::vector<NoticeSeen> notices;
  std::optional<StrangersSeen> strangers;
  std::map<std::string, std::uint64_t> figures; ///< of notifications; go with the first half
  [[nodiscard]] std::size_t size() const {
    return states.size() + reach.size() + hints.size() + counters.size() + notices.size();
  }
};

class Outbox final : public Sink {
 public:
  struct Bounds {
    std::size_t counters = 8192;        ///< sets; the oldest are dropped and counted
    std::size_t text_bytes = 64U << 20; ///< of trees; the oldest lose their text, not their fingerprint
    std::size_t batch_counters = 200;   ///< sets in one message
    std::size_t batch_states = 200;
    std::size_t batch_others = 5000;
    std::size_t notices = 1000; ///< the oldest are dropped
  };

  Outbox() : Outbox(Bounds{}) {}
  explicit Outbox(Bounds bounds) : bounds_(bounds) {}

  // One state, reach and hints for each device: the newest. A state that takes another's place answers its
  // order too.
  void seen(StateSeen state) override;
  void seen(ReachSeen reach) override;
  void seen(HintsSeen hints) override;
  void seen(CountersSeen counters) override;
  void noticed(NoticeSeen notice) override;
  void strangers(StrangersSeen strangers) override;
  /// The newest counts; they travel with the next message, or alone.
  void count(std::map<std::string, std::uint64_t> figures);

  /// Forgets what was seen of devices that the plan no longer has: nobody may speak of another's devices.
  void keep_only(const std::set<Id>& devices);

  /// Waits until there is something or stop() was called, then for at most `gather` more so that many devices
  /// travel together, and takes one message's worth. Empty after stop(), once nothing is left.
  Batch take(std::chrono::milliseconds gather);
  void stop();
  [[nodiscard]] bool stopped() const;

  [[nodiscard]] std::uint64_t dropped_counters() const;
  [[nodiscard]] std::uint64_t dropped_texts() const;

 private:
  [[nodiscard]] bool empty() const;
  void bound_texts();

  const Bounds bounds_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
  std::map<Id, StateSeen> states_;
  std::deque<Id> state_order_; ///< of the map's devices, oldest first
  std::map<Id, ReachSeen> reach_;
  std::map<Id, HintsSeen> hints_;
  std::deque<CountersSeen> counters_;
  std::deque<NoticeSeen> notices_;
  std::optional<StrangersSeen> strangers_;
  std::map<std::string, std::uint64_t> figures_;
  std::size_t text_bytes_ = 0;
  std::uint64_t dropped_counters_ = 0, dropped_texts_ = 0;
};

} // namespace assent::snmp
