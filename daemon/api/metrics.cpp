#include "daemon/api/metrics.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <map>

namespace assent::api {

namespace {

constexpr std::pair<std::string_view, std::string_view> helps[] = {
    {"assent_alarm_notifications_total", "Notifications about alarms, by sort."},
    {"assent_agent_notifications_total", "Traps and informs that an agent received, by what became of them."},
    {"assent_alarms", "Alarms that hold, by severity."},
    {"assent_alarms_beyond_limit_total", "Alarms that were not kept because too many held."},
    {"assent_alarms_suppressed_total", "Times that people were not told of an alarm, by reason."},
    {"assent_api_connections", "Open connections, by door."},
    {"assent_api_connections_evicted_total", "Slow connections closed at the status port to make room."},
    {"assent_api_connections_refused_total", "Connections refused because too many were open."},
    {"assent_api_followers", "Followers of the event stream."},
    {"assent_api_requests_total", "Requests answered, by door and class of status."},
    {"assent_api_timeouts_total", "Connections closed because the peer was too slow."},
    {"assent_build_info", "Version of this daemon."},
    {"assent_core_step_seconds", "Length of core's steps."},
    {"assent_device_findings", "Deviations on a device that nothing permits."},
    {"assent_device_last_reading_timestamp_seconds", "When the newest complete reading of a device began."},
    {"assent_device_reachable", "Whether a device's agent can read it; absent until it has tried."},
    {"assent_device_samples_total", "Samples of a device's counters that have come in."},
    {"assent_devices_unreachable", "Devices whose agent cannot read them."},
    {"assent_devices_waived", "Devices that a waiver of the policy is for."},
    {"assent_findings_open", "Deviations that nothing permits."},
    {"assent_read_only", "Whether a failed commit keeps everything from being taken."},
    {"assent_link_bytes_per_second", "What a link carries now, by direction (up: from the organisation)."},
    {"assent_link_capacity_bytes_per_second", "What a shared link can carry."},
    {"assent_link_congested", "Whether a shared link is congested, by direction."},
    {"assent_link_entitlement_bytes_per_second", "What a link may carry now, by direction."},
    {"assent_link_samples_dropped_total", "Counter samples of links dropped because too many waited."},
    {"assent_link_samples_total", "Counter samples of links, by what they made (docs/watch.md)."},
    {"assent_links", "Links, by state."},
    {"assent_ready", "Whether /readyz would say yes."},
    {"assent_refusals_total", "Operations that core refused."},
    {"assent_register_objects", "Objects of the register, by kind."},
    {"assent_requests_total", "Operations that core took."},
    {"assent_findings_retired_total",
     "Closed findings that were older than the policy keeps them, and went."},
    {"assent_state_reloads_total", "Times that pending state was thrown away after a failed commit."},
    {"assent_store_batches_total", "Batches committed."},
    {"assent_store_entries_total", "Journal entries committed."},
    {"assent_store_failures_total", "Groups that could not be committed."},
    {"assent_store_groups_total", "Groups committed, each with one fsync."},
    {"assent_syslog_dropped_total", "Messages dropped because their receiver was away too long."},
    {"assent_syslog_failed_total", "Messages that could not be sent."},
    {"assent_syslog_receiver_connected", "Whether a TCP or TLS receiver of events is connected."},
    {"assent_syslog_receiver_connections_total", "Connections that were tried, by receiver."},
    {"assent_syslog_receiver_lost_total", "Messages lost, by receiver."},
    {"assent_syslog_receiver_resent_total", "Messages sent again because a connection ended, by receiver."},
    {"assent_syslog_receiver_sent_total", "Messages that a receiver's system has acknowledged."},
    {"assent_syslog_sent_total", "Messages sent."},
    {"assent_syslog_spool_bytes", "Bytes of messages that have not arrived, by receiver."},
    {"assent_syslog_spool_limit_bytes", "Bytes that a receiver's spool may hold."},
    {"assent_tickets", "Tickets on their way, by state."},
};

std::string_view help_of(std::string_view family) {
  const auto* found = std::ranges::find(helps, family, &std::pair<std::string_view, std::string_view>::first);
  return found == std::end(helps) ? std::string_view("See docs/metrics.md.") : found->second;
}

/// `requests{door="x"}` as a counter is `assent_requests_total{door="x"}`.
std::string full_name(std::string_view name, bool counter) {
  const auto brace = name.find('{');
  const std::string_view family = name.substr(0, brace);
  std::string out = family.starts_with("assent_") ? "" : "assent_";
  out.append(family);
  if (counter && !family.ends_with("_total")) out += "_total";
  if (brace != std::string_view::npos) out.append(name.substr(brace));
  return out;
}

void add_figures(const std::vector<std::pair<std::string, double>>& figures, std::string_view type,
                 std::string& out) {
  std::map<std::string, std::map<std::string, double>> families;
  for (const auto& [name, value] : figures)
    if (std::isfinite(value)) {
      std::string full = full_name(name, type == "counter");
      families[full.substr(0, full.find('{'))][full] = value;
    }
  for (const auto& [family, members] : families) {
    out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", family, help_of(family), type);
    for (const auto& [name, value] : members)
      out += fmt::format("{} {}\n", name, value);
  }
}

/// Digits of a number as short as they can be read back exactly; whole numbers take the short way.
void add_number(double value, std::string& out) {
  std::array<char, 32> digits{};
  const auto whole = static_cast<std::int64_t>(value);
  const bool exact = value > -1e15 && value < 1e15 && static_cast<double>(whole) == value;
  const auto end = exact ? std::to_chars(digits.begin(), digits.end(), whole)
                         : std::to_chars(digits.begin(), digits.end(), value);
  out.append(digits.data(), static_cast<std::size_t>(end.ptr - digits.data()));
}

void add_series(const core::Series& series, std::string& out) {
  if (!series.labels || series.labels->size() != series.values.size()) return;
  out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", series.family, help_of(series.family),
                     series.counter ? "counter" : "gauge");
  const auto& labels = *series.labels;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (!std::isfinite(series.values[i])) continue;
    out.append(series.family).append(labels[i]).append(1, ' ');
    add_number(series.values[i], out);
    out += '\n';
  }
}

