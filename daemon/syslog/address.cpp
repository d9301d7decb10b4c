#include "daemon/syslog/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>

namespace assent::syslog {

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

std::string Target::label() const {
  static constexpr const char* kinds[] = {"local", "udp", "tcp", "tls"};
  const std::string begin = std::string(kinds[static_cast<std::size_t>(kind)]) + "/";
  if (kind == Kind::local) return begin + address;
  const bool v6 = address.find(':') != std::string::npos;
  return begin + (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

} // namespace assent::syslog
