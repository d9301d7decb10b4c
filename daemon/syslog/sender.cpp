#include "daemon/syslog/sender.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <thread>

#include "daemon/syslog/connection.hpp"
#include "daemon/syslog/stream.hpp"

namespace assent::syslog {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr auto retry_after = std::chrono::milliseconds(200);
constexpr auto last_effort = std::chrono::seconds(1);

/// One receiver and what waits for it. Used by the sender's thread only.
struct Line {
  explicit Line(Target given) : target(std::move(given)), connection(target) {}
  const Target target;
  Connection connection;
  std::deque<std::string> waiting;
  bool away = false, full = false;
};

class ThreadedSender final : public Sender {
 public:
  ThreadedSender(std::vector<Target> targets, const Options& options)
      : wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    ASSENT_CHECK(wake_ >= 0);
    for (Target& target : targets)
      if (target.is_stream())
        streams_.push_back(Stream::start(std::move(target), options));
      else
        lines_.push_back(std::make_unique<Line>(std::move(target)));
    thread_ = std::thread([this] { run(); });
  }

  ~ThreadedSender() override {
    stopping_ = true;
    wake();
    for (const auto& stream : streams_)
      stream->stop(); // all at once: their seconds run side by side
    thread_.join();
    ::close(wake_);
  }

  void send(Event given) override {
    const auto event = std::make_shared<const Event>(std::move(given));
    for (const auto& stream : streams_)
      stream->send(event);
    if (lines_.empty()) return;
    {
      const std::lock_guard lock(mutex_);
      if (inbox_.size() >= max_waiting) {
        dropped_ += lines_.size();
        return;
      }
      inbox_.push_back(event);
    }
    wake();
  }

  Counters counters() const override {
    Counters out{sent_, dropped_, failed_};
    for (const auto& stream : streams_) {
      const Receiver state = stream->state();
      out.sent += state.sent;
      out.dropped += state.lost;
    }
    return out;
  }

  std::vector<Receiver> receivers() const override {
    std::vector<Receiver> out;
    for (const auto& stream : streams_)
      out.push_back(stream->state());
    return out;
  }

 private:
  void wake() {
    const std::uint64_t one = 1;
    // A full counter means that a wake-up is waiting already: nothing is lost.
    if (::write(wake_, &one, sizeof one) < 0) return;
  }

  void run() {
    SteadyClock::time_point give_up{};
    while (true) {
      take();
      for (const auto& line : lines_)
        flush(*line);
      if (stopping_) {
        if (give_up == SteadyClock::time_point{}) give_up = SteadyClock::now() + last_effort;
        if (is_idle() || SteadyClock::now() >= give_up) break;
      }
      wait();
    }
    for (const auto& line : lines_)
      dropped_ += line->waiting.size();
  }

  /// Moves what was sent into the queues of the receivers, as datagrams.
  void take() {
    std::uint64_t count = 0;
    if (::read(wake_, &count, sizeof count) < 0) count = 0; // nobody woke us: a time-out or a receiver did
    std::deque<std::shared_ptr<const Event>> events;
    {
      const std::lock_guard lock(mutex_);
      events.swap(inbox_);
    }
    for (const auto& event : events)
      for (const auto& line : lines_) {
        if (line->waiting.size() >= max_waiting)
          ++dropped_;
        else
          line->waiting.push_back(format(*event, line->target, pid_));
      }
  }

  void flush(Line& line) {
    line.away = line.full = false;
    while (!line.waiting.empty()) {
      const auto outcome = line.connection.send(line.waiting.front());
      if (outcome == Connection::Outcome::away || outcome == Connection::Outcome::full) {
        line.away = outcome == Connection::Outcome::away;
        line.full = !line.away;
        return;
      }
      ++(outcome == Connection::Outcome::sent ? sent_ : failed_);
      line.waiting.pop_front();
    }
  }

  /// Nothing left to do before stopping: all is sent, or its receiver is not there.
  bool is_idle() {
    const std::lock_guard lock(mutex_);
    if (!inbox_.empty()) return false;
    for (const auto& line : lines_)
      if (!line->waiting.empty() && !line->away) return false;
    return true;
  }

  /// Until somebody sends, a full receiver has room, or it is time to try one that was away.
  void wait() {
    std::vector<pollfd> polled = {{wake_, POLLIN, 0}};
    bool retry = stopping_;
    for (const auto& line : lines_) {
      if (line->full && line->connection.descriptor() >= 0)
        polled.push_back({line->connection.descriptor(), POLLOUT, 0});
      // A full one is looked at again anyway: Linux does not always tell when a local receiver has room.
      retry = retry || line->away || line->full;
    }
    const int timeout = retry ? static_cast<int>(retry_after.count()) : -1;
    // An interrupted wait is an early one; the loop comes back.
    if (::poll(polled.data(), polled.size(), timeout) < 0) return;
  }

  const int wake_;
  const int pid_ = static_cast<int>(::getpid());
  std::vector<std::unique_ptr<Line>> lines_;     ///< fixed after the start
  std::vector<std::unique_ptr<Stream>> streams_; ///< fixed after the start
  std::mutex mutex_;
  std::deque<std::shared_ptr<const Event>> inbox_; ///< guarded by mutex_
  std::atomic<std::uint64_t> sent_{0}, dropped_{0}, failed_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

} // namespace

std::unique_ptr<Sender> Sender::start(std::vector<Target> targets, Options options) {
  return std::make_unique<ThreadedSender>(std::move(targets), options);
}

} // namespace assent::syslog
