// Findings that a ticket closes, and what moved stamps come to besides findings.
#include <algorithm>

#include "daemon/core/resolve.hpp"

namespace assent::core {

void close_findings(Step& step, std::vector<watch::Finding> findings, watch::FindingState state,
                    std::string_view how, Id ticket) {
  for (auto& finding : findings) {
    finding.state = state;
    finding.closed = step.now;
    finding.ended = how;
    finding.ticket = ticket;
    ++finding.version;
    step.state.watch.close_finding(finding.id);
    const auto device = step.state.registry.device(finding.device);
    json::object detail{{"finding", finding.id},
                        {"device", device ? device->name : std::to_string(finding.device)},
                        {"path", finding.path},
                        {"ended", how},
                        {"ticket", ticket}};
    const bool accepted = state == watch::FindingState::accepted;
    step.note(journal::Stream::decisions, accepted ? "finding-accepted" : "finding-cleared",
              std::move(detail), ticket)
        .rows = {row_of(finding)};
    clear(step, finding.kind == "watch-blinded" ? "watch-blinded" : "unapproved-change",
          "finding/" + std::to_string(finding.id));
  }
}

void accept_findings(Step& step, const tickets::Ticket& ticket, const journal::Row& baseline) {
  if (registry::is_removed(baseline.kind, baseline.body)) return;
  const auto reading = step.state.watch.last_reading(baseline.id);
  std::map<std::string, std::string> named; // path → value that was accepted
  for (const auto& edit : ticket.edits)
    if (edit.kind == Kind::baseline && number_of(edit.value, "device") == baseline.id)
      for (const auto& change : array_of(edit.value, "changes"))
        named[text_of(change.as_object(), "path")] = text_of(change.as_object(), "after");
  std::vector<watch::Finding> accepted;
  for (const auto* finding : step.state.watch.open_findings(baseline.id)) {
    const auto name = named.find(finding->path);
    const bool unseen = finding->path == watch::other_path;
    // What cannot be seen is accepted as far as it had gone when it was asked for, and no further.
    const bool this_far = !unseen || (name != named.end() ? name->second == finding->after.value_or("")
                                                          : finding->latest <= ticket.submitted);
    const bool whole =
        named.empty() && reading && reading->fingerprint == text_of(baseline.body, "fingerprint");
    if ((name != named.end() || whole) && this_far) accepted.push_back(*finding);
  }
  close_findings(step, std::move(accepted), watch::FindingState::accepted, "accepted", ticket.id);
}

std::vector<watch::Stamp> trusted_stamps(const State& state, const json::object& reading) {
  std::vector<watch::Stamp> stamps;
  const auto trust = state.stamp_trust.find(text_of(reading, "profile"));
  if (trust == state.stamp_trust.end() || trust->second.revision != number_of(reading, "revision"))
    return stamps;
  for (const auto& value : array_of(reading, "stamps")) {
    const std::string name = text_of(value.as_object(), "name");
    const auto known = trust->second.entering.find(name);
    if (known != trust->second.entering.end())
      stamps.push_back({name, text_of(value.as_object(), "value"), known->second});
  }
  return stamps;
}

void note_stamps(Step& step, const registry::Device& device, const watch::Outcome& outcome) {
  for (const auto& move : outcome.information)
    step.note(journal::Stream::records, "stamp-moved",
              {{"device", device.name},
               {"stamp", move.name},
               {"before", move.before},
               {"after", move.after},
               {"earliest", to_text(move.earliest)},
               {"latest", to_text(move.latest)}});
  if (!outcome.covered_unseen) return;
  const auto& covered = *outcome.covered_unseen;
  std::vector<journal::Row> rows;
  const auto found = step.state.tickets.find(covered.ticket);
  if (found != step.state.tickets.end() && covered.permit < found->second.permit_used.size()) {
    ++found->second.permit_used[covered.permit];
    rows.push_back(ticket_row(step.state, found->second));
  }
  json::object change{{"path", watch::other_path},
                      {"before", covered.before},
                      {"after", covered.after},
                      {"ticket", covered.ticket}};
  step.note(journal::Stream::decisions, "change-covered",
            {{"device", device.name},
             {"ticket", covered.ticket},
             {"path", watch::other_path},
             {"count", 1},
             {"changes", json::array{std::move(change)}}},
            covered.ticket)
      .rows = std::move(rows);
}

namespace {

/// An open finding from memory, a closed one from the store.
Result<watch::Finding> finding_numbered(Step& step, Id id) {
  if (const auto* open = step.state.watch.finding(id)) return *open;
  auto reader = step.store.read();
  if (!reader) return reader.error();
  auto row = (*reader)->get(Kind::finding, id);
  if (!row && row.error().fault != Fault::not_found) return row.error();
  if (!row) return fail(Fault::not_found, "core.no-finding", {{"finding", std::to_string(id)}});
  auto body = parse_json(row->body, 1u << 20, "store");
  if (!body || !body->is_object())
    return fail(Fault::outside, "core.damaged-row", {{"kind", "finding"}, {"id", std::to_string(id)}});
  return watch::finding_from_json(id, row->version, body->get_object());
}

} // namespace

Answer explain(Step& step, const json::object& input) {
  const Id id = number_of(input, "finding");
  const auto finding = finding_numbered(step, id);
  if (!finding) return finding.error();
  const auto device = step.state.registry.device(finding->device);
  json::object answer = watch::to_json(*finding);
  answer["finding"] = id;
  if (!device) return answer;
  answer["device-name"] = device->name;
  answer["organisation-path"] = step.state.registry.path(device->organisation);
  json::object permit{{"device", device->id},
                      {"path", finding->path},
                      {"operation", std::string(name_of(finding->operation))}};
  if (finding->after && finding->path != watch::other_path) permit["value"] = *finding->after;
  auto parsed = tickets::permit_from_json(permit);
  if (parsed) {
    // Whose approval it would have taken, whoever had asked.
    auto stages = step.state.policy.required(step.state.registry, {}, {*parsed}, "normal");
    if (stages) answer["stages"] = to_json(*stages, step.state.registry);
  }
  answer["permit"] = std::move(permit);
  return answer;
}

} // namespace assent::core
