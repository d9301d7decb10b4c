#include "agents/snmp/trap_socket.hpp"

#include <fcntl.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "agents/snmp/socket_address.hpp"

namespace assent::snmp {
namespace {

constexpr std::size_t datagram_bytes = 65'536;
constexpr int receive_buffer = 8 << 20;
constexpr int first_passed = 3; ///< sd_listen_fds(3)
constexpr int most_passed = 64;

Error no_socket(const Endpoint& at) {
  return fail(Fault::outside, "snmp.no-trap-socket", {{"address", at.text()}, {"why", std::strerror(errno)}});
}

int number_in(const char* variable) {
  const char* text = std::getenv(variable);
  return text == nullptr ? 0 : std::atoi(text);
}

} // namespace

struct TrapSockets::Buffers {
  std::unique_ptr<char[]> bytes{new char[turn_datagrams * datagram_bytes]};
  std::array<mmsghdr, turn_datagrams> messages{};
  std::array<iovec, turn_datagrams> parts{};
  std::array<SocketAddress, turn_datagrams> sources{};
};

TrapSockets::TrapSockets() : buffers_(std::make_unique<Buffers>()), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

TrapSockets::~TrapSockets() {
  for (const int fd : sockets_)
    ::close(fd);
  if (epoll_ >= 0) ::close(epoll_);
}

Result<std::unique_ptr<TrapSockets>> TrapSockets::open(const std::vector<Endpoint>& listen) {
  std::unique_ptr<TrapSockets> sockets(new TrapSockets);
  if (Status done = sockets->open_all(listen); !done) return std::move(done).error();
  return sockets;
}

Status TrapSockets::open_all(const std::vector<Endpoint>& listen) {
  passed_sockets();
  for (const Endpoint& at : listen) {
    const int family = at.is_v4() ? AF_INET : AF_INET6;
    const int fd = ::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return no_socket(at);
    sockets_.push_back(fd);
    const int yes = 1;
    if (!at.is_v4()) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
    SocketAddress address;
    const socklen_t size = to_socket(at, address);
    if (::bind(fd, &address.any, size) != 0) return no_socket(at);
  }
  for (const int fd : sockets_) {
    // What cannot be had is not needed: a smaller buffer loses more, and the losses are counted.
    const int big = receive_buffer;
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &big, sizeof big);
    epoll_event event{EPOLLIN, {.fd = fd}};
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) return no_socket({});
  }
  return Done{};
}

/// sd_listen_fds(3): the descriptors from 3 on are ours where LISTEN_PID is us.
void TrapSockets::passed_sockets() {
  if (number_in("LISTEN_PID") != ::getpid()) return;
  const int count = std::min(number_in("LISTEN_FDS"), most_passed);
  for (int fd = first_passed; fd < first_passed + count; ++fd) {
    int type = 0;
    socklen_t size = sizeof type;
    SocketAddress at{};
    socklen_t length = sizeof at;
    const bool datagrams = ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_DGRAM;
    const bool internet = ::getsockname(fd, &at.any, &length) == 0 &&
                          (at.any.sa_family == AF_INET || at.any.sa_family == AF_INET6);
    if (!datagrams || !internet) continue;
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
    sockets_.push_back(fd);
  }
}

int TrapSockets::wake_fd(int also) {
  epoll_event event{EPOLLIN, {.fd = also}};
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, also, &event) != 0) ASSENT_CHECK(errno == EEXIST);
  return epoll_;
}

void TrapSockets::rest(bool resting) {
  if (resting == resting_) return;
  resting_ = resting;
  for (const int fd : sockets_) {
    epoll_event event{resting ? 0U : std::uint32_t{EPOLLIN}, {.fd = fd}};
    ASSENT_CHECK(::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) == 0);
  }
}

void TrapSockets::receive(Steady now, const Take& take) {
  if (sockets_.empty()) return;
  if (now >= slice_end_) {
    slice_end_ = now + slice;
    left_ = slice_datagrams;
    rest(false);
  }
  std::size_t turn = std::min(turn_datagrams, left_);
  for (std::size_t i = 0; i < sockets_.size() && turn > 0; ++i) {
    const std::size_t got = receive_from(sockets_[(first_ + i) % sockets_.size()], turn, take);
    turn -= got;
    left_ -= got;
  }
  ++first_;
  if (left_ == 0) rest(true);
}

std::size_t TrapSockets::receive_from(int fd, std::size_t most, const Take& take) {
  Buffers& buffers = *buffers_;
  for (std::size_t i = 0; i < most; ++i) {
    buffers.messages[i] = {};
    buffers.parts[i] = {buffers.bytes.get() + i * datagram_bytes, datagram_bytes};
    buffers.messages[i].msg_hdr.msg_iov = &buffers.parts[i];
    buffers.messages[i].msg_hdr.msg_iovlen = 1;
    buffers.messages[i].msg_hdr.msg_name = &buffers.sources[i];
    buffers.messages[i].msg_hdr.msg_namelen = sizeof buffers.sources[i];
  }
  const int got = ::recvmmsg(fd, buffers.messages.data(), static_cast<unsigned>(most), MSG_DONTWAIT, nullptr);
  for (int i = 0; i < got; ++i) {
    const auto n = static_cast<std::size_t>(i);
    const char* bytes = buffers.bytes.get() + n * datagram_bytes;
    const std::string answer = take(from_socket(buffers.sources[n]), {bytes, buffers.messages[n].msg_len});
    if (answer.empty()) continue;
    // An answer that is lost is asked for again by whoever waits for it.
    const msghdr& heard = buffers.messages[n].msg_hdr;
    const auto sent =
        ::sendto(fd, answer.data(), answer.size(), MSG_DONTWAIT, &buffers.sources[n].any, heard.msg_namelen);
    static_cast<void>(sent);
  }
  return got < 0 ? 0 : static_cast<std::size_t>(got);
}

std::uint64_t TrapSockets::dropped() const {
  std::uint64_t sum = 0;
  for (const int fd : sockets_) {
    std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
    socklen_t size = sizeof memory;
    if (::getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory.data(), &size) == 0) sum += memory[SK_MEMINFO_DROPS];
  }
  return sum;
}

} // namespace assent::snmp
