#include "daemon/tickets/policy.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "daemon/tickets/authority.hpp"
#include "daemon/tickets/policy_match.hpp"

namespace assent::tickets {
namespace {

using registry::Registry;

std::string place_of(const Policy& policy, std::string_view sort, const std::string& name, int line) {
  auto text = "policy " + policy.name() + " v" + std::to_string(policy.version()) + ", " + std::string(sort) +
              " " + name;
  if (line > 0) text += ", line " + std::to_string(line);
  return text;
}

std::string described(const registry::Touch& touch) {
  std::string text(registry::name_of(touch.operation));
  text += " ";
  return text + (touch.label.empty() ? std::string(name_of(touch.object.kind)) : touch.label);
}

std::string described(const PermitOn& on) {
  return "permit " + std::string(name_of(on.permit->operation)) + " " + on.permit->path.text() + " " +
         on.device.name;
}

Id organisation_for(StageRule::Of of, Id owner, Id holder, const Registry& registry) {
  switch (of) {
  case StageRule::Of::owner:
    return owner;
  case StageRule::Of::holder:
    return holder;
  case StageRule::Of::parent:
    return registry.parent(owner) != 0 ? registry.parent(owner) : registry.root();
  case StageRule::Of::root:
    return registry.root();
  }
  return registry.root();
}

/// The devices that each permit reaches. Refused where one reaches none: nobody could say whose approval it
/// needs.
Result<std::vector<PermitOn>> devices_of(const std::vector<Permit>& permits, const Registry& registry) {
  std::vector<PermitOn> all;
  for (const auto& permit : permits) {
    const auto before = all.size();
    if (permit.device != 0) {
      if (const auto device = registry.device(permit.device)) all.push_back({&permit, *device});
    } else {
      registry.each(Kind::device, [&](const registry::Object& object) {
        const auto device = registry.device(object.id);
        if (device && std::count(device->labels.begin(), device->labels.end(), permit.label) > 0)
          all.push_back({&permit, *device});
      });
    }
    if (all.size() == before)
      return fail(Fault::not_found, "policy.permit-reaches-nothing",
                  {{"device", permit.device != 0 ? std::to_string(permit.device) : permit.label}});
  }
  return all;
}

/// One thing that a change touches, edit or permit, with whose it is.
struct Thing {
  std::string text;
  Id owner = 0, holder = 0;
  std::function<Applies(const Match&)> applies;
  bool matched = false;
};

Thing thing_of(const registry::Touch& touch, const Registry& registry) {
  return {described(touch), owner_of(touch, registry), holder_of(touch, registry),
          [touch, &registry](const Match& match) { return applies(match, touch, registry); }};
}

Thing thing_of(PermitOn on, const Registry& registry) {
  std::string text = described(on);
  const Id owner = on.device.organisation;
  return {std::move(text), owner, owner,
          [on = std::move(on), &registry](const Match& match) { return applies(match, on, registry); }};
}

/// A permit on a device that an edit of the same ticket gives other labels or another place: what it will
/// reach then counts as well as what it reaches now.
void add_permits_after(std::vector<Thing>& things, const registry::Touch& touch,
                       const std::vector<Permit>& permits, const Registry& registry) {
  if (touch.object.kind != Kind::device || touch.operation == registry::Operation::remove) return;
  for (const auto& permit : permits) {
    const bool named = permit.device != 0 && permit.device == touch.object.id;
    const bool labelled =
        permit.device == 0 && std::count(touch.labels.begin(), touch.labels.end(), permit.label) > 0;
    if (!named && !labelled) continue;
    PermitOn on{&permit, registry.device(touch.object.id).value_or(registry::Device{})};
    if (on.device.name.empty()) on.device.name = touch.label;
    on.device.organisation = owner_of(touch, registry);
    on.device.network = touch.network;
    on.device.labels = touch.labels;
    things.push_back(thing_of(std::move(on), registry));
  }
}

std::vector<Thing> things_of(const std::vector<registry::Touch>& touched, const std::vector<Permit>& permits,
                             const std::vector<PermitOn>& reached, const Registry& registry) {
  std::vector<Thing> things;
  for (const auto& touch : touched) {
    things.push_back(thing_of(touch, registry));
    // What takes off a label or leaves a network does not thereby leave the rules that named them.
    for (const auto& left : touch.left) {
      auto was = touch;
      was.network = left.network;
      was.labels = left.labels;
      things.push_back(thing_of(was, registry));
    }
    // Whoever may change a person's keys has what the person has: all who gave the person a role are asked.
    for (const Id organisation : touch.also) {
      auto there = touch;
      there.organisation = there.holder = organisation;
      things.push_back(thing_of(there, registry));
    }
    add_permits_after(things, touch, permits, registry);
  }
  for (const auto& on : reached)
    things.push_back(thing_of(on, registry));
  return things;
}

/// Stages of equal right and organisation are one: the larger quorum and the shorter due time win.
void merge(std::vector<Stage>& stages, Stage stage) {
  for (auto& known : stages)
    if (known.right == stage.right && known.organisation == stage.organisation) {
      known.quorum = std::max(known.quorum, stage.quorum);
      if (known.due == Duration{} || (stage.due != Duration{} && stage.due < known.due))
        known.due = stage.due;
      if ((known.rule + ";").find(stage.rule + ";") == std::string::npos) known.rule += "; " + stage.rule;
      return;
    }
  const auto name = stage.name;
  const auto taken = [&] {
    return std::any_of(stages.begin(), stages.end(),
                       [&](const Stage& known) { return known.name == stage.name; });
  };
  for (int number = 2; taken(); ++number)
    stage.name = name + "-" + std::to_string(number);
  stages.push_back(std::move(stage));
}

/// Finds different people for all seats of all stages (one person counts once), by augmenting paths.
class Seats {
 public:
  explicit Seats(const std::vector<std::vector<Id>>& people) : people_(people) {}

