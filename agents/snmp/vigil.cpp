#include "agents/snmp/vigil.hpp"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <csignal>
#include <ctime>

#include "common/result.hpp"

namespace assent::snmp {
namespace {

sigset_t signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

} // namespace

Vigil::Vigil() {
  std::uint64_t asked = 0;
  if (::sd_watchdog_enabled(0, &asked) > 0)
    watchdog_ = std::chrono::microseconds(std::max<std::uint64_t>(asked, 4000));
  const sigset_t set = signals();
  ASSENT_CHECK(::pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
}

std::chrono::nanoseconds Vigil::longest_round() const {
  if (watchdog_.count() == 0) return std::chrono::hours{1};
  return watchdog_ / 4;
}

int Vigil::wait() {
  const sigset_t set = signals();
  bool ready = false;
  std::uint64_t seen = 0;
  for (;;) {
    // Until the first beat a short look, then four looks in each span of the watchdog.
    const std::chrono::nanoseconds step = ready ? longest_round() : std::chrono::milliseconds{20};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(step);
    timespec patience{};
    patience.tv_sec = static_cast<time_t>(seconds.count());
    patience.tv_nsec = static_cast<long>((step - seconds).count());
    const int number = ::sigtimedwait(&set, nullptr, &patience);
    if (number > 0) {
      ::sd_notify(0, "STOPPING=1");
      return number;
    }
    const std::uint64_t beats = beats_.load(std::memory_order_relaxed);
    if (beats == seen) continue; // the loop did not come round: nobody feeds the watchdog
    seen = beats;
    ::sd_notify(0, ready ? "WATCHDOG=1" : "READY=1\nWATCHDOG=1");
    ready = true;
  }
}

} // namespace assent::snmp
