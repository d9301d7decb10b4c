#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <queue>

#include "agents/sim/recording.hpp"
#include "agents/sim/simulator.hpp"

namespace assent::sim {
namespace {

constexpr std::size_t max_line = 256 * 1024;
constexpr int burst = 64; ///< datagrams of one device in a row

Moment monotonic() {
  return std::chrono::duration_cast<Moment>(std::chrono::steady_clock::now().time_since_epoch());
}

std::string system_error(const std::string& what) {
  return what + ": " + std::strerror(errno);
}

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

struct Endpoint {
  Descriptor socket;
  Device* device = nullptr;
};

struct Connection {
  Descriptor socket;
  std::string received;
};

/// An answer that waits for its time.
struct Late {
  Moment due{};
  int socket = -1;
  sockaddr_in to{};
  std::string datagram;
  bool operator<(const Late& other) const { return due > other.due; } // the earliest on top of the queue
};

sockaddr_un local_address(const std::string& path) {
  sockaddr_un out{};
  out.sun_family = AF_UNIX;
  std::memcpy(out.sun_path, path.data(), std::min(path.size(), sizeof out.sun_path - 1));
  return out;
}

class Server {
 public:
  Status start(const Config& config);
  Status run();

 private:
  Status add_device(const DeviceSpec& spec, std::shared_ptr<const Template> base, const Config& config);
  Status listen(const std::string& path);
  Status watch(int fd);
  void receive(Endpoint& endpoint);
  void accept();
  void converse(int fd);
  void send_late();
  int timeout() const;

  V3Users users_;
  Network network_;
  Descriptor poll_{epoll_create1(EPOLL_CLOEXEC)};
  Descriptor signals_, listener_;
  std::string control_path_;
  std::map<int, Endpoint> endpoints_;
  std::map<int, Connection> connections_;
  std::priority_queue<Late> late_;
  std::array<char, 65536> buffer_{};
};

Status Server::watch(int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (epoll_ctl(poll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return problem(system_error("epoll"));
  return Done{};
}

Status Server::add_device(const DeviceSpec& spec, std::shared_ptr<const Template> base,
                          const Config& config) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(spec.port);
  const std::string place = spec.address + ":" + std::to_string(spec.port);
  if (inet_pton(AF_INET, spec.address.c_str(), &address.sin_addr) != 1)
    return problem(spec.name + ": no IPv4 address: " + spec.address);
  Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return problem(system_error(spec.name));
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return problem(system_error(spec.name + " on " + place));
  auto device = std::make_unique<Device>(spec.name, std::move(base), monotonic());
  device->community = spec.community;
  device->rate = config.rate;
  device->answer_bytes = config.answer_bytes;
  if (!users_.all().empty()) device->speak_v3(users_);
  Device* known = device.get();
  if (Status added = network_.add(std::move(device), place); !added) return added;
  const int fd = socket.get();
  endpoints_.emplace(fd, Endpoint{std::move(socket), known});
  return watch(fd);
}

Status Server::listen(const std::string& path) {
  const sockaddr_un address = local_address(path);
  if (path.size() >= sizeof address.sun_path) return problem("the control socket's path is too long");
  // One that nobody listens to is a leftover; a living one is somebody else's.
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return problem(path + ": another assent-sim listens here");
  if (errno == ECONNREFUSED) ::unlink(path.c_str());
  listener_ = Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const mode_t before = ::umask(0077);
  const int bound = ::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::umask(before);
  if (bound != 0 || ::listen(listener_.get(), 16) != 0) return problem(system_error(path));
  control_path_ = path;
  return watch(listener_.get());
}

Status Server::start(const Config& config) {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0) return problem(system_error("open files"));
  }
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  sigprocmask(SIG_BLOCK, &ends, nullptr);
  signals_ = Descriptor(signalfd(-1, &ends, SFD_NONBLOCK | SFD_CLOEXEC));
  if (Status watched = watch(signals_.get()); !watched) return watched;

