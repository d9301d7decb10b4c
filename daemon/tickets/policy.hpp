// What needs whose approval. Policy is data (policies/*.yaml, assent-policy.yang); this evaluates it. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.hpp"
#include "common/result.hpp"
#include "common/time.hpp"
#include "daemon/alarms/limits.hpp"
#include "daemon/registry/registry.hpp"
#include "daemon/tickets/bandwidth.hpp"
#include "daemon/tickets/coverage.hpp"
#include "daemon/tickets/waiver.hpp"

namespace assent::tickets {

/// One approval that a ticket needs: `quorum` different people who hold `right` on `organisation`.
struct Stage {
  std::string name;
  std::string right;
  Id organisation = 0;
  unsigned quorum = 1;
  Duration due{};   ///< after the stage begins
  std::string rule; ///< the rule that asks for it: `policy demo v1, rule register-county, line 12`
};

/// Which edits and permits a rule or a template is about; empty members match everything of that sort.
struct Match {
  bool permits = false; ///< about permits, else only about edits
  std::vector<Kind> kinds;
  std::vector<registry::Operation> operations;
  std::vector<std::string> networks, organisations, labels;
  std::vector<PathPattern> paths;
};

/// What a rule asks for; `of` says on whose organisation the right must be held.
struct StageRule {
  enum class Of : std::uint8_t { owner, holder, parent, root } of = Of::owner;
  std::string name, right;
  unsigned quorum = 1;
  Duration due{};
};

struct Rule {
  std::string name;
  Match match;
  std::vector<std::string> tickets; ///< kinds that may come by this rule; empty: all
  std::vector<StageRule> stages;
  std::optional<std::string> forbid; ///< why, for people
  int line = 0;                      ///< in the policy's text; 0: not known
};

/// What a standard change may do without an approval of its own.
struct Template {
  std::string name;
  Match match;
  bool unsigned_ = false;
  std::uint64_t per_day = 0, max_edits = 0;
  Instant expires{}; ///< the first moment at which it is no longer good
  int line = 0;
};

/// A parsed policy. Made from the content of `assent-policy:policy` after the model accepted it.
class Policy {
 public:
  Policy() = default;
  /// `version` is the version of the policy row in force; `places` gives each rule's line in the text.
  static Result<Policy> parse(const json::object& content, std::uint64_t version, std::string_view text);

  std::uint64_t version() const { return version_; }
  const std::string& name() const { return name_; }
  /// Does a role carry a right (`request`, `approve`, `policy-authority`, `read`, …)?
  bool grants(std::string_view role, std::string_view right) const;
  bool exclude_each_other(std::string_view role, std::string_view other) const;

  /// True where the person holds the right on the organisation through some role on it or above it.
  bool may(const registry::Registry& registry, Id person, std::string_view right, Id organisation) const;
  std::vector<Id> people_who_may(const registry::Registry& registry, std::string_view right,
                                 Id organisation) const;

  /// The stages that a change needs. Refused where no rule matches something it touches, where a rule
  /// forbids, or where a stage cannot be satisfied by people active now without the requester. Stages of
  /// equal right and organisation merge, the larger quorum and the shorter due time win.
  Result<std::vector<Stage>> stages(const registry::Registry& registry, Id requester,
                                    const std::vector<registry::Touch>& touched,
                                    const std::vector<Permit>& permits, std::string_view kind) const;

  /// Does the requester hold the right `request` where everything that is touched belongs or comes from?
  Status may_ask(const registry::Registry& registry, Id requester,
                 const std::vector<registry::Touch>& touched, const std::vector<Permit>& permits) const;

  /// As stages(), without asking who requests and whether the stages can be met: what must have been
  /// approved.
  Result<std::vector<Stage>> required(const registry::Registry& registry,
                                      const std::vector<registry::Touch>& touched,
                                      const std::vector<Permit>& permits, std::string_view kind) const;

  /// Done where the template of that name allows exactly these edits to this requester now; `used_today` is
  /// how often it was used since midnight UTC.
  Status allows_standard(const registry::Registry& registry, std::string_view name, Id requester,
                         bool is_signed, const std::vector<registry::Edit>& edits,
                         const std::vector<registry::Touch>& touched, std::uint64_t used_today,
                         Instant now) const;

  const std::vector<Waiver>& waivers() const { return waivers_; }
  /// Those that are good for this device now.
  std::vector<const Waiver*> waivers_of(const registry::Registry& registry, const registry::Device& device,
                                        Instant now) const;
  /// What they permit, each weakness once, sorted.
  std::vector<std::string> waived(const registry::Registry& registry, const registry::Device& device,
                                  Instant now) const;

  Duration counters_interval() const { return counters_; }
  Duration state_interval() const { return state_; }
  const alarms::Limits& alarms() const { return alarms_; }
  const Bandwidth& bandwidth() const { return bandwidth_; }
  /// How long a finding is kept after it was closed, least_retention at least.
  Duration findings_kept() const { return findings_kept_; }
  std::string clock_require() const { return clock_; } ///< `kernel` or `none`
  Duration approval_time() const { return approval_; } ///< how long a page stays valid
  Duration ticket_time() const { return ticket_; }     ///< until a waiting ticket expires
  std::size_t held_limit() const {
    return held_;
  } ///< addresses or prefixes one organisation may hold waiting

 private:
  struct Role {
    std::string name;
    std::vector<std::string> rights, excludes;
  };
  std::uint64_t version_ = 0;
  std::string name_;
  std::vector<Role> roles_;

  void parse_roles(const json::object& content, const std::function<void(std::string, std::string)>& wrong);

  std::vector<Rule> rules_;
  std::vector<Template> templates_;
  std::vector<Waiver> waivers_;
  Duration counters_{std::chrono::seconds{60}};
  Duration state_{std::chrono::minutes{5}};
  std::string clock_ = "kernel";
  Duration approval_{std::chrono::hours{24}};
  Duration ticket_{std::chrono::hours{24 * 30}};
  std::size_t held_ = 256;
  Duration findings_kept_{std::chrono::hours{24 * 731}};
  alarms::Limits alarms_;
  Bandwidth bandwidth_;
};

/// What a policy may not go below: an auditor comes once in half a year at least.
inline constexpr Duration least_findings_kept = std::chrono::hours{24 * 184};
inline constexpr Duration least_alarms_kept = std::chrono::hours{24 * 7};

/// The content of `bandwidth`; what only policy knows to be wrong goes to `mistakes`.
Bandwidth bandwidth_from(const json::object& content, std::vector<Mistake>& mistakes);

} // namespace assent::tickets
