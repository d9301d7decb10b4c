// Standard changes: pre-approved by an approved template, applied at once, asked for by a person's own
// account.
#include "daemon/core/resolve.hpp"

namespace assent::core {
namespace {

json::object shown(const journal::Row& row) {
  json::object item{{"kind", std::string(name_of(row.kind))}, {"id", row.id}};
  for (const auto* name : {"address", "prefix", "name"})
    if (const auto* value = row.body.if_contains(name)) item[name] = *value;
  return item;
}

std::uint64_t used_today(State& state, const std::string& name, Instant now) {
  const std::string day = to_text(now).substr(0, 10);
  auto& [kept_day, count] = state.used_today[name];
  if (kept_day != day) {
    kept_day = day;
    count = 0;
  }
  return count;
}

} // namespace

Answer standard(Step& step, const json::object& input) {
  State& state = step.state;
  const auto person = state.registry.person_of_account(step.peer.account);
  if (!person) return fail(Fault::refused, "core.account-of-nobody", {{"account", step.peer.account}});
  const std::string name = text_of(input, "template");
  const Id id = state.next_ticket;
  // Templates never touch who may decide, so they are judged on the state with the edits in it; a refusal
  // undoes them.
  registry::Transaction transaction(state.registry);
  auto resolved = resolve(step, transaction, array_of(input, "edits"), id);
  if (!resolved) return resolved.error();
  if (resolved->edits.empty()) return fail(Fault::invalid, "core.nothing-asked");
  const std::uint64_t used = used_today(state, name, step.now);
  auto allowed = state.policy.allows_standard(state.registry, name, *person, false, resolved->edits,
                                              resolved->touched, used, step.now);
  if (!allowed) return allowed.error();

  tickets::Ticket ticket;
  ticket.id = id;
  ticket.kind = "standard";
  ticket.template_name = name;
  ticket.requester = *person;
  ticket.account = step.peer.account;
  ticket.reason = text_of(input, "reason");
  ticket.edits = std::move(resolved->edits);
  ticket.policy_version = state.policy.version();
  ticket.submitted = ticket.approved = ticket.opened = ticket.closed = step.now;
  ticket.state = tickets::State::closed;
  ticket.outcome = "implemented";
  transaction.keep();
  std::vector<journal::Row> rows = std::move(resolved->rows);
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (ticket.edits[i].operation == registry::Operation::create)
      ticket.made.push_back({rows[i].kind, rows[i].id});
  ++state.next_ticket;
  ++state.used_today[name].second;
  json::array made;
  for (const auto& row : rows)
    made.push_back(shown(row));
  ticket.version = 1;
  auto written = rows;
  written.push_back({Kind::ticket, id, 1, false, tickets::to_json(ticket)});
  auto& entry = step.note(journal::Stream::decisions, "standard-applied",
                          {{"ticket", id}, {"template", name}, {"used-today", used + 1}}, id);
  entry.actor.person = *person;
  entry.rows = std::move(written);
  for (const auto& row : rows)
    if (row.kind == Kind::baseline) accept_findings(step, ticket, row);
  for (const auto& row : rows)
    follow_row(step, row, id);
  return json::object{{"ticket", id}, {"state", "closed"}, {"made", std::move(made)}};
}

} // namespace assent::core
