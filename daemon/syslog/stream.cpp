#include "daemon/syslog/stream.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <random>
#include <thread>

#include "daemon/syslog/loss.hpp"
#include "daemon/syslog/outgoing.hpp"
#include "daemon/syslog/spool.hpp"
#include "daemon/syslog/wire.hpp"

namespace assent::syslog {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;
constexpr milliseconds first_delay{250}, longest_delay{15'000}, look_at_acknowledgements{50};
constexpr seconds connect_limit{10}, last_effort{1}, sound_after{1}, settled_after{10}, sync_every{1},
    spool_retry{5}, lock_patience{10};
constexpr int chunks_at_once = 64;

class ThreadedStream final : public Stream {
 public:
  ThreadedStream(Target target, Sender::Options options)
      : target_(std::move(target)), options_(std::move(options)),
        wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), outgoing_(target_.line_feeds), wire_(target_),
        delay_(first_delay), random_(std::random_device{}()) {
    ASSENT_CHECK(wake_ >= 0);
    public_.label = target_.label();
    public_.room = target_.spool.empty() ? Outgoing::pending_limit : target_.spool_bytes;
    public_.since = Steady::now().time_since_epoch();
    public_.reason = Message{"syslog.not-yet", {}};
    thread_ = std::thread([this] { run(); });
  }
  ~ThreadedStream() override {
    stop();
    thread_.join();
    ::close(wake_);
  }

  void stop() override {
    stopping_ = true;
    wake();
  }

  void send(std::shared_ptr<const Event> event) override {
    {
      const std::lock_guard lock(mutex_);
      if (inbox_.size() >= max_inbox) {
        inbox_loss_.add(*event, "too-many");
        return;
      }
      inbox_.push_back(std::move(event));
      if (inbox_.size() > 1) return; // the one before has woken it
    }
    wake();
  }

  Receiver state() const override {
    const std::lock_guard lock(mutex_);
    return public_;
  }

 private:
  void wake() {
    const std::uint64_t one = 1;
    // A full counter means that a wake-up is waiting already: nothing is lost.
    if (::write(wake_, &one, sizeof one) < 0) return;
  }

  void run() {
    wait_for_spool();
    Steady::time_point give_up{};
    while (true) {
      now_ = Steady::now();
      take();
      refill();
      pump();
      tell_loss();
      keep_safe();
      publish();
      if (stopping_) {
        if (give_up == Steady::time_point{}) give_up = now_ + last_effort;
        if (is_done() || now_ >= give_up) break;
      }
      wait();
    }
    wire_.close();
    if (spool_) spool_->arrived(outgoing_.first(read_to_));
  }

  /// After a reload the sender before us may still be using it.
  void wait_for_spool() {
    const auto until = Steady::now() + lock_patience;
    while (!open_spool() && spool_taken_ && Steady::now() < until && !stopping_) {
      pollfd polled{wake_, 0, 0};
      if (::poll(&polled, 1, 100) < 0) continue;
    }
  }

  bool open_spool() {
    if (target_.spool.empty()) return true;
    spool_tried_ = Steady::now();
    auto opened = Spool::open(target_.spool, target_.spool_bytes);
    spool_taken_ = !opened && opened.error().fault == Fault::busy;
    if (!opened) {
      trouble_ = std::move(opened).error().what;
      return false;
    }
    trouble_.reset();
    spool_ = std::move(opened).value();
    read_to_ = spool_->first();
    if (spool_->damaged() > 0)
      loss_.add(spool_->damaged(), "spool-damaged",
                std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()));
    return true;
  }

  /// Moves what was sent into the spool.
  void take() {
    std::uint64_t count = 0;
    if (::read(wake_, &count, sizeof count) < 0) count = 0; // a time-out or the receiver woke us
    if (!spool_ && !target_.spool.empty() && now_ - spool_tried_ >= spool_retry) open_spool();
    std::vector<std::shared_ptr<const Event>> events;
    {
      const std::lock_guard lock(mutex_);
      events.swap(inbox_);
      loss_.merge(inbox_loss_);
      inbox_loss_.clear();
    }
    for (const auto& event : events) {
      if (!tell_loss() || !keep(format(*event, target_, pid_))) loss_.add(*event, loss_reason_);
    }
  }

