// From a journal entry to what followers are told: one table of event kinds, so that the event stream after a
// restart says the same as it said live. Pure.
#pragma once

#include <string_view>

#include "daemon/core/core.hpp"
#include "daemon/journal/entry.hpp"

namespace assent::core {

/// `text` is `event.NAME` with the entry's detail as arguments.
Event event_of(const journal::Draft& draft, std::uint64_t number);
/// The same from stored bytes (resuming a stream).
Result<Event> event_of(const store::StoredEntry& entry);

} // namespace assent::core
