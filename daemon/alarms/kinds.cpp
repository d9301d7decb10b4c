#include "daemon/alarms/kinds.hpp"

#include <algorithm>
#include <array>

namespace assent::alarms {
namespace {

using std::chrono::hours;

constexpr auto warning = Severity::warning;
constexpr auto minor = Severity::minor;
constexpr auto major = Severity::major;
constexpr auto critical = Severity::critical;

/// What is known only through a device is hidden while the device, or whoever reads it, is not heard.
constexpr std::string_view unread = "device-unreachable device-keys-refused device-not-waived agent-silent";

// A new kind: a line here, in the order of the types, and in po/en/alarm.po and po/zh_CN/alarm.po what is the
// matter (alarm.TYPE) and what to do (do.TYPE). unit-alarms says what is missing, and with
// ASSENT_WRITE_DOCS=1 writes the table of docs/alarms.md.
constexpr std::array all = {
    Kind{"agent-silent", critical, "agents", Gather::everywhere, ""},
    Kind{"agent-speaks-for-others", critical, "security", Gather::agent, "", plain, hours{1}},
    Kind{"approval-overdue", warning, "tickets", Gather::everywhere, ""},
    Kind{"boots-not-rising", major, "security", Gather::agent, ""},
    Kind{"checkpoint-not-written", major, "daemon", Gather::everywhere, ""},
    Kind{"clock-unsure", major, "daemon", Gather::everywhere, ""},
    Kind{"device-keys-refused", major, "reachability", Gather::agent, "agent-silent", maintenance},
    Kind{"device-not-waived", major, "reachability", Gather::agent, "agent-silent"},
    Kind{"device-unreachable", major, "reachability", Gather::agent, "agent-silent", maintenance},
    Kind{"disk-full", critical, "daemon", Gather::everywhere, ""},
    Kind{"equal-engine-id", major, "security", Gather::agent, ""},
    Kind{"link-abuse", major, "bandwidth", Gather::everywhere, "", finding},
    Kind{"link-excess", warning, "bandwidth", Gather::everywhere, "", plain},
    Kind{"link-unmeasured", minor, "bandwidth", Gather::device, unread, maintenance},
    Kind{"proposed-file-differs", warning, "daemon", Gather::everywhere, "", at_start | steady},
    Kind{"reading-incomplete", minor, "readings", Gather::agent, unread, maintenance},
    Kind{"reading-refused", major, "readings", Gather::agent, unread},
    Kind{"store-failed", critical, "daemon", Gather::everywhere, "", at_start | steady},
    Kind{"syslog-receiver-away", minor, "receivers", Gather::everywhere, "", soon},
    Kind{"syslog-receiver-refused", major, "receivers", Gather::everywhere, "", soon},
    Kind{"syslog-spool-filling", major, "receivers", Gather::everywhere, "", steady | soon},
    Kind{"syslog-spool-full", critical, "receivers", Gather::everywhere, "", steady | soon},
    Kind{"syslog-spool-unusable", major, "receivers", Gather::everywhere, "", soon},
    Kind{"too-many-alarms", critical, "daemon", Gather::everywhere, "", steady, hours{1}},
    Kind{"unapproved-change", major, "changes", Gather::device, "", finding | at_start},
    Kind{"uplink-congested", major, "bandwidth", Gather::everywhere, "", plain},
    Kind{"watch-blinded", major, "changes", Gather::device, unread, finding | at_start},
};
static_assert(std::ranges::is_sorted(all, {}, &Kind::type));

} // namespace

std::string_view name_of(Severity severity) {
  static constexpr std::array<std::string_view, 4> names = {"warning", "minor", "major", "critical"};
  return names[static_cast<std::size_t>(severity)];
}

std::span<const Kind> kinds() {
  return all;
}

const Kind* kind_of(std::string_view type) {
  const auto found = std::ranges::lower_bound(all, type, {}, &Kind::type);
  return found != all.end() && found->type == type ? &*found : nullptr;
}

bool hides(std::string_view cause, const Kind& kind) {
  auto rest = kind.hidden_by;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(' '), rest.size());
    if (rest.substr(0, end) == cause) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

} // namespace assent::alarms
