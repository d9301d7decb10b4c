// The sockets for traps and informs. A flood costs a bounded share of each turn of the loop: what is more
// waits in the kernel, and is dropped and counted there. One thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agents/snmp/plan.hpp"
#include "common/result.hpp"

namespace assent::snmp {

class TrapSockets {
 public:
  using Steady = std::chrono::nanoseconds;
  /// Takes a datagram and gives its answer; empty: none.
  using Take = std::function<std::string(const Endpoint& from, std::string_view bytes)>;

  static constexpr std::size_t turn_datagrams = 64;   ///< of one turn
  static constexpr std::size_t slice_datagrams = 256; ///< of one slice
  static constexpr Steady slice = std::chrono::milliseconds(50);

  /// Opens these, and takes over the datagram sockets that systemd passed (LISTEN_FDS). Fault::outside where
  /// one cannot be had.
  static Result<std::unique_ptr<TrapSockets>> open(const std::vector<Endpoint>& listen);
  ~TrapSockets();
  TrapSockets(const TrapSockets&) = delete;
  TrapSockets& operator=(const TrapSockets&) = delete;

  [[nodiscard]] bool any() const { return !sockets_.empty(); }
  /// Readable where a socket has something, or this other descriptor.
  int wake_fd(int also);
  /// Takes what is there, up to the bounds.
  void receive(Steady now, const Take& take);
  /// When sockets that were given a rest are looked at again; Steady::max() where none is.
  [[nodiscard]] Steady rest_until() const { return resting_ ? slice_end_ : Steady::max(); }
  /// What the kernel had no room for, since the sockets exist.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  TrapSockets();
  Status open_all(const std::vector<Endpoint>& listen);
  Status adopt(int fd);
  void passed_sockets();
  std::size_t receive_from(int fd, std::size_t most, const Take& take);
  void rest(bool resting);

  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
  std::vector<int> sockets_;
  int epoll_ = -1;
  Steady slice_end_{};
  std::size_t left_ = slice_datagrams;
  std::size_t first_ = 0; ///< socket that is looked at first: each in its turn
  bool resting_ = false;
};

} // namespace assent::snmp
