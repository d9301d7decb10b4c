#include "daemon/syslog/connection.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "daemon/syslog/address.hpp"

namespace assent::syslog {
bool Connection::open() {
  if (socket_ >= 0) return true;
  const Address address = address_of(target_);
  if (address.length == 0) {
    hopeless_ = true;
    return false;
  }
  socket_ = ::socket(address.storage.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return false;
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address.storage), address.length) == 0)
    return true;
  close();
  return false;
}

void Connection::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

Connection::Outcome Connection::send(std::string_view datagram) {
  // Twice: the first error on a connected UDP socket belongs to an earlier datagram (ICMP), and a local
  // receiver that was restarted has a new socket under the old name.
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (!open()) return hopeless_ ? Outcome::failed : Outcome::away;
    ssize_t sent = 0;
    do {
      sent = ::send(socket_, datagram.data(), datagram.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0) return Outcome::sent;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) return Outcome::full;
    if (errno == EMSGSIZE) return Outcome::failed;
    close();
  }
  // UDP asks for no receiver: a message to nobody is lost, as it would be one hop further on.
  return target_.kind == Target::Kind::udp ? Outcome::failed : Outcome::away;
}

} // namespace assent::syslog
