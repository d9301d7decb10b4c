// The agent's sockets: one for IPv4 and one for IPv6, never connected, many datagrams with one call. One
// thread.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "agents/snmp/plan.hpp"
#include "common/result.hpp"

namespace assent::snmp {

class Udp {
 public:
  using Datagram = std::function<void(const Endpoint& from, std::string_view bytes)>;
  using Refused = std::function<void(const Endpoint& at)>;

  /// Fault::outside where neither family can be had.
  static Result<std::unique_ptr<Udp>> open();
  virtual ~Udp() = default;

  virtual bool send(const Endpoint& to, std::string_view bytes) = 0;
  /// Waits at most so long for datagrams, ICMP errors or `wake_fd` becoming readable (the caller reads it),
  /// and takes all that is there, at most some dozen datagrams. `gather`: so long they may lie before they
  /// are looked at, so that many are taken with one call; 0 where few are expected.
  virtual void wait(std::chrono::nanoseconds at_most, std::chrono::nanoseconds gather, int wake_fd,
                    const Datagram& datagram, const Refused& refused) = 0;
  /// Datagrams that the kernel had no room for since the start (SO_RXQ_OVFL).
  [[nodiscard]] virtual std::uint64_t dropped() const = 0;
};

} // namespace assent::snmp
