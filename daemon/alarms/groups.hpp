// When people are told: the first of a group at once, what follows together. Knows nothing of why something
// is not told at all. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/alarms/alarm.hpp"

namespace assent::alarms {

/// What happened to an alarm that people may want to hear of.
enum class What : std::uint8_t { raised, changed, cleared };
std::string_view name_of(What what);

/// A group is woken by the first thing to be told of it, which is told at once. What follows within `wait` is
/// told together at its end; from then on there is a notification each `interval` while there is something to
/// tell. Something graver than all that was told since it woke is told at once. What still holds is told
/// again after `repeat` of silence. After an `interval` without anything to tell the group sleeps.
class Groups {
 public:
  struct Pending {
    Key key;
    What what{};
  };
  /// What one group has to tell now.
  struct Due {
    std::string group;
    bool repeat = false;          ///< nothing new; what holds is told again
    std::vector<Pending> pending; ///< at most most_pending
    std::uint64_t beyond = 0;     ///< how many more there were
    std::vector<Key> holding;     ///< repeat: those of which people heard and which hold
  };
  static constexpr std::size_t most_pending = 1000;

  /// Something to be told. True: at once, by whoever calls; false: it waits for the group's next
  /// notification.
  bool offer(const std::string& group, const Key& key, What what, Severity severity,
             std::chrono::nanoseconds now, const Limits& limits);
  /// People have heard that it holds, or that it does so no longer.
  void hold(const std::string& group, const Key& key, std::chrono::nanoseconds now, const Limits& limits);
  void release(const std::string& group, const Key& key);
  /// As the group was when the daemon stopped.
  void load(const std::string& group, const Key& key, std::chrono::nanoseconds told, const Limits& limits);

  /// Groups with something to tell, at most `most` of them; what they give is forgotten here. told() must
  /// follow for each of which something was told.
  std::vector<Due> due(std::chrono::nanoseconds now, const Limits& limits, std::size_t most);
  void told(const std::string& group, Severity severity, std::chrono::nanoseconds now, const Limits& limits);

  std::size_t size() const { return groups_.size(); }

 private:
  struct Group {
    std::optional<std::chrono::nanoseconds> woke; ///< nothing: sleeps
    std::chrono::nanoseconds last{};              ///< the newest notification
    Severity gravest{};                           ///< told since it woke
    std::chrono::nanoseconds due{};               ///< when what is pending will be told
    std::vector<Pending> pending;
    std::uint64_t beyond = 0;
    std::set<Key> holding;
    std::chrono::nanoseconds agenda{}; ///< its place in agenda_
  };
  using Place = std::map<std::string, Group, std::less<>>::iterator;
  Group& of(const std::string& group, std::chrono::nanoseconds now);
  void plan(const std::string& name, Group& group, const Limits& limits);

  std::map<std::string, Group, std::less<>> groups_;
  std::set<std::pair<std::chrono::nanoseconds, std::string>> agenda_;
};

} // namespace assent::alarms
