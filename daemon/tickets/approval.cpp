// Who may decide, and whether what was decided still counts: the separation of duties lives here.
#include <algorithm>
#include <set>

#include "daemon/tickets/ticket.hpp"

namespace assent::tickets {
namespace {

using registry::Registry;

std::string handle_of(const Registry& registry, Id person) {
  const auto known = registry.person(person);
  return known ? known->handle : std::to_string(person);
}

const Stage* stage_named(const Ticket& ticket, std::string_view name) {
  for (const auto& stage : ticket.stages)
    if (stage.name == name) return &stage;
  return nullptr;
}

/// Everything about a person, a key and a stage that must hold when an approval is given and still when it is
/// used.
Status entitled(const Ticket& ticket, const Stage& stage, Id person, std::string_view fingerprint,
                const Policy& policy, const Registry& registry) {
  const auto handle = handle_of(registry, person);
  const auto refuse = [&](std::string id, std::vector<std::pair<std::string, std::string>> args) {
    auto error = fail(Fault::refused, std::move(id), std::move(args));
    error.rule = stage.rule;
    return error;
  };
  const auto known = registry.person(person);
  if (!known) return refuse("ticket.person-unknown", {{"person", handle}});
  if (!known->active) return refuse("ticket.person-left", {{"person", handle}});
  const auto key = registry.key(fingerprint);
  if (!key) return refuse("ticket.key-unknown", {{"key", std::string(fingerprint)}});
  // The key decides who is speaking: whoever asked cannot come back under another name.
  if (person == ticket.requester) return refuse("ticket.self-approval", {{"person", handle}});
  if (key->person == ticket.requester)
    return refuse("ticket.requester-key",
                  {{"key", key->fingerprint}, {"person", handle_of(registry, key->person)}});
  if (key->person != person)
    return refuse("ticket.key-of-another", {{"key", key->fingerprint}, {"person", handle}});
  if (!key->active) return refuse("ticket.key-revoked", {{"key", key->fingerprint}, {"person", handle}});
  if (!ticket.account.empty() && registry.person_of_account(ticket.account) == person)
    return refuse("ticket.requester-account", {{"person", handle}, {"account", ticket.account}});
  if (!policy.may(registry, person, stage.right, stage.organisation)) {
    auto error = refuse(
        "ticket.right-missing",
        {{"person", handle}, {"right", stage.right}, {"organisation", registry.path(stage.organisation)}});
    for (const auto& grant : registry.grants_of(person))
      error.evidence.push_back(
          {"ticket.holds-role",
           {{"person", handle}, {"role", grant.role}, {"organisation", registry.path(grant.organisation)}}});
    error.next = Message{"ticket.ask-others",
                         {{"right", stage.right}, {"organisation", registry.path(stage.organisation)}}};
    return error;
  }
  return Done{};
}

/// A person counts once over all stages, in the first one that he decided.
std::size_t counted(const Ticket& ticket, const Stage& stage) {
  std::set<Id> seen;
  std::size_t count = 0;
  for (const auto& approval : ticket.approvals)
    if (seen.insert(approval.person).second && approval.stage == stage.name &&
        approval.person != ticket.requester)
      ++count;
  return count;
}

Status unchanged(const Ticket& ticket, const Policy& policy, const Registry& registry) {
  if (ticket.policy_version != policy.version()) {
    auto error = fail(
        Fault::conflict, "ticket.policy-changed",
        {{"approved", std::to_string(ticket.policy_version)}, {"now", std::to_string(policy.version())}});
    error.next = Message{"ticket.ask-again", {}};
    return error;
  }
  for (const auto& touched : ticket.touched) {
    const auto now = registry.version(touched.object);
    if (now == touched.version) continue;
    auto error =
        fail(Fault::conflict, now == 0 ? "ticket.object-gone" : "ticket.object-changed",
             {{"object", std::string(name_of(touched.object.kind)) + " " + std::to_string(touched.object.id)},
              {"approved", std::to_string(touched.version)},
              {"now", std::to_string(now)}});
    error.next = Message{"ticket.ask-again", {}};
    return error;
  }
  return Done{};
}

/// The key that signed the request is still the requester's and active.
Status requester_key_good(const Ticket& ticket, const Registry& registry) {
  const auto good = [&](const registry::Key& key) {
    return key.active && (ticket.requester_key.empty() || key.fingerprint == ticket.requester_key);
  };
  // Tickets of before 0.2 do not name the key: the journal's replay does.
  const auto keys = registry.keys_of(ticket.requester);
  if (std::any_of(keys.begin(), keys.end(), good)) return Done{};
  auto error = fail(Fault::refused, "ticket.requester-key-revoked",
                    {{"key", ticket.requester_key}, {"person", handle_of(registry, ticket.requester)}});
  error.next = Message{"ticket.ask-again", {}};
  return error;
}

} // namespace

const Stage* waiting_stage(const Ticket& ticket) {
  for (const auto& stage : ticket.stages)
    if (counted(ticket, stage) < stage.quorum) return &stage;
  return nullptr;
}

Status may_decide(const Ticket& ticket, std::string_view stage, Id person, std::string_view key_fingerprint,
                  const Policy& policy, const Registry& registry, bool rejects) {
  if (ticket.state != State::submitted)
    return fail(Fault::conflict, "ticket.not-waiting",
                {{"ticket", std::to_string(ticket.id)}, {"state", std::string(name_of(ticket.state))}});
  const auto* named = stage_named(ticket, stage);
  if (named == nullptr)
    return fail(Fault::refused, "ticket.no-such-stage",
                {{"ticket", std::to_string(ticket.id)}, {"stage", std::string(stage)}});
  if (auto status = entitled(ticket, *named, person, key_fingerprint, policy, registry); !status)
    return status;
  for (const auto& approval : ticket.approvals)
    if (approval.person == person) {
      auto error = fail(Fault::refused, "ticket.counted-already",
                        {{"person", handle_of(registry, person)}, {"stage", approval.stage}});
      error.rule = named->rule;
      return error;
    }
  const auto* waiting = waiting_stage(ticket);
  if (waiting != named) {
    auto error =
        fail(Fault::conflict, "ticket.not-this-stage",
             {{"stage", std::string(stage)}, {"waiting", waiting ? waiting->name : std::string("-")}});
    error.rule = named->rule;
    return error;
  }
  return rejects ? Status{Done{}} : unchanged(ticket, policy, registry);
}

Status still_approved(const Ticket& ticket, const Policy& policy, const Registry& registry) {
  if (ticket.state != State::approved)
    return fail(Fault::conflict, "ticket.not-approved",
                {{"ticket", std::to_string(ticket.id)}, {"state", std::string(name_of(ticket.state))}});
  const auto requester = registry.person(ticket.requester);
  if (!requester || !requester->active)
    return fail(Fault::refused, "ticket.requester-left", {{"person", handle_of(registry, ticket.requester)}});
  if (auto status = requester_key_good(ticket, registry); !status) return status;
  if (ticket.stages.empty()) return fail(Fault::refused, "ticket.without-stages", {});
  for (const auto& approval : ticket.approvals) {
    const auto* stage = stage_named(ticket, approval.stage);
    if (stage == nullptr)
      return fail(Fault::refused, "ticket.no-such-stage",
                  {{"ticket", std::to_string(ticket.id)}, {"stage", approval.stage}});
    if (auto status = entitled(ticket, *stage, approval.person, approval.key, policy, registry); !status) {
      status.error().next = Message{"ticket.ask-again", {}};
      return status;
    }
  }
  if (const auto* waiting = waiting_stage(ticket); waiting != nullptr) {
    auto error = fail(Fault::refused, "ticket.quorum-missing",
                      {{"stage", waiting->name}, {"quorum", std::to_string(waiting->quorum)}});
    error.rule = waiting->rule;
    return error;
  }
  return unchanged(ticket, policy, registry);
}

Status stages_suffice(const Ticket& ticket, const std::vector<registry::Touch>& touched,
                      const std::vector<Permit>& permits, const Policy& policy, const Registry& registry) {
  if (auto status = policy.may_ask(registry, ticket.requester, touched, permits); !status) {
    status.error().next = Message{"ticket.ask-again", {}};
    return status;
  }
  const auto required = policy.required(registry, touched, permits, ticket.kind);
  if (!required) return required.error();
  for (const auto& needed : *required) {
    const bool met = std::any_of(ticket.stages.begin(), ticket.stages.end(), [&](const Stage& stage) {
      return stage.right == needed.right && stage.organisation == needed.organisation &&
             stage.quorum >= needed.quorum;
    });
    if (met) continue;
    auto error = fail(Fault::conflict, "ticket.stage-missing",
                      {{"ticket", std::to_string(ticket.id)}, {"stage", needed.name}});
    error.rule = needed.rule;
    error.next = Message{"ticket.ask-again", {}};
    return error;
  }
  return Done{};
}

} // namespace assent::tickets
