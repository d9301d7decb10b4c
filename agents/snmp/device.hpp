// One device as the poller sees it: what is due, what runs, what it taught us.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "agents/snmp/counter_job.hpp"
#include "agents/snmp/job.hpp"
#include "agents/snmp/plan.hpp"
#include "agents/snmp/secret.hpp"
#include "agents/snmp/state_job.hpp"

namespace assent::snmp {

using Steady = std::chrono::nanoseconds; ///< on the monotonic clock

struct Moment {
  Steady steady{};
  Instant wall{};
};

struct Device {
  PlanDevice plan;
  Endpoint endpoint;
  const Secret* community = nullptr;
  double phase = 0; ///< place in the interval, 0 to 1

  Steady counters_due{}, state_due{};
  bool state_asked = false; ///< by an order, a hint or a new profile
  Steady hint_read{};       ///< when a hint last caused a reading
  std::uint64_t order = 0;  ///< to be answered; 0: none
  Steady order_at{};        ///< when it came
  std::uint64_t order_done = 0;
  Steady order_read{}; ///< when the last order was answered

  std::unique_ptr<StateJob> state;
  std::unique_ptr<CounterJob> counters;
  Steady job_limit{}; ///< when the running job is given up
  Steady job_began{};
  Instant job_started{};
  std::uint64_t job_order = 0;
  bool repeated = false; ///< the reading is the second one, because the first did not fit together

  /// The request under way.
  struct Pending {
    bool sent = false;
    bool queued = false; ///< waits for room in the window
    std::uint32_t id = 0;
    int tries = 0;
    Steady deadline{};
    Request request;
    std::string bytes;
  } pending;
  bool refused = false; ///< an ICMP error came back in this cycle

  Memory memory;
  int repetitions = 20; ///< that the device is known to answer
  int good_cycles = 0;  ///< since it was lowered
  int failed_cycles = 0;
  std::optional<bool> reachable;
  Steady wake{}; ///< for which an entry stands in the timetable

  [[nodiscard]] Job* job() const {
    return state ? static_cast<Job*>(state.get()) : static_cast<Job*>(counters.get());
  }
};

} // namespace assent::snmp