  for (const snmp::usm::UserKeys& user : config.users)
    users_.add(user);
  for (const DeviceSpec& spec : config.devices) {
    auto base = load_recording(spec.file);
    if (!base) return base.error();
    if (Status added = add_device(spec, std::move(*base), config); !added) return added;
  }
  if (config.fleet != 0) {
    const auto base = fleet_template(config.interfaces);
    const Oid sys_name = {1, 3, 6, 1, 2, 1, 1, 5, 0};
    for (const DeviceSpec& spec : fleet_devices(config)) {
      if (Status added = add_device(spec, base, config); !added) return added;
      network_.find(spec.name)->tree().set(sys_name, {tag::octets, spec.name});
    }
  }
  if (!config.control.empty())
    if (Status listening = listen(config.control); !listening) return listening;
  std::cout << "assent-sim: " << network_.size() << " devices" << std::endl;
  return Done{};
}

void Server::receive(Endpoint& endpoint) {
  for (int i = 0; i < burst; ++i) {
    sockaddr_in from{};
    socklen_t length = sizeof from;
    const ssize_t size = ::recvfrom(endpoint.socket.get(), buffer_.data(), buffer_.size(), 0,
                                    reinterpret_cast<sockaddr*>(&from), &length);
    if (size < 0) return; // nothing more, or an ICMP error that belongs to an earlier answer
    const Moment now = monotonic();
    auto answer = endpoint.device->answer({buffer_.data(), static_cast<std::size_t>(size)}, now);
    if (!answer) continue;
    if (endpoint.device->delay.count() != 0) {
      late_.push({now + endpoint.device->delay, endpoint.socket.get(), from, std::move(*answer)});
      continue;
    }
    // A lost answer is what UDP promises; the asker tries again.
    static_cast<void>(::sendto(endpoint.socket.get(), answer->data(), answer->size(), 0,
                               reinterpret_cast<const sockaddr*>(&from), length));
  }
}

void Server::send_late() {
  while (!late_.empty() && late_.top().due <= monotonic()) {
    const Late& late = late_.top();
    static_cast<void>(::sendto(late.socket, late.datagram.data(), late.datagram.size(), 0,
                               reinterpret_cast<const sockaddr*>(&late.to), sizeof late.to));
    late_.pop();
  }
}

int Server::timeout() const {
  if (late_.empty()) return -1;
  const auto rest = std::chrono::ceil<std::chrono::milliseconds>(late_.top().due - monotonic());
  return static_cast<int>(std::max<std::chrono::milliseconds::rep>(0, rest.count()));
}

void Server::accept() {
  Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (socket.get() < 0) return;
  const int fd = socket.get();
  if (!watch(fd)) return;
  connections_.emplace(fd, Connection{std::move(socket), {}});
}

/// Answers are small and the reader is a person or a test: they are written at once.
void Server::converse(int fd) {
  Connection& connection = connections_.at(fd);
  const ssize_t size = ::recv(fd, buffer_.data(), buffer_.size(), 0);
  if (size <= 0 || connection.received.size() > max_line) {
    connections_.erase(fd);
    return;
  }
  connection.received.append(buffer_.data(), static_cast<std::size_t>(size));
  for (std::size_t end = connection.received.find('\n'); end != std::string::npos;
       end = connection.received.find('\n')) {
    const std::string answer =
        network_.command(std::string_view(connection.received).substr(0, end), monotonic());
    connection.received.erase(0, end + 1);
    if (::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) {
      connections_.erase(fd);
      return;
    }
  }
}

Status Server::run() {
  std::array<epoll_event, 256> events{};
  while (true) {
    const int count = epoll_wait(poll_.get(), events.data(), static_cast<int>(events.size()), timeout());
    if (count < 0 && errno != EINTR) return problem(system_error("epoll"));
    send_late();
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (const auto endpoint = endpoints_.find(fd); endpoint != endpoints_.end())
        receive(endpoint->second);
      else if (fd == listener_.get())
        accept();
      else if (connections_.contains(fd))
        converse(fd);
      else if (fd == signals_.get()) {
        if (!control_path_.empty()) ::unlink(control_path_.c_str());
        return Done{};
      }
    }
  }
}

} // namespace

Status serve(const Config& config) {
  Server server;
  if (Status started = server.start(config); !started) return started;
  return server.run();
}

int control(const std::string& path, const std::string& command) {
  const sockaddr_un address = local_address(path);
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const std::string line = command + "\n";
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::send(socket.get(), line.data(), line.size(), MSG_NOSIGNAL) < 0) {
    std::cerr << "assent-sim: " << system_error(path) << "\n";
    return 7;
  }
  ::shutdown(socket.get(), SHUT_WR);
  std::string answer;
  std::array<char, 4096> part{};
  for (ssize_t size = 0; (size = ::recv(socket.get(), part.data(), part.size(), 0)) > 0;)
    answer.append(part.data(), static_cast<std::size_t>(size));
  if (answer.ends_with("ok\n")) {
    std::cout << answer.substr(0, answer.size() - 3);
    return 0;
  }
  std::cerr << "assent-sim: " << (answer.empty() ? "no answer\n" : answer);
  return 1;
}

} // namespace assent::sim
