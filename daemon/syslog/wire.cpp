#include "daemon/syslog/wire.hpp"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "daemon/syslog/address.hpp"
#include "daemon/syslog/tls.hpp"

namespace assent::syslog {
namespace {

constexpr int send_buffer = 128 << 10;     ///< what can be under way; the system doubles it
constexpr int patience_of_system = 60'000; ///< ms without an acknowledgement: the receiver is gone

void set(int socket, int level, int option, int value) {
  // A socket that does not know an option works without it.
  if (::setsockopt(socket, level, option, &value, sizeof value) != 0) return;
}

} // namespace

Wire::Wire(const Target& target) : target_(target) {}

Wire::~Wire() {
  close();
}

Error Wire::ended(End end, Error error) {
  close();
  end_ = end;
  return error;
}

Error Wire::lost(int number) {
  return ended(End::reset,
               fail(Fault::outside, "syslog.lost", {{"reason", std::generic_category().message(number)}}));
}

Status Wire::begin() {
  close();
  end_ = End::none;
  plain_ = 0;
  tls_.reset();
  if (target_.kind == Target::Kind::tls) {
    auto made = Tls::make(target_);
    if (!made) return ended(End::refused, std::move(made).error());
    tls_ = std::move(made).value();
  }
  return connect_socket();
}

Status Wire::connect_socket() {
  const Address address = address_of(target_);
  if (address.length == 0) return ended(End::refused, fail(Fault::invalid, "syslog.no-address"));
  socket_ = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return lost(errno);
  set(socket_, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(socket_, IPPROTO_TCP, TCP_KEEPIDLE, 15);
  set(socket_, IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set(socket_, IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(socket_, IPPROTO_TCP, TCP_USER_TIMEOUT, patience_of_system);
  set(socket_, IPPROTO_TCP, TCP_NODELAY, 1);
  set(socket_, SOL_SOCKET, SO_SNDBUF, send_buffer);
  state_ = State::connecting;
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address.storage), address.length) != 0 &&
      errno != EINPROGRESS)
    return lost(errno);
  return Done{};
}

Result<Wire::State> Wire::proceed() {
  if (state_ == State::connecting) {
    sockaddr_storage peer{};
    socklen_t length = sizeof peer, size = sizeof(int);
    int number = 0;
    if (::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &number, &size) != 0) number = errno;
    if (number != 0) return lost(number);
    if (::getpeername(socket_, reinterpret_cast<sockaddr*>(&peer), &length) != 0) return state_; // not yet
    if (tls_)
      if (auto attached = tls_->attach(socket_); !attached)
        return ended(End::refused, std::move(attached).error());
    state_ = tls_ ? State::securing : State::open;
  }
  if (state_ == State::securing) {
    auto secured = tls_->secure();
    if (secured) {
      state_ = State::open;
    } else if (secured.error().fault != Fault::busy) {
      const End end = secured.error().fault == Fault::refused ? End::refused : End::reset;
      return ended(end, std::move(secured).error());
    }
  }
  return state_;
}

Result<std::size_t> Wire::write(std::string_view bytes) {
  if (tls_) {
    auto done = tls_->write(bytes);
    if (done) return done;
    const End end = done.error().fault == Fault::refused ? End::refused : End::reset;
    return ended(end, std::move(done).error());
  }
  ssize_t sent = 0;
  do {
    sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)) return std::size_t{0};
  if (sent < 0) return lost(errno);
  plain_ += static_cast<std::uint64_t>(sent);
  return static_cast<std::size_t>(sent);
}

Status Wire::listen() {
  if (tls_) {
    auto heard = tls_->listen();
    if (heard) return heard;
    // With TLS 1.3 a receiver says only after the handshake that it does not want our certificate.
    const End end = heard.error().fault == Fault::refused      ? End::refused
                    : heard.error().what.id == "syslog.closed" ? End::closed
                                                               : End::reset;
    return ended(end, std::move(heard).error());
  }
  std::array<char, 512> ignored{};
  for (int round = 0; round < 16; ++round) {
    const ssize_t got = ::recv(socket_, ignored.data(), ignored.size(), MSG_DONTWAIT);
    if (got > 0 || (got < 0 && errno == EINTR)) continue;
    if (got == 0) return ended(End::closed, fail(Fault::outside, "syslog.closed"));
    if (errno != EAGAIN && errno != EWOULDBLOCK) return lost(errno);
    break;
  }
  return Done{};
}

void Wire::close() {
  if (socket_ < 0) return;
  if (tls_) tls_->finish();
  ::close(socket_);
  socket_ = -1;
  state_ = State::closed;
}

bool Wire::wants_to_write() const {
  return state_ == State::connecting || (tls_ && tls_->wants_to_write());
}

std::uint64_t Wire::written() const {
  return tls_ ? tls_->written() : plain_;
}

std::uint64_t Wire::unacknowledged() const {
  int bytes = 0;
  if (socket_ < 0 || ::ioctl(socket_, SIOCOUTQ, &bytes) != 0 || bytes < 0) return written();
  return static_cast<std::uint64_t>(bytes);
}

} // namespace assent::syslog
