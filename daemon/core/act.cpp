// A signed page comes in: the signer, the page and the signature are proved before anything is believed.
#include "daemon/core/resolve.hpp"
#include "daemon/trust/ssh_signature.hpp"

namespace assent::core {
namespace {

constexpr std::size_t page_limit = 1u << 20;
constexpr std::size_t signature_limit = 16u << 10;

struct Proved {
  tickets::PageClaim claim;
  registry::Key key;
  std::string page, signature;
};

/// The key is enrolled and active, the page names this installation, person and key and is still valid, and
/// the signature is of exactly these bytes.
Result<Proved> prove(const State& state, const json::object& input, Instant now) {
  Proved proved;
  proved.page = text_of(input, "page");
  proved.signature = text_of(input, "signature");
  if (proved.page.size() > page_limit || proved.signature.size() > signature_limit)
    return fail(Fault::invalid, "common.too-large",
                {{"file", "page"}, {"limit", std::to_string(page_limit)}});
  auto claim = tickets::read_page(proved.page);
  if (!claim) return claim.error();
  proved.claim = *claim;
  auto signer = trust::signer_of(proved.signature);
  if (!signer) return signer.error();
  const auto key = state.registry.key(signer->fingerprint);
  if (!key) return fail(Fault::refused, "core.unknown-key", {{"key", signer->fingerprint}});
  const auto person = state.registry.person(key->person);
  if (!key->active || !person || !person->active)
    return fail(Fault::refused, "core.key-revoked", {{"key", signer->fingerprint}});
  proved.key = *key;
  if (claim->head.installation != state.installation) return fail(Fault::refused, "core.other-installation");
  if (claim->head.fingerprint != key->fingerprint || claim->head.person != key->person)
    return fail(Fault::refused, "core.signed-by-another",
                {{"person", person->handle}, {"named", claim->head.handle}, {"key", key->fingerprint}});
  if (claim->head.not_valid_after < now)
    return fail(Fault::refused, "core.page-too-old", {{"until", to_text(claim->head.not_valid_after)}});
  if (claim->head.not_valid_after > now + state.policy.approval_time())
    return fail(Fault::refused, "core.page-too-long", {{"until", to_text(claim->head.not_valid_after)}});
  auto parsed = trust::parse_public_key(key->text);
  if (!parsed) return parsed.error();
  auto valid = trust::verify(*parsed, tickets::name_space(claim->head.word), proved.page, proved.signature);
  if (!valid) return valid.error();
  return proved;
}

journal::Row act_row(Step& step, const Proved& proved, Id act) {
  json::object body{{"ticket", proved.claim.ticket},
                    {"revision", proved.claim.revision},
                    {"word", std::string(name_of(proved.claim.head.word))},
                    {"person", proved.key.person},
                    {"key", proved.key.fingerprint},
                    {"page", proved.page},
                    {"signature", proved.signature},
                    {"at", to_text(step.now)},
                    {"account", step.peer.account}};
  if (!proved.claim.head.stage.empty()) body["stage"] = proved.claim.head.stage;
  return {Kind::act, act, 1, false, std::move(body)};
}

/// An entry that a signed page caused.
journal::Draft& note_act(Step& step, const Proved& proved, std::string event, json::object detail = {}) {
  detail["ticket"] = proved.claim.ticket;
  detail["person"] = proved.claim.head.handle;
  auto& entry =
      step.note(journal::Stream::decisions, std::move(event), std::move(detail), proved.claim.ticket);
  entry.actor.person = proved.key.person;
  entry.actor.key = proved.key.fingerprint;
  return entry;
}

json::object answer_of(const State& state, const tickets::Ticket& ticket) {
  json::object answer{{"ticket", ticket.id}, {"state", std::string(name_of(ticket.state))}};
  if (const auto* stage = tickets::waiting_stage(ticket);
      stage != nullptr && ticket.state == tickets::State::submitted)
    answer["waiting"] = json::object{{"stage", stage->name},
                                     {"right", stage->right},
                                     {"organisation", stage->organisation},
                                     {"organisation-path", state.registry.path(stage->organisation)}};
  json::array made;
  for (const auto& ref : ticket.made) {
    const auto object = state.registry.get(ref.kind, ref.id);
    json::object item{{"kind", std::string(name_of(ref.kind))}, {"id", ref.id}};
    for (const auto* name : {"address", "prefix", "name", "handle"})
      if (object && object->body.contains(name)) item[name] = object->body.at(name);
    made.push_back(std::move(item));
  }
  answer["made"] = std::move(made);
  return answer;
}

Answer submit(Step& step, const Proved& proved) {
  State& state = step.state;
  const Id id = proved.claim.ticket;
  const auto found = state.prepared.find(id);
  if (found == state.prepared.end() || found->second.until <= step.monotonic) {
    if (state.tickets.contains(id))
      return fail(Fault::conflict, "core.submitted-already", {{"ticket", std::to_string(id)}});
    return fail(Fault::not_found, "core.not-prepared", {{"ticket", std::to_string(id)}});
  }
  tickets::Ticket ticket = found->second.ticket;
  if (auto same = tickets::same_page(proved.page, found->second.head, ticket, state.registry); !same)
    return same.error();
  if (ticket.requester != proved.key.person) return fail(Fault::refused, "core.not-the-requester");
  // Between the page and the signature the register or the policy may have moved.
  if (ticket.policy_version != state.policy.version()) return fail(Fault::conflict, "core.policy-moved");
  auto resolved = retry(step, ticket.edits, id);
  if (!resolved) return resolved.error();
  if (auto done = within_held_limit(state, *resolved); !done) return done.error();
  auto stages = stages_of(state, ticket.requester, *resolved, ticket.permits, ticket.kind);
  if (!stages) return stages.error();
  ticket.stages = std::move(*stages);
  if (auto held = state.registry.hold(id, ticket.edits); !held) return held.error();
  ticket.requester_key = proved.key.fingerprint;
  ticket.account = step.peer.account;
  ticket.submitted = step.now;
  ticket.expires = step.now + state.policy.ticket_time();
  state.prepared.erase(found);
  auto& kept = state.tickets[id] = std::move(ticket);
  auto& entry = note_act(step, proved, "ticket-submitted", {{"reason", kept.reason}});
  entry.rows = {ticket_row(state, kept), act_row(step, proved, state.next_act++)};
  if (kept.stages.empty()) {
    kept.state = *tickets::after(kept.state, tickets::Event::approve_last);
    kept.approved = step.now;
    step.note(journal::Stream::decisions, "ticket-approved", {{"ticket", id}}, id).rows = {
        ticket_row(state, kept)};
    advance(step, kept);
  }
  const auto still = state.tickets.find(id);
  return answer_of(state, still == state.tickets.end() ? kept : still->second);
}

Answer decide(Step& step, const Proved& proved, tickets::Ticket& ticket) {
  State& state = step.state;
  const auto& head = proved.claim.head;
  auto may = tickets::may_decide(ticket, head.stage, proved.key.person, proved.key.fingerprint, state.policy,
                                 state.registry, head.word == tickets::Word::reject);
  if (!may) return may.error();
  const Id act = state.next_act++;
  if (head.word == tickets::Word::reject) {
    ticket.state = *tickets::after(ticket.state, tickets::Event::reject);
    ticket.closed = step.now;
    auto& entry = note_act(step, proved, "ticket-rejected", {{"stage", head.stage}});
    entry.rows = {ticket_row(state, ticket), act_row(step, proved, act)};
    const tickets::Ticket ended = ticket;
    forget(state, ended.id);
    return answer_of(state, ended);
  }
  ticket.approvals.push_back({act, head.stage, proved.key.person, proved.key.fingerprint, step.now});
  auto& entry = note_act(step, proved, "ticket-decided", {{"stage", head.stage}});
  entry.rows = {ticket_row(state, ticket), act_row(step, proved, act)};
  keep_hold(state, ticket, step.now); // a new stage is not late
  if (tickets::waiting_stage(ticket) != nullptr) return answer_of(state, ticket);
  ticket.state = *tickets::after(ticket.state, tickets::Event::approve_last);
  ticket.approved = step.now;
  step.note(journal::Stream::decisions, "ticket-approved", {{"ticket", ticket.id}}, ticket.id).rows = {
      ticket_row(state, ticket)};
  tickets::Ticket shown = ticket;
  advance(step, ticket);
  const auto still = state.tickets.find(shown.id);
  if (still != state.tickets.end()) return answer_of(state, still->second);
  // It opened and closed at once: its last row says how it ended.
  for (const auto& draft : step.batch.entries)
    for (const auto& row : draft.rows)
      if (row.kind == Kind::ticket && row.id == shown.id)
        if (auto last = tickets::ticket_from_json(row.id, row.version, row.body)) shown = std::move(*last);
  return answer_of(state, shown);
}

/// Who may revoke: whoever holds, on the organisation of one of its stages, that stage's right.
bool may_revoke(const State& state, const tickets::Ticket& ticket, Id person) {
  for (const auto& stage : ticket.stages)
    if (state.policy.may(state.registry, person, stage.right, stage.organisation)) return true;
  return state.policy.may(state.registry, person, "policy-authority", state.registry.root());
}

Answer end_early(Step& step, const Proved& proved, tickets::Ticket& ticket) {
  State& state = step.state;
  const auto word = proved.claim.head.word;
  const bool revoke = word == tickets::Word::revoke;
  if (revoke ? !may_revoke(state, ticket, proved.key.person) : ticket.requester != proved.key.person)
    return fail(Fault::refused, revoke ? "core.may-not-revoke" : "core.not-the-requester",
                {{"person", proved.claim.head.handle}, {"ticket", std::to_string(ticket.id)}});
  const auto event = revoke                          ? tickets::Event::revoke
                     : word == tickets::Word::finish ? tickets::Event::finish
                                                     : tickets::Event::withdraw;
  const auto next = tickets::after(ticket.state, event);
  if (!next)
    return fail(Fault::conflict, "core.not-in-this-state",
                {{"ticket", std::to_string(ticket.id)}, {"state", std::string(name_of(ticket.state))}});
  const auto opened = ticket.state == tickets::State::open || ticket.state == tickets::State::verifying;
  ticket.state = *next;
  if (word == tickets::Word::finish) {
    // Permission lasts until the last reading has begun and ended inside it, or the window closes.
    auto& entry = note_act(step, proved, "ticket-finishing");
    entry.rows = {ticket_row(state, ticket), act_row(step, proved, state.next_act++)};
    for (const Id device : devices_of(state, ticket))
      order_reading(step, device);
    return answer_of(state, ticket);
  }
  ticket.closed = step.now;
  auto& entry = note_act(step, proved, revoke ? "ticket-revoked" : "ticket-withdrawn");
  entry.rows = {ticket_row(state, ticket), act_row(step, proved, state.next_act++)};
  const tickets::Ticket ended = ticket;
  if (opened) {
    // What was permitted until now must still explain the reading that follows.
    const auto devices = devices_of(state, ended);
    for (const Id device : devices)
      order_reading(step, device);
    state.lingering[ended.id] = {devices.begin(), devices.end()};
  }
  forget(state, ended.id);
  return answer_of(state, ended);
}

} // namespace

Answer act(Step& step, const json::object& input) {
  State& state = step.state;
  auto proved = prove(state, input, step.now);
  if (!proved) return proved.error();
  if (proved->claim.head.word == tickets::Word::request) return submit(step, *proved);
  const auto found = state.tickets.find(proved->claim.ticket);
  if (found == state.tickets.end())
    return fail(Fault::conflict, "core.no-waiting-ticket",
                {{"ticket", std::to_string(proved->claim.ticket)}});
  // What the page must say now: only the stage, the word and the time are the signer's to choose.
  auto head = proved->claim.head;
  head.handle = state.registry.person(proved->key.person)->handle;
  head.clock_unsure = state.policy.clock_require() == "none";
  if (auto same = tickets::same_page(proved->page, head, found->second, state.registry); !same)
    return same.error();
  const auto word = proved->claim.head.word;
  if (word == tickets::Word::approve || word == tickets::Word::reject)
    return decide(step, *proved, found->second);
  return end_early(step, *proved, found->second);
}

} // namespace assent::core
