// Clocks of SNMP engines (RFC 3414 sections 2.2, 2.3 and 3.2 step 7): theirs, as we know them, and our own.
// Pure; time is an argument.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "agents/snmp/usm.hpp"

namespace assent::snmp::usm {

using Steady = std::chrono::nanoseconds; ///< on the monotonic clock

/// A point of an engine's time: ordered, because boots only rise.
struct EngineStamp {
  std::uint32_t boots = 0;
  std::uint32_t time = 0; ///< seconds
  friend auto operator<=>(const EngineStamp&, const EngineStamp&) = default;
};

/// RFC 3414 3.2, 7 a): whether the authoritative engine, whose clock shows `ours`, takes what says `said`.
bool in_window(EngineStamp said, EngineStamp ours);

/// The clock of an engine that is authoritative for what it sends us.
class EngineClock {
 public:
  enum class Sync : std::uint8_t {
    first,     ///< nothing was known
    as_before, ///< it agrees with what we thought
    rebooted,  ///< boots rose
    jumped,    ///< time went forward by more than the window
    fell_back, ///< boots or time went back: the engine does not count its boots, or two engines have one name
  };

  /// `floor`: what an earlier run had received; older notifications are replays for ever.
  explicit EngineClock(EngineStamp floor = {}) : floor_(floor), earlier_(floor) {}

  [[nodiscard]] bool known() const { return known_; }
  /// What the engine's clock shows now, for requests to it; zero before it is known.
  [[nodiscard]] EngineStamp now(Steady now) const;

  /// An authentic message: whether it is inside the time window (RFC 3414 3.2, 7 b); if so the clock moves
  /// with it, never back. Before anything is known everything is inside.
  bool authentic(EngineStamp stamp, Steady now);
  /// The same for what nobody asked for (traps), so that it may be a replay: not before the clock is known
  /// from an exchange of this run, never up to what an earlier run had, and never before the floor.
  bool notified(EngineStamp stamp, Steady now);
  /// An authentic Report *not in time window* with the id of a message of ours, or the first authentic
  /// answer: it can't be a replay, so the clock is set to it whatever was thought before.
  Sync synchronise(EngineStamp stamp, Steady now);

  /// The latest that was received in this run or an earlier one; never goes back.
  [[nodiscard]] EngineStamp floor() const { return floor_; }

 private:
  [[nodiscard]] bool inside(EngineStamp stamp, Steady now) const;
  void set(EngineStamp stamp, Steady now);

  bool known_ = false;
  EngineStamp latest_; ///< received
  Steady at_{};        ///< when
  EngineStamp floor_;
  EngineStamp earlier_; ///< the floor of the run before
};

/// Our own engine, authoritative for informs that are sent to us.
class LocalEngine {
 public:
  /// `boots` must be one more than in the run before.
  LocalEngine(std::string id, std::uint32_t boots, Steady started)
      : id_(std::move(id)), boots_(boots), started_(started) {}
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] EngineStamp now(Steady now) const;
  /// RFC 3414 3.2, 7 a).
  [[nodiscard]] bool in_window(EngineStamp stamp, Steady now) const;

 private:
  std::string id_;
  std::uint32_t boots_;
  Steady started_;
};

} // namespace assent::snmp::usm
