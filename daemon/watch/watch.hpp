// Observation in, verdict out: compares readings with baselines, judges each deviation by the permits, opens,
// covers and clears findings. Pure: time, trees and permits are arguments. Owned by core's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/ids.hpp"
#include "common/json.hpp"
#include "common/result.hpp"
#include "common/time.hpp"
#include "daemon/journal/entry.hpp"
#include "daemon/tickets/coverage.hpp"
#include "daemon/watch/canonical.hpp"

namespace assent::watch {

/// One state reading of a device, as its agent reported it.
struct Observation {
  Id device = 0;
  std::string profile;
  std::uint64_t revision = 0; ///< of the profile
  std::string fingerprint;
  std::string text;           ///< canonical form; empty while only the fingerprint is known
  Instant started{}, ended{}; ///< the daemon's clock: the agent's interval, moved by its measured offset
  std::vector<std::string>
      unknown; ///< schema paths that could not be read this time (`/vlans`, `/interfaces/interface/mtu`)
  std::optional<Instant> stamp; ///< the device's own time of its last configuration change, where trusted
};

struct Baseline {
  Id device = 0;
  std::string profile;
  std::uint64_t revision = 0;
  std::string fingerprint;
  Id ticket = 0;             ///< that took it or moved it last
  std::uint64_t version = 0; ///< of the row
};

enum class FindingState : std::uint8_t { open, cleared, accepted };

/// A deviation that nothing covers. Row body: docs/architecture.md, "Finding".
struct Finding {
  Id id = 0;
  std::uint64_t version = 0;
  Id device = 0;
  std::string kind = "deviation"; ///< `deviation`, `watch-blinded`
  std::string path;
  tickets::PathOperation operation = tickets::PathOperation::modify;
  std::optional<std::string> before, after;
  Instant earliest{}, latest{};
  tickets::Verdict verdict = tickets::Verdict::not_covered;
  FindingState state = FindingState::open;
  Instant opened{}, closed{};
  std::vector<tickets::Near> nearest;
  std::string who, how; ///< empty: not known
};
json::object to_json(const Finding& finding);
Result<Finding> finding_from_json(Id id, std::uint64_t version, const json::object& body);

/// What core has to make durable after an observation.
struct Outcome {
  bool want_tree = false;                        ///< the fingerprint is new: the agent is to send the text
  std::vector<Finding> opened, changed, cleared; ///< `opened` have id 0: core numbers them
  /// The baseline moves because covered changes were seen; the new text is to be stored under its
  /// fingerprint.
  struct Move {
    Baseline baseline;
    std::string text;
    std::vector<Difference> changes;
    std::vector<std::pair<Id, std::size_t>> used; ///< ticket and permit index, one for each change
  };
  std::optional<Move> moved;
  bool reading_changed = false; ///< the stored last reading is to be replaced (always so every tenth time)
  std::vector<std::string> blinded; ///< schema paths unknown for three state intervals, newly so
};

class Watch {
 public:
  Watch();
  ~Watch();
  Watch(Watch&&) noexcept;
  Watch& operator=(Watch&&) noexcept;

  // Start and reload
  void set_baseline(const Baseline& baseline);
  void drop_device(Id device);
  void load_finding(const Finding& finding);
  /// The last clean reading before a restart.
  void load_reading(Id device, const std::string& fingerprint, Instant started, Instant ended,
                    const json::object& detail);

  /// A reading. `tree_of` gives the text of a fingerprint that is stored (baseline, last reading).
  /// Rules (design, "The way of an observation"):
  ///  - equal to the baseline: open deviations of the device clear; `last clean reading` advances.
  ///  - equal to the last reading: nothing new but the time, unless permits changed what is covered.
  ///  - else, text needed: diff against the baseline; leaves under `unknown`, and leaves whose schema path
  ///  the
  ///    reading has nowhere while the baseline has it, are unknown, not changed.
  ///  - a path's interval runs from the start of the last reading in which it still had its old value.
  ///  - a reading with another profile revision: leaves that the baseline's revision could not see are
  ///  ignored until
  ///    the baseline is taken anew.
  Outcome observe(const Observation& observation, const tickets::Permits& permits,
                  const std::vector<std::string>& labels, Instant now,
                  const std::function<Result<std::string>(const std::string&)>& tree_of);

  std::optional<Baseline> baseline(Id device) const;
  const Finding* finding(Id id) const;
  std::vector<const Finding*> open_findings(Id device) const;
  void close_finding(Id id);                               ///< accepted by a ticket: it is no longer open
  void adopt_number(Id id, const Finding& finding); ///< core has numbered an opened finding
  /// What is to be stored as Reading::detail for the device.
  json::object reading_detail(Id device) const;
  std::size_t open_count() const;
  struct LastReading {
    std::string fingerprint;
    Instant started{}, ended{};
    std::string profile;
    std::uint64_t revision = 0;
    bool complete = false;
  };
  std::optional<LastReading> last_reading(Id device) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace assent::watch
