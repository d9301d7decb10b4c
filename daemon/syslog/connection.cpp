#include "daemon/syslog/connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace assent::syslog {
namespace {

/// A socket address of any family; length 0 where the target's address is none.
struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

Address address_of(const Target& target) {
  Address out;
  if (target.kind == Target::Kind::local) {
    sockaddr_un local{};
    if (target.address.empty() || target.address.size() >= sizeof local.sun_path) return out;
    local.sun_family = AF_UNIX;
    std::memcpy(local.sun_path, target.address.data(), target.address.size());
    std::memcpy(&out.storage, &local, sizeof local);
    out.length = sizeof local;
    return out;
  }
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET, target.address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(target.port);
    std::memcpy(&out.storage, &v4, sizeof v4);
    out.length = sizeof v4;
  } else if (inet_pton(AF_INET6, target.address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(target.port);
    std::memcpy(&out.storage, &v6, sizeof v6);
    out.length = sizeof v6;
  }
  return out;
}

} // namespace

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
