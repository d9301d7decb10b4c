#include "agents/snmp/agent.hpp"

#include <malloc.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>

#include "agents/snmp/reporter.hpp"
#include "agents/snmp/trap_turn.hpp"
#include "agents/snmp/udp.hpp"
#include "agents/snmp/vigil.hpp"
#include "common/client.hpp"
#include "common/text.hpp"

namespace assent::snmp {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t many = 8; ///< requests under way, from which answers are gathered
constexpr auto gather = std::chrono::nanoseconds(500us); ///< far below any answer time that matters
/// Time-outs that fall due close to each other are met together: each wake-up costs as much as an answer.
constexpr Steady together = 10ms;

class ApiDaemon final : public Daemon {
 public:
  ApiDaemon(const std::string& socket, std::chrono::milliseconds deadline)
      : client_(ApiClient::Options{socket, deadline}) {}
  Result<json::object> call(std::string_view operation, const std::string& input) override {
    return client_.call_text(operation, input);
  }
  void interrupt() { client_.interrupt(); }

 private:
  ApiClient client_;
};

/// Plans on their way to the polling loop, which is woken through a descriptor.
class Mailbox {
 public:
  Mailbox() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) { ASSENT_CHECK(fd_ >= 0); }
  ~Mailbox() { ::close(fd_); }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  void put(Plan plan) {
    const std::lock_guard lock(mutex_);
    if (plan_) // orders of a plan that nobody took yet are not lost with it
      for (const auto& [device, order] : plan_->read_now)
        plan.read_now.try_emplace(device, order);
    plan_ = std::move(plan);
    wake();
  }
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    wake();
  }
  std::optional<Plan> take() {
    if (!woken_.exchange(false)) return std::nullopt;
    const std::lock_guard lock(mutex_);
    std::uint64_t count = 0;
    // Nothing to read is as good as something: the values are under the lock.
    static_cast<void>(::read(fd_, &count, sizeof count) == sizeof count);
    return std::exchange(plan_, std::nullopt);
  }
  bool ended() const { return ended_; }
  int fd() const { return fd_; }

 private:
  void wake() {
    woken_ = true;
    const std::uint64_t one = 1;
    // A full counter is a pending wake-up already.
    static_cast<void>(::write(fd_, &one, sizeof one) == sizeof one);
  }

  int fd_;
  std::mutex mutex_;
  std::optional<Plan> plan_;
  std::atomic<bool> ended_ = false, woken_ = false;
};

/// Lets threads wait without sleeping through the end.
class Ending {
 public:
  bool pause(std::chrono::milliseconds at_most) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, at_most, [&] { return ended_; });
    return !ended_;
  }
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
};

void start_log(const std::string& level) {
  spdlog::set_default_logger(spdlog::stderr_logger_mt("assent-snmp"));
  spdlog::set_level(spdlog::level::from_str(level == "warning" ? "warn" : level == "error" ? "err" : level));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
}

void log_figures(const Poller& poller, const EngineStore& engines, const Outbox& outbox) {
  const PollFigures& now = poller.figures();
  const V3Shared& v3 = poller.v3_figures();
  spdlog::info(
      "figures requests={} answers={} retries={} timeouts={} strays={} malformed={} skipped={} moved={} "
      "oddities={} dropped={} unsent={} counters-dropped={} texts-dropped={} v3-reports={} v3-bad-macs={} "
      "v3-out-of-time={} v3-discoveries={} engines-unwritten={}",
      now.requests, now.answers, now.retries, now.timeouts, now.strays, now.malformed, now.skipped, now.moved,
      now.oddities, now.dropped, now.unsent, outbox.dropped_counters(), outbox.dropped_texts(), v3.reports,
      v3.bad_macs, v3.out_of_time, v3.discoveries, engines.failures());
}

/// Without a directory, or with a file that can't be understood, engines are discovered anew, and
/// notifications are believed only when the device has answered us in this run.
Result<std::unique_ptr<EngineStore>> open_engines(const Config& config, const Log& log, const Clock& clock) {
  if (config.state.empty()) return std::make_unique<EngineStore>();
  std::optional<Error> trouble;
  const auto now = std::chrono::floor<std::chrono::seconds>(clock.wall().time_since_epoch()).count();
  Result<std::unique_ptr<EngineStore>> engines = EngineStore::open(config.state, now, trouble);
  if (trouble) log("engines-forgotten", *trouble);
  return engines;
}

