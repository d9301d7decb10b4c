// POSIX side of the doors: listening sockets and who is behind a connection.
#pragma once

#include <string>
#include <sys/types.h>

#include "common/result.hpp"

namespace assent::api {

/// A listening, non-blocking Unix socket of exactly this mode from its first moment. A socket file that
/// nobody listens on is replaced; one that somebody listens on, or a file that is no socket, is refused. The
/// caller owns the handle.
/// `owner` names the account to whom the file is given; empty: it stays ours. Without the right to give files
/// away, it stays ours too, and an access list lets that account open it.
Result<int> listen_local(const std::string& path, unsigned mode, const std::string& owner = {});

/// Mode and owner of a socket file that listen_local() made, changed as if it were made now. Whoever could
/// open it before and is neither owner nor named now can't any more.
Status regrant(const std::string& path, unsigned mode, const std::string& owner);

/// The same on TCP. Anything but a loopback address is refused: the status port has no TLS.
Result<int> listen_loopback(const std::string& address, std::uint16_t port);

/// The uid at the other end of a Unix socket (SO_PEERCRED), proved by the kernel.
Result<uid_t> peer_uid(int socket);

/// The address at the other end of a TCP connection, without its port; empty where it is not known.
std::string peer_address(int socket);
/// At most about twice `bytes` wait in the kernel for a reader that does not read.
void limit_send_buffer(int socket, int bytes);

/// The process may have as many handles as it is allowed to ask for, up to 16,384: the usual 1,024 are fewer
/// than the connections of all doors.
void raise_handle_limit();

/// The account name of a uid, `uid:N` where it has none. Remembered for 60 s; any thread.
std::string account_of(uid_t uid);

} // namespace assent::api
