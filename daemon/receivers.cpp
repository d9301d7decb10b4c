// What /metrics and the alarms say about the receivers of events.
#include "daemon/api/metrics.hpp"
#include "daemon/daemon.hpp"

namespace assent {
namespace {

using syslog::Receiver;
constexpr std::chrono::seconds away_for{5}; ///< a receiver that is restarted is no alarm

void add_conditions(const Receiver& receiver, const std::function<std::string(const Message&)>& text,
                    std::vector<core::Condition>& out) {
  const std::string resource = "syslog/" + receiver.label;
  const auto add = [&](const char* type, const char* name, std::string value) {
    out.push_back({type, resource, {{"receiver", receiver.label}}});
    if (name != nullptr) out.back().args.emplace_back(name, std::move(value));
  };
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  if (receiver.state == Receiver::State::refused)
    add("syslog-receiver-refused", "reason", text(receiver.reason));
  else if (receiver.state == Receiver::State::away && now - receiver.since >= away_for)
    add("syslog-receiver-away", "reason", text(receiver.reason));
  const std::uint64_t percent = receiver.room == 0 ? 0 : receiver.waiting * 100 / receiver.room;
  if (receiver.overflowing)
    add("syslog-spool-full", "lost", std::to_string(receiver.lost));
  else if (percent > 50)
    add("syslog-spool-filling", nullptr, {});
  if (receiver.spool_trouble) add("syslog-spool-unusable", "reason", text(*receiver.spool_trouble));
}

} // namespace

std::shared_ptr<syslog::Sender> Outlets::sender() const {
  const std::lock_guard lock(mutex_);
  return sender_;
}

std::vector<core::Condition> Outlets::conditions() const {
  std::vector<core::Condition> out;
  const auto text = [this](const Message& message) {
    const std::lock_guard lock(mutex_);
    return catalogue_.text(language_, message);
  };
  for (const auto& receiver : sender()->receivers())
    add_conditions(receiver, text, out);
  return out;
}

void Outlets::add_figures(core::Figures& figures) const {
  const auto now = sender();
  const auto counters = now->counters();
  const auto number = [](auto value) { return static_cast<double>(value); };
  figures.counters.emplace_back("assent_syslog_sent_total", number(counters.sent));
  figures.counters.emplace_back("assent_syslog_dropped_total", number(counters.dropped));
  figures.counters.emplace_back("assent_syslog_failed_total", number(counters.failed));
  for (const auto& receiver : now->receivers()) {
    const auto named = [&](std::string_view name) {
      return api::labelled(name, {{"receiver", receiver.label}});
    };
    const bool connected = receiver.state == Receiver::State::connected;
    figures.gauges.emplace_back(named("assent_syslog_receiver_connected"), connected ? 1 : 0);
    figures.gauges.emplace_back(named("assent_syslog_spool_bytes"), number(receiver.waiting));
    figures.gauges.emplace_back(named("assent_syslog_spool_limit_bytes"), number(receiver.room));
    figures.counters.emplace_back(named("assent_syslog_receiver_sent_total"), number(receiver.sent));
    figures.counters.emplace_back(named("assent_syslog_receiver_resent_total"), number(receiver.resent));
    figures.counters.emplace_back(named("assent_syslog_receiver_lost_total"), number(receiver.lost));
    figures.counters.emplace_back(named("assent_syslog_receiver_connections_total"),
                                  number(receiver.connections));
  }
}

} // namespace assent
