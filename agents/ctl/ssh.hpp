// The way to a daemon on another machine: `ssh HOST assentctl stdio`, whose input and output carry the API.
// The other end of it: stdio itself. No port of ours, no key of ours; who is there is the account of the ssh
// login.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/result.hpp"

namespace assent::ctl {

/// `ssh://[USER@]HOST[:PORT]`; HOST may be an IPv6 address in brackets. Parts hold only characters that
/// ssh(1) can't take for options; empty: not given.
struct Remote {
  std::string user, host, port;
};

/// Fault::invalid (`ctl.wrong-value`) for anything else.
Result<Remote> parse_remote(std::string_view url);

/// What is started: the program first. `program` empty: ssh.
std::vector<std::string> ssh_command(const Remote& remote, const std::string& program);

/// What stdio says when the daemon is there; what a login shell prints before it is skipped.
inline constexpr std::string_view stdio_greeting = "assentctl stdio 1";

/// Starts the command and gives a connected socket that speaks the API; the caller owns it, and closing it
/// ends the command. Waits as long as ssh waits (it may ask for a pass phrase on the terminal). `ctl.no-ssh`
/// (unavailable) where the command ends, or says more than 64 KiB, before the greeting.
Result<int> dial(const Remote& remote, const std::string& program);

/// Connects to the daemon's socket, greets on `out`, and copies both ways until the daemon closes or nobody
/// reads any more; the end of `in` ends it too. `common.daemon-unreachable` where nobody listens.
Status bridge(const std::string& socket, int in, int out);

} // namespace assent::ctl
