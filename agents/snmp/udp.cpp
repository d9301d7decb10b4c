#include "agents/snmp/udp.hpp"

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "agents/snmp/socket_address.hpp"

namespace assent::snmp {
namespace {

constexpr std::size_t batch = 64;
constexpr std::size_t datagram_bytes = 65'536;
constexpr int receive_buffer = 8 << 20;

/// One socket with its buffers.
class Socket {
 public:
  Socket() = default;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (fd >= 0) ::close(fd);
  }

  bool open(int family) {
    fd = ::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    const int yes = 1;
    const int big = receive_buffer;
    // What cannot be had is not needed: a smaller buffer loses more, and the losses are counted.
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &big, sizeof big);
    ::setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &yes, sizeof yes);
    if (family == AF_INET) {
      ::setsockopt(fd, IPPROTO_IP, IP_RECVERR, &yes, sizeof yes);
    } else {
      ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
      ::setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &yes, sizeof yes);
    }
    return true;
  }

  void receive(const Udp::Datagram& take) {
    for (std::size_t i = 0; i < batch; ++i) {
      messages_[i] = {};
      parts_[i] = {bytes_.get() + i * datagram_bytes, datagram_bytes};
      messages_[i].msg_hdr.msg_iov = &parts_[i];
      messages_[i].msg_hdr.msg_iovlen = 1;
      messages_[i].msg_hdr.msg_name = &sources_[i];
      messages_[i].msg_hdr.msg_namelen = sizeof sources_[i];
      messages_[i].msg_hdr.msg_control = controls_[i].data();
      messages_[i].msg_hdr.msg_controllen = controls_[i].size();
    }
    const int got = ::recvmmsg(fd, messages_.data(), batch, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < got; ++i) {
      const auto n = static_cast<std::size_t>(i);
      count_drops(messages_[n].msg_hdr);
      take(from_socket(sources_[n]), {bytes_.get() + n * datagram_bytes, messages_[n].msg_len});
    }
  }

  void take_errors(const Udp::Refused& refused) {
    for (std::size_t i = 0; i < batch; ++i) {
      SocketAddress at{};
      std::array<char, 512> control{};
      char byte = 0;
      iovec part{&byte, 1};
      msghdr message{};
      message.msg_name = &at;
      message.msg_namelen = sizeof at;
      message.msg_iov = &part;
      message.msg_iovlen = 1;
      message.msg_control = control.data();
      message.msg_controllen = control.size();
      if (::recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return;
      if (message.msg_namelen > 0) refused(from_socket(at));
    }
  }

  int fd = -1;
  std::uint64_t dropped = 0;

 private:
  void count_drops(msghdr& message) {
    for (cmsghdr* each = CMSG_FIRSTHDR(&message); each != nullptr; each = CMSG_NXTHDR(&message, each))
      if (each->cmsg_level == SOL_SOCKET && each->cmsg_type == SO_RXQ_OVFL) {
        std::uint32_t count = 0;
        std::memcpy(&count, CMSG_DATA(each), sizeof count);
        dropped = std::max<std::uint64_t>(dropped, count);
      }
  }

  std::unique_ptr<char[]> bytes_{new char[batch * datagram_bytes]};
  std::array<mmsghdr, batch> messages_{};
  std::array<iovec, batch> parts_{};
  std::array<SocketAddress, batch> sources_{};
  std::array<std::array<char, 64>, batch> controls_{};
};

class Sockets final : public Udp {
 public:
  bool open_all() {
    const bool four = v4_.open(AF_INET);
    const bool six = v6_.open(AF_INET6);
    return four || six;
  }

  bool send(const Endpoint& to, std::string_view bytes) override {
    SocketAddress address;
    const socklen_t length = to_socket(to, address);
    const int fd = to.is_v4() ? v4_.fd : v6_.fd;
    // An ICMP error of another device is told once, at any call: the second try is ours.
    for (int tries = 0; tries < 2; ++tries)
      if (::sendto(fd, bytes.data(), bytes.size(), MSG_DONTWAIT, &address.any, length) >= 0) return true;
    return false;
  }

  void wait(std::chrono::nanoseconds at_most, std::chrono::nanoseconds gather, int wake_fd,
            const Datagram& datagram, const Refused& refused) override {
    std::array<pollfd, 3> fds{{{wake_fd, POLLIN, 0}, {v4_.fd, POLLIN, 0}, {v6_.fd, POLLIN, 0}}};
    if (gather.count() > 0) {
      const timespec patience{0, gather.count() % 1'000'000'000};
      ::ppoll(fds.data(), 1, &patience, nullptr);
    }
    const auto nanoseconds = std::max<long>(0, (at_most - gather).count());
    const timespec patience{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
    if (::ppoll(fds.data(), fds.size(), &patience, nullptr) <= 0) return;
    Socket* const sockets[] = {&v4_, &v6_};
    for (std::size_t i = 0; i < 2; ++i) {
      if ((fds[i + 1].revents & POLLERR) != 0) sockets[i]->take_errors(refused);
      if ((fds[i + 1].revents & POLLIN) != 0) sockets[i]->receive(datagram);
    }
  }

  [[nodiscard]] std::uint64_t dropped() const override { return v4_.dropped + v6_.dropped; }

 private:
  Socket v4_, v6_;
};

} // namespace

Result<std::unique_ptr<Udp>> Udp::open() {
  auto sockets = std::make_unique<Sockets>();
  if (!sockets->open_all()) return fail(Fault::outside, "snmp.no-socket", {{"why", std::strerror(errno)}});
  return std::unique_ptr<Udp>(std::move(sockets));
}

} // namespace assent::snmp
