#include "daemon/core/events.hpp"

#include "daemon/core/event_kinds.hpp"

namespace assent::core {
namespace {

std::string severity_of(const std::string& event, const json::object& detail) {
  const auto* kind = event_kind(event);
  // For the record only: people are told of it with its group, or not at all (docs/alarms.md).
  if (event.starts_with("alarm-") && text_of(detail, "told", "now") != "now") return "info";
  if (kind != nullptr && kind->severity == "alarm") {
    const std::string severity = text_of(detail, "severity"); // none: only ends are told
    return severity == "critical" ? "critical"
           : severity == "major"  ? "error"
           : severity.empty()     ? "notice"
                                  : "warning";
  }
  // An entry of a newer version, read again: there is no better guess.
  return kind == nullptr ? "notice" : std::string(kind->severity);
}

std::string plain(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  return canonical(value);
}

/// `event.NAME` with the members of the detail; an alarm brings its own sentence.
Message text_of_event(const std::string& event, const json::object& detail) {
  const auto& own = object_of(detail, "text");
  Message message;
  if (own.empty()) {
    message.id = "event." + event;
    for (const auto& member : detail)
      if (!member.value().is_array() && !member.value().is_object())
        message.args.emplace_back(std::string(member.key()), plain(member.value()));
    return message;
  }
  message.id = text_of(own, "id");
  for (const auto& member : object_of(own, "args"))
    message.args.emplace_back(std::string(member.key()), plain(member.value()));
  return message;
}

Event make(journal::Stream stream, std::uint64_t number, std::string event, Instant time, json::object detail,
           Id ticket) {
  Event made;
  made.stream = stream;
  made.number = number;
  made.severity = severity_of(event, detail);
  made.text = text_of_event(event, detail);
  made.msgid = std::move(event);
  made.time = time;
  if (ticket != 0 && !detail.contains("ticket")) detail["ticket"] = ticket;
  if (made.msgid == "founding") detail = {}; // the file and its signatures are no news
  made.detail = std::move(detail);
  return made;
}

} // namespace

Event event_of(const journal::Draft& draft, std::uint64_t number) {
  return make(draft.stream, number, draft.event, draft.time, draft.detail, draft.ticket);
}

Result<Event> event_of(const store::StoredEntry& entry) {
  auto header = journal::parse_header(entry.header);
  if (!header) return header.error();
  auto body = parse_json(entry.body, 64u << 20, "journal");
  if (!body) return body.error();
  const auto& object = body->as_object();
  return make(entry.stream, entry.number, text_of(object, "event"), header->time, object_of(object, "detail"),
              number_of(object, "ticket"));
}

} // namespace assent::core
