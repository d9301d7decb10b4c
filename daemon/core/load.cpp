// Start: every row back into memory, and the proof that people, keys, roles and policy come from signed
// entries.
#include <algorithm>

#include <fmt/format.h>

#include "common/hash.hpp"
#include "daemon/core/state.hpp"
#include "daemon/tickets/authority.hpp"
#include "daemon/trust/ssh_signature.hpp"

namespace assent::core {
namespace {

constexpr Kind register_kinds[] = {Kind::organisation, Kind::person,  Kind::key,    Kind::role,
                                   Kind::network,      Kind::block,   Kind::prefix, Kind::address,
                                   Kind::agent,        Kind::profile, Kind::device, Kind::link,
                                   Kind::policy,       Kind::baseline};

Error damaged(Kind kind, Id id, const Error& cause) {
  Error error = fail(Fault::outside, "core.damaged-row",
                     {{"kind", std::string(name_of(kind))}, {"id", std::to_string(id)}});
  error.evidence.push_back(cause.what);
  return error;
}

Status load_register(State& state, store::Reader& reader) {
  std::optional<Error> failed;
  for (const Kind kind : register_kinds) {
    auto read = reader.each(kind, [&](store::StoredRow&& row) {
      if (failed) return;
      auto body = parse_json(row.body, 64u << 20, "store");
      if (!body || !body->is_object()) {
        failed = damaged(kind, row.id, fail(Fault::outside, "common.bad-json", {{"file", "store"}}));
        return;
      }
      auto loaded = state.registry.load(kind, row.id, row.version, body->get_object());
      if (!loaded) failed = damaged(kind, row.id, loaded.error());
    });
    if (!read) return read.error();
    if (failed) return *failed;
    auto last = reader.last_id(kind);
    if (!last) return last.error();
    state.registry.set_last_id(kind, *last);
  }
  return state.registry.loaded();
}

/// Every row of a kind that the filter lets through, page by page; ends with the first failure.
Status each_listed(store::Reader& reader, Kind kind, const store::Filter& filter,
                   const std::function<Status(const store::StoredRow&, const json::object&)>& take) {
  Id after = 0;
  do {
    auto page = reader.list(kind, filter, after, 500);
    if (!page) return page.error();
    for (const auto& row : page->rows) {
      auto body = parse_json(row.body, 64u << 20, "store");
      if (!body) return damaged(kind, row.id, body.error());
      if (!body->is_object())
        return damaged(kind, row.id, fail(Fault::outside, "common.bad-json", {{"file", "store"}}));
      if (auto taken = take(row, body->get_object()); !taken) return taken;
    }
    after = page->next;
  } while (after != 0);
  return Done{};
}

Status load_tickets(State& state, store::Reader& reader, Instant now) {
  std::vector<std::pair<Instant, Id>> hold;
  for (const auto which : {"submitted", "approved", "open", "verifying"}) {
    auto loaded =
        each_listed(reader, Kind::ticket, {{"state", which}},
                    [&](const store::StoredRow& row, const json::object& body) -> Status {
                      auto ticket = tickets::ticket_from_json(row.id, row.version, body);
                      if (!ticket) return damaged(Kind::ticket, row.id, ticket.error());
                      auto& kept = state.tickets[row.id] = std::move(*ticket);
                      const auto version = kept.version;
                      static_cast<void>(ticket_row(state, kept)); // for its due time and permits only
                      kept.version = version;
                      hold.emplace_back(held_since(kept), row.id);
                      return Done{};
                    });
    if (!loaded) return loaded;
  }
  // A ticket that was late for a time may have lost its space to one that came later.
  std::sort(hold.begin(), hold.end());
  for (const auto& [since, id] : hold)
    keep_hold(state, state.tickets.at(id), now);
  return Done{};
}

Status load_watch(State& state, store::Reader& reader) {
  state.registry.each(Kind::baseline, [&](const registry::Object& object) {
    watch::Baseline baseline;
    baseline.device = object.id;
    baseline.profile = text_of(object.body, "profile");
    baseline.revision = number_of(object.body, "revision");
    baseline.fingerprint = text_of(object.body, "fingerprint");
    baseline.ticket = number_of(object.body, "ticket");
    baseline.version = object.version;
    state.watch.set_baseline(baseline);
  });
  auto loaded = each_listed(reader, Kind::finding, {{"state", "open"}},
                            [&](const store::StoredRow& row, const json::object& body) -> Status {
                              auto finding = watch::finding_from_json(row.id, row.version, body);
                              if (!finding) return damaged(Kind::finding, row.id, finding.error());
                              state.watch.load_finding(*finding);
                              return Done{};
                            });
  if (!loaded) return loaded;
  return reader.each_reading([&](store::Reading&& reading) {
    if (!state.registry.device(reading.device)) return;
    state.watch.load_reading(reading.device, reading.fingerprint, reading.started, reading.ended,
                             reading.detail);
  });
}

/// Revoked tickets whose devices have not been read since: what they permitted until then still explains what
/// the next reading shows. Where the reading since was not stored, another is waited for.
Status load_lingering(State& state, store::Reader& reader) {
  return each_listed(reader, Kind::ticket, {{"state", "revoked"}},
                     [&](const store::StoredRow& row, const json::object& body) -> Status {
                       auto ticket = tickets::ticket_from_json(row.id, row.version, body);
                       if (!ticket) return damaged(Kind::ticket, row.id, ticket.error());
                       if (ticket->permits.empty() || ticket->opened == Instant{}) return Done{};
                       std::set<Id> unread;
                       for (const Id device : devices_of(state, *ticket)) {
                         const auto reading = state.watch.last_reading(device);
                         if (!reading || reading->started < ticket->closed) unread.insert(device);
                       }
                       if (unread.empty()) return Done{};
                       put_permits(state, *ticket);
                       state.lingering[row.id] = std::move(unread);
                       return Done{};
                     });
}

Result<std::vector<tickets::SignedAct>> acts_of(store::Reader& reader, Id ticket) {
  std::vector<tickets::SignedAct> acts;
  auto loaded =
      each_listed(reader, Kind::act, {{"ticket", std::to_string(ticket)}},
                  [&](const store::StoredRow& row, const json::object& body) -> Status {
                    acts.push_back({row.id, number_of(body, "ticket"), text_of(body, "word"),
                                    text_of(body, "stage"), number_of(body, "person"), text_of(body, "key"),
                                    text_of(body, "page"), text_of(body, "signature")});
                    return Done{};
                  });
  if (!loaded) return loaded.error();
  return acts;
}

/// Revisions of profiles that baselines are of, or that are in force, with the tickets that brought them.
void take_revisions(State& state, model::Model& model, const json::object& entry,
                    const std::set<std::pair<std::string, std::uint64_t>>& wanted) {
  const auto rows = journal::rows_of(entry);
  if (!rows) return; // the replay says what is wrong
  for (const auto& row : *rows)
    if (row.kind == Kind::profile && !row.gone &&
        wanted.contains({text_of(row.body, "name"), number_of(row.body, "revision")}))
      learn_revision(state, model, row.body, number_of(entry, "ticket"));
}

std::set<std::pair<std::string, std::uint64_t>> wanted_revisions(const State& state) {
  std::set<std::pair<std::string, std::uint64_t>> wanted;
  state.registry.each(Kind::baseline, [&](const registry::Object& object) {
    wanted.emplace(text_of(object.body, "profile"), number_of(object.body, "revision"));
  });
  state.registry.each(Kind::profile, [&](const registry::Object& object) {
    wanted.emplace(text_of(object.body, "name"), number_of(object.body, "revision"));
  });
  return wanted;
}

Status prove_authority(State& state, store::Reader& reader, model::Model& model) {
  const auto wanted = wanted_revisions(state);
  tickets::AuthorityReplay replay(
      reader.installation(),
      [&](const json::object& body, std::uint64_t version) { return policy_of(model, body, version); },
      [&](Id ticket) { return acts_of(reader, ticket); });
  std::optional<Error> failed;
  auto read = reader.authority_entries([&](store::StoredEntry&& entry) {
    auto body = parse_json(entry.body, 64u << 20, "journal");
    const auto header = journal::parse_header(entry.header);
    if (!body || !body->is_object() || !header || header->body != sha256_hex(entry.body)) {
      failed = fail(Fault::outside, "core.damaged-entry", {{"number", std::to_string(entry.number)}});
      return false;
    }
    take_revisions(state, model, body->get_object(), wanted);
    auto status = entry.number == 0 ? replay.founding(body->get_object())
                                    : replay.next(entry.number, body->get_object());
    if (!status) failed = status.error();
    return !failed.has_value();
  });
  if (!read) return read.error();
  if (failed) return *failed;
  return replay.same_as(state.registry);
}

/// How often each template was used today: the newest entry of each says it.
Status load_used_today(State& state, store::Reader& reader) {
  auto head = reader.head(journal::Stream::decisions);
  if (!head) return head.error();
  constexpr std::uint64_t chunk = 1000;
  std::string newest_day;
  for (std::uint64_t end = *head + 1; end > 0;) {
    const std::uint64_t from = end > chunk ? end - chunk : 0;
    std::vector<std::pair<std::string, json::object>> found;
    auto read = reader.entries(journal::Stream::decisions, from, end - from, [&](store::StoredEntry&& entry) {
      const auto header = journal::parse_header(entry.header);
      const std::string day = header ? to_text(header->time).substr(0, 10) : "";
      newest_day = std::max(newest_day, day);
      if (entry.body.find("\"event\":\"standard-applied\"") == std::string::npos) {
        found.emplace_back(day, json::object{});
        return true;
      }
      const auto body = parse_json(entry.body, 64u << 20, "journal");
      found.emplace_back(day, body ? object_of(body->as_object(), "detail") : json::object{});
      return true;
    });
    if (!read) return read.error();
    bool today = false;
    for (auto it = found.rbegin(); it != found.rend(); ++it) {
      if (it->first != newest_day) continue;
      today = true;
      const std::string name = text_of(it->second, "template");
      if (!name.empty()) state.used_today.try_emplace(name, it->first, number_of(it->second, "used-today"));
    }
    if (!today) break;
    end = from;
  }
  return Done{};
}

} // namespace

Result<tickets::Policy> policy_of(model::Model& model, const json::object& body, std::uint64_t version) {
  const std::string text = text_of(body, "text");
  auto content = model.bind_yaml(text, text_of(body, "name", "policy"), "assent-policy:policy");
  if (!content) return content.error();
  return tickets::Policy::parse(*content, version, text);
}

Result<std::unique_ptr<State>> load_state(store::Reader& reader, model::Model& model, Instant now) {
  auto state = std::make_unique<State>();
  state->installation = reader.installation();
  if (auto done = load_register(*state, reader); !done) return done.error();
  const auto policy = state->registry.get(Kind::policy, 1);
  if (!policy) return fail(Fault::outside, "core.no-policy");
  auto parsed = policy_of(model, policy->body, policy->version);
  if (!parsed) return parsed.error();
  state->policy = std::move(*parsed);
  state->watch.set_state_interval(state->policy.state_interval());
  if (auto done = prove_authority(*state, reader, model); !done) return done.error();
  state->registry.each(Kind::profile, [&](const registry::Object& object) {
    learn_profile(*state, model, object.body, std::nullopt);
  });
  if (auto done = load_tickets(*state, reader, now); !done) return done.error();
  if (auto done = load_watch(*state, reader); !done) return done.error();
  if (auto done = load_lingering(*state, reader); !done) return done.error();
  if (auto done = load_used_today(*state, reader); !done) return done.error();
  for (const auto& [kind, next] :
       {std::pair{Kind::ticket, &state->next_ticket}, std::pair{Kind::act, &state->next_act},
        std::pair{Kind::finding, &state->next_finding}}) {
    auto last = reader.last_id(kind);
    if (!last) return last.error();
    *next = *last + 1;
  }
  return state;
}

} // namespace assent::core
