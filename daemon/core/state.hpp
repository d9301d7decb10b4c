// What core's thread owns, and what one step of it may do. Everything here is used by that thread alone.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/json.hpp"
#include "common/time.hpp"
#include "daemon/alarms/alarms.hpp"
#include "daemon/core/core.hpp"
#include "daemon/model/model.hpp"
#include "daemon/registry/registry.hpp"
#include "daemon/tickets/page.hpp"
#include "daemon/tickets/policy.hpp"
#include "daemon/tickets/ticket.hpp"
#include "daemon/watch/examine.hpp"
#include "daemon/watch/watch.hpp"

namespace assent::core {

/// A prepared request that nobody has signed yet. Lives in memory only: nothing depends on it.
struct PreparedTicket {
  tickets::Ticket ticket;
  tickets::PageHead head;
  std::chrono::nanoseconds until{}; ///< monotonic
};

/// What an agent's socket has said, and what it was told last.
struct AgentLink {
  std::string session;
  std::uint64_t sequence = 0;
  json::object answer; ///< to `sequence`, for a repetition
  Instant heard{};
  std::chrono::nanoseconds heard_at{};
  bool silent = false;
  std::map<std::string, std::uint64_t> notifications; ///< traps and informs by outcome, as last reported
  std::uint64_t strangers = 0;                        ///< not told yet
  std::chrono::nanoseconds strangers_told{};
};

/// What a trap or inform of a device said. Evidence of little weight: see `authentic`.
struct Notice {
  Instant time{}; ///< the daemon's clock
  std::string version;
  bool authentic = false;
  std::string name, who, from, command, claimed;
};

/// What is known of a device only while the daemon runs.
struct DeviceLive {
  bool reachable = true;
  bool heard = false;
  std::string reason;
  std::uint64_t order = 0;      ///< the newest reading that was ordered
  std::uint64_t order_done = 0; ///< the newest order that a complete reading has answered
  Instant order_from{};         ///< readings must have begun then or later to answer the order
  Instant read{};               ///< start of the newest complete reading
  std::uint64_t samples = 0;
  std::deque<Notice> notices;         ///< the newest
  std::optional<std::uint64_t> boots; ///< snmpEngineBoots as last reported
};

/// What a profile of record says its hints prove (`moves-on`).
struct StampTrust {
  std::uint64_t revision = 0;
  std::map<std::string, bool> entering; ///< by name: true where merely entering configuration mode moves it
};

/// A revision of a profile that is or was of record: what it lets devices show, and who brought it.
struct ProfileRevision {
  watch::Sight sight;
  Id ticket = 0; ///< 0: the founding
};

/// Refusals are journalled up to a rate per identity; above it they are counted.
struct RefusalMeter {
  std::chrono::nanoseconds since{};
  unsigned written = 0;
  std::uint64_t counted = 0;
};

struct State {
  std::string installation;
  registry::Registry registry;
  tickets::Policy policy;
  std::map<Id, tickets::Ticket> tickets; ///< those that wait, are approved, open or verifying
  tickets::Permits permits;
  watch::Watch watch;
  alarms::Book alarms;
  std::map<Id, PreparedTicket> prepared;
  std::map<Id, std::set<Id>>
      lingering; ///< revoked tickets → devices not read since; their permits still explain
  std::map<Id, AgentLink> agents;
  std::unordered_map<Id, DeviceLive> devices;
  std::set<std::pair<Instant, Id>> due; ///< when a ticket's life goes on by itself
  std::set<Id> overdue;                 ///< tickets with the alarm that a stage is late
  std::map<std::string, std::pair<std::string, std::uint64_t>> used_today; ///< template → day, count
  std::map<std::string, RefusalMeter> refusals;
  std::map<std::string, StampTrust> stamp_trust; ///< by profile
  std::map<std::string, std::map<std::uint64_t, ProfileRevision>>
      revisions; ///< of profiles: those of record, and those that a baseline is of
  watch::Traffic traffic;
  std::deque<std::pair<Id, watch::CounterSample>> samples; ///< of links, yet to be judged
  std::array<std::uint64_t, watch::whys> samples_made{};   ///< by Why
  std::uint64_t samples_dropped = 0;                       ///< because too many waited
  std::map<Id, watch::Observation> waiting_trees;          ///< by device: readings whose text was asked for
  Id next_ticket = 1, next_act = 1, next_finding = 1;
  std::uint64_t next_order = 1;
  std::uint64_t plan_version = 1;
  std::set<Id> changed_devices; ///< whose names the figures must look up again
  bool all_devices_changed = true;
  struct {
    std::uint64_t plan_version =
        0; ///< for which it was made: every change of policy or devices makes a new one
    json::array list;
    std::size_t devices = 0;
  } waivers;                 ///< what waivers_in_force() says
  Instant next_waiver_end{}; ///< when the next of the policy's waivers ends, as far as agents' plans know
};

/// Loads all state of record from one snapshot and proves that its authority comes from signatures (trust,
/// part 4).
Result<std::unique_ptr<State>> load_state(store::Reader& reader, model::Model& model, Instant now);

/// A policy row's text, bound and parsed.
Result<tickets::Policy> policy_of(model::Model& model, const json::object& body, std::uint64_t version);

/// One step: a request, an observation or a due time, with what it makes durable.
struct Step {
  State& state;
  model::Model& model;
  store::Store& store;
  const Core::Options& options;
  Instant now{};
  std::chrono::nanoseconds monotonic{};
  Peer peer;
  store::Batch batch;
  std::vector<std::string> trees_stored; ///< fingerprints in `batch`, readable before they are durable
  std::vector<watch::Examined>* examined = nullptr; ///< of this request, where that was done ahead