  bool fill(std::size_t stage) {
    std::set<Id> tried;
    return seat(stage, tried);
  }

 private:
  bool seat(std::size_t stage, std::set<Id>& tried) {
    for (const auto person : people_[stage]) {
      if (!tried.insert(person).second) continue;
      const auto taken = stage_of_.find(person);
      if (taken == stage_of_.end() || seat(taken->second, tried)) {
        stage_of_[person] = stage;
        return true;
      }
    }
    return false;
  }

  const std::vector<std::vector<Id>>& people_;
  std::map<Id, std::size_t> stage_of_;
};

bool has_active_key(const Registry& registry, Id person) {
  const auto keys = registry.keys_of(person);
  return std::any_of(keys.begin(), keys.end(), [](const registry::Key& key) { return key.active; });
}

Status can_be_met(const Policy& policy, const Registry& registry, Id requester,
                  const std::vector<Stage>& stages) {
  unsigned seats = 0;
  for (const auto& stage : stages)
    seats += stage.quorum;
  std::vector<std::vector<Id>> people;
  for (const auto& stage : stages) {
    people.emplace_back();
    for (const auto person : policy.people_who_may(registry, stage.right, stage.organisation)) {
      // More people than there are seats cannot be needed for one stage.
      if (people.back().size() == seats) break;
      if (person != requester && has_active_key(registry, person)) people.back().push_back(person);
    }
  }
  Seats table(people);
  for (std::size_t i = 0; i < stages.size(); ++i)
    for (unsigned seat = 0; seat < stages[i].quorum; ++seat) {
      if (table.fill(i)) continue;
      auto error = fail(Fault::refused, "policy.stage-cannot-be-met",
                        {{"stage", stages[i].name},
                         {"quorum", std::to_string(stages[i].quorum)},
                         {"right", stages[i].right},
                         {"organisation", registry.path(stages[i].organisation)}});
      error.rule = stages[i].rule;
      for (const auto person : people[i])
        if (const auto known = registry.person(person))
          error.evidence.push_back({"policy.could-approve", {{"person", known->handle}}});
      if (people[i].empty()) error.evidence.push_back({"policy.nobody-could-approve", {}});
      error.next =
          Message{"policy.enrol-another",
                  {{"right", stages[i].right}, {"organisation", registry.path(stages[i].organisation)}}};
      return error;
    }
  return Done{};
}

Error forbidden(const Policy& policy, const Rule& rule, const std::string& thing) {
  auto error = fail(Fault::refused, "policy.forbidden", {{"what", thing}, {"reason", *rule.forbid}});
  error.rule = place_of(policy, "rule", rule.name, rule.line);
  return error;
}

Status may_request(const Policy& policy, const Registry& registry, Id requester, const Thing& thing) {
  if (policy.may(registry, requester, "request", thing.owner) ||
      policy.may(registry, requester, "request", thing.holder))
    return Done{};
  const auto person = registry.person(requester);
  auto error = fail(Fault::refused, "policy.may-not-request",
                    {{"person", person ? person->handle : std::to_string(requester)},
                     {"what", thing.text},
                     {"organisation", registry.path(thing.owner)}});
  error.rule = "policy " + policy.name() + " v" + std::to_string(policy.version()) + ", right request";
  for (const auto& grant : registry.grants_of(requester))
    error.evidence.push_back({"ticket.holds-role",
                              {{"person", person ? person->handle : std::to_string(requester)},
                               {"role", grant.role},
                               {"organisation", registry.path(grant.organisation)}}});
  error.next = Message{"policy.ask-administrator", {{"organisation", registry.path(thing.owner)}}};
  return error;
}

} // namespace

bool Policy::grants(std::string_view role, std::string_view right) const {
  return std::any_of(roles_.begin(), roles_.end(), [&](const Role& known) {
    return known.name == role &&
           std::find(known.rights.begin(), known.rights.end(), right) != known.rights.end();
  });
}

bool Policy::exclude_each_other(std::string_view role, std::string_view other) const {
  const auto excludes = [&](std::string_view a, std::string_view b) {
    return std::any_of(roles_.begin(), roles_.end(), [&](const Role& known) {
      return known.name == a &&
             std::find(known.excludes.begin(), known.excludes.end(), b) != known.excludes.end();
    });
  };
  return excludes(role, other) || excludes(other, role);
}

bool Policy::may(const Registry& registry, Id person, std::string_view right, Id organisation) const {
  const auto known = registry.person(person);
  if (!known || !known->active || right.empty()) return false;
  if (organisation == 0) organisation = registry.root();
  const auto held = registry.grants_of(person);
  for (const auto& grant : held) {
    if (!grants(grant.role, right) || !registry.within(organisation, grant.organisation)) continue;
    // Roles that exclude each other and came together all the same (an older policy allowed it) give nothing.
    if (std::none_of(held.begin(), held.end(), [&](const registry::Grant& other) {
          return exclude_each_other(grant.role, other.role);
        }))
      return true;
  }
  return false;
}

std::vector<Id> Policy::people_who_may(const Registry& registry, std::string_view right,
                                       Id organisation) const {
  std::set<Id> people;
  for (const auto& role : roles_) {
    if (!grants(role.name, right)) continue;
    for (const auto person :
         registry.people_with(role.name, organisation != 0 ? organisation : registry.root()))
      if (people.count(person) == 0 && may(registry, person, right, organisation)) people.insert(person);
  }
  return {people.begin(), people.end()};
}

Result<std::vector<Stage>> Policy::stages(const Registry& registry, Id requester,
                                          const std::vector<registry::Touch>& touched,
                                          const std::vector<Permit>& permits, std::string_view kind) const {
  if (auto status = may_ask(registry, requester, touched, permits); !status) return status.error();
  auto stages = required(registry, touched, permits, kind);
  if (!stages) return stages;
  if (auto status = can_be_met(*this, registry, requester, *stages); !status) return status.error();
  return stages;
}

Status Policy::may_ask(const Registry& registry, Id requester, const std::vector<registry::Touch>& touched,
                       const std::vector<Permit>& permits) const {
  const auto devices = devices_of(permits, registry);
  if (!devices) return devices.error();
  for (const auto& thing : things_of(touched, permits, *devices, registry))
    if (auto status = may_request(*this, registry, requester, thing); !status) return status;
  return Done{};
}

Result<std::vector<Stage>> Policy::required(const Registry& registry,
                                            const std::vector<registry::Touch>& touched,
                                            const std::vector<Permit>& permits, std::string_view kind) const {
  const auto devices = devices_of(permits, registry);
  if (!devices) return devices.error();
  auto things = things_of(touched, permits, *devices, registry);
  if (things.empty()) return fail(Fault::invalid, "policy.touches-nothing");
  std::vector<Stage> stages;
  for (const auto& rule : rules_) {
    const auto place = place_of(*this, "rule", rule.name, rule.line);
    std::vector<const Thing*> concerned;
    for (auto& thing : things) {
      const auto how = thing.applies(rule.match);
      if (how == Applies::no) continue;
      if (rule.forbid) return forbidden(*this, rule, thing.text);
      if (!rule.tickets.empty() && std::count(rule.tickets.begin(), rule.tickets.end(), kind) == 0) {
        auto error = fail(Fault::refused, "policy.kind-not-permitted",
                          {{"what", thing.text}, {"kind", std::string(kind)}});
        error.rule = place;
        return error;
      }
      thing.matched = thing.matched || how == Applies::yes;
      concerned.push_back(&thing);
    }
    for (const auto& stage : rule.stages)
      for (const auto* thing : concerned)
        merge(stages,
              {stage.name, stage.right, organisation_for(stage.of, thing->owner, thing->holder, registry),
               stage.quorum, stage.due, place});
  }
  for (const auto& thing : things)
    if (!thing.matched) {
      auto error = fail(Fault::refused, "policy.no-rule", {{"what", thing.text}});
      error.rule = "policy " + name_ + " v" + std::to_string(version_);
      error.next = Message{"policy.propose-rule", {}};
      return error;
    }
  return stages;
}

Status Policy::allows_standard(const Registry& registry, std::string_view name, Id requester, bool is_signed,
                               const std::vector<registry::Edit>& edits,
                               const std::vector<registry::Touch>& touched, std::uint64_t used_today,
                               Instant now) const {
  const auto found = std::find_if(templates_.begin(), templates_.end(),
                                  [&](const Template& known) { return known.name == name; });
  if (found == templates_.end()) {
    auto error = fail(Fault::not_found, "policy.no-template", {{"template", std::string(name)}});
    error.rule = "policy " + name_ + " v" + std::to_string(version_);
    return error;
  }
  const auto refuse = [&](std::string id, std::vector<std::pair<std::string, std::string>> args) {
    args.emplace_back("template", found->name);
    auto error = fail(Fault::refused, std::move(id), std::move(args));
    error.rule = place_of(*this, "template", found->name, found->line);
    error.next = Message{"policy.ask-normal", {}};
    return error;
  };
  if (now >= found->expires) return refuse("policy.template-expired", {{"expired", to_text(found->expires)}});
  if (!is_signed && !found->unsigned_) return refuse("policy.template-needs-signature", {});
  if (edits.empty()) return refuse("policy.touches-nothing", {});
  if (edits.size() > found->max_edits)
    return refuse("policy.template-too-many",
                  {{"edits", std::to_string(edits.size())}, {"limit", std::to_string(found->max_edits)}});
  if (used_today >= found->per_day)
    return refuse("policy.template-used-up", {{"limit", std::to_string(found->per_day)}});
  ASSENT_CHECK(edits.size() == touched.size());
  for (const auto& thing : things_of(touched, {}, {}, registry)) {
    if (thing.applies(found->match) != Applies::yes)
      return refuse("policy.template-does-not-match", {{"what", thing.text}});
    for (const auto& rule : rules_)
      if (rule.forbid && thing.applies(rule.match) != Applies::no) return forbidden(*this, rule, thing.text);
    if (auto status = may_request(*this, registry, requester, thing); !status) return status;
  }
  return Done{};
}

} // namespace assent::tickets
