// What the watch remembers of one device, and how a reading changes it. Pure; part of the watch.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/watch/comparison.hpp"
#include "daemon/watch/stamps.hpp"
#include "daemon/watch/unknown.hpp"
#include "daemon/watch/watch.hpp"

namespace assent::watch {

using TreeOf = std::function<Result<std::string>(const std::string&)>;

/// All that an observation is judged with.
struct Case {
  const Observation& observation;
  const tickets::Permits& permits;
  const std::vector<std::string>& labels;
  Instant now{};
  const TreeOf& tree_of;
  Duration state_interval{};
  const Revised* revised = nullptr; ///< where known: how the reading's revision differs from the baseline's
  Examined* examined = nullptr;     ///< where that was done ahead
};

class DeviceWatch {
 public:
  Outcome observe(const Case& given);
  json::object detail() const;
  std::vector<Finding> take_findings(); ///< all that are open; none is afterwards
  void drop_baseline();
  void load_last(const std::string& fingerprint, Instant started, Instant ended, const json::object& detail);

  std::optional<Baseline> baseline;
  std::optional<Watch::LastReading> last;
  std::map<std::string, Finding> deviations; ///< open ones, by path; `/` is what exceeds max_findings
  std::map<std::string, Finding> blinded;    ///< open ones, by schema path
  std::map<std::string, Finding> unseen;     ///< the open one of other_path, or none

 private:
  /// A deviation that is not a finding yet, or not with this value, and what the permits say of it.
  struct Judged {
    Difference difference;
    tickets::Deviation deviation;
    tickets::Judgement judgement;
  };
  /// The last reading's leaves, read only where they are needed.
  struct LastTree {
    bool read = false;
    std::string text;
    std::vector<Leaf> leaves;
  };

  bool is_late(const Observation& observation, Instant now) const;
  bool is_as_before(const Observation& observation, const std::vector<std::string>& reported) const;
  Instant earliest_of(const Case& given, const Difference& difference, const std::string& schema,
                      LastTree& tree) const;
  void judge(const Case& given, Examined& examined, Outcome& out);
  std::vector<Judged> judge_new(const Case& given, std::vector<Difference>& differences) const;
  bool may_follow(const Reread& reread, const std::vector<std::string>& reported) const;
  std::vector<Difference> take_revised(Comparison& comparison, bool follows) const;
  Status move_baseline(const Case& given, const std::string& before, const std::vector<Difference>& adopted,
                       Outcome::Move& move);
  void clear_gone(const Comparison& comparison, const std::set<std::string>& deviating, Instant now,
                  Outcome& out);
  void settle(Judged& judged, Instant now, Outcome& out);
  void count_surplus(const Case& given, Outcome& out);
  void judge_blindness(const Case& given, Outcome& out);
  void judge_stamps(const Case& given, const std::vector<std::string>& reported, Outcome& out);

  UnknownPaths unknown_;
  Stamps stamps_;
  std::vector<std::string> reported_; ///< unknown by the last reading itself
  std::vector<std::string> empty_;    ///< of what it said that there is nothing
  std::vector<std::string> roots_;    ///< these, and what it showed nothing of
  std::string against_;     ///< fingerprint of the baseline that the last reading was judged against
  std::size_t surplus_ = 0; ///< deviations without a finding of their own
  unsigned quiet_ = 0;      ///< readings since the stored one
};

} // namespace assent::watch
