// Observation in, verdict out: compares readings with baselines, judges each deviation by the permits, opens,
// covers and clears findings. Pure: time, trees and permits are arguments. Owned by core's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
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
#include "daemon/watch/sight.hpp"

namespace assent::watch {

/// One of the device's own marks of change, which its profile says proves something (`moves-on`).
struct Stamp {
  std::string name, value;
  bool entering = false; ///< moves also where somebody merely entered configuration mode
};

/// A stamp that has moved while the tree stayed equal: somewhere after `earliest`, not after `latest`.
struct StampMove {
  std::string name, before, after;
  bool entering = false;
  Instant earliest{}, latest{};
};

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
  std::vector<std::string> empty; ///< schema paths of which the device said that there is nothing
  std::optional<Instant> stamp;   ///< the device's own time of its last configuration change, where trusted
  std::optional<std::uint64_t> uptime, boots; ///< when it ended: hundredths of a second, snmpEngineBoots
  std::vector<Stamp> stamps;                  ///< those that stood still from before to after the reading
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

/// A deviation that nothing covers. Row body: docs/architecture.md, "Finding". Values are as in the canonical
/// text, escaped. A `watch-blinded` finding has the schema path that stays unknown. Where a device shows more
/// than `max_findings` deviations, the rest are one finding with path `/`, whose `after` is their number.
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
  /// How it was closed: `returned` (the path shows the baseline again), `covered` (it changed again, under a
  /// ticket), `seen-again` (a blinded path), `accepted`, `baseline-removed`, `device-removed`.
  std::string ended;
  Id ticket = 0; ///< that closed it; 0 where none did
};
json::object to_json(const Finding& finding);
Result<Finding> finding_from_json(Id id, std::uint64_t version, const json::object& body);

/// The path of *configuration changed, content not visible*. No device has such a leaf; a permit for it
/// covers the deviation.
inline constexpr std::string_view other_path = "/other";

inline constexpr std::size_t max_findings = 1000; ///< open ones of one device, `/` not counted

/// What core has to make durable after an observation. A `version` is the one of the row before it: core
/// counts on and tells adopt_number() and set_baseline().
struct Outcome {
  bool want_tree = false;                        ///< the fingerprint is new: the agent is to send the text
  std::vector<Finding> opened, changed, cleared; ///< `opened` have id 0: core numbers them
  /// The baseline moves because covered changes were seen; the new text is to be stored under its
  /// fingerprint. The watch has it as its baseline already.
  struct Move {
    Baseline baseline;
    std::string text;
    std::vector<Difference> changes;
    std::vector<std::pair<Id, std::size_t>> used; ///< ticket and permit index, one for each change
    bool revised = false; ///< the baseline is of another revision of the profile than before
    Id revised_by = 0;    ///< the ticket that brought it; 0: the founding
    std::map<std::string, std::size_t> adopted; ///< by schema path, how many leaves moved with that
  };
  std::optional<Move> moved;
  /// Stamps moved, the tree is equal, and permits cover it: ticket and permit index of each use.
  struct Unseen {
    std::string before, after; ///< `NAME=VALUE`, several parted by `; `
    Id ticket = 0;
    std::size_t permit = 0;
  };
  std::optional<Unseen> covered_unseen;
  std::vector<StampMove> information; ///< moved, and may mean nothing: somebody entered configuration mode
  bool reading_changed = false; ///< the stored last reading is to be replaced (always so every tenth time)
  std::vector<std::string> blinded; ///< schema paths unknown for three state intervals, newly so
  /// The reading could not be judged and counts as none: its text is not canonical or not what its
  /// fingerprint says, or the baseline's text is not to be had. Nothing else is set then.
  std::optional<Error> failed;
};

struct Examined;

class Watch {
 public:
  Watch();
  ~Watch();
  Watch(Watch&&) noexcept;
  Watch& operator=(Watch&&) noexcept;

  /// The policy's interval between state readings (5 min where never said): what `watch-blinded` is measured
  /// by.
  void set_state_interval(Duration interval);

  // Start and reload; all four in any order.
  void set_baseline(const Baseline& baseline);
  /// Forgets the device, or only its baseline; gives the findings that were open, which nothing can judge any
  /// more.
  std::vector<Finding> drop_device(Id device);
  std::vector<Finding> drop_baseline(Id device);
  /// Replaces what was known of it; one that is not open is forgotten.
  void load_finding(const Finding& finding);
  /// The last clean reading before a restart; `detail` is what reading_detail() gave.
  void load_reading(Id device, const std::string& fingerprint, Instant started, Instant ended,
                    const json::object& detail);

  /// A reading. `tree_of` gives the text of a fingerprint that is stored (baseline, last reading).
  /// Rules (docs/watch.md; design, "The way of an observation"):
  ///  - equal to the baseline: open deviations of the device clear; `last clean reading` advances.
  ///  - equal to the last reading and judged against the same baseline: nothing new but the time. A permit
  ///  never
  ///    reaches back, so a finding is not judged again before its path changes again.
  ///  - else, text needed: diff against the baseline; leaves under `unknown`, and leaves whose schema path
  ///  the reading
  ///    has nowhere while the baseline has it, are unknown, not changed; but for those under `empty`, which
  ///    are gone: the last row of a table, the last port of all VLANs.
  ///  - a path's interval runs from the start of the last reading in which it still had its old value. The
  ///  device's
  ///    stamp, where it lies inside, ends the interval: it is the time of the *last* change, so it can prove
  ///    that a change was not later, never that it was not earlier.
  ///  - a reading with another profile revision: what `revised` explains moves into the baseline with the
  ///    first reading that shows all of it, and the baseline is of the new revision from then on. A path with
  ///    an open finding keeps it. Where nothing is known of the revision, leaves that the baseline's could
  ///    not see are ignored until the baseline is taken anew, and so are leaves that the new one sees
  ///    nowhere.
  ///  - a stamp that has moved between two readings of equal trees is the deviation `/other` (Stamps); its
  ///  finding
  ///    does not clear by itself, because nothing shows that the configuration returned.
  ///  - `examined` (examine.hpp): the comparison, where it was made ahead; one that is for something else
  ///  counts
  ///    for nothing. It is used up.
  ///  - a reading that ended before the last one that counted is ignored (a tree that came late).
  Outcome observe(const Observation& observation, const tickets::Permits& permits,
                  const std::vector<std::string>& labels, Instant now,
                  const std::function<Result<std::string>(const std::string&)>& tree_of,
                  const Revised* revised = nullptr, Examined* examined = nullptr);

  std::optional<Baseline> baseline(Id device) const;
  const Finding* finding(Id id) const;                        ///< an open one; else nullptr
  std::vector<const Finding*> open_findings(Id device) const; ///< by path
  void close_finding(Id id); ///< accepted by a ticket: it is no longer open; nothing where it was not
  /// Core has numbered an opened finding, or counted the version of a changed one on, and knows more of who
  /// and how; before the device's next observe. Nothing for one that was cleared.
  void adopt_number(Id id, const Finding& finding);
  /// What is to be stored as Reading::detail for the device.
  json::object reading_detail(Id device) const;
  std::size_t open_count() const;
  struct LastReading {
    std::string fingerprint;
    Instant started{}, ended{};
    std::string profile;
    std::uint64_t revision = 0;
    bool complete = false; ///< nothing that the agent wanted to read was unknown
  };
  std::optional<LastReading> last_reading(Id device) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace assent::watch
