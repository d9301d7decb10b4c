// One alarm with all that it has lived through (RFC 8632, section 4). Pure.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.hpp"
#include "common/result.hpp"
#include "common/time.hpp"
#include "daemon/alarms/damping.hpp"
#include "daemon/alarms/kinds.hpp"

namespace assent::alarms {

/// What an alarm is about. Alarms of one type are told apart by resource and qualifier.
struct Subject {
  Subject(const char* what) : resource(what) {}
  Subject(std::string what, std::string part = {}, std::vector<std::string> more = {})
      : resource(std::move(what)), qualifier(std::move(part)), also(std::move(more)) {}

  std::string resource;  ///< `device/17`, `finding/5`, `link/3`, `agent/2`; what is no object: a word, a file
  std::string qualifier; ///< which part of it: an interface's name; mostly empty
  std::vector<std::string> also; ///< further resources on which it hangs: the uplink of a link
};

/// RFC 8632 3.5: there is one alarm for each.
struct Key {
  std::string type, resource, qualifier;
  friend auto operator<=>(const Key&, const Key&) = default;
};
std::string name_of(const Key& key); ///< `TYPE RESOURCE` or `TYPE RESOURCE QUALIFIER`

/// Why people are not told of something.
enum class Why : std::uint8_t { inhibited, maintenance, shelved, damped };
inline constexpr std::size_t whys = 4;
std::string_view name_of(Why why);

/// An entry of the list of status changes.
struct Change {
  Instant at{};
  Severity severity{};
  bool cleared = false;
};
inline constexpr std::size_t most_changes = 32; ///< kept of each alarm; the oldest go first

/// What somebody did with an alarm.
struct Act {
  enum class Word : std::uint8_t { acknowledge, shelve, unshelve, close } word{};
  Instant at{};
  std::string account; ///< evidence; empty: time did it
  std::string person;  ///< handle
  std::string reason;
  Instant until{}; ///< shelve: the end of the shelf
};
inline constexpr std::size_t most_acts = 16;
std::string_view name_of(Act::Word word);

struct Alarm {
  Key key;
  Severity severity = Severity::warning;
  Message text;
  Instant raised{}, changed{};
  std::optional<Instant> cleared;
  std::uint64_t times = 1;         ///< how often it was raised since it was first seen, while damped too
  std::vector<std::string> on;     ///< resources on which it hangs, its own first
  std::vector<Change> changes;     ///< oldest first
  std::vector<Act> acts;           ///< oldest first
  std::optional<Act> acknowledged; ///< until it is raised again or becomes graver
  std::optional<Act> shelved;
  bool closed = false; ///< cleared, and somebody considers it done with

  Damper damper;
  bool present = true; ///< while damped: whether it holds as a matter of fact
  std::chrono::nanoseconds last_raise{};

  Instant told{};                           ///< when people last heard of it
  bool known = false;                       ///< people have heard that it holds
  bool waits = false;                       ///< that it was raised will be told with its group
  std::array<std::uint64_t, whys> hidden{}; ///< how often people were not told, and why
};

/// What everybody may see: {"type","resource","qualifier","severity","text":{"id","args"},"raised","changed",
/// "cleared","times","group","told","acknowledged","shelved-until","flapping","closed","suppressed"}; what is
/// not set is absent.
json::object to_json(const Alarm& alarm);
/// The same with "changes" and "acts", who and why included.
json::object to_full_json(const Alarm& alarm);

/// For the store, and back. `now` ties the penalty's age to the steady clock. Fault::outside where it cannot
/// be understood.
std::string to_kept(const Alarm& alarm, const Moment& now, const Limits& limits);
Result<Alarm> from_kept(std::string_view text, const Moment& now);
std::string kept_key(const Key& key);

/// The group in which notifications about it are gathered: `reachability agent/1`.
std::string group_of(const Alarm& alarm);

} // namespace assent::alarms