/// The polling loop; everything that uses net-snmp runs here.
void poll(const Config& config, std::map<std::string, Credential> credentials, EngineStore& engines, Udp& udp,
          Mailbox& mailbox, Outbox& outbox, const Clock& clock, Vigil& vigil, Traps traps) {
  std::uint64_t seed = 0;
  ASSENT_CHECK(::getrandom(&seed, sizeof seed, 0) == sizeof seed);
  const std::unique_ptr<Codec> codec = make_v2c_codec();
  Poller poller(
      config.limits, std::move(credentials), *codec,
      [&](const Endpoint& to, std::string_view bytes) { return udp.send(to, bytes); }, outbox, seed,
      &engines);
  const auto now = [&] { return Moment{clock.monotonic(), clock.wall()}; };
  TrapTurn turn(std::move(traps), poller, outbox,
                usm::LocalEngine(engines.own_engine(), engines.own_boots(), clock.monotonic()));
  const int wake_fd = turn.wake_fd(mailbox.fd());
  Steady tell = clock.monotonic() + 1h;
  while (!mailbox.ended()) {
    vigil.beat();
    if (std::optional<Plan> plan = mailbox.take()) {
      spdlog::info("plan version={} network={} devices={} read-now={}", plan->version,
                   for_terminal(plan->network), plan->devices.size(), plan->read_now.size());
      std::set<Id> ours;
      for (const PlanDevice& device : plan->devices)
        ours.insert(device.id);
      outbox.keep_only(ours);
      poller.set_plan(*std::move(plan), now());
    }
    turn.run(now());
    const Steady polled = (poller.run(now()) / together + 1) * together;
    const Steady next = std::min({polled, tell, turn.next()});
    engines.save(clock.monotonic());
    Moment at = now();
    udp.wait(
        std::min(next - at.steady, vigil.longest_round()), poller.in_flight() >= many ? gather : 0ns, wake_fd,
        [&](const Endpoint& from, std::string_view bytes) { poller.datagram(from, bytes, at); },
        [&](const Endpoint& from) { poller.refused(from); });
    if (at.steady >= tell) {
      poller.figures().dropped = udp.dropped();
      log_figures(poller, engines, outbox);
      tell = at.steady + 1h;
    }
  }
  poller.figures().dropped = udp.dropped();
  log_figures(poller, engines, outbox);
}

} // namespace

Status run_agent(const Config& config, const std::string& policies, const Catalogue& catalogue,
                 const Clock& clock) {
  start_log(config.log_level);
  // A round of counters is some ten megabytes that are freed again: without this the heap is given back and
  // asked for all the time. One arena, because those of threads grow and shrink page by page; and what is
  // large is taken from it, too, for pages that come back must be cleared.
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_TRIM_THRESHOLD, 64 << 20);
  ::mallopt(M_TOP_PAD, 4 << 20);
  ::mallopt(M_MMAP_THRESHOLD, 16 << 20);
  Result<std::map<std::string, Credential>> credentials = read_credentials(config);
  if (!credentials) return std::move(credentials).error();
  Result<std::unique_ptr<model::Model>> model = model::Model::load(policies);
  if (!model) return std::move(model).error();
  Result<std::unique_ptr<Udp>> udp = Udp::open();
  if (!udp) return std::move(udp).error();
  Result<Traps> traps = open_traps(config);
  if (!traps) return std::move(traps).error();
  const Log log = [&](std::string_view event, const Error& error) {
    spdlog::warn("{} {}", event, for_terminal(catalogue.text(Language::en, error)));
  };

  Vigil vigil;
  Result<std::unique_ptr<EngineStore>> engines = open_engines(config, log, clock);
  if (!engines) return std::move(engines).error();
  Mailbox mailbox;
  Outbox outbox;
  Ending ending;
  ApiDaemon plan_daemon(config.socket, 60s);
  ApiDaemon report_daemon(config.socket, 30s);
  const Pause pause = [&](std::chrono::milliseconds at_most) { return ending.pause(at_most); };
  const std::string session = new_session();
  spdlog::info("started name={} session={} {}", config.name, session, codec_version());
  std::thread planning([&] {
    PlanReader reader(**model);
    follow_plan(
        plan_daemon, reader, [&](Plan plan) { mailbox.put(std::move(plan)); }, clock, log, pause);
  });
  Reporter reporter(report_daemon, outbox, session, clock, log, pause);
  std::thread reporting([&] { reporter.run(); });
  std::thread polling([&] {
    poll(config, std::move(*credentials), **engines, **udp, mailbox, outbox, clock, vigil, std::move(*traps));
  });

  const int signal = vigil.wait();
  spdlog::info("stopping signal={}", signal);
  mailbox.end();
  polling.join();
  outbox.stop(); // what is left goes out if the daemon takes it at once
  reporting.join();
  ending.end();
  plan_daemon.interrupt();
  planning.join();
  return Done{};
}

} // namespace assent::snmp
