#include "agents/ctl/ssh.hpp"

#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>

extern char** environ;

namespace assent::ctl {

namespace {

constexpr std::size_t noise_limit = 64u << 10;

bool all_of(std::string_view text, std::string_view more) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           more.find(c) != std::string_view::npos;
  });
}

bool write_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::write(to, bytes.data(), bytes.size());
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// Until the end of `from`, or until `to` takes no more.
void copy(int from, int to) {
  std::array<char, 1u << 16> piece{};
  for (;;) {
    const auto got = ::read(from, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || !write_all(to, {piece.data(), static_cast<std::size_t>(got)})) return;
  }
}

/// Reads up to the greeting's line, byte by byte: what follows it is the API's.
bool greeted(int handle) {
  std::string line;
  for (std::size_t seen = 0; seen < noise_limit; ++seen) {
    char byte = 0;
    const auto got = ::read(handle, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    if (byte != '\n') {
      line += byte;
      continue;
    }
    if (line == stdio_greeting) return true;
    line.clear();
  }
  return false;
}

Error no_ssh(const Remote& remote, const std::string& reason) {
  Error error = fail(Fault::unavailable, "ctl.no-ssh", {{"host", remote.host}, {"reason", reason}});
  error.next = Message{"ctl.no-ssh-next", {{"host", remote.host}}};
  return error;
}

} // namespace

Result<Remote> parse_remote(std::string_view url) {
  const Error wrong =
      fail(Fault::invalid, "ctl.wrong-value",
           {{"option", "--host"}, {"value", std::string(url)}, {"expected", "ssh://[USER@]HOST[:PORT]"}});
  constexpr std::string_view scheme = "ssh://";
  if (!url.starts_with(scheme)) return wrong;
  url.remove_prefix(scheme.size());
  if (url.ends_with('/')) url.remove_suffix(1);
  Remote remote;
  if (const auto at = url.rfind('@'); at != std::string_view::npos) {
    remote.user = url.substr(0, at);
    url.remove_prefix(at + 1);
    if (remote.user.empty()) return wrong;
  }
  const bool bracketed = url.starts_with('[');
  const auto end = bracketed ? url.find(']') : url.find(':');
  remote.host = bracketed ? url.substr(1, std::min(end, url.size()) - 1) : url.substr(0, end);
  if (bracketed && end == std::string_view::npos) return wrong;
  std::string_view rest = end == std::string_view::npos ? "" : url.substr(end + (bracketed ? 1 : 0));
  if (!rest.empty()) {
    remote.port = rest.substr(1);
    if (rest[0] != ':' || remote.port.empty() || remote.port.size() > 5 ||
        remote.port.find_first_not_of("0123456789") != std::string::npos)
      return wrong;
  }
  const bool good = !remote.host.empty() && remote.host[0] != '-' && remote.host.size() <= 255 &&
                    all_of(remote.host, bracketed ? ":.%" : "._-") &&
                    (remote.user.empty() || remote.user[0] != '-') && remote.user.size() <= 64 &&
                    all_of(remote.user, "._-");
  if (!good) return wrong;
  return remote;
}

std::vector<std::string> ssh_command(const Remote& remote, const std::string& program) {
  // No terminal there, no forwarding of anything: above all not of an ssh-agent.
  std::vector<std::string> words = {program.empty() ? "ssh" : program, "-T", "-a", "-x", "-o",
                                    "ClearAllForwardings=yes"};
  if (!remote.user.empty()) words.insert(words.end(), {"-l", remote.user});
  if (!remote.port.empty()) words.insert(words.end(), {"-p", remote.port});
  words.insert(words.end(), {"--", remote.host, "assentctl", "stdio"});
  return words;
}

Result<int> dial(const Remote& remote, const std::string& program) {
  const auto reason = [](int number) { return std::generic_category().message(number); };
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return no_ssh(remote, reason(errno));
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], 0);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  auto words = ssh_command(remote, program);
  std::vector<char*> pointers;
  for (auto& word : words)
    pointers.push_back(word.data());
  pointers.push_back(nullptr);
  pid_t child = -1;
  const int failed = ::posix_spawnp(&child, pointers[0], &actions, nullptr, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (failed == 0 && greeted(ends[0])) return ends[0];
  ::close(ends[0]);
  if (failed != 0) return no_ssh(remote, words[0] + ": " + reason(failed));
  // Its input has ended; ssh says on the terminal what went wrong, and its exit status tells whose fault it
  // was.
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return no_ssh(remote,
                words[0] + ": " +
                    (WIFEXITED(status) ? std::to_string(WEXITSTATUS(status)) : std::string("signal")));
}

Status bridge(const std::string& socket, int in, int out) {
  const auto unreachable = [&](int number) {
    Error error = fail(Fault::unavailable, "common.daemon-unreachable",
                       {{"socket", socket}, {"reason", std::generic_category().message(number)}});
    error.next = Message{"common.daemon-unreachable-next", {}};
    return error;
  };
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.size() >= sizeof address.sun_path) return unreachable(ENAMETOOLONG);
  std::memcpy(address.sun_path, socket.data(), socket.size());
  const int daemon = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (daemon < 0) return unreachable(errno);
  if (::connect(daemon, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int number = errno;
    ::close(daemon);
    return unreachable(number);
  }
  if (!write_all(out, std::string(stdio_greeting) + "\n")) {
    ::close(daemon);
    return Done{};
  }
  // Blocking both ways, so that neither can hold the other up. What the client sends may end first: then the
  // daemon closes. Where the daemon ends first, reading goes on until the process ends, which is next.
  std::thread([in, daemon] {
    copy(in, daemon);
    ::shutdown(daemon, SHUT_WR);
  }).detach();
  copy(daemon, out);
  return Done{};
}

} // namespace assent::ctl
