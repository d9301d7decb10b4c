// What the service manager hears of the agent (sd_notify), and how it learns that the agent hangs.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace assent::snmp {

/// The polling loop beats; the thread that waits for signals feeds the watchdog as long as it does.
class Vigil {
 public:
  /// Reads WATCHDOG_USEC; blocks SIGTERM and SIGINT: before any thread is made.
  Vigil();
  /// Each round of the polling loop. Any thread.
  void beat() { beats_.fetch_add(1, std::memory_order_relaxed); }
  /// The loop must come round at least this often; an hour where nobody watches.
  [[nodiscard]] std::chrono::nanoseconds longest_round() const;
  /// READY=1 with the first beat; then until a signal asks to stop, which is returned. STOPPING=1 is told.
  int wait();

 private:
  std::atomic<std::uint64_t> beats_{0};
  std::chrono::microseconds watchdog_{0}; ///< 0: nobody watches
};

} // namespace assent::snmp
