// What agents ask and tell. An agent speaks only about devices that are assigned to it.
#include <algorithm>

#include "daemon/core/resolve.hpp"
#include "daemon/watch/canonical.hpp"

namespace assent::core {
namespace {

constexpr std::size_t unknown_limit = 256;
constexpr std::size_t worth_examining = 32u << 10; ///< bytes of a tree; a smaller one takes less than 1 ms
/// What a reading's times may differ from now. A clock far off, moved by its offset, may give a year that no
/// row can hold.
constexpr auto most_ahead = std::chrono::minutes{1};
constexpr auto most_behind = std::chrono::hours{24 * 366};

/// The daemon's clock where the agent's differs by more than a round trip explains.
Duration offset_of(const Step& step, const json::object& input) {
  const auto sent = parse_instant(text_of(input, "sent"));
  if (!sent) return Duration{};
  const Duration difference = step.now - *sent;
  return difference > std::chrono::seconds{2} || difference < -std::chrono::seconds{2} ? difference
                                                                                       : Duration{};
}

std::optional<Instant> moved_time(const json::object& object, std::string_view name, Duration offset) {
  const std::string text = text_of(object, name);
  if (text.empty()) return std::nullopt;
  const auto at = parse_instant(text);
  if (!at) return std::nullopt;
  return *at + offset;
}

Result<registry::Device> own_device(Step& step, Id agent, Id id) {
  const auto device = step.state.registry.device(id);
  if (device && device->agent == agent) return *device;
  raise(step, "agent-speaks-for-others", "agent/" + std::to_string(agent), {{"device", std::to_string(id)}});
  return fail(Fault::refused, "core.not-its-device", {{"device", std::to_string(id)}});
}

void raise_finding(Step& step, const registry::Device& device, const watch::Finding& finding) {
  raise(step, finding.kind == "watch-blinded" ? "watch-blinded" : "unapproved-change",
        "finding/" + std::to_string(finding.id), {{"device", device.name}, {"path", finding.path}});
}

void note_findings(Step& step, const registry::Device& device, std::vector<watch::Finding>& findings,
                   const char* event) {
  for (auto& finding : findings) {
    if (finding.id == 0) {
      finding.id = step.state.next_finding++;
      finding.version = 1;
    } else {
      ++finding.version;
    }
    if (finding.kind == "deviation" && finding.state == watch::FindingState::open)
      attach_notices(step.state, finding);
    step.state.watch.adopt_number(finding.id, finding);
    json::object detail{{"finding", finding.id},
                        {"device", device.name},
                        {"path", finding.path},
                        {"operation", std::string(name_of(finding.operation))},
                        {"verdict", std::string(name_of(finding.verdict))},
                        {"before", finding.before.value_or("-")},
                        {"after", finding.after.value_or("-")},
                        {"earliest", finding.earliest == Instant{} ? "-" : to_text(finding.earliest)},
                        {"latest", to_text(finding.latest)}};
    if (!finding.ended.empty()) detail["ended"] = finding.ended;
    detail["nearest"] = finding.nearest.empty() ? 0 : finding.nearest.front().ticket;
    const std::string name = finding.kind == "watch-blinded" && std::string_view(event) == "finding-opened"
                                 ? "watch-blinded"
                                 : event;
    step.note(journal::Stream::decisions, name, std::move(detail)).rows = {row_of(finding)};
    const std::string resource = "finding/" + std::to_string(finding.id);
    if (finding.state == watch::FindingState::open)
      raise_finding(step, device, finding);
    else
      clear(step, finding.kind == "watch-blinded" ? "watch-blinded" : "unapproved-change", resource);
  }
}

/// What the new revision of a profile brought into a baseline: how many leaves by schema path, for the tree
/// itself is stored.
void note_followed(const watch::Outcome::Move& move, json::object& detail) {
  json::array adopted;
  std::size_t leaves = 0;
  for (const auto& [path, count] : move.adopted) {
    adopted.push_back({{"path", path}, {"count", count}});
    leaves += count;
  }
  detail["profile"] = move.baseline.profile;
  detail["revision"] = move.baseline.revision;
  detail["revised-by"] = move.revised_by;
  detail["leaves"] = leaves;
  detail["adopted"] = std::move(adopted);
}

void note_move(Step& step, const registry::Device& device, watch::Outcome::Move& move) {
  auto baseline = move.baseline;
  registry::Edit edit;
  edit.operation = registry::Operation::modify;
  edit.kind = Kind::baseline;
  edit.id = baseline.device;
  edit.before = step.state.registry.version({Kind::baseline, baseline.device});
  edit.value = {
      {"profile", baseline.profile}, {"revision", baseline.revision}, {"fingerprint", baseline.fingerprint}};
  registry::Transaction transaction(step.state.registry);
  const Id ticket = !move.used.empty() ? move.used.front().first
                    : move.revised     ? move.revised_by
                                       : baseline.ticket;
  if (ticket != 0) edit.value["ticket"] = ticket;
  auto row = transaction.apply(edit, ticket);
  ASSENT_CHECK(row.ok());
  transaction.keep();
  baseline.version = row->version;
  baseline.ticket = number_of(row->body, "ticket");
  step.state.watch.set_baseline(baseline);
  step.batch.trees.push_back({baseline.fingerprint, std::move(move.text)});

  std::vector<journal::Row> rows = {*row};
  std::set<Id> touched;
  for (const auto& [id, permit] : move.used) {
    const auto found = step.state.tickets.find(id);
    if (found == step.state.tickets.end() || permit >= found->second.permit_used.size()) continue;
    ++found->second.permit_used[permit];
    touched.insert(id);
  }
  for (const Id id : touched)
    rows.push_back(ticket_row(step.state, step.state.tickets.at(id)));
  json::array changes;
  for (std::size_t i = 0; i < move.changes.size(); ++i)
    changes.push_back({{"path", move.changes[i].path},
                       {"before", move.changes[i].before.value_or("-")},
                       {"after", move.changes[i].after.value_or("-")},
                       {"ticket", i < move.used.size() ? move.used[i].first : 0}});
  const std::string first = move.changes.empty() ? "" : move.changes.front().path;
  json::object detail{{"device", device.name}, {"ticket", ticket}};
  if (!move.changes.empty()) {
    detail["path"] = first;
    detail["count"] = move.changes.size();
    detail["changes"] = std::move(changes);
  }
  if (move.revised) note_followed(move, detail);
  step.note(journal::Stream::decisions, move.changes.empty() ? "profile-followed" : "change-covered",
            std::move(detail), ticket)
      .rows = std::move(rows);
}

/// What was examined ahead of this device's reading; nullptr where nothing was.
watch::Examined* examined_of(const Step& step, Id device, const std::string& fingerprint) {
  if (step.examined == nullptr) return nullptr;
  const auto found = std::ranges::find_if(*step.examined, [&](const watch::Examined& one) {
    return one.of.device == device && one.of.fingerprint == fingerprint;
  });
  return found == step.examined->end() ? nullptr : &*found;
}

enum class Judged { yes, text_wanted, refused };

Judged judge(Step& step, const registry::Device& device, const watch::Observation& observation) {
  step.state.watch.set_state_interval(step.state.policy.state_interval());
  const auto last = step.state.watch.last_reading(device.id);
  const auto other = revised(step.state, device, observation);
  auto outcome = step.state.watch.observe(
      observation, step.state.permits, device.labels, step.now,
      [&](const std::string& fingerprint) { return step.tree(fingerprint); }, other ? &*other : nullptr,
      examined_of(step, device.id, observation.fingerprint));
  if (outcome.want_tree) return Judged::text_wanted;
  if (outcome.failed) {
    raise(step, "reading-refused", "device/" + std::to_string(device.id),
          {{"device", device.name}, {"reason", outcome.failed->what.id}});
    return Judged::refused;
  }
  clear(step, "reading-refused", "device/" + std::to_string(device.id));
  note_findings(step, device, outcome.opened, "finding-opened");
  note_findings(step, device, outcome.changed, "finding-changed");
  note_findings(step, device, outcome.cleared, "finding-cleared");
  if (outcome.moved) note_move(step, device, *outcome.moved);
  note_stamps(step, device, outcome);
  const std::string resource = "device/" + std::to_string(device.id);
  if (observation.unknown.empty())
    clear(step, "reading-incomplete", resource);
  else
    raise(step, "reading-incomplete", resource,
          {{"device", device.name}, {"paths", observation.unknown.front()}});
  // Whatever names a tree anew brings it, so that the store may forget trees that nothing names.
  if (observation.text.empty() && (!last || last->fingerprint != observation.fingerprint))
    if (auto text = step.tree(observation.fingerprint))
      step.batch.trees.push_back({observation.fingerprint, *std::move(text)});
  // What was ordered narrows intervals at a window's edges: it is kept over a restart, also where nothing is
  // new.
  auto& live = step.state.devices[device.id];
  const bool ordered = live.order > live.order_done && observation.started >= live.order_from;
  if (outcome.reading_changed || ordered)
    step.batch.readings.push_back({device.id, observation.fingerprint, observation.started, observation.ended,
                                   step.state.watch.reading_detail(device.id)});
  live.read = observation.started;
  return Judged::yes;
}

void answered_order(Step& step, const registry::Device& device, const watch::Observation& observation) {
  auto& live = step.state.devices[device.id];
  // A reading that began before the order was given does not answer it, whatever it claims.
  if (observation.started >= live.order_from) live.order_done = std::max(live.order_done, live.order);
  device_read(step, device.id);
}

Result<watch::Observation> observation_of(const State& state, const json::object& item,
                                          const registry::Device& device, Duration offset, Instant now) {
  watch::Observation observation;
  observation.device = device.id;
  observation.profile = text_of(item, "profile");
  observation.revision = number_of(item, "revision");
  observation.fingerprint = text_of(item, "fingerprint");
  const auto started = moved_time(item, "started", offset);
  const auto ended = moved_time(item, "ended", offset);
  if (!started || !ended || *ended < *started || *ended > now + most_ahead || *started < now - most_behind ||
      observation.fingerprint.size() != 71)
    return fail(Fault::invalid, "core.bad-reading", {{"device", device.name}});
  observation.started = *started;
  observation.ended = *ended;
  observation.stamp = moved_time(item, "stamp", offset);
  if (item.contains("uptime")) observation.uptime = number_of(item, "uptime");
  if (item.contains("boots")) observation.boots = number_of(item, "boots");
  observation.stamps = trusted_stamps(state, item);
  for (const auto& path : array_of(item, "unknown"))
    if (path.is_string() && observation.unknown.size() < unknown_limit)
      observation.unknown.emplace_back(path.get_string());
  for (const auto& path : array_of(item, "empty"))
    if (path.is_string() && observation.empty.size() <= unknown_limit)
      observation.empty.emplace_back(path.get_string());
  return observation;
}

} // namespace

void raise_open_findings(Step& step) {
  step.state.registry.each(Kind::device, [&](const registry::Object& object) {
    const auto device = step.state.registry.device(object.id);
    for (const auto* finding : step.state.watch.open_findings(object.id))
      if (device) raise_finding(step, *device, *finding);
  });
}

namespace {

/// Everything of a report, checked before any of it has an effect.
struct CheckedReport {
  std::vector<std::pair<registry::Device, watch::Observation>> states;
  std::vector<std::pair<registry::Device, const json::object*>> reach, hints, counters, notices;
  Duration offset{};
};

Result<CheckedReport> checked(Step& step, Id agent, const json::object& input) {
  CheckedReport report;
  const Duration offset = report.offset = offset_of(step, input);
  for (const auto& item : array_of(input, "states")) {
    auto device = own_device(step, agent, number_of(item.as_object(), "device"));
    if (!device) return device.error();
    auto observation = observation_of(step.state, item.as_object(), *device, offset, step.now);
    if (!observation) return observation.error();
    report.states.emplace_back(std::move(*device), std::move(*observation));
  }
  for (const auto& [name, list] :
       {std::pair{"reach", &report.reach}, std::pair{"hints", &report.hints},
        std::pair{"counters", &report.counters}, std::pair{"notices", &report.notices}})
    for (const auto& item : array_of(input, name)) {
      auto device = own_device(step, agent, number_of(item.as_object(), "device"));
      if (!device) return device.error();
      list->emplace_back(std::move(*device), &item.as_object());
    }
  return report;
}

} // namespace

Answer report(Step& step, Id agent, const json::object& input) {
  auto report = checked(step, agent, input);
  if (!report) return report.error();
  json::array wanted;
  take_notification_counts(step, agent, input);
  const Duration offset = offset_of(step, input);
  for (const auto& [device, item] : report->notices)
    if (const auto at = moved_time(*item, "time", offset)) take_notice(step, device.id, *item, *at);
  for (const auto& [device, item] : report->reach)
    reach(step, device, *item);
  for (const auto& [device, item] : report->hints) {
    auto& live = step.state.devices[device.id];
    live.boots = item->contains("boots") ? std::optional(number_of(*item, "boots")) : std::nullopt;
  }
  for (const auto& [device, item] : report->counters)
    take_counters(step, device.id, *item, report->offset);
  for (auto& [device, observation] : report->states) {
    step.state.devices[device.id].heard = true;
    const Judged judged = judge(step, device, observation);
    if (judged == Judged::yes) answered_order(step, device, observation);
    if (judged != Judged::text_wanted) continue;
    wanted.push_back(json::string(observation.fingerprint));
    step.state.waiting_trees[device.id] = std::move(observation);
  }
  return json::object{{"wanted", std::move(wanted)}, {"accepted", report->states.size()}};
}

std::vector<watch::Examining> to_examine(Step& step, const std::string& operation, Id agent,
                                         const json::object& input) {
  std::vector<watch::Examining> out;
  const auto add = [&](const registry::Device& device, const watch::Observation& observation) {
    const auto other = revised(step.state, device, observation);
    out.push_back(
        watch::examining(observation, step.state.watch.baseline(device.id), other ? &*other : nullptr));
  };
  const auto own = [&](const json::object& item) {
    const auto device = step.state.registry.device(number_of(item, "device"));
    return device && device->agent == agent ? device : std::nullopt;
  };
  if (operation == "assent-agent:tree") {
    const auto device = own(input);
    const auto* text = input.if_contains("text");
    const auto waiting = device ? step.state.waiting_trees.find(device->id) : step.state.waiting_trees.end();
    if (waiting != step.state.waiting_trees.end() && text != nullptr && text->is_string() &&
        text->get_string().size() >= worth_examining &&
        waiting->second.fingerprint == text_of(input, "fingerprint"))
      add(*device, waiting->second);
    return out;
  }
  const Duration offset = offset_of(step, input);
  for (const auto& item : array_of(input, "states")) {
    const auto device = own(item.as_object());
    if (!device) continue;
    const auto last = step.state.watch.last_reading(device->id);
    if (last && last->fingerprint == text_of(item.as_object(), "fingerprint")) continue;
    const auto observation = observation_of(step.state, item.as_object(), *device, offset, step.now);
    if (observation) add(*device, *observation);
  }
  return out;
}

Answer tree(Step& step, Id agent, const json::object& input) {
  auto device = own_device(step, agent, number_of(input, "device"));
  if (!device) return device.error();
  const std::string text = text_of(input, "text");
  const std::string fingerprint = text_of(input, "fingerprint");
  const watch::Examined* examined = examined_of(step, device->id, fingerprint);
  const bool right = examined != nullptr && !examined->failed;
  if (text.size() > watch::max_canonical_bytes || (!right && watch::fingerprint(text) != fingerprint))
    return fail(Fault::invalid, "core.bad-tree", {{"device", device->name}});
  if (!right)
    if (auto checked = watch::leaves(text); !checked) return checked.error();
  const auto waiting = step.state.waiting_trees.find(device->id);
  if (waiting == step.state.waiting_trees.end() || waiting->second.fingerprint != fingerprint)
    return json::object{};
  watch::Observation observation = std::move(waiting->second);
  step.state.waiting_trees.erase(waiting);
  observation.text = text;
  step.batch.trees.push_back({fingerprint, text});
  if (judge(step, *device, observation) == Judged::yes) answered_order(step, *device, observation);
  return json::object{};
}

} // namespace assent::core
