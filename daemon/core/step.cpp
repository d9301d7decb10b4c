// What every operation of core shares: entries, rows, alarms.
#include "daemon/core/state.hpp"

#include <algorithm>

namespace assent::core {

journal::Draft& Step::note(journal::Stream stream, std::string event, json::object detail, Id ticket) {
  journal::Draft draft;
  draft.stream = stream;
  draft.event = std::move(event);
  draft.time = now;
  draft.actor.account = peer.account;
  draft.ticket = ticket;
  draft.detail = std::move(detail);
  batch.entries.push_back(std::move(draft));
  return batch.entries.back();
}

Result<std::string> Step::tree(const std::string& fingerprint) {
  for (const auto& tree : batch.trees)
    if (tree.fingerprint == fingerprint) return tree.text;
  auto reader = store.read();
  if (!reader) return reader.error();
  return (*reader)->tree(fingerprint);
}

namespace {

/// When this ticket next does something by itself; Instant{} where never.
Instant due_of(const tickets::Ticket& ticket) {
  switch (ticket.state) {
  case tickets::State::submitted:
    return ticket.expires;
  case tickets::State::approved:
    return ticket.window.opens == Instant{} ? ticket.approved : ticket.window.opens;
  case tickets::State::open:
  case tickets::State::verifying:
    return ticket.window.closes;
  default:
    return Instant{};
  }
}

void schedule(State& state, const tickets::Ticket& ticket) {
  std::erase_if(state.due, [&](const auto& entry) { return entry.second == ticket.id; });
  const Instant at = due_of(ticket);
  if (at == Instant{}) return;
  if (const Instant late = stage_due(ticket); late != Instant{}) state.due.emplace(late, ticket.id);
  // The reading just before the end of a window lets changes near its edge be decided.
  if (ticket.state == tickets::State::open) state.due.emplace(at - std::chrono::seconds{20}, ticket.id);
  state.due.emplace(at, ticket.id);
}

} // namespace

void put_permits(State& state, const tickets::Ticket& ticket) {
  if (ticket.permits.empty()) return;
  tickets::PermitTicket permits;
  permits.ticket = ticket.id;
  permits.state = std::string(name_of(ticket.state));
  permits.opened = ticket.opened;
  permits.closed = ticket.closed;
  permits.closes = ticket.window.closes;
  permits.permits = ticket.permits;
  if (const auto* stage = tickets::waiting_stage(ticket)) permits.waiting = stage->name;
  state.permits.put(std::move(permits));
}

Instant stage_due(const tickets::Ticket& ticket) {
  const auto* waiting = tickets::waiting_stage(ticket);
  if (ticket.state != tickets::State::submitted || waiting == nullptr || waiting->due == Duration{})
    return Instant{};
  // A stage begins when the one before it was met.
  Instant begun = ticket.submitted;
  for (const auto& approval : ticket.approvals)
    if (approval.stage != waiting->name) begun = std::max(begun, approval.at);
  return begun + waiting->due;
}

journal::Row ticket_row(State& state, tickets::Ticket& ticket) {
  ++ticket.version;
  schedule(state, ticket);
  put_permits(state, ticket);
  return {Kind::ticket, ticket.id, ticket.version, false, tickets::to_json(ticket)};
}

void forget(State& state, Id ticket) {
  std::erase_if(state.due, [&](const auto& entry) { return entry.second == ticket; });
  state.registry.release(ticket);
  if (!state.lingering.contains(ticket)) state.permits.drop(ticket);
  state.tickets.erase(ticket);
}

journal::Row row_of(const watch::Finding& finding) {
  return {Kind::finding, finding.id, finding.version, false, watch::to_json(finding)};
}

journal::Row row_of(const watch::Baseline& baseline) {
  return {Kind::baseline,
          baseline.device,
          baseline.version,
          false,
          {{"device", baseline.device},
           {"profile", baseline.profile},
           {"revision", baseline.revision},
           {"fingerprint", baseline.fingerprint},
           {"ticket", baseline.ticket}}};
}

} // namespace assent::core