/// Room for all of it, so that megabytes are not copied while they grow.
std::size_t size_of(const core::Figures& figures) {
  std::size_t size = 64u << 10;
  for (const auto& series : figures.series)
    if (series.labels && !series.labels->empty())
      size += series.labels->size() * (series.family.size() + 24 + series.labels->front().size() * 2);
  return size;
}

void add_histogram(std::string_view family, const std::vector<std::uint64_t>& buckets, double sum,
                   std::string& out) {
  static constexpr std::string_view bounds[] = {"1e-05", "0.0001", "0.001", "0.002", "0.01", "+Inf"};
  if (buckets.size() != std::size(bounds)) return;
  out += fmt::format("# HELP {0} {1}\n# TYPE {0} histogram\n", family, help_of(family));
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    total += buckets[i];
    out += fmt::format("{}_bucket{{le=\"{}\"}} {}\n", family, bounds[i], total);
  }
  out += fmt::format("{0}_sum {1}\n{0}_count {2}\n", family, sum, total);
}

} // namespace

std::string metrics_text(const core::Figures& figures) {
  std::string out;
  out.reserve(size_of(figures));
  add_figures(figures.gauges, "gauge", out);
  add_figures(figures.counters, "counter", out);
  for (const auto& series : figures.series)
    add_series(series, out);
  add_histogram("assent_core_step_seconds", figures.step_buckets, figures.step_seconds, out);
  return out;
}

std::string labelled(std::string_view name,
                     const std::vector<std::pair<std::string_view, std::string_view>>& labels) {
  std::string out(name);
  char between = '{';
  for (const auto& [label, value] : labels) {
    out += between;
    out.append(label).append("=\"");
    for (const char c : value) {
      if (c == '\\' || c == '"') out += '\\';
      if (c == '\n')
        out += "\\n";
      else
        out += c;
    }
    out += '"';
    between = ',';
  }
  if (!labels.empty()) out += '}';
  return out;
}

} // namespace assent::api
