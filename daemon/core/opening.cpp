// What a ticket does by itself: it opens, its window ends, its devices are read, it closes or expires.
#include <algorithm>

#include "daemon/core/alarm_news.hpp"
#include "daemon/core/resolve.hpp"

namespace assent::core {
namespace {

using Fate = tickets::Event;
using Stage = tickets::State;

json::object why(const Error& error) {
  json::object args;
  for (const auto& [name, value] : error.what.args)
    args[name] = value;
  json::array evidence;
  for (const auto& message : error.evidence) {
    json::object more;
    for (const auto& [name, value] : message.args)
      more[name] = value;
    evidence.push_back({{"id", message.id}, {"args", std::move(more)}});
  }
  return {{"id", error.what.id}, {"args", std::move(args)}, {"evidence", std::move(evidence)}};
}

/// Approved, but what was approved no longer holds: the ticket ends and says why.
void refuse_opening(Step& step, tickets::Ticket& ticket, const Error& error) {
  ticket.state = *tickets::after(ticket.state, Fate::reject);
  ticket.closed = step.now;
  step.note(journal::Stream::decisions, "ticket-rejected", {{"ticket", ticket.id}, {"why", why(error)}},
            ticket.id)
      .rows = {ticket_row(step.state, ticket)};
  forget(step.state, ticket.id);
}

/// Applies all edits or none.
Result<std::vector<journal::Row>> apply(Step& step, tickets::Ticket& ticket) {
  std::vector<journal::Row> rows;
  registry::Transaction transaction(step.state.registry);
  for (std::size_t i = 0; i < ticket.edits.size(); ++i) {
    auto row = transaction.apply(ticket.edits[i], ticket.id);
    if (!row) {
      Error error = row.error();
      error.evidence.insert(error.evidence.begin(),
                            Message{"core.at-edit", {{"number", std::to_string(i + 1)}}});
      return error;
    }
    if (ticket.edits[i].operation == registry::Operation::create) ticket.made.push_back({row->kind, row->id});
    rows.push_back(std::move(*row));
  }
  if (auto settled = transaction.settle(); !settled) return std::move(settled).error();
  transaction.keep();
  return rows;
}

void close(Step& step, tickets::Ticket& ticket) {
  ticket.state = *tickets::after(ticket.state, Fate::verify);
  if (ticket.closed == Instant{}) ticket.closed = step.now;
  std::size_t used = 0;
  for (std::size_t i = 0; i < ticket.permits.size(); ++i) {
    // Announced work leaves nothing in a device's state: that its window was open is all there is.
    const bool seen = i < ticket.permit_used.size() && ticket.permit_used[i] > 0;
    if (seen || (announces_work(ticket.permits[i]) && ticket.opened != Instant{})) ++used;
  }
  ticket.outcome = used == ticket.permits.size()       ? "implemented"
                   : used > 0 || !ticket.edits.empty() ? "partly"
                                                       : "not-implemented";
  step.note(journal::Stream::decisions, "ticket-closed", {{"ticket", ticket.id}, {"outcome", ticket.outcome}},
            ticket.id)
      .rows = {ticket_row(step.state, ticket)};
  forget(step.state, ticket.id);
}

void end_window(Step& step, tickets::Ticket& ticket) {
  if (ticket.closed == Instant{}) ticket.closed = ticket.window.closes;
  ticket.state = *tickets::after(ticket.state, Fate::end_window);
  step.note(journal::Stream::decisions, "ticket-finishing", {{"ticket", ticket.id}}, ticket.id).rows = {
      ticket_row(step.state, ticket)};
  for (const Id device : devices_of(step.state, ticket))
    order_reading(step, device);
}

bool clock_allows(Step& step) {
  if (step.state.policy.clock_require() == "none") {
    clear(step, "clock-unsure", "clock");
    return true;
  }
  const bool sure = step.options.clock_sure && step.options.clock_sure();
  if (sure)
    clear(step, "clock-unsure", "clock");
  else
    raise(step, "clock-unsure", "clock", {});
  return sure;
}

/// Have all its devices been read since they were ordered to?
bool all_read(const core::State& state, const std::vector<Id>& devices) {
  return std::all_of(devices.begin(), devices.end(), [&](Id id) {
    const auto it = state.devices.find(id);
    return it != state.devices.end() && it->second.order_done >= it->second.order;
  });
}

/// A stage is late: the ticket goes on waiting until it expires, but no longer quietly.
void raise_overdue(Step& step, const tickets::Ticket& ticket) {
  const auto* stage = tickets::waiting_stage(ticket);
  const Instant due = stage_due(ticket);
  if (stage == nullptr || due == Instant{} || due > step.now) return;
  step.state.overdue.insert(ticket.id);
  keep_hold(step.state, ticket, step.now);
  raise(step, "approval-overdue", "ticket/" + std::to_string(ticket.id),
        {{"ticket", std::to_string(ticket.id)},
         {"stage", stage->name},
         {"right", stage->right},
         {"organisation", step.state.registry.path(stage->organisation)},
         {"due", to_text(due)}});
}

void on_due(Step& step, tickets::Ticket& ticket) {
  switch (ticket.state) {
  case Stage::submitted:
    if (step.now < ticket.expires) {
      raise_overdue(step, ticket);
      break;
    }
    ticket.state = *tickets::after(ticket.state, Fate::expire);
    ticket.closed = step.now;
    step.note(journal::Stream::decisions, "ticket-expired", {{"ticket", ticket.id}}, ticket.id).rows = {
        ticket_row(step.state, ticket)};
    forget(step.state, ticket.id);
    break;
  case Stage::approved:
    advance(step, ticket);
    break;
  case Stage::open:
    if (step.now < ticket.window.closes) {
      for (const Id device : devices_of(step.state, ticket))
        order_reading(step, device);
    } else {
      end_window(step, ticket);
    }
    break;
  case Stage::verifying:
    // The last reading has not come while the window lasted: what follows is judged by the window's end.
    if (ticket.closed == Instant{}) {
      ticket.closed = ticket.window.closes;
      step.note(journal::Stream::decisions, "ticket-finishing", {{"ticket", ticket.id}}, ticket.id).rows = {
          ticket_row(step.state, ticket)};
    }
    break;
  default:
    break;
  }
}

} // namespace

/// A profile is gone; a row that is gone does not say its name.
static void learn_profiles(Step& step) {
  step.state.stamp_trust.clear();
  step.state.registry.each(Kind::profile, [&](const registry::Object& object) {
    learn_profile(step.state, step.model, object.body, std::nullopt);
  });
}

void follow_row(Step& step, const journal::Row& row, Id ticket) {
  core::State& state = step.state;
  switch (row.kind) {
  case Kind::baseline:
    if (registry::is_removed(row.kind, row.body)) {
      close_findings(step, state.watch.drop_baseline(row.id), watch::FindingState::cleared,
                     "baseline-removed", ticket);
      break;
    }
    state.watch.set_baseline({row.id, text_of(row.body, "profile"), number_of(row.body, "revision"),
                              text_of(row.body, "fingerprint"), number_of(row.body, "ticket"), row.version});
    order_reading(step, row.id);
    break;
  case Kind::device:
    if (row.gone) {
      close_findings(step, state.watch.drop_device(row.id), watch::FindingState::cleared, "device-removed",
                     ticket);
      state.devices.erase(row.id);
      clear_alarms_on(step, "device/" + std::to_string(row.id));
      state.waiting_trees.erase(row.id);
    }
    state.changed_devices.insert(row.id);
    ++state.plan_version;
    break;
  case Kind::profile:
    if (row.gone)
      learn_profiles(step);
    else
      learn_profile(state, step.model, row.body, ticket);
    ++state.plan_version;
    break;
  case Kind::agent:
    ++state.plan_version;
    break;
  case Kind::policy: {
    // The text was parsed when the ticket was prepared; it cannot fail now.
    auto policy = policy_of(step.model, row.body, row.version);
    ASSENT_CHECK(policy.ok());
    state.policy = std::move(*policy);
    ++state.plan_version;
    compare_proposed(step);
    break;
  }
  default:
    break;
  }
  follow_traffic(step, row);
}

void advance(Step& step, tickets::Ticket& ticket) {
  if (ticket.state != Stage::approved) return;
  if (ticket.window.opens != Instant{} && ticket.window.opens > step.now) return;
  if (ticket.window.closes != Instant{} && ticket.window.closes <= step.now) {
    ticket.state = *tickets::after(ticket.state, Fate::expire);
    ticket.closed = step.now;
    step.note(journal::Stream::decisions, "ticket-expired", {{"ticket", ticket.id}}, ticket.id).rows = {
        ticket_row(step.state, ticket)};
    return forget(step.state, ticket.id);
  }
  if (!clock_allows(step)) {
    step.state.due.emplace(step.now + std::chrono::seconds{10}, ticket.id);
    return;
  }
  if (auto still = tickets::still_approved(ticket, step.state.policy, step.state.registry); !still)
    return refuse_opening(step, ticket, still.error());
  const auto resolved = retry(step, ticket.edits, ticket.id);
  if (!resolved) return refuse_opening(step, ticket, resolved.error());
  if (auto met = tickets::stages_suffice(ticket, resolved->touched, ticket.permits, step.state.policy,
                                         step.state.registry);
      !met)
    return refuse_opening(step, ticket, met.error());
  step.state.registry.release(ticket.id);
  auto rows = apply(step, ticket);
  if (!rows) return refuse_opening(step, ticket, rows.error());
  ticket.state = *tickets::after(ticket.state, Fate::open);
  ticket.opened = step.now;
  auto written = *rows;
  written.push_back(ticket_row(step.state, ticket));
  auto& entry = step.note(journal::Stream::decisions, "ticket-opened",
                          {{"ticket", ticket.id}, {"reason", ticket.reason}}, ticket.id);
  entry.rows = std::move(written);
  entry.actor = {};
  for (const auto& row : *rows)
    if (row.kind == Kind::baseline) accept_findings(step, ticket, row);
  for (const auto& row : *rows)
    follow_row(step, row, ticket.id);
  if (ticket.permits.empty()) return close(step, ticket);
  for (const Id device : devices_of(step.state, ticket))
    order_reading(step, device);
}

void clear_overdue(Step& step) {
  std::erase_if(step.state.overdue, [&](Id id) {
    const auto found = step.state.tickets.find(id);
    const Instant due = found == step.state.tickets.end() ? Instant{} : stage_due(found->second);
    if (due != Instant{} && due <= step.now) return false;
    clear(step, "approval-overdue", "ticket/" + std::to_string(id));
    return true;
  });
}

void tick(Step& step) {
  auto& due = step.state.due;
  while (!due.empty() && due.begin()->first <= step.now) {
    const Id id = due.begin()->second;
    due.erase(due.begin());
    const auto found = step.state.tickets.find(id);
    if (found != step.state.tickets.end()) on_due(step, found->second);
  }
  std::erase_if(step.state.prepared, [&](const auto& entry) { return entry.second.until <= step.monotonic; });
}

std::vector<Id> devices_of(const core::State& state, const tickets::Ticket& ticket) {
  std::vector<Id> devices;
  state.registry.each(Kind::device, [&](const registry::Object& object) {
    const auto& labels = array_of(object.body, "labels");
    for (const auto& permit : ticket.permits)
      if (permit.device == object.id ||
          (permit.device == 0 && std::any_of(labels.begin(), labels.end(), [&](const json::value& label) {
             return label.is_string() && std::string_view(label.get_string()) == permit.label;
           }))) {
        devices.push_back(object.id);
        break;
      }
  });
  return devices;
}

void order_reading(Step& step, Id device) {
  auto& live = step.state.devices[device];
  live.order = step.state.next_order++;
  live.order_from = step.now;
  ++step.state.plan_version;
}

void device_read(Step& step, Id device) {
  for (auto it = step.state.lingering.begin(); it != step.state.lingering.end();) {
    it->second.erase(device);
    if (!it->second.empty()) {
      ++it;
      continue;
    }
    step.state.permits.drop(it->first);
    it = step.state.lingering.erase(it);
  }
  std::vector<Id> done;
  for (auto& [id, ticket] : step.state.tickets)
    if (ticket.state == Stage::verifying && all_read(step.state, devices_of(step.state, ticket)))
      done.push_back(id);
  for (const Id id : done)
    close(step, step.state.tickets.at(id));
}

Answer ticket_status(Step& step, const json::object& input) {
  const Id id = number_of(input, "ticket");
  const auto found = step.state.tickets.find(id);
  if (found == step.state.tickets.end())
    return fail(Fault::not_found, "core.no-waiting-ticket", {{"ticket", std::to_string(id)}});
  const auto& ticket = found->second;
  json::array devices;
  bool ready = ticket.state == Stage::open;
  for (const Id device : devices_of(step.state, ticket)) {
    const auto& live = step.state.devices[device];
    const bool read = live.order_done >= live.order;
    ready = ready && read;
    devices.push_back({{"device", device}, {"read", read}, {"reachable", live.reachable}});
  }
  return json::object{{"ticket", id},
                      {"state", std::string(name_of(ticket.state))},
                      {"ready", ready},
                      {"held", step.state.registry.holding(id)},
                      {"devices", std::move(devices)}};
}

} // namespace assent::core
