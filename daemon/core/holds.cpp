// How long a waiting ticket holds what it asks for: until the stage that it waits for is late.
#include "daemon/core/resolve.hpp"

namespace assent::core {

Instant held_since(const tickets::Ticket& ticket) {
  const auto* waiting = tickets::waiting_stage(ticket);
  Instant since = ticket.submitted, begun = ticket.submitted;
  for (const auto& stage : ticket.stages) {
    if (&stage == waiting) break;
    Instant ended = begun;
    for (const auto& approval : ticket.approvals)
      if (approval.stage == stage.name) ended = std::max(ended, approval.at);
    if (stage.due != Duration{} && ended > begun + stage.due) since = ended;
    begun = ended;
  }
  return since;
}

void keep_hold(State& state, const tickets::Ticket& ticket, Instant now) {
  if (ticket.state != tickets::State::submitted && ticket.state != tickets::State::approved) return;
  const Instant due = stage_due(ticket);
  if (due != Instant{} && due <= now) return state.registry.release(ticket.id);
  if (state.registry.holding(ticket.id) != 0) return;
  // What it held once may be another's now: then it holds nothing, and its opening says what moved.
  std::map<Id, std::size_t> more;
  for (const auto& edit : ticket.edits)
    if (edit.operation == registry::Operation::create &&
        (edit.kind == Kind::address || edit.kind == Kind::prefix))
      ++more[number_of(edit.value, "organisation")];
  for (const auto& [organisation, count] : more)
    if (state.registry.held(organisation) + count > state.policy.held_limit()) return;
  static_cast<void>(state.registry.hold(ticket.id, ticket.edits));
}

} // namespace assent::core
