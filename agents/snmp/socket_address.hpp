// Endpoints as the kernel's socket calls want them.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

#include "agents/snmp/plan.hpp"

namespace assent::snmp {

union SocketAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

/// For sendto and bind; answers how long it is.
inline socklen_t to_socket(const Endpoint& from, SocketAddress& to) {
  std::memset(&to, 0, sizeof to);
  if (from.is_v4()) {
    to.v4.sin_family = AF_INET;
    to.v4.sin_port = htons(from.port);
    std::memcpy(&to.v4.sin_addr, from.address.data() + 12, 4);
    return sizeof to.v4;
  }
  to.v6.sin6_family = AF_INET6;
  to.v6.sin6_port = htons(from.port);
  std::memcpy(&to.v6.sin6_addr, from.address.data(), 16);
  return sizeof to.v6;
}

/// IPv4 as IPv4-mapped IPv6, as everywhere in the agent.
inline Endpoint from_socket(const SocketAddress& from) {
  Endpoint to;
  if (from.any.sa_family == AF_INET) {
    to.address[10] = to.address[11] = 0xff;
    std::memcpy(to.address.data() + 12, &from.v4.sin_addr, 4);
    to.port = ntohs(from.v4.sin_port);
  } else {
    std::memcpy(to.address.data(), &from.v6.sin6_addr, 16);
    to.port = ntohs(from.v6.sin6_port);
  }
  return to;
}

} // namespace assent::snmp