  /// Adds an entry; gives it, to be filled further.
  journal::Draft& note(journal::Stream stream, std::string event, json::object detail = {}, Id ticket = 0);
  /// A tree's text: of this batch, or stored.
  Result<std::string> tree(const std::string& fingerprint);
};

/// The current row of a ticket; raises its version and keeps `due` and the permits in step with it.
journal::Row ticket_row(State& state, tickets::Ticket& ticket);
/// Brings the permits of a ticket up to date, also one whose life is over.
void put_permits(State& state, const tickets::Ticket& ticket);
/// When the stage that a ticket waits for should have been decided; Instant{} where never.
Instant stage_due(const tickets::Ticket& ticket);
/// Holds what a waiting ticket asks for, as far as it is still free, or releases it while its stage is late.
void keep_hold(State& state, const tickets::Ticket& ticket, Instant now);
/// Since when a ticket that is not late holds: its submission, or when the last late stage was decided.
Instant held_since(const tickets::Ticket& ticket);
/// Alarms of stages that were late and no longer are.
void clear_overdue(Step& step);
/// The ticket's life is over: forgets it here (the store keeps it).
void forget(State& state, Id ticket);

journal::Row row_of(const watch::Finding& finding);
journal::Row row_of(const watch::Baseline& baseline);

/// The arguments of an alarm's sentence, `alarm.TYPE`.
using Args = std::vector<std::pair<std::string, std::string>>;
/// Raises an alarm of a declared kind (daemon/alarms/kinds.cpp) and journals the news; nothing where it holds
/// already, besides bringing its sentence up to date. What it hangs on (the device of a finding or link, the
/// agent of a device) is looked up in the register.
void raise(Step& step, std::string_view type, const alarms::Subject& subject, Args args,
           std::optional<alarms::Severity> severity = {});
/// Clears it; nothing where it does not hold.
void clear(Step& step, std::string_view type, const alarms::Subject& subject);
/// At a start: those of the findings that are still open.
void raise_open_findings(Step& step);

// Operations (docs/architecture.md). Each checks everything before it changes anything.
Answer prepare(Step& step, const json::object& input);
Answer page(Step& step, const json::object& input);
Answer act(Step& step, const json::object& input);
Answer standard(Step& step, const json::object& input);
Answer explain(Step& step, const json::object& input);
Answer ticket_status(Step& step, const json::object& input);
Answer restructure(Step& step, const json::object& input);
Answer check_policy(Step& step, const json::object& input);
/// Whether a device answers its agent, as the agent says.
void reach(Step& step, const registry::Device& device, const json::object& item);
/// Weaknesses that waivers permit for a device.
json::array waived(const State& state, const registry::Device& device, Instant now);
/// For the status: name, weaknesses, devices, expires, reason; `devices`: how many any of them is for. Looks
/// at all devices only after something changed.
const json::array& waivers_in_force(State& state, Instant now, std::size_t& devices);
/// Once a second: a waiver that ends makes new plans.
void follow_waivers(Step& step);
Answer plan(Step& step, Id agent);
Answer report(Step& step, Id agent, const json::object& input);
/// The readings of a report, or of a tree, that are worth being examined beside core's thread; with a tree
/// its text. What is refused later is none.
std::vector<watch::Examining> to_examine(Step& step, const std::string& operation, Id agent,
                                         const json::object& input);
Answer tree(Step& step, Id agent, const json::object& input);

// Traps and informs (notices.cpp).
void take_notice(Step& step, Id device, const json::object& item, Instant time);
/// Counts, and strangers: one event in ten minutes for each agent.
void take_notification_counts(Step& step, Id agent, const json::object& input);
/// What notices of the finding's interval say goes into its `who` and `how`, with where it comes from.
void attach_notices(const State& state, watch::Finding& finding);
void add_notification_counts(const State& state, std::vector<std::pair<std::string, double>>& counters);

// What a ticket does by itself.
/// Opens where its window allows and everything still holds; else says why and ends it. Called when approved
/// and due.
void advance(Step& step, tickets::Ticket& ticket);
/// What else in memory follows from a row of the register that was just written: plans, baselines, policy.
/// `ticket` wrote it; findings that lose their device or baseline end with it.
void follow_row(Step& step, const journal::Row& row, Id ticket);
/// Closes the findings that the ticket's baseline edits accept; each gets an entry of its own. Before
/// follow_row().
void accept_findings(Step& step, const tickets::Ticket& ticket, const journal::Row& baseline);
/// Closes findings by a ticket: an entry each, and their alarms clear.
void close_findings(Step& step, std::vector<watch::Finding> findings, watch::FindingState state,
                    std::string_view how, Id ticket);
/// Reads a profile of record: what its hints prove, and what it lets devices show.
/// `ticket` brought it; nothing: its revision is known already, or was never heard of.
void learn_profile(State& state, model::Model& model, const json::object& profile, std::optional<Id> ticket);
/// Only what it lets devices show.
void learn_revision(State& state, model::Model& model, const json::object& profile, Id ticket);
/// How what a device shows differs from what its baseline's revision of the profile showed; nothing where
/// that is not known, or the reading is by another revision than the one of record.
std::optional<watch::Revised> revised(const State& state, const registry::Device& device,
                                      const watch::Observation& observation);
/// The stamps of a reading that its profile vouches for.
std::vector<watch::Stamp> trusted_stamps(const State& state, const json::object& reading);
/// Journals what moved stamps came to, besides findings.
void note_stamps(Step& step, const registry::Device& device, const watch::Outcome& outcome);
/// All due times up to now.
void tick(Step& step);
/// A device was read completely: open tickets become ready, verifying ones may close.
void device_read(Step& step, Id device);
/// Asks for a reading that begins now or later.
void order_reading(Step& step, Id device);
/// Devices that the permits of a ticket name, by id or label.
std::vector<Id> devices_of(const State& state, const tickets::Ticket& ticket);
// Bandwidth (traffic.cpp). Counters wait in State::samples, so that a step takes only so many.
void load_traffic(State& state, Instant now); ///< all links and rules; keeps what was measured
void follow_traffic(Step& step, const journal::Row& row);
/// One device's counters of a report; `offset` moves the agent's clock to ours.
void take_counters(Step& step, Id device, const json::object& item, Duration offset);
void judge_traffic(Step& step);   ///< some of those that wait
void look_at_traffic(Step& step); ///< which links have no rate
// What of it outlives a restart (traffic_memory.cpp).
/// At a start: links, rules, and what was known of them; alarms are loaded before.
Status restore_traffic(State& state, store::Reader& reader, Instant now);
void keep_traffic(Step& step);     ///< what changed since the last call; each step that judges ends with it
void keep_all_traffic(Step& step); ///< at a stop, and where what was kept last may be lost
/// Do entitlements count the same at every hour of the week?
bool same_hours(const tickets::Bandwidth& one, const tickets::Bandwidth& other);
/// Links, and of the link `detail` (0: none) what it did lately.
void add_traffic_figures(const State& state, Figures& figures, Instant now, Id detail);
std::string rate_text(double rate); ///< `62.4 Mbit/s`

/// Compares files that are proposed with what is in force.
void compare_proposed(Step& step);

} // namespace assent::core
