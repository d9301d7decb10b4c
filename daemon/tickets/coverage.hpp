// Does a ticket permit that deviation? One pure library, used by the daemon and, later, by the TACACS+ agent.
// No clock, no state of its own besides the permits given to it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/ids.hpp"
#include "common/json.hpp"
#include "common/result.hpp"
#include "common/time.hpp"

namespace assent::tickets {

enum class PathOperation : std::uint8_t { any, create, modify, remove };
std::string_view name_of(PathOperation operation); ///< `any`, `create`, `modify`, `delete`
std::optional<PathOperation> path_operation_of(std::string_view name);

/// A pattern over canonical paths (docs/formats/canonical.md): `*` stands for one segment or one key value, a
/// final
/// `**` for the segment reached and all below it. `/interfaces/interface[name='*']/description`, `/vlans/**`.
class PathPattern {
 public:
  static Result<PathPattern> parse(std::string_view text);
  bool matches(std::string_view path) const;
  const std::string& text() const { return text_; }
  const std::vector<std::string>& segments() const { return segments_; } ///< without the final `**`
  bool below() const { return below_; }                                  ///< does it end in `**`?

 private:
  std::string text_;
  std::vector<std::string> segments_;
  bool below_ = false;
};

/// One permit of a ticket, as the ticket stores it: either a device id or a label.
struct Permit {
  Id device = 0; ///< 0 where `label` says which devices
  std::string label;
  PathPattern path;
  PathOperation operation = PathOperation::any;
  std::optional<std::string> value; ///< the only value allowed after the change
};
json::object to_json(const Permit& permit);
Result<Permit> permit_from_json(const json::object& object);

/// A ticket with permits, as far as coverage needs it. `opened`/`closed` are when permission really held: a
/// waiting ticket has neither, an open one no `closed`, but `closes`, when its window ends.
struct PermitTicket {
  Id ticket = 0;
  std::string state; ///< `approved`, `open`, `verifying`, `submitted`, …
  Instant opened{};
  Instant closed{};
  Instant closes{};
  std::vector<Permit> permits;
  std::string waiting; ///< the stage that a submitted ticket waits for
};

/// One entry of the difference between baseline and reading, with the interval in which it happened: after
/// the start of the last clean reading that still showed `before`, and not after the end of the reading that
/// showed `after`.
struct Deviation {
  Id device = 0;
  std::vector<std::string> labels;
  std::string path;
  PathOperation operation = PathOperation::modify; ///< create, modify or delete
  std::optional<std::string> before;
  std::optional<std::string> after;
  Instant earliest{}; ///< Instant{} where no earlier clean reading exists
  Instant latest{};
  std::optional<Instant> stamp; ///< the device's own time of the change, where its profile trusts it
};

enum class Verdict : std::uint8_t { covered, not_covered, undecidable };
std::string_view name_of(Verdict verdict); ///< `covered`, `not-covered`, `undecidable`

/// A ticket that came near, and what was missing (wrong device, wrong path, other value, window closed 4 min
/// before, …).
struct Near {
  Id ticket = 0;
  Message missing;
};

struct Judgement {
  Verdict verdict = Verdict::not_covered;
  Id ticket = 0;             ///< that covers, or whose window's edge makes it undecidable
  std::size_t permit = 0;    ///< index in the ticket
  std::vector<Near> nearest; ///< the three nearest, nearest first
};

/// The permits in force, indexed by device, label and path, so that a judgement does not depend on how many
/// there are.
class Permits {
 public:
  Permits();
  ~Permits();
  Permits(Permits&&) noexcept;
  Permits& operator=(Permits&&) noexcept;
  void put(PermitTicket ticket); ///< replaces what was known of this ticket
  void drop(Id ticket);          ///< closed so long ago that no reading can reach back
  Judgement judge(const Deviation& deviation) const;
  std::size_t size() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace assent::tickets
