// One reading of a device's state: single objects, walks, and a look back whether the device stayed the same
// meanwhile.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agents/snmp/gathered.hpp"
#include "agents/snmp/gets.hpp"
#include "agents/snmp/job.hpp"
#include "agents/snmp/profile.hpp"
#include "agents/snmp/walk.hpp"

namespace assent::snmp {

/// The columns that a profile needs, grouped by the table that they stand in. Made once for each profile.
struct WalkPlan {
  struct Group {
    std::vector<Walk::Column> columns;
    std::vector<const TableRule*> only_for; ///< tables with `when-empty`; empty: always read
  };
  std::vector<Group> groups; ///< those that are always read stand first
  static WalkPlan of(const Profile& profile);
};

class StateJob final : public Job {
 public:
  enum class Outcome : std::uint8_t {
    running,
    complete,     ///< read to the end; single columns may still be unknown
    moved,        ///< restarted, or interfaces got other indexes: what was read does not fit together
    silent,       ///< no answer at all
    silent_later, ///< fell silent in the middle
  };

  explicit StateJob(std::shared_ptr<const Profile> profile);

  bool next(Request& request, int repetitions) override;
  void answered(const Answer& answer, std::size_t bytes) override;
  void silent() override;

  [[nodiscard]] Outcome outcome() const { return outcome_; }
  [[nodiscard]] const Gathered& gathered() const { return gathered_; }
  [[nodiscard]] std::optional<std::uint64_t> uptime() const { return closing_.number(sys_uptime); }
  [[nodiscard]] std::optional<std::uint64_t> boots() const { return closing_.number(engine_boots); }
  [[nodiscard]] std::optional<std::uint64_t> hint(const Oid& oid) const { return opening_.number(oid); }
  /// Hints that prove something and stood still from before the first to after the last value: name, text.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> stamps() const;
  [[nodiscard]] std::size_t oddities() const { return oddities_; }

 private:
  enum class Phase : std::uint8_t { opening, walking, checking, closing, naming, over };
  bool next_walk();
  bool wanted(const WalkPlan::Group& group) const;
  void take_walk();
  void begin_closing();
  void close();
  void compare_names();

  std::shared_ptr<const Profile> profile_;
  WalkPlan plan_;
  Phase phase_ = Phase::opening;
  Outcome outcome_ = Outcome::running;
  Gets opening_, closing_, checking_{{}};
  int silences_ = 0;
  std::size_t group_ = 0;
  std::unique_ptr<Walk> walk_;
  Gathered gathered_;
  Gathered again_;       ///< the names once more, where rows came or went meanwhile
  std::size_t held_ = 0; ///< bytes of values
  std::size_t oddities_ = 0;
  bool heard_ = false;
};

} // namespace assent::snmp
