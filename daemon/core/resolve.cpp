#include "daemon/core/resolve.hpp"

#include <algorithm>
#include <map>

#include "common/hash.hpp"
#include "daemon/trust/ssh_signature.hpp"
#include "daemon/watch/canonical.hpp"

namespace assent::core {
namespace {

using registry::Edit;
using registry::Operation;

/// A key as pasted: parsed, so that the ticket shows and binds its fingerprint.
Status fill_key(Edit& edit) {
  if (edit.operation != Operation::create) return Done{};
  auto key = trust::parse_public_key(text_of(edit.value, "public-key"));
  if (!key) return key.error();
  edit.value["public-key"] = key->text;
  edit.value["fingerprint"] = key->fingerprint;
  edit.value["state"] = "active";
  return Done{};
}

Status fill_policy(Step& step, Edit& edit) {
  const std::string text = text_of(edit.value, "text");
  auto content = step.model.bind_yaml(text, "policy", "assent-policy:policy");
  if (!content) return content.error();
  auto policy = tickets::Policy::parse(*content, step.state.policy.version() + 1, text);
  if (!policy) return policy.error();
  edit.id = 1;
  edit.value["name"] = policy->name();
  edit.value["sha256"] = sha256_hex(text);
  return Done{};
}

/// What the new revision changes in what is seen, before anybody approves it: `reads` is for the page only.
void show_reread(const Step& step, Edit& edit, const json::object& content) {
  const auto row = step.state.registry.get(Kind::profile, edit.id);
  if (!row) return;
  const auto old = step.model.bind_yaml(text_of(row->body, "text"), "profile", "assent-policy:profile");
  const auto listed = [](const std::set<std::string>& paths) {
    return json::array(paths.begin(), paths.end());
  };
  if (!old) return;
  const watch::Reread changed = watch::reread(watch::sight_of(*old), watch::sight_of(content));
  json::object reads;
  if (!changed.newly.empty()) reads["newly"] = listed(changed.newly);
  if (!changed.no_longer.empty()) reads["no-longer"] = listed(changed.no_longer);
  if (!changed.otherwise.empty()) reads["otherwise"] = listed(changed.otherwise);
  if (!reads.empty()) edit.value["reads"] = std::move(reads);
}

Status fill_profile(Step& step, Edit& edit) {
  if (edit.operation == Operation::remove) return Done{};
  const std::string text = text_of(edit.value, "text");
  auto content = step.model.bind_yaml(text, "profile", "assent-policy:profile");
  if (!content) return content.error();
  edit.value["name"] = text_of(*content, "name");
  edit.value["revision"] = number_of(*content, "revision");
  edit.value["sha256"] = sha256_hex(text);
  if (edit.operation == Operation::modify) show_reread(step, edit, *content);
  return Done{};
}

/// `accept`: only these paths of the open findings move; the new tree is stored under its fingerprint.
Status fill_accepted(Step& step, Edit& edit, const watch::Baseline& baseline, const json::array& paths) {
  auto text = step.tree(baseline.fingerprint);
  if (!text) return text.error();
  std::vector<watch::Difference> changes;
  json::array shown;
  for (const auto& path : paths) {
    const watch::Finding* found = nullptr;
    for (const auto* finding : step.state.watch.open_findings(baseline.device))
      if (path.is_string() && finding->path == std::string_view(path.get_string()) &&
          finding->kind == "deviation")
        found = finding;
    if (found == nullptr)
      return fail(Fault::not_found, "core.no-finding-on-path",
                  {{"path", path.is_string() ? std::string(path.get_string()) : ""}});
    // No tree shows what cannot be seen.
    if (found->path != watch::other_path) changes.push_back({found->path, found->before, found->after});
    json::object change{{"path", found->path}};
    if (found->before) change["before"] = *found->before;
    if (found->after) change["after"] = *found->after;
    shown.push_back(std::move(change));
  }
  auto moved = watch::with_changes(*text, changes);
  if (!moved) return moved.error();
  const std::string fingerprint = watch::fingerprint(*moved);
  step.batch.trees.push_back({fingerprint, std::move(*moved)});
  edit.value = {{"device", baseline.device},
                {"profile", baseline.profile},
                {"revision", baseline.revision},
                {"fingerprint", fingerprint},
                {"changes", std::move(shown)}};
  return Done{};
}

Status fill_baseline(Step& step, Edit& edit) {
  const auto* named = edit.value.if_contains("device");
  Id device = 0;
  if (named != nullptr && named->is_string()) {
    auto id = step.state.registry.find(Kind::device, named->get_string());
    if (!id) return id.error();
    device = *id;
  } else if (named != nullptr) {
    device = number_of(edit.value, "device");
  }
  if (edit.operation == Operation::remove) {
    edit.id = device;
    edit.value = {};
    return Done{};
  }
  const auto baseline = step.state.watch.baseline(device);
  edit.operation = baseline ? Operation::modify : Operation::create;
  edit.id = baseline ? device : 0;
  const auto& accept = array_of(edit.value, "accept");
  if (!accept.empty()) {
    if (!baseline) return fail(Fault::conflict, "core.no-baseline", {{"device", std::to_string(device)}});
    const json::array paths = accept;
    return fill_accepted(step, edit, *baseline, paths);
  }
  const auto reading = step.state.watch.last_reading(device);
  if (!reading || !reading->complete || !step.tree(reading->fingerprint))
    return fail(Fault::conflict, "core.no-reading", {{"device", std::to_string(device)}});
  edit.value = {{"device", device},
                {"profile", reading->profile},
                {"revision", reading->revision},
                {"fingerprint", reading->fingerprint}};
  return Done{};
}

Result<Edit> wanted_edit(Step& step, const json::object& given) {
  Edit edit;
  const std::string operation = text_of(given, "operation");
  const auto kind = kind_of(text_of(given, "kind"));
  if (!kind || *kind == Kind::ticket || *kind == Kind::act || *kind == Kind::finding)
    return fail(Fault::invalid, "core.not-editable", {{"kind", text_of(given, "kind")}});
  edit.kind = *kind;
  edit.operation = operation == "create"   ? Operation::create
                   : operation == "modify" ? Operation::modify
                                           : Operation::remove;
  edit.value = object_of(given, "value");
  if (edit.kind == Kind::baseline) {
    // A baseline's number is its device's.
    if (const auto* id = given.if_contains("id"); id != nullptr && !edit.value.contains("device"))
      edit.value["device"] = *id;
    if (auto done = fill_baseline(step, edit); !done) return done.error();
    return edit;
  }
  if (edit.operation != Operation::create && edit.kind != Kind::policy) {
    const auto* id = given.if_contains("id");
    Id network = 0;
    if (const auto* in = edit.value.if_contains("network"); in != nullptr && in->is_string()) {
      auto found = step.state.registry.find(Kind::network, in->get_string());
      if (found) network = *found;
    }
    const std::string name = id == nullptr     ? std::string()
                             : id->is_string() ? std::string(id->get_string())
                                               : std::to_string(number_of(given, "id"));
    auto found = step.state.registry.find(edit.kind, name, network);
    if (!found) return found.error();
    edit.id = *found;
    edit.before = number_of(given, "before"); // 0: the version that is in force
  }
  if (edit.operation != Operation::remove) {
    auto bound = step.model.bind_object(name_of(edit.kind), edit.value, edit.operation == Operation::modify);
    if (!bound) return bound.error();
    edit.value = std::move(*bound);
  }
  Status filled = Done{};
  if (edit.kind == Kind::key) filled = fill_key(edit);
  if (edit.kind == Kind::policy) filled = fill_policy(step, edit);
  if (edit.kind == Kind::profile) filled = fill_profile(step, edit);
  if (!filled) return filled.error();
  return edit;
}

/// An organisation made by this very ticket gives nobody any right: its nearest parent that exists already
/// does.
void map_to_existing(std::vector<registry::Touch>& touched, const std::map<Id, Id>& made) {
  const auto existing = [&](Id organisation) {
    for (auto it = made.find(organisation); it != made.end(); it = made.find(organisation))
      organisation = it->second;
    return organisation;
  };
  for (auto& touch : touched) {
    touch.organisation = existing(touch.organisation);
    touch.holder = existing(touch.holder);
    for (auto& organisation : touch.also)
      organisation = existing(organisation);
  }
}

Error at_edit(Error error, std::size_t number) {
  error.evidence.insert(error.evidence.begin(),
                        Message{"core.at-edit", {{"number", std::to_string(number)}}});
  return error;
}

/// Applies edit after edit. `next` gives the N-th wanted one, as the edits that it comes to; each of them is
/// resolved when those before it have been applied.
template <class Next, class Resolve>
Result<Resolved> trial(registry::Transaction& transaction, std::size_t count, Id ticket, Next next,
                       Resolve resolve) {
  Resolved resolved;
  std::map<Id, Id> made;
  for (std::size_t i = 0; i < count; ++i) {
    Result<std::vector<Edit>> wanted = next(i);
    if (!wanted) return at_edit(std::move(wanted).error(), i + 1);
    if (resolved.edits.size() + wanted->size() > edits_limit)
      return fail(Fault::invalid, "core.too-many-edits", {{"limit", std::to_string(edits_limit)}});
    for (Edit& piece : *wanted) {
      Result<Edit> edit = resolve(std::move(piece));
      if (!edit) return at_edit(std::move(edit).error(), i + 1);
      auto touch = edit->operation == Operation::remove ? transaction.touch(*edit)
                                                        : Result<registry::Touch>(registry::Touch{});
      auto row = transaction.apply(*edit, ticket);
      if (!row) return at_edit(std::move(row).error(), i + 1);
      if (edit->operation != Operation::remove) touch = transaction.touch(*edit);
      if (!touch) return at_edit(std::move(touch).error(), i + 1);
      if (edit->kind == Kind::organisation && edit->operation == Operation::create)
        made[row->id] = number_of(row->body, "parent");
      resolved.touched.push_back(std::move(*touch));
      resolved.rows.push_back(std::move(*row));
      resolved.edits.push_back(std::move(*edit));
    }
  }
  if (auto settled = transaction.settle(); !settled) return std::move(settled).error();
  map_to_existing(resolved.touched, made);
  return resolved;
}

} // namespace

Result<Resolved> resolve(Step& step, registry::Transaction& transaction, const json::array& wanted,
                         Id ticket) {
  return trial(
      transaction, wanted.size(), ticket,
      [&](std::size_t i) -> Result<std::vector<Edit>> {
        if (!wanted[i].is_object()) return fail(Fault::invalid, "core.not-editable", {{"kind", ""}});
        auto edit = wanted_edit(step, wanted[i].get_object());
        if (!edit) return std::move(edit).error();
        return transaction.expand(std::move(*edit), ticket);
      },
      [&](const Edit& piece) { return transaction.resolve(piece, ticket); });
}

Result<Resolved> resolve(Step& step, const json::array& wanted, Id ticket) {
  registry::Transaction transaction(step.state.registry);
  return resolve(step, transaction, wanted, ticket);
}

Result<Resolved> retry(Step& step, const std::vector<Edit>& edits, Id ticket) {
  registry::Transaction transaction(step.state.registry);
  return trial(
      transaction, edits.size(), ticket,
      [&](std::size_t i) -> Result<std::vector<Edit>> { return std::vector{edits[i]}; },
      [](Edit&& edit) -> Result<Edit> { return std::move(edit); });
}

Result<std::vector<tickets::Permit>> resolve_permits(const State& state, const json::array& wanted) {
  std::vector<tickets::Permit> permits;
  for (const auto& given : wanted) {
    json::object permit = given.as_object();
    const auto* device = permit.if_contains("device");
    if (device != nullptr && device->is_string()) {
      auto id = state.registry.find(Kind::device, device->get_string());
      if (!id) return id.error();
      permit["device"] = *id;
    } else if (device != nullptr && !state.registry.device(number_of(permit, "device"))) {
      return fail(Fault::not_found, "core.no-device",
                  {{"device", std::to_string(number_of(permit, "device"))}});
    }
    auto parsed = tickets::permit_from_json(permit);
    if (!parsed) return parsed.error();
    permits.push_back(std::move(*parsed));
  }
  return permits;
}

Result<std::vector<tickets::Stage>> stages_of(const State& state, Id requester, const Resolved& resolved,
                                              const std::vector<tickets::Permit>& permits,
                                              std::string_view kind) {
  return state.policy.stages(state.registry, requester, resolved.touched, permits, kind);
}

json::array to_json(const std::vector<Edit>& edits) {
  json::array array;
  for (const auto& edit : edits)
    array.push_back(registry::to_json(edit));
  return array;
}

json::array to_json(const std::vector<tickets::Stage>& stages, const registry::Registry& registry) {
  json::array array;
  for (const auto& stage : stages)
    array.push_back({{"name", stage.name},
                     {"right", stage.right},
                     {"organisation", stage.organisation},
                     {"organisation-path", registry.path(stage.organisation)},
                     {"quorum", stage.quorum},
                     {"due", std::chrono::duration_cast<std::chrono::seconds>(stage.due).count()},
                     {"rule", stage.rule}});
  return array;
}

} // namespace assent::core
