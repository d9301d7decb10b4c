// One datagram socket to a syslog receiver, never blocking. Used by the sender's thread only.
#pragma once

#include <cstdint>
#include <string_view>

#include "daemon/syslog/sender.hpp"

namespace assent::syslog {

class Connection {
 public:
  explicit Connection(const Target& target) : target_(target) {}
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  enum class Outcome : std::uint8_t {
    sent,
    full,   ///< the receiver's queue is full: wait until the socket can be written to
    away,   ///< nobody listens: keep the datagram and try later
    failed, ///< this datagram can never be sent
  };
  Outcome send(std::string_view datagram);
  int descriptor() const { return socket_; } ///< -1 while not connected

 private:
  bool open(); ///< true where connected
  void close();

  const Target& target_;
  int socket_ = -1;
  bool hopeless_ = false; ///< the address is none
};

} // namespace assent::syslog
