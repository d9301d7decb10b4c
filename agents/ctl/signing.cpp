#include "agents/ctl/signing.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

extern char** environ;

namespace assent::ctl {

namespace {

constexpr std::size_t output_bound = 1u << 20;

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  ~Fd() { reset(); }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_;
};

bool make_pipe(Fd& read_end, Fd& write_end) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return false;
  read_end.reset(ends[0]);
  write_end.reset(ends[1]);
  return true;
}

/// A socket in place of a pipe: writing to a program that reads no more is an error, not a signal.
bool make_input(Fd& read_end, Fd& write_end) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return false;
  read_end.reset(ends[0]);
  write_end.reset(ends[1]);
  return true;
}

Error outside(const std::string& program, std::string_view why) {
  return fail(Fault::outside, "ctl.program-failed", {{"program", program}, {"why", std::string(why)}});
}

/// Feeds and reads at the same time, so that neither side waits for the other for ever.
Result<std::string> exchange(Fd& to, Fd& from, std::string_view input, const std::string& program) {
  std::string output;
  ::fcntl(to.get(), F_SETFL, O_NONBLOCK);
  if (input.empty()) to.reset();
  for (;;) {
    pollfd fds[2] = {{from.get(), POLLIN, 0}, {to.get(), POLLOUT, 0}};
    if (::poll(fds, to.get() >= 0 ? 2 : 1, -1) < 0) {
      if (errno == EINTR) continue;
      return outside(program, std::strerror(errno));
    }
    if (to.get() >= 0 && fds[1].revents != 0) {
      const auto put = ::send(to.get(), input.data(), input.size(), MSG_NOSIGNAL);
      if (put > 0) input.remove_prefix(static_cast<std::size_t>(put));
      if (input.empty() || (put < 0 && errno != EAGAIN && errno != EINTR)) to.reset();
    }
    if (fds[0].revents == 0) continue;
    char piece[4096];
    const auto got = ::read(from.get(), piece, sizeof piece);
    if (got == 0) return output;
    if (got < 0 && errno != EINTR) return outside(program, std::strerror(errno));
    if (got > 0) output.append(piece, static_cast<std::size_t>(got));
    if (output.size() > output_bound) return outside(program, "more than 1 MiB");
  }
}

/// The word that ssh-keygen -l prints between the bits and the comment.
std::string fingerprint_in(std::string_view line) {
  const auto begin = line.find("SHA256:");
  if (begin == std::string_view::npos) return {};
  return std::string(line.substr(begin, std::min(line.find(' ', begin), line.size()) - begin));
}

class SshKeygen final : public Signing {
 public:
  SshKeygen() = default;
  SshKeygen(const SshKeygen&) = delete;
  SshKeygen& operator=(const SshKeygen&) = delete;
  ~SshKeygen() override {
    std::error_code ignored; // a left-over holds public keys only
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }

  Result<SigningKey> from_file(const std::string& file) override {
    if (::access(file.c_str(), R_OK) != 0) return fail(Fault::invalid, "ctl.no-file", {{"file", file}});
    auto line = run_program({"ssh-keygen", "-l", "-E", "sha256", "-f", file}, "");
    if (!line.ok()) return std::move(line).error();
    auto fingerprint = fingerprint_in(*line);
    if (fingerprint.empty()) return outside("ssh-keygen", *line);
    return SigningKey{file, std::move(fingerprint)};
  }

  std::vector<SigningKey> from_agent() override {
    std::vector<SigningKey> keys;
    if (const char* agent = std::getenv("SSH_AUTH_SOCK"); !agent || !*agent) return keys;
    auto listed = run_program({"ssh-add", "-L"}, "", true);
    if (!listed.ok()) return keys;
    std::string_view rest = *listed;
    while (!rest.empty()) {
      const auto end = std::min(rest.find('\n'), rest.size());
      if (auto file = keep(rest.substr(0, end), keys.size()); !file.empty())
        if (auto key = from_file(file); key.ok()) keys.push_back(std::move(*key));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return keys;
  }

  Result<std::string> sign(const SigningKey& key, std::string_view name_space,
                           std::string_view page) override {
    return run_program({"ssh-keygen", "-Y", "sign", "-q", "-n", std::string(name_space), "-f", key.file},
                       page);
  }

 private:
  /// ssh-keygen wants the public key as a file.
  std::string keep(std::string_view line, std::size_t n) {
    if (line.empty()) return {};
    if (folder_.empty()) {
      std::string pattern = (std::filesystem::temp_directory_path() / "assentctl-XXXXXX").string();
      if (!::mkdtemp(pattern.data())) return {};
      folder_ = pattern;
    }
    const auto name = folder_ + "/" + std::to_string(n) + ".pub";
    std::ofstream(name) << line << "\n";
    return name;
  }

  std::string folder_;
};

} // namespace

Result<std::string> run_program(const std::vector<std::string>& words, std::string_view input, bool quiet) {
  Fd child_in, to, from, child_out;
  if (!make_input(child_in, to) || !make_pipe(from, child_out))
    return outside(words[0], std::strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, child_in.get(), 0);
  posix_spawn_file_actions_adddup2(&actions, child_out.get(), 1);
  if (quiet) posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  std::vector<char*> arguments;
  for (const auto& word : words)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return outside(words[0], std::strerror(failed));
  child_in.reset();
  child_out.reset();
  auto output = exchange(to, from, input, words[0]);
  to.reset();
  from.reset();
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!output.ok()) return output;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return outside(words[0],
                   WIFEXITED(status) ? "status " + std::to_string(WEXITSTATUS(status)) : "a signal");
  return output;
}

std::unique_ptr<Signing> make_signing() {
  return std::make_unique<SshKeygen>();
}

} // namespace assent::ctl
