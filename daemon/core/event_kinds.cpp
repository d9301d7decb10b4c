#include "daemon/core/event_kinds.hpp"

#include <algorithm>
#include <array>

namespace assent::core {
namespace {

// A new kind: a line here, in the order of the names; event.NAME, means.NAME and then.NAME in both
// catalogues. unit-core says what is missing, and with ASSENT_WRITE_DOCS=1 writes docs/events.md.
constexpr std::string_view of_a_finding =
    "after before device earliest ended finding latest nearest operation path ticket verdict";
// What people are not told of at once (`told` is not `now`) has the severity info.
constexpr std::string_view of_an_alarm = "by qualifier resource severity told type why";
constexpr std::string_view of_a_link =
    "bits direction entitled entitlement link link-id organisation rate since";
constexpr std::string_view of_an_uplink =
    "bits capacity direction discards link link-id organisation percent rate since";
constexpr std::string_view of_an_abuse =
    "bits direction entitled entitlement link link-id organisation rate share since uplink";
constexpr std::array all = {
    EventKind{"alarm-acknowledged", "records", "notice", "name person qualifier reason resource type"},
    EventKind{"alarm-calm", "records", "notice", of_an_alarm},
    EventKind{"alarm-changed", "records", "alarm", of_an_alarm},
    EventKind{"alarm-cleared", "records", "notice", of_an_alarm},
    EventKind{"alarm-closed", "records", "notice", "name person qualifier reason resource type"},
    EventKind{"alarm-flapping", "records", "alarm", "qualifier resource severity times told type"},
    EventKind{"alarm-notified", "records", "alarm", "changed cleared group holding raised repeat severity"},
    EventKind{"alarm-raised", "records", "alarm", of_an_alarm},
    EventKind{"alarm-shelved", "records", "warning", "name person qualifier reason resource type until"},
    EventKind{"alarm-unshelved", "records", "notice", "name person qualifier reason resource type"},
    EventKind{"change-covered", "decisions", "notice", "count device path ticket"},
    EventKind{"checkpoint", "none", "info", "installation"},
    EventKind{"configuration-read", "records", "info", "config-sha256 restart"},
    EventKind{"finding-accepted", "decisions", "notice", "device ended finding path ticket"},
    EventKind{"finding-changed", "decisions", "alert", of_a_finding},
    EventKind{"finding-cleared", "decisions", "notice", of_a_finding},
    EventKind{"finding-opened", "decisions", "alert", of_a_finding},
    EventKind{"findings-retired", "decisions", "info", "before count first last"},
    EventKind{"founding", "both", "notice", ""},
    EventKind{"link-abuse", "records", "alert", of_an_abuse},
    EventKind{"link-abuse-ended", "records", "notice", of_an_abuse},
    EventKind{"link-excess", "records", "warning", of_a_link},
    EventKind{"link-excess-ended", "records", "notice", of_a_link},
    EventKind{"notifications-from-strangers", "records", "warning", "address agent count"},
    EventKind{"profile-followed", "decisions", "notice", "device leaves profile revision ticket"},
    EventKind{"refusals-counted", "records", "warning", "count identity"},
    EventKind{"refused", "records", "warning", "account agent operation rule ticket why"},
    EventKind{"stamp-moved", "records", "notice", "after before device earliest latest stamp"},
    EventKind{"standard-applied", "decisions", "info", "template ticket used-today"},
    EventKind{"started", "records", "info", "config-sha256 version"},
    EventKind{"stopped", "records", "info", ""},
    EventKind{"store-failed", "none", "critical", ""},
    EventKind{"store-migrated", "records", "notice", "from version"},
    EventKind{"store-recovered", "records", "warning", ""},
    EventKind{"syslog-gap", "none", "error",
              "decisions-first decisions-last from lost reason receiver records-first records-last to"},
    EventKind{"ticket-approved", "decisions", "notice", "ticket"},
    EventKind{"ticket-closed", "decisions", "notice", "outcome ticket"},
    EventKind{"ticket-decided", "decisions", "notice", "person stage ticket"},
    EventKind{"ticket-expired", "decisions", "notice", "ticket"},
    EventKind{"ticket-finishing", "decisions", "notice", "person ticket"},
    EventKind{"ticket-opened", "decisions", "notice", "reason ticket"},
    EventKind{"ticket-rejected", "decisions", "notice", "person stage ticket why"},
    EventKind{"ticket-revoked", "decisions", "warning", "person ticket"},
    EventKind{"ticket-submitted", "decisions", "notice", "person reason ticket"},
    EventKind{"ticket-withdrawn", "decisions", "notice", "person ticket"},
    EventKind{"uplink-congested", "records", "warning", of_an_uplink},
    EventKind{"uplink-relieved", "records", "notice", of_an_uplink},
    EventKind{"watch-blinded", "decisions", "critical", of_a_finding},
};
static_assert(std::ranges::is_sorted(all, {}, &EventKind::name));

std::string quoted(std::string_view words) {
  std::string out;
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    out.append(out.empty() ? "`" : ", `").append(words.substr(0, end)).append("`");
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return out;
}

} // namespace

std::span<const EventKind> event_kinds() {
  return all;
}

const EventKind* event_kind(std::string_view name) {
  const auto found = std::ranges::lower_bound(all, name, {}, &EventKind::name);
  return found != all.end() && found->name == name ? &*found : nullptr;
}

std::string events_page(const Catalogue& catalogue, Language language) {
  const auto text = [&](const char* area, std::string_view name) {
    return catalogue.text(language, Message{std::string(area) + std::string(name), {}});
  };
  std::string out;
  for (const auto& kind : all) {
    out.append("\n### ").append(kind.name).append("\n");
    out.append(text("events.", "severity")).append(": ");
    if (kind.severity == "alarm")
      out += text("events.", "as-the-alarm");
    else
      out.append(kind.severity);
    out.append("; ").append(text("events.stream-", kind.stream)).append("; ");
    out.append(text("events.", "parameters")).append(": ");
    out.append(kind.params.empty() ? "-" : quoted(kind.params)).append("\n\n");
    out.append("> ").append(text("event.", kind.name)).append("\n\n");
    out.append(text("means.", kind.name)).append("\n\n**");
    out.append(text("events.", "to-do")).append("** ").append(text("then.", kind.name)).append("\n");
  }
  return out;
}

} // namespace assent::core
