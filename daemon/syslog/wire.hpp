// One stream connection to a syslog receiver, never blocking: TCP (RFC 6587) or TLS over it (RFC 5425). Used
// by the receiver's thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "daemon/syslog/target.hpp"

namespace assent::syslog {

class Wire {
 public:
  enum class State : std::uint8_t { closed, connecting, securing, open };
  /// How a connection ended: decides how much of what was sent is in doubt.
  enum class End : std::uint8_t {
    none,
    closed,  ///< the receiver closed in order: it had read what its system had acknowledged
    reset,   ///< it went with something unread, or the network did: all that was sent lately is in doubt
    refused, ///< it could not be trusted, or would not trust us
  };

  explicit Wire(const Target& target);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// Begins a connection. Key and certificate files are read each time, so that renewed ones count.
  Status begin();
  /// Goes on where it can; open where it is. An error ends the connection, and end() says how.
  Result<State> proceed();
  /// How many bytes were taken; 0: none now. An error ends the connection. After 0 the same bytes must come
  /// again (with more behind them, if wanted).
  Result<std::size_t> write(std::string_view bytes);
  /// Takes in what the receiver sends (nothing of meaning) and notices when it has gone.
  Status listen();
  void close();                              ///< in order: what is written still goes out
  static Status check(const Target& target); ///< reads the files of a TLS target as begin() does

  State state() const { return state_; }
  End end() const { return end_; }
  int descriptor() const { return socket_; }
  bool wants_to_write() const; ///< besides reading: poll for POLLOUT
  /// Bytes given to the system since begin(), and how many of them the receiver's system has not
  /// acknowledged (SIOCOUTQ). Only while open: after an end the system tells nothing that can be relied on.
  std::uint64_t written() const;
  std::uint64_t unacknowledged() const;

 private:
  class Tls;
  Status connect_socket();
  Error ended(End end, Error error);
  Error lost(int number);

  const Target& target_;
  int socket_ = -1;
  State state_ = State::closed;
  End end_ = End::none;
  std::uint64_t plain_ = 0;
  std::unique_ptr<Tls> tls_;
};

} // namespace assent::syslog
