// One device as the poller sees it: what is due, what runs, what it taught us.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "agents/snmp/counter_job.hpp"
#include "agents/snmp/credential.hpp"
#include "agents/snmp/heard.hpp"
#include "agents/snmp/job.hpp"
#include "agents/snmp/plan.hpp"
#include "agents/snmp/state_job.hpp"
#include "agents/snmp/v3_session.hpp"

namespace assent::snmp {

using Steady = std::chrono::nanoseconds; ///< on the monotonic clock

struct Moment {
  Steady steady{};
  Instant wall{};
};

struct Device {
  PlanDevice plan;
  Endpoint endpoint;
  const Credential* credential = nullptr; ///< null: the plan cannot be followed for this device
  std::unique_ptr<V3Session> v3;          ///< where the credential is one of SNMPv3
  std::string engine;                     ///< of v3: that has last shown itself authentic
  std::set<std::string> conditions;       ///< that hold: equal-engine-id, boots-not-rising
  std::string reason, detail;             ///< as last told
  std::string place;                      ///< `address:port`, under which its engine is kept
  SeenMessages heard{256};                ///< authentic notifications of its engine
  WorkBudget budget; ///< for notifications of SNMPv3 from its address, where it is the first there
  double phase = 0;  ///< place in the interval, 0 to 1

  Steady counters_due{}, state_due{};
  bool state_asked = false; ///< by an order, a hint or a new profile
  Steady hint_read{};       ///< when a hint last caused a reading
  bool hint_waits = false;  ///< a hint's reading is put off
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
