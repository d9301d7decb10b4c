#include "daemon/api/sockets.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <mutex>
#include <netinet/in.h>
#include <optional>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace assent::api {

namespace {

constexpr int backlog = 256;

Error cannot_listen(const std::string& where, int number) {
  return fail(Fault::outside, "api.cannot-listen",
              {{"where", where}, {"reason", std::generic_category().message(number)}});
}

/// Makes way for a new socket file, or says why not.
Status clear_path(const std::string& path, const sockaddr_un& address) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return Done{};
  if (!S_ISSOCK(status.st_mode)) return fail(Fault::outside, "api.not-a-socket", {{"path", path}});
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return cannot_listen(path, errno);
  const bool dead = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
                    errno == ECONNREFUSED;
  ::close(probe);
  if (!dead) return fail(Fault::outside, "api.socket-in-use", {{"path", path}});
  if (::unlink(path.c_str()) != 0) return cannot_listen(path, errno);
  return Done{};
}

std::optional<uid_t> uid_of(const std::string& account) {
  std::vector<char> space(16384);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwnam_r(account.c_str(), &entry, space.data(), space.size(), &found) != 0 || found == nullptr)
    return std::nullopt;
  return entry.pw_uid;
}

} // namespace

Result<int> listen_local(const std::string& path, unsigned mode, const std::string& owner) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return cannot_listen(path, ENAMETOOLONG);
  std::memcpy(address.sun_path, path.data(), path.size());
  if (auto cleared = clear_path(path, address); !cleared) return std::move(cleared).error();
  const auto user = owner.empty() ? std::optional<uid_t>(static_cast<uid_t>(-1)) : uid_of(owner);
  if (!user) return fail(Fault::outside, "api.no-such-account", {{"account", owner}, {"path", path}});
  const int handle = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (handle < 0) return cannot_listen(path, errno);
  // Linux gives the file the mode of the socket's inode, less umask: so there is no moment of wider rights.
  // chmod afterwards gives back what umask took.
  const bool good = ::fchmod(handle, mode) == 0 &&
                    ::bind(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                    ::chmod(path.c_str(), mode) == 0 &&
                    ::chown(path.c_str(), *user, static_cast<gid_t>(-1)) == 0 &&
                    ::listen(handle, backlog) == 0;
  if (good) return handle;
  const int number = errno;
  ::close(handle);
  return cannot_listen(path, number);
}

Result<int> listen_loopback(const std::string& address, std::uint16_t port) {
  const std::string where = address + ":" + std::to_string(port);
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  const bool is_v4 = ::inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1;
  const bool is_v6 = !is_v4 && ::inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1;
  const bool loopback =
      (is_v4 && (ntohl(v4.sin_addr.s_addr) >> 24) == 127) || (is_v6 && IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr));
  if (!loopback) return fail(Fault::refused, "api.status-not-loopback", {{"address", address}});
  const int handle = ::socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (handle < 0) return cannot_listen(where, errno);
  const int yes = 1;
  const auto* to = is_v4 ? reinterpret_cast<const sockaddr*>(&v4) : reinterpret_cast<const sockaddr*>(&v6);
  const bool good = ::setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
                    ::bind(handle, to, is_v4 ? sizeof v4 : sizeof v6) == 0 && ::listen(handle, backlog) == 0;
  if (good) return handle;
  const int number = errno;
  ::close(handle);
  return cannot_listen(where, number);
}

Result<uid_t> peer_uid(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
    return fail(Fault::outside, "api.peer-unknown", {{"reason", std::generic_category().message(errno)}});
  return credentials.uid;
}

std::string account_of(uid_t uid) {
  using Clock = std::chrono::steady_clock;
  struct Known {
    std::string name;
    Clock::time_point until;
  };
  static std::mutex mutex;
  static std::map<uid_t, Known> names;
  const auto now = Clock::now();
  {
    const std::lock_guard lock(mutex);
    const auto found = names.find(uid);
    if (found != names.end() && now < found->second.until) return found->second.name;
  }
  std::vector<char> space(16384);
  passwd entry{};
  passwd* found = nullptr;
  const bool known = ::getpwuid_r(uid, &entry, space.data(), space.size(), &found) == 0 && found != nullptr;
  std::string name = known ? std::string(entry.pw_name) : "uid:" + std::to_string(uid);
  const std::lock_guard lock(mutex);
  if (names.size() > 1000) names.clear();
  names[uid] = {name, now + std::chrono::seconds(60)};
  return name;
}

} // namespace assent::api
