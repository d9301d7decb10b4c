#include "daemon/api/sockets.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <mutex>
#include <netinet/in.h>
#include <optional>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace assent::api {

namespace {

constexpr int backlog = 256;
// A flood must not fill it: a client whose SYN is dropped tries again only after a second.
constexpr int status_backlog = 4096;

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

/// One entry of the extended attribute system.posix_acl_access (linux/posix_acl_xattr.h), little-endian.
void add_entry(std::vector<unsigned char>& out, unsigned tag, unsigned rights, std::uint32_t id) {
  for (const auto& [value, bytes] : {std::pair{tag, 2u}, {rights, 2u}, {id, 4u}})
    for (unsigned i = 0; i < bytes; ++i)
      out.push_back(static_cast<unsigned char>(value >> (8 * i)));
}

/// Whoever may open the file besides us: exactly this user. Gives it the file, or, where that needs a
/// capability that we don't have, adds an entry for this user to its access list, which its owner may do
/// (docs/decisions/0016).
bool give_to(const std::string& path, uid_t user) {
  if (::chown(path.c_str(), user, static_cast<gid_t>(-1)) == 0) return true;
  if (errno != EPERM) return false;
  constexpr unsigned nothing = 0, read_write = 6;
  constexpr std::uint32_t nobody = 0xffffffff;
  std::vector<unsigned char> list{2, 0, 0, 0}; // version 2
  add_entry(list, 0x01, read_write, nobody);   // the owner: us
  add_entry(list, 0x02, read_write, user);
  add_entry(list, 0x04, nothing, nobody);    // the group
  add_entry(list, 0x10, read_write, nobody); // most that an entry gives
  add_entry(list, 0x20, nothing, nobody);    // others
  return ::setxattr(path.c_str(), "system.posix_acl_access", list.data(), list.size(), 0) == 0;
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
                    ::chmod(path.c_str(), mode) == 0 && (owner.empty() || give_to(path, *user)) &&
                    ::listen(handle, backlog) == 0;
  if (good) return handle;
  const int number = errno;
  ::close(handle);
  return cannot_listen(path, number);
}

Status regrant(const std::string& path, unsigned mode, const std::string& owner) {
  const auto user = owner.empty() ? std::optional<uid_t>(::geteuid()) : uid_of(owner);
  if (!user) return fail(Fault::outside, "api.no-such-account", {{"account", owner}, {"path", path}});
  // First to nobody but us; an access list would make chmod change its mask only.
  const bool bare =
      ::removexattr(path.c_str(), "system.posix_acl_access") == 0 || errno == ENODATA || errno == EOPNOTSUPP;
  if (bare && ::chmod(path.c_str(), mode) == 0 && (*user == ::geteuid() || give_to(path, *user)))
    return Done{};
  return cannot_listen(path, errno);
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
                    ::bind(handle, to, is_v4 ? sizeof v4 : sizeof v6) == 0 &&
                    ::listen(handle, status_backlog) == 0;
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

std::string peer_address(int socket) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return {};
  char text[INET6_ADDRSTRLEN] = {};
  const void* address = peer.ss_family == AF_INET
                            ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(&peer)->sin_addr)
                            : &reinterpret_cast<const sockaddr_in6*>(&peer)->sin6_addr;
  return ::inet_ntop(peer.ss_family, address, text, sizeof text) == nullptr ? std::string() : text;
}

void raise_handle_limit() {
  rlimit limit{};
  constexpr rlim_t wanted = 16'384;
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  // Where it is refused, the doors stop taking connections earlier (EMFILE).
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return;
}

void limit_send_buffer(int socket, int bytes) {
  // Where the system refuses, its own limit holds.
  if (::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes) != 0) return;
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
