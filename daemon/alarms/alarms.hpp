// Alarms: conditions that hold until they are cleared (RFC 8632: raised, cleared, severity changed). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/ids.hpp"
#include "common/json.hpp"
#include "common/result.hpp"
#include "common/time.hpp"
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

struct Alarm {
  std::string type;     ///< `device-unreachable`, `watch-blinded`, `agent-silent`, `policy-file-differs`, …
  std::string resource; ///< what it is about: `device/17`, `agent/snmp-intranet`, a file
  Severity severity = Severity::warning;
  Message text;
  Instant raised{}, changed{};
  std::optional<Instant> cleared;
  std::uint64_t times = 1; ///< how often it was raised since it was first seen
};
/// {"type","resource","severity","text":{"id","args"},"raised","changed","cleared","times"}; `cleared` absent
/// while it holds.
json::object to_json(const Alarm& alarm);

/// Cleared alarms that a Book remembers, so that one which comes back goes on counting; the oldest go first.
inline constexpr std::size_t max_remembered = 4096;

/// The alarms that hold, one for each (type, resource). Owned by core's thread.
class Book {
 public:
  /// True where this is news (not raised before, or with another severity). An alarm that was cleared and
  /// comes back is news; the sentence of one that holds is brought up to date without being news.
  bool raise(std::string_view type, std::string_view resource, Severity severity, Message text, Instant now);
  /// True where it held.
  bool clear(std::string_view type, std::string_view resource, Instant now);
  const Alarm* find(std::string_view type,
                    std::string_view resource) const; ///< nullptr where it does not hold
  std::vector<Alarm> active() const;                  ///< those that hold, by type and resource
  std::vector<Alarm> remembered() const;              ///< those that were cleared, by type and resource
  std::size_t count(Severity severity) const;         ///< of those that hold

 private:
  using Key = std::pair<std::string, std::string>;
  std::map<Key, Alarm, std::less<>> alarms_;  ///< hold
  std::map<Key, Alarm, std::less<>> cleared_; ///< at most max_remembered
};

} // namespace assent::alarms
