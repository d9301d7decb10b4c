// From a target to a socket address. No names are looked up.
#pragma once

#include <sys/socket.h>

#include "daemon/syslog/target.hpp"

namespace assent::syslog {

/// A socket address of any family; length 0 where the target's address is none.
struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
};
Address address_of(const Target& target);

} // namespace assent::syslog
