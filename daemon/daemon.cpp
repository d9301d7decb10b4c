#include "daemon/daemon.hpp"

#include <csignal>
#include <ctime>
#include <sys/timex.h>
#include <systemd/sd-daemon.h>

namespace assent {

namespace {

syslog::Severity severity_of(std::string_view name) {
  using Severity = syslog::Severity;
  static constexpr std::pair<std::string_view, Severity> known[] = {
      {"alert", Severity::alert},     {"critical", Severity::critical}, {"error", Severity::error},
      {"warning", Severity::warning}, {"notice", Severity::notice},     {"info", Severity::info}};
  for (const auto& [word, severity] : known)
    if (word == name) return severity;
  return Severity::notice;
}

sigset_t signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP})
    sigaddset(&set, number);
  return set;
}

} // namespace

Outlets::Outlets(const Catalogue& catalogue, const Config& config)
    : catalogue_(catalogue), language_(config.language), targets_(config.syslog),
      sender_(start_sender(config.syslog)) {}

std::shared_ptr<syslog::Sender> Outlets::start_sender(const std::vector<syslog::Target>& targets) {
  syslog::Sender::Options options;
  options.text = [this](const Message& message) {
    const std::lock_guard lock(mutex_);
    return catalogue_.text(language_, message);
  };
  return syslog::Sender::start(targets, std::move(options));
}

void Outlets::follow(const core::Event& event) {
  bell_.ring(event);
  std::shared_ptr<syslog::Sender> sender;
  Language language{};
  {
    const std::lock_guard lock(mutex_);
    if (targets_.empty()) return;
    sender = sender_;
    language = language_;
  }
  syslog::Event out;
  out.severity = severity_of(event.severity);
  out.msgid = event.msgid;
  out.time = event.time;
  out.text = catalogue_.text(language, event.text);
  // Not of the journal: a checkpoint, a failed commit.
  if (event.number != 0)
    out.params.emplace_back(journal::name_of(event.stream), std::to_string(event.number));
  for (const auto& member : event.detail) {
    if (member.value().is_string())
      out.params.emplace_back(std::string(member.key()), std::string(member.value().get_string()));
    if (member.value().is_number() || member.value().is_bool())
      out.params.emplace_back(std::string(member.key()), json::serialize(member.value()));
  }
  sender->send(std::move(out));
}

void Outlets::replace(const Config& config) {
  {
    const std::lock_guard lock(mutex_);
    language_ = config.language;
    if (targets_ == config.syslog) return;
  }
  std::shared_ptr<syslog::Sender> sender = start_sender(config.syslog);
  {
    const std::lock_guard lock(mutex_);
    targets_ = config.syslog;
    std::swap(sender, sender_);
  }
  // The old one ends here, outside the lock: it may take a second to send what waits.
}

bool clock_sure() {
  timex state{};
  constexpr long second = 1'000'000;
  return ::adjtimex(&state) >= 0 && (state.status & STA_UNSYNC) == 0 && state.maxerror <= second;
}

Result<std::unique_ptr<core::Core>> start_core(const Config& config, Clock& clock, Outlets& outlets) {
  store::Options store_options;
  store_options.path = config.database;
  store_options.ballast = 8U << 20;
  auto store = store::Store::open(store_options);
  if (!store) return std::move(store).error();
  core::Core::Options options;
  options.policy_directory = config.policies;
  options.proposed = config.proposed;
  options.agents = config.agents;
  options.checkpoint_key = config.checkpoint_key;
  options.checkpoint_file = config.checkpoint_file;
  options.config_sha256 = config.sha256;
  options.clock_sure = clock_sure;
  options.conditions = [&outlets] { return outlets.conditions(); };
  return core::Core::start(std::move(options), std::move(store).value(), clock,
                           [&outlets](const core::Event& event) { outlets.follow(event); });
}

Result<std::unique_ptr<api::Server>> start_server(const Config& config, const Catalogue& catalogue,
                                                  core::Core& core, Clock& clock, Outlets& outlets) {
  api::Server::Options options;
  options.doors = config.doors;
  options.status = config.status;
  options.make_model = [directory = config.policies] { return model::Model::load(directory); };
  options.catalogue = catalogue;
  options.language = config.language;
  options.add_figures = [&outlets](core::Figures& figures) { outlets.add_figures(figures); };
  return api::Server::start(std::move(options), core, clock, outlets.bell());
}

Vigil::Vigil() {
  const sigset_t set = signals();
  ASSENT_CHECK(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
}

Vigil::Woken Vigil::wait(core::Core& core) {
  const sigset_t set = signals();
  std::uint64_t watchdog = 0; // µs; 0: the service manager asks for none
  if (::sd_watchdog_enabled(0, &watchdog) <= 0) watchdog = 0;
  const std::uint64_t step = watchdog > 0 ? std::max<std::uint64_t>(watchdog / 4, 1000) : 60'000'000;
  timespec patience{};
  patience.tv_sec = static_cast<time_t>(step / 1'000'000);
  patience.tv_nsec = static_cast<long>(step % 1'000'000) * 1000;
  for (;;) {
    // One question at a time: a core or store that hangs gets no second one, and nobody feeds the watchdog.
    if (watchdog != 0 && !asked_->exchange(true))
      core.probe([asked = asked_] {
        ::sd_notify(0, "WATCHDOG=1");
        asked->store(false);
      });
    const int number = ::sigtimedwait(&set, nullptr, &patience);
    if (number == SIGHUP) return Woken::reload;
    if (number > 0) return Woken::stop;
  }
}

} // namespace assent
