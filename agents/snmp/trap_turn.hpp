// Notifications in the polling loop: their sockets, what becomes of them, what is told of them. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agents/snmp/config.hpp"
#include "agents/snmp/outbox.hpp"
#include "agents/snmp/trap_desk.hpp"
#include "agents/snmp/trap_socket.hpp"

namespace assent::snmp {

/// What is needed before the polling thread begins.
struct Traps {
  std::unique_ptr<TrapSockets> sockets;
  std::vector<Secret> communities;
};
/// Fault::outside where a socket or a file cannot be had.
Result<Traps> open_traps(const Config& config);

class TrapTurn {
 public:
  /// `local`: our own engine.
  TrapTurn(Traps traps, Poller& poller, Outbox& outbox, usm::LocalEngine local)
      : sockets_(std::move(traps.sockets)),
        desk_(poller, outbox, std::move(traps.communities), std::move(local)), outbox_(outbox) {}

  /// Readable where a notification came, or this descriptor is.
  int wake_fd(int also) { return sockets_->any() ? sockets_->wake_fd(also) : also; }
  /// When the loop must come round again.
  [[nodiscard]] Steady next() const {
    return sockets_->any() ? std::min(sockets_->rest_until(), count_at_) : Steady::max();
  }
  /// Takes what is there, within the bounds of trap_socket.hpp; every five seconds hands on what was counted.
  void run(Moment now);

 private:
  std::unique_ptr<TrapSockets> sockets_;
  TrapDesk desk_;
  Outbox& outbox_;
  Steady count_at_{};
  std::map<std::string, std::uint64_t> counted_;
};

} // namespace assent::snmp
