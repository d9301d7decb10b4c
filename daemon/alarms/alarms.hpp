// Alarms: conditions that hold until they are cleared (RFC 8632), and when people are told of them: at once,
// gathered, or not at all, and then why. Pure: time is an argument. docs/alarms.md says it for people.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/alarms/alarm.hpp"
#include "daemon/alarms/groups.hpp"

namespace assent::alarms {

/// Cleared alarms that a Book remembers, so that one which comes back goes on counting; the oldest go first.
inline constexpr std::size_t max_remembered = 4096;
/// Alarms that hold; what is raised beyond is counted, and raises `too-many-alarms`.
inline constexpr std::size_t max_active = 65536;

/// Why an alarm is hidden, and by what: `device-unreachable device/17`, `ticket/4`, a person's handle.
struct Hidden {
  Why why{};
  std::string by;
};

/// Something for the journal and the followers, in the order in which it happened.
struct News {
  enum class Sort : std::uint8_t {
    raised,
    changed, ///< severity
    cleared,
    flapping, ///< damped from now on; counts as raised
    calm,     ///< damped no longer
    acted,    ///< `act` says what; an unshelving may have been done by time
    told,     ///< one notification about what happened in a group
  } sort{};
  enum class How : std::uint8_t {
    now,     ///< tell people at once
    grouped, ///< a `told` will follow
    hidden,  ///< people are not told: `hidden`
    silent,  ///< nothing that people wait for
  } how = How::silent;
  Alarm alarm; ///< as it is then (not for told)
  std::optional<Hidden> hidden;
  std::optional<Act> act;

  // told
  struct Item {
    Key key;
    What what{}; ///< the last thing that happened to it
    std::vector<std::string> on;
    Message text;
    Severity severity{};
  };
  std::string group;
  bool repeat = false;
  std::uint64_t raised = 0, changed = 0, cleared = 0, holding = 0;
  Severity severity{};     ///< the gravest of what was raised or holds
  std::vector<Item> items; ///< at most most_items
};
inline constexpr std::size_t most_items = 50;

struct Counts {
  std::array<std::uint64_t, whys> hidden{};         ///< news of which people were not told
  std::uint64_t now = 0, grouped = 0, repeated = 0; ///< notifications
  std::uint64_t beyond = 0;                         ///< raised while max_active held
};

/// All alarms, one for each (type, resource, qualifier). Owned by core's thread. The type must be declared
/// (kinds.hpp).
class Book {
 public:
  void set_limits(const Limits& limits) { limits_ = limits; }
  const Limits& limits() const { return limits_; }

  /// `on`: the resources on which it hangs besides its own and Subject::also. Without news where it holds
  /// already with this severity; its sentence is brought up to date then too.
  void raise(std::string_view type, const Subject& subject, std::vector<std::string> on, Severity severity,
             Message text, const Moment& now);
  void clear(std::string_view type, const Subject& subject, const Moment& now);
  /// Clears all that hang on a resource which is no more.
  void clear_on(std::string_view resource, const Moment& now);

  // What people do. Refused: alarm.none (no such alarm), and what each says.
  Status acknowledge(const Key& key, Act act, const Moment& now); ///< one that is cleared: alarm.is-cleared
  /// A finding: alarm.finding-stays. Longer than limits().shelf: alarm.shelf-too-long; in the past:
  /// alarm.shelf-over.
  Status shelve(const Key& key, Act act, const Moment& now);
  Status unshelve(const Key& key, Act act, const Moment& now); ///< alarm.not-shelved
  Status close(const Key& key, Act act, const Moment& now);    ///< one that holds: alarm.still-holds

  /// Devices on which a ticket announces work: `device/17` → `ticket/4`.
  void set_maintenance(std::map<std::string, std::string, std::less<>> devices);

  /// What time does: groups, shelves and damping run out. A bounded amount of work; to be called each second.
  void tick(const Moment& now);

  /// Restores one that was kept. To be called before anything else.
  void load(Alarm alarm, const Moment& now);
  /// After a start has raised all that it finds: clears kinds marked at_start that it did not raise.
  void confirmed(const Moment& now);

  std::vector<News> take_news(); ///< what happened since the last call
  /// What must be kept since the last call: key and text, empty where it is to be forgotten.
  std::vector<std::pair<std::string, std::string>> take_kept(const Moment& now);
  /// A commit failed: everything is to be kept again, and what was told from `since` on may not have left.
  void doubt(Instant since);

  const Alarm* find(const Key& key) const; ///< that holds or is remembered; nullptr
  std::optional<Hidden> hidden(const Alarm& alarm) const;
  std::vector<const Alarm*> active() const;                     ///< those that hold, by key
  std::vector<const Alarm*> remembered(std::size_t most) const; ///< cleared, the newest first
  std::size_t count(Severity severity) const;                   ///< of those that hold
  const Counts& counts() const { return counts_; }

 private:
  using Alarms = std::map<Key, Alarm>;
  Alarm* held(const Key& key);
  void announce(Alarm& alarm, News::Sort sort, const Moment& now);
  void announce_clearing(Alarm& alarm, const Moment& now);
  void hide(Alarm& alarm, const Hidden& hidden);
  void heard(Alarm& alarm, const Moment& now);
  void end(Alarms::iterator place, const Moment& now);
  void renew(Alarm& alarm, Severity severity, const Moment& now);
  void hang(Alarm& alarm, std::vector<std::string> on, const Moment& now);
  Result<Alarm*> acted_on(const Key& key);
  void note_act(Alarm& alarm, Act act);
  void forget_oldest();
  void forget_old(const Moment& now);
  void calm_down(const Moment& now);
  void fade(const Moment& now);
  void end_awaited(const Moment& now);
  void end_shelves(const Moment& now);
  void tell_untold(const Moment& now);
  void tell_groups(const Moment& now);
  bool add_item(News& news, const Groups::Pending& pending, const Moment& now);
  std::optional<Hidden> inhibitor(const Alarm& alarm, const Kind& kind) const;
  std::optional<Hidden> maintenance(const Alarm& alarm) const;

  Limits limits_;
  Alarms active_, cleared_;
  std::set<std::pair<Instant, Key>> cleared_order_; ///< oldest first
  Groups groups_;
  std::map<std::string, std::string, std::less<>> maintenance_;
  std::set<Key> damped_, fading_, shelved_; ///< of active_ (shelved_: of cleared_ too)
  std::set<Key> untold_;                    ///< hold, and people have not heard of it, though they might have
  std::optional<Key> untold_from_;          ///< where the next look at untold_ begins
  std::set<Key> unconfirmed_, awaited_;     ///< kinds at_start; kinds soon
  std::chrono::nanoseconds awaited_until_{};
  std::set<Key> unkept_;
  std::vector<News> news_;
  Counts counts_;
  std::array<std::size_t, 4> by_severity_{};
};

} // namespace assent::alarms
