// The kinds of events: one line for each in event_kinds.cpp. The source of docs/events.md and of
// `assentd --list-events`; its sentences stand in po/*/event.po (`means.EVENT`, `then.EVENT`) and, what an
// event itself says, as `event.EVENT`. A test compares all of them, and looks for undeclared events in the
// sources. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/messages.hpp"

namespace assent::core {

struct EventKind {
  std::string_view name;     ///< in the journal, in the event stream, MSGID of syslog; for ever the same
  std::string_view stream;   ///< `decisions`, `records`, `both`; `none`: not in the journal
  std::string_view severity; ///< RFC 5424 6.2.1, in lower case; `alarm`: as the alarm's
  std::string_view params;   ///< of the structured data besides `msgid`, `decisions` and `records`, by blanks
};

/// All, by name.
std::span<const EventKind> event_kinds();
/// The kind of that name, or nullptr where none is declared.
const EventKind* event_kind(std::string_view name);
/// All, as Markdown: a heading for each, with severity, structured data, what happened and what to do.
std::string events_page(const Catalogue& catalogue, Language language);

} // namespace assent::core
