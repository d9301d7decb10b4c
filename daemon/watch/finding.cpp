#include <array>

#include "daemon/watch/watch.hpp"

namespace assent::watch {
namespace {

constexpr std::array<std::string_view, 3> state_names = {"open", "cleared", "accepted"};

void put(json::object& object, std::string_view name, Instant at) {
  if (at != Instant{}) object[name] = to_text(at);
}

std::optional<std::string> optional_text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

Instant instant_of(const json::object& object, std::string_view name) {
  const auto at = parse_instant(text_of(object, name));
  return at ? *at : Instant{};
}

json::array to_json(const std::vector<tickets::Near>& nearest) {
  json::array out;
  for (const tickets::Near& near : nearest) {
    json::object args;
    for (const auto& [name, value] : near.missing.args)
      args[name] = value;
    out.push_back(
        json::object{{"ticket", near.ticket},
                     {"missing", json::object{{"id", near.missing.id}, {"args", std::move(args)}}}});
  }
  return out;
}

std::vector<tickets::Near> nearest_of(const json::array& array) {
  std::vector<tickets::Near> out;
  for (const json::value& value : array) {
    if (!value.is_object()) continue;
    const json::object& object = value.get_object();
    const json::object& missing = object_of(object, "missing");
    tickets::Near near{number_of(object, "ticket"), {text_of(missing, "id"), {}}};
    for (const auto& [name, arg] : object_of(missing, "args"))
      if (arg.is_string()) near.missing.args.emplace_back(name, arg.get_string());
    out.push_back(std::move(near));
  }
  return out;
}

std::optional<tickets::Verdict> verdict_of(std::string_view name) {
  for (const auto verdict :
       {tickets::Verdict::covered, tickets::Verdict::not_covered, tickets::Verdict::undecidable})
    if (tickets::name_of(verdict) == name) return verdict;
  return std::nullopt;
}

} // namespace

json::object to_json(const Finding& finding) {
  json::object out;
  out["device"] = finding.device;
  out["kind"] = finding.kind;
  out["path"] = finding.path;
  out["operation"] = tickets::name_of(finding.operation);
  if (finding.before) out["before"] = *finding.before;
  if (finding.after) out["after"] = *finding.after;
  put(out, "earliest", finding.earliest);
  put(out, "latest", finding.latest);
  out["verdict"] = tickets::name_of(finding.verdict);
  out["state"] = state_names[static_cast<std::size_t>(finding.state)];
  put(out, "opened", finding.opened);
  put(out, "closed", finding.closed);
  if (!finding.nearest.empty()) out["nearest"] = to_json(finding.nearest);
  if (!finding.who.empty()) out["who"] = finding.who;
  if (!finding.how.empty()) out["how"] = finding.how;
  if (!finding.ended.empty()) out["ended"] = finding.ended;
  if (finding.ticket != 0) out["ticket"] = finding.ticket;
  return out;
}

Result<Finding> finding_from_json(Id id, std::uint64_t version, const json::object& body) {
  Finding out;
  out.id = id;
  out.version = version;
  out.device = number_of(body, "device");
  out.kind = text_of(body, "kind");
  out.path = text_of(body, "path");
  const auto operation = tickets::path_operation_of(text_of(body, "operation"));
  const auto verdict = verdict_of(text_of(body, "verdict"));
  const std::string state = text_of(body, "state");
  std::size_t known = 0;
  while (known < state_names.size() && state_names[known] != state)
    ++known;
  if (out.device == 0 || out.path.empty() || !operation || !verdict || known == state_names.size() ||
      (out.kind != "deviation" && out.kind != "watch-blinded"))
    return fail(Fault::outside, "watch.finding-malformed", {{"finding", std::to_string(id)}});
  out.operation = *operation;
  out.verdict = *verdict;
  out.state = static_cast<FindingState>(known);
  out.before = optional_text(body, "before");
  out.after = optional_text(body, "after");
  out.earliest = instant_of(body, "earliest");
  out.latest = instant_of(body, "latest");
  out.opened = instant_of(body, "opened");
  out.closed = instant_of(body, "closed");
  out.nearest = nearest_of(array_of(body, "nearest"));
  out.who = text_of(body, "who");
  out.how = text_of(body, "how");
  out.ended = text_of(body, "ended");
  out.ticket = number_of(body, "ticket");
  return out;
}

} // namespace assent::watch
