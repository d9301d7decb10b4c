// The kinds of alarms: one line for each in kinds.cpp. The source of docs/alarms.md; its sentences stand in
// po/*/alarm.po, `alarm.TYPE` (what is the matter) and `do.TYPE` (what to do). A test compares all of them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "common/time.hpp"

namespace assent::alarms {

enum class Severity : std::uint8_t { warning, minor, major, critical }; ///< RFC 8632 3.5
std::string_view name_of(Severity severity);

/// Of what belongs together, one notification is made. `agent` and `device` are those on which the alarm
/// hangs; one that hangs on none is gathered everywhere.
enum class Gather : std::uint8_t { everywhere, agent, device, resource };

/// What else is to be known of a kind, as bits.
enum Mark : unsigned {
  plain = 0,
  finding = 1,     ///< somebody must answer for it: never damped, never shelved, no maintenance hides it
  maintenance = 2, ///< work on the device is expected to cause it: hidden while a ticket announces that
  at_start = 4,    ///< raised again by every start where it still holds; what is not, is cleared then
  steady = 8,      ///< does not flap: never damped
  soon = 16,       ///< raised again within 30 s of a start where it still holds; what is not, is cleared then
};

struct Kind {
  std::string_view type; ///< a word; for ever the same: receivers match it
  Severity severity;     ///< where whoever raises it says nothing else
  std::string_view group;
  Gather gather;
  /// Types that hide it where they hold on something that it hangs on, divided by spaces. The cause is told,
  /// its consequences are not.
  std::string_view hidden_by;
  unsigned marks = plain;
  Duration
      lasts{}; ///< cleared when it was not raised again for so long; zero: only whoever raised it clears it

  bool is(Mark mark) const { return (marks & mark) != 0; }
};

/// All, by type.
std::span<const Kind> kinds();
/// The kind of that type, or nullptr where none is declared.
const Kind* kind_of(std::string_view type);
/// Does `cause` stand among the kind's `hidden_by`?
bool hides(std::string_view cause, const Kind& kind);

} // namespace assent::alarms
