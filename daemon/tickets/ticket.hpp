// A ticket and the table of its life. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.hpp"
#include "common/result.hpp"
#include "common/time.hpp"
#include "daemon/registry/registry.hpp"
#include "daemon/tickets/coverage.hpp"
#include "daemon/tickets/policy.hpp"

namespace assent::tickets {

enum class State : std::uint8_t {
  submitted, ///< waits for approvals
  approved,  ///< waits for its window
  open,      ///< register edits are applied, permits are in force
  verifying, ///< the window has ended, the last reading of each device is awaited
  closed,
  rejected,
  withdrawn,
  expired,
  revoked,
};
std::string_view name_of(State state);
std::optional<State> state_of(std::string_view name);

enum class Event : std::uint8_t {
  approve_last,
  open,
  end_window,
  finish,
  verify,
  reject,
  withdraw,
  expire,
  revoke
};
/// The one table of the life cycle: where an event leads, or nothing where it is not allowed.
std::optional<State> after(State state, Event event);

/// The closing word: `implemented`, `partly`, `not-implemented`; empty while not closed.
struct Window {
  Instant opens{};  ///< Instant{}: as soon as it is approved
  Instant closes{}; ///< Instant{}: for tickets without permits, which close at once
};

/// Somebody's signed decision that counts towards a stage.
struct Approval {
  Id act = 0;
  std::string stage;
  Id person = 0;
  std::string key;
  Instant at{};
};

struct TouchedVersion {
  Ref object;
  std::uint64_t version = 0;
};

struct Ticket {
  Id id = 0;
  std::uint64_t version = 0;  ///< of the row
  std::uint64_t revision = 1; ///< of the content; a new one voids approvals
  std::string kind = "normal";
  State state = State::submitted;
  std::string outcome;
  std::string template_name;
  Id requester = 0;
  std::string requester_key; ///< fingerprint of the key that signed the request; empty before
  std::string account;       ///< evidence
  std::string on_behalf_of;  ///< free text: organisation, person, document number
  std::string reason;
  std::vector<registry::Edit> edits; ///< resolved
  std::vector<Permit> permits;
  Window window;
  std::vector<Stage> stages;
  std::vector<Approval> approvals;
  std::vector<TouchedVersion> touched;
  std::uint64_t policy_version = 0;
  Instant submitted{}, expires{}, approved{}, opened{}, closed{};
  std::vector<Ref> made;                  ///< objects that its edits created
  std::vector<std::uint64_t> permit_used; ///< how many deviations each permit has covered
};

json::object to_json(const Ticket& ticket); ///< the row's body (docs/architecture.md, "Ticket")
Result<Ticket> ticket_from_json(Id id, std::uint64_t version, const json::object& body);

/// RFC 8785 of {"edits":[…],"permits":[…]}, hashed: what a signature binds however long the list is.
std::string edits_sha256(const Ticket& ticket);

/// The first stage whose quorum is not reached yet; nullptr when all are.
const Stage* waiting_stage(const Ticket& ticket);

/// May this person, with this key, decide this stage of the ticket now? Refusals: ticket not waiting, not
/// that stage's turn, requester himself or with a key or from an account of the requester's, counted already
/// in any stage, right not held on the organisation, key not his or revoked; unless he `rejects`, also
/// touched objects or policy that moved.
Status may_decide(const Ticket& ticket, std::string_view stage, Id person, std::string_view key_fingerprint,
                  const Policy& policy, const registry::Registry& registry, bool rejects = false);

/// Before opening: are requester and key of the request still active, do the approvals still count (person
/// active, key active, right still held) and are the touched objects at the versions that were approved and
/// the policy the one of the approval?
Status still_approved(const Ticket& ticket, const Policy& policy, const registry::Registry& registry);

/// Before opening, and again when the journal is replayed: may the requester still ask for all of it, and are
/// the stages that the policy asks for now, for
/// what the edits touch and the permits reach, among those of the ticket? Refused where a rule now forbids or
/// none matches.
Status stages_suffice(const Ticket& ticket, const std::vector<registry::Touch>& touched,
                      const std::vector<Permit>& permits, const Policy& policy,
                      const registry::Registry& registry);

} // namespace assent::tickets
