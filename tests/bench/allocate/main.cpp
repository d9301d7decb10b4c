// A load of standard changes: CLIENTS connections to the control socket, each asking for the next free
// address again as soon as it has been answered, for SECONDS. Prints answers per second; any answer but 200
// ends it with status 1.
//   bench-allocate SOCKET CLIENTS SECONDS PREFIX [ADDRESSES-PER-REQUEST]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

struct Connection {
  int socket = -1;
  std::string got;
};

[[noreturn]] void end(const std::string& why) {
  std::fprintf(stderr, "bench-allocate: %s\n", why.c_str());
  std::exit(1);
}

int connected(const char* path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0 || ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    end(fmt::format("{}: {}", path, std::strerror(errno)));
  return socket;
}

std::string request(const std::string& prefix, int count) {
  std::string edits;
  for (int i = 0; i < count; ++i)
    edits += fmt::format(
        R"({}{{"operation":"create","kind":"address","value":{{"network":"extranet","from":"{}","organisation":1}}}})",
        i == 0 ? "" : ",", prefix);
  const std::string body = fmt::format(
      R"({{"assent-ticket:input":{{"template":"next-address","reason":"bench","edits":[{}]}}}})", edits);
  return fmt::format("POST /restconf/operations/assent-ticket:standard HTTP/1.1\r\nHost: localhost\r\n"
                     "Content-Type: application/yang-data+json\r\nContent-Length: {}\r\n\r\n{}",
                     body.size(), body);
}

void send_all(int socket, const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const auto more = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (more <= 0) end("the daemon closed the connection");
    sent += static_cast<std::size_t>(more);
  }
}

/// True where a whole answer has come; it is taken away.
bool answered(Connection& connection) {
  const auto head = connection.got.find("\r\n\r\n");
  if (head == std::string::npos) return false;
  auto at = connection.got.find("Content-Length: ");
  if (at == std::string::npos || at > head)
    end("an answer without a length: " + connection.got.substr(0, 300));
  const auto length = std::strtoul(connection.got.c_str() + at + 16, nullptr, 10);
  if (connection.got.size() < head + 4 + length) return false;
  if (connection.got.compare(9, 3, "200") != 0) end(connection.got.substr(0, head + 4 + length));
  connection.got.erase(0, head + 4 + length);
  return true;
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 5) end("SOCKET CLIENTS SECONDS PREFIX [ADDRESSES-PER-REQUEST]");
  const auto clients = static_cast<std::size_t>(std::atoi(argv[2]));
  const std::chrono::duration<double> lasts{std::atof(argv[3])};
  const std::string asked = request(argv[4], argc > 5 ? std::atoi(argv[5]) : 1);
  std::vector<Connection> connections(clients);
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  for (std::size_t i = 0; i < clients; ++i) {
    connections[i].socket = connected(argv[1]);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    ::epoll_ctl(poll, EPOLL_CTL_ADD, connections[i].socket, &event);
    send_all(connections[i].socket, asked);
  }
  const auto begun = std::chrono::steady_clock::now();
  std::size_t done = 0, waiting = clients;
  std::vector<char> buffer(1u << 20);
  bool over = false;
  while (waiting > 0) {
    epoll_event events[64];
    const int ready = ::epoll_wait(poll, events, 64, 30'000);
    if (ready <= 0) end("no answer for 30 s");
    for (int i = 0; i < ready; ++i) {
      auto& connection = connections[events[i].data.u64];
      const auto got = ::recv(connection.socket, buffer.data(), buffer.size(), 0);
      if (got <= 0) end("the daemon closed the connection");
      connection.got.append(buffer.data(), static_cast<std::size_t>(got));
      if (!answered(connection)) continue;
      ++done;
      over = over || std::chrono::steady_clock::now() - begun >= lasts;
      if (over)
        --waiting;
      else
        send_all(connection.socket, asked);
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  fmt::print("{:.0f}\n", static_cast<double>(done) / took.count());
  return 0;
}
