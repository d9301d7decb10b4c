// A request before it is signed: what would happen, who must agree, and the page to sign.
#include "daemon/core/resolve.hpp"

namespace assent::core {
namespace {

constexpr auto prepared_for = std::chrono::minutes{15};
constexpr std::size_t prepared_limit = 64;
constexpr std::size_t permits_limit = 1'000;
constexpr auto longest_window = std::chrono::hours{24 * 31};

struct Signer {
  registry::Person person;
  registry::Key key;
};

/// The person by handle, and the key that is to sign: the one named, or the only active one.
Result<Signer> signer_of(const State& state, const std::string& handle, const std::string& fingerprint) {
  auto id = state.registry.find(Kind::person, handle);
  if (!id) return id.error();
  auto person = state.registry.person(*id);
  if (!person || !person->active) return fail(Fault::refused, "core.person-left", {{"person", handle}});
  std::vector<registry::Key> keys;
  for (const auto& key : state.registry.keys_of(*id))
    if (key.active && (fingerprint.empty() || key.fingerprint == fingerprint)) keys.push_back(key);
  if (keys.empty())
    return fail(Fault::refused, "core.no-such-key", {{"person", handle}, {"key", fingerprint}});
  if (keys.size() > 1) return fail(Fault::invalid, "core.which-key", {{"person", handle}});
  return Signer{*person, keys.front()};
}

tickets::PageHead head_of(const State& state, const Signer& signer, tickets::Word word,
                          const std::string& stage, Instant now) {
  tickets::PageHead head;
  head.installation = state.installation;
  head.word = word;
  head.stage = stage;
  head.person = signer.person.id;
  head.handle = signer.person.handle;
  head.fingerprint = signer.key.fingerprint;
  head.not_valid_after = now + state.policy.approval_time();
  head.clock_unsure = state.policy.clock_require() == "none";
  return head;
}

Result<tickets::Window> window_of(const json::object& input, bool permits, Instant now) {
  tickets::Window window;
  for (const auto& [name, at] : {std::pair{"opens", &window.opens}, std::pair{"closes", &window.closes}}) {
    const std::string text = text_of(input, name);
    if (text.empty()) continue;
    auto parsed = parse_instant(text);
    if (!parsed) return parsed.error();
    *at = *parsed;
  }
  const Instant from = window.opens == Instant{} ? now : window.opens;
  if (permits && window.closes == Instant{}) return fail(Fault::invalid, "core.window-without-end");
  if (window.closes != Instant{} && (window.closes <= from || window.closes <= now))
    return fail(Fault::invalid, "core.window-over", {{"closes", to_text(window.closes)}});
  if (window.closes != Instant{} && window.closes - from > longest_window)
    return fail(Fault::invalid, "core.window-too-long", {{"days", "31"}});
  return window;
}

Result<tickets::Ticket> ticket_of(Step& step, const json::object& input, const Signer& signer,
                                  Resolved& resolved) {
  tickets::Ticket ticket;
  ticket.requester = signer.person.id;
  ticket.account = step.peer.account;
  ticket.on_behalf_of = text_of(input, "on-behalf-of");
  ticket.reason = text_of(input, "reason");
  ticket.policy_version = step.state.policy.version();
  auto permits = resolve_permits(step.state, array_of(input, "permits"));
  if (!permits) return permits.error();
  ticket.permits = std::move(*permits);
  ticket.permit_used.assign(ticket.permits.size(), 0);
  auto window = window_of(input, !ticket.permits.empty(), step.now);
  if (!window) return window.error();
  ticket.window = *window;
  if (ticket.permits.empty() && array_of(input, "edits").empty())
    return fail(Fault::invalid, "core.nothing-asked");
  auto edits = resolve(step, array_of(input, "edits"), 0);
  if (!edits) return edits.error();
  resolved = std::move(*edits);
  ticket.edits = resolved.edits;
  for (const auto& edit : ticket.edits)
    if (edit.id != 0) ticket.touched.push_back({{edit.kind, edit.id}, edit.before});
  if (auto done = within_held_limit(step.state, resolved); !done) return done.error();
  auto stages = stages_of(step.state, signer.person.id, resolved, ticket.permits, ticket.kind);
  if (!stages) return stages.error();
  ticket.stages = std::move(*stages);
  return ticket;
}

} // namespace

Status within_held_limit(const State& state, const Resolved& resolved) {
  std::map<Id, std::size_t> more;
  for (const auto& touch : resolved.touched)
    if (touch.operation == registry::Operation::create &&
        (touch.object.kind == Kind::address || touch.object.kind == Kind::prefix))
      ++more[touch.organisation];
  for (const auto& [organisation, count] : more)
    if (state.registry.held(organisation) + count > state.policy.held_limit())
      return fail(Fault::refused, "core.holds-too-much",
                  {{"organisation", state.registry.path(organisation)},
                   {"held", std::to_string(state.registry.held(organisation))},
                   {"limit", std::to_string(state.policy.held_limit())}});
  return Done{};
}

Answer prepare(Step& step, const json::object& input) {
  State& state = step.state;
  if (array_of(input, "edits").size() > edits_limit || array_of(input, "permits").size() > permits_limit)
    return fail(Fault::invalid, "core.too-many-edits", {{"limit", std::to_string(edits_limit)}});
  auto signer = signer_of(state, text_of(input, "requester"), text_of(input, "key"));
  if (!signer) return signer.error();
  Resolved resolved;
  auto ticket = ticket_of(step, input, *signer, resolved);
  if (!ticket) return ticket.error();
  json::object answer{{"edits", to_json(ticket->edits)}, {"stages", to_json(ticket->stages, state.registry)}};
  if (flag_of(input, "dry-run")) return answer;

  std::size_t own = 0;
  std::erase_if(state.prepared, [&](const auto& entry) { return entry.second.until <= step.monotonic; });
  for (const auto& [id, prepared] : state.prepared)
    if (prepared.ticket.requester == ticket->requester) ++own;
  if (own >= prepared_limit)
    return fail(Fault::busy, "core.too-many-prepared", {{"limit", std::to_string(prepared_limit)}});

  ticket->id = state.next_ticket++;
  PreparedTicket prepared{std::move(*ticket), head_of(state, *signer, tickets::Word::request, "", step.now),
                          step.monotonic + prepared_for};
  answer["ticket"] = prepared.ticket.id;
  answer["page"] = tickets::page(prepared.head, prepared.ticket, state.registry);
  state.prepared.insert_or_assign(prepared.ticket.id, std::move(prepared));
  return answer;
}

Answer page(Step& step, const json::object& input) {
  State& state = step.state;
  const auto word = tickets::word_of(text_of(input, "word"));
  if (!word || *word == tickets::Word::request)
    return fail(Fault::invalid, "core.unknown-word", {{"word", text_of(input, "word")}});
  const auto found = state.tickets.find(number_of(input, "ticket"));
  if (found == state.tickets.end())
    return fail(Fault::not_found, "core.no-waiting-ticket",
                {{"ticket", std::to_string(number_of(input, "ticket"))}});
  auto signer = signer_of(state, text_of(input, "person"), text_of(input, "key"));
  if (!signer) return signer.error();
  std::string stage;
  if (*word == tickets::Word::approve || *word == tickets::Word::reject) {
    const auto* waiting = tickets::waiting_stage(found->second);
    stage = text_of(input, "stage", waiting != nullptr ? waiting->name : "");
    auto may = tickets::may_decide(found->second, stage, signer->person.id, signer->key.fingerprint,
                                   state.policy, state.registry, *word == tickets::Word::reject);
    if (!may) return may.error();
  }
  const auto head = head_of(state, *signer, *word, stage, step.now);
  return json::object{{"page", tickets::page(head, found->second, state.registry)}};
}

Answer check_policy(Step& step, const json::object& input) {
  auto signer = signer_of(step.state, text_of(input, "requester"), text_of(input, "key"));
  if (!signer) return signer.error();
  auto resolved = resolve(step, array_of(input, "edits"), 0);
  if (!resolved) return resolved.error();
  auto stages = stages_of(step.state, signer->person.id, *resolved, {}, "normal");
  if (!stages) return stages.error();
  return json::object{{"stages", to_json(*stages, step.state.registry)}, {"edits", to_json(resolved->edits)}};
}

} // namespace assent::core