  /// Into the spool, and into memory where it is next; false where there is room in neither.
  bool keep(std::string text) {
    if (spool_) {
      auto number = spool_->append(text);
      if (number) {
        trouble_.reset();
        if (*number == read_to_ && outgoing_.has_room()) {
          outgoing_.add({*number, std::move(text)});
          read_to_ = *number + 1;
        }
        return true;
      }
      loss_reason_ = number.error().fault == Fault::busy ? "spool-full" : "spool-unusable";
      if (number.error().fault == Fault::busy) return false;
      trouble_ = std::move(number).error().what;
      if (read_to_ != spool_->next()) return false; // it would overtake those on disk
    } else {
      loss_reason_ = "spool-unusable";
    }
    if (!outgoing_.has_room()) return false;
    outgoing_.add({0, std::move(text)});
    return true;
  }

  /// True where nothing is left to be told. Called with every round, so that a gap is told as soon as there
  /// is room, at its place between what came before and what comes after.
  bool tell_loss() {
    if (loss_.count() == 0) return true;
    if (!keep(format(loss_.told(options_.text, target_.label()), target_, pid_))) return false;
    lost_ += loss_.count();
    loss_.clear();
    return true;
  }

  void refill() {
    if (!spool_ || read_to_ >= spool_->next() || !outgoing_.has_room()) return;
    auto records = spool_->read(read_to_, Outgoing::pending_limit - outgoing_.pending_bytes());
    if (!records) {
      const std::uint64_t on = spool_->skip(read_to_);
      loss_.add(on - read_to_, "spool-damaged",
                std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()));
      trouble_ = std::move(records).error().what;
      read_to_ = on;
      return;
    }
    for (auto& record : *records) {
      read_to_ = record.number + 1;
      outgoing_.add(std::move(record));
    }
  }

  void pump() {
    if (wire_.state() == Wire::State::closed) {
      if (now_ < retry_at_ || stopping_) return;
      begun_ = now_;
      ++connections_;
      if (auto begun = wire_.begin(); !begun) return disconnected(begun.error());
    }
    if (wire_.state() != Wire::State::open) {
      auto state = wire_.proceed();
      if (!state) return disconnected(state.error());
      if (*state != Wire::State::open) {
        if (now_ - begun_ > connect_limit) {
          wire_.close();
          disconnected(fail(Fault::outside, "syslog.no-answer"));
        }
        return;
      }
      opened_ = now_;
    }
    if (auto heard = wire_.listen(); !heard) return disconnected(heard.error());
    if (auto written = write(); !written) return disconnected(written.error());
    settle();
  }

  Status write() {
    for (int i = 0; i < chunks_at_once; ++i) {
      const auto chunk = outgoing_.chunk(now_);
      if (chunk.empty()) break;
      auto done = wire_.write(chunk);
      if (!done) return std::move(done).error();
      if (*done == 0) break;
      outgoing_.taken(*done, wire_.written());
    }
    return Done{};
  }

  void settle() {
    const std::size_t arrived = outgoing_.acknowledged(wire_.written(), wire_.unacknowledged());
    outgoing_.forget(now_ - doubt_after_reset, doubt_bytes);
    sent_ += arrived;
    if (arrived > 0 && spool_) spool_->arrived(outgoing_.first(read_to_));
    if (now_ - opened_ >= settled_after) delay_ = first_delay;
    if (arrived > 0 || now_ - opened_ >= sound_after) show(Receiver::State::connected, {});
  }

  void disconnected(const Error& error) {
    const bool orderly = wire_.end() == Wire::End::closed;
    resent_ += outgoing_.rewind(now_ - (orderly ? doubt_after_close : doubt_after_reset));
    if (spool_) spool_->arrived(outgoing_.first(read_to_));
    show(wire_.end() == Wire::End::refused ? Receiver::State::refused : Receiver::State::away, error.what);
    std::uniform_real_distribution<double> part(0.5, 1.0);
    retry_at_ = now_ + std::chrono::duration_cast<Steady::duration>(delay_ * part(random_));
    delay_ = std::min(delay_ * 2, longest_delay);
  }

  void show(Receiver::State state, Message reason) {
    const std::lock_guard lock(mutex_);
    const bool was = public_.state == Receiver::State::connected;
    const bool is = state == Receiver::State::connected;
    if (was != is) public_.since = now_.time_since_epoch();
    public_.state = state;
    public_.reason = std::move(reason);
  }

  void publish() {
    const std::lock_guard lock(mutex_);
    public_.spool_trouble = trouble_;
    public_.waiting = spool_ ? spool_->waiting_bytes() : outgoing_.pending_bytes();
    public_.sent = sent_;
    public_.resent = resent_;
    public_.lost = lost_ + loss_.count();
    public_.connections = connections_;
    public_.overflowing = loss_.count() > 0;
  }

  /// What waits is put where a power cut leaves it, at most once a second.
  void keep_safe() {
    if (!spool_ || outgoing_.is_settled() || now_ - synced_ < sync_every) return;
    synced_ = now_;
    if (auto done = spool_->sync(); !done) trouble_ = std::move(done).error().what;
  }

  /// Nothing left to do before stopping: all has arrived, or what has not is on disk or has no way to go.
  bool is_done() {
    const std::lock_guard lock(mutex_);
    if (!inbox_.empty()) return false;
    return wire_.state() != Wire::State::open || outgoing_.is_settled();
  }

  /// Until somebody sends, the socket has something, or it is time for one of our own errands.
  void wait() {
    std::array<pollfd, 2> polled = {pollfd{wake_, POLLIN, 0}, pollfd{wire_.descriptor(), POLLIN, 0}};
    const bool open = wire_.state() == Wire::State::open;
    if (wire_.wants_to_write() || (open && !outgoing_.is_empty())) polled[1].events |= POLLOUT;
    milliseconds patience{60'000};
    if (wire_.state() == Wire::State::closed)
      patience = std::chrono::duration_cast<milliseconds>(retry_at_ - now_) + milliseconds(1);
    else if (!open || !outgoing_.is_settled())
      patience = look_at_acknowledgements;
    else if (now_ - opened_ < sound_after + milliseconds(100))
      patience = sound_after;
    if (!outgoing_.is_settled()) patience = std::min<milliseconds>(patience, sync_every);
    if (!spool_ && !target_.spool.empty()) patience = std::min<milliseconds>(patience, spool_retry);
    if (stopping_) patience = look_at_acknowledgements;
    const auto count = wire_.descriptor() >= 0 ? polled.size() : 1;
    const int time = static_cast<int>(std::clamp<long>(static_cast<long>(patience.count()), 0, 60'000));
    // An interrupted wait is an early one; the loop comes back.
    if (::poll(polled.data(), count, time) < 0) return;
  }

  const Target target_;
  const Sender::Options options_;
  const int wake_;
  const int pid_ = static_cast<int>(::getpid());

  // The thread's own.
  Outgoing outgoing_;
  Wire wire_;
  std::unique_ptr<Spool> spool_;
  std::uint64_t read_to_ = 1; ///< the first message on disk that is not in outgoing_ yet
  Loss loss_;                 ///< not yet told
  const char* loss_reason_ = "spool-full";
  std::optional<Message> trouble_;
  bool spool_taken_ = false;
  Steady::time_point now_{}, retry_at_{}, begun_{}, opened_{}, synced_{}, spool_tried_{};
  milliseconds delay_;
  std::mt19937 random_;
  std::uint64_t sent_ = 0, resent_ = 0, lost_ = 0, connections_ = 0;

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const Event>> inbox_; ///< guarded by mutex_
  Loss inbox_loss_;                                 ///< guarded by mutex_
  Receiver public_;                                 ///< guarded by mutex_
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

} // namespace

std::unique_ptr<Stream> Stream::start(Target target, Sender::Options options) {
  return std::make_unique<ThreadedStream>(std::move(target), std::move(options));
}

} // namespace assent::syslog
