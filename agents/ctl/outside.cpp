// The terminal and the daemon's socket.
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>

#include "agents/ctl/signing.hpp"
#include "agents/ctl/ssh.hpp"
#include "common/client.hpp"

namespace assent::ctl {

namespace {

class Terminal final : public Console {
 public:
  void out(std::string_view text) override {
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (broken_pipe()) std::_Exit(static_cast<int>(Exit::failed)); // the reader went away: nobody to tell
  }
  void err(std::string_view text) override {
    std::fflush(stdout);
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
  void flush() override { std::fflush(stdout); }
  bool can_ask() const override { return ::isatty(0) && ::isatty(2); }
  bool ask(std::string_view question) override {
    err(std::string(question) + " [y/N] ");
    std::string answer;
    if (!std::getline(std::cin, answer)) return false;
    return answer == "y" || answer == "Y" || answer == "yes" || answer == "是";
  }
  std::size_t columns() const override {
    winsize size{};
    if (!::isatty(1) || ::ioctl(1, TIOCGWINSZ, &size) != 0) return 0;
    return size.ws_col;
  }
  bool colour() const override {
    return ::isatty(1) && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
  }
  std::string environment(const char* name) const override {
    const char* value = std::getenv(name);
    return value ? value : "";
  }

 private:
  static bool broken_pipe() { return std::ferror(stdout) != 0; }
};

class Socket final : public Api {
 public:
  explicit Socket(ApiClient::Options options) : options_(std::move(options)), client_(options_) {}

  Result<json::object> call(const std::string& operation, const json::object& input) override {
    // A backup of a large store takes minutes.
    if (operation == "assent-admin:backup") client_.set_deadline(std::chrono::minutes{15});
    auto answer = client_.call(operation, input);
    client_.set_deadline(options_.deadline);
    return answer;
  }
  Result<json::object> get(const std::string& path) override {
    auto answer = client_.get("/restconf/data/" + path);
    if (!answer.ok()) return std::move(answer).error();
    if (!answer->is_object()) return fail(Fault::outside, "ctl.strange-answer", {{"path", path}});
    return std::move(answer->as_object());
  }
  Result<std::string> text(const std::string& path) override {
    return client_.get_text("/restconf/data/" + path);
  }
  Status follow(const std::string& after, const std::function<bool(const Happening&)>& each) override {
    std::optional<Error> wrong;
    ApiClient stream(options_); // its own connection: what `each` asks goes over the other one
    auto done = stream.stream("/restconf/streams/events", after, [&](const StreamEvent& event) {
      if (event.type == "open") return each({event.id, {}, true});
      auto data = parse_json(event.data, 1u << 20, "event");
      if (!data.ok() || !data->is_object()) {
        wrong = fail(Fault::outside, "ctl.strange-answer", {{"path", "streams/events"}});
        return false;
      }
      return each({event.id, std::move(data->as_object()), false});
    });
    if (wrong) return *wrong;
    return done;
  }

  Status join(int in, int out) override {
    if (options_.dial) return fail(Fault::invalid, "ctl.stdio-is-here");
    return bridge(options_.socket, in, out);
  }

 private:
  ApiClient::Options options_;
  ApiClient client_;
};

} // namespace

std::unique_ptr<Console> make_console() {
  return std::make_unique<Terminal>();
}

std::unique_ptr<Api> make_api(const std::string& socket, Language language) {
  ApiClient::Options options;
  options.socket = socket;
  options.language = language;
  if (auto remote = parse_remote(socket))
    options.dial = [remote = *std::move(remote)] {
      const char* program = std::getenv("ASSENT_SSH");
      return dial(remote, program == nullptr ? "" : program);
    };
  return std::make_unique<Socket>(std::move(options));
}

} // namespace assent::ctl
