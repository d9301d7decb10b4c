#include "agents/ctl/handlers.hpp"
#include "agents/ctl/legible.hpp"
#include "agents/ctl/print.hpp"
#include "agents/ctl/submit.hpp"
#include "agents/ctl/values.hpp"
#include "common/error_json.hpp"

namespace assent::ctl {

namespace {

Result<json::object> finding_of(Session& session, const std::string& text) {
  return session.find("finding", text);
}

std::string message_text(const Session& session, const json::object& holder, std::string_view member) {
  const auto message = message_from_json(object_of(holder, member));
  return message.id.empty() ? std::string() : session.say(message.id, message.args);
}

Exit list_state(Session& session, const std::string& state, std::size_t& count) {
  std::vector<std::pair<std::string, std::string>> filter;
  if (!state.empty()) filter.emplace_back("state", state);
  if (session.asked.has("--device")) {
    auto device = session.find("device", session.asked.text("--device"));
    if (!device.ok()) return session.refuse(device.error());
    filter.emplace_back("device", std::to_string(number_of(*device, "id")));
  }
  auto rows = session.rows("finding", filter);
  if (!rows.ok()) return session.refuse(rows.error());
  Listing listing = listing_of(session, "finding");
  listing.rows = std::move(*rows);
  count = listing.rows.size();
  print(session, listing);
  return Exit::done;
}

std::string how_it_ended(const Session& session, const json::object& finding) {
  const auto ended = text_of(finding, "ended");
  const auto ticket = std::to_string(number_of(finding, "ticket"));
  if (ended == "returned") return session.say("ctl.ended-returned");
  if (ended == "covered") return session.say("ctl.ended-covered", {{"ticket", ticket}});
  if (ended == "seen-again") return session.say("ctl.ended-seen-again");
  if (ended == "accepted") return session.say("ctl.ended-accepted", {{"ticket", ticket}});
  if (ended == "baseline-removed") return session.say("ctl.ended-baseline-removed", {{"ticket", ticket}});
  if (ended == "device-removed") return session.say("ctl.ended-device-removed", {{"ticket", ticket}});
  return session.say("ctl.not-known");
}

/// A finding in sentences: what, when, who, and which ticket came nearest.
void tell_finding(Session& session, const json::object& finding) {
  const auto say = [&](std::string id, std::vector<std::pair<std::string, std::string>> args) {
    session.console.out("  " + session.say(std::move(id), std::move(args)) + "\n");
  };
  say("ctl.finding-what", {{"device", session.name_of("device", number_of(finding, "device"))},
                           {"path", text_of(finding, "path")},
                           {"before", text_of(finding, "before", "-")},
                           {"after", text_of(finding, "after", "-")}});
  const auto before = read_as_gb18030(text_of(finding, "before")),
             after = read_as_gb18030(text_of(finding, "after"));
  if (before || after)
    say("ctl.finding-gb18030", {{"before", before.value_or(text_of(finding, "before", "-"))},
                                {"after", after.value_or(text_of(finding, "after", "-"))}});
  if (text_of(finding, "path") == "/other") say("ctl.finding-unseen", {});
  const auto earliest = text_of(finding, "earliest");
  say("ctl.finding-when", {{"earliest", earliest.empty() ? "-" : local_time(earliest)},
                           {"latest", local_time(text_of(finding, "latest"))}});
  const auto who = text_of(finding, "who"), how = text_of(finding, "how");
  say("ctl.finding-who", {{"who", who.empty() ? session.say("ctl.not-known") : who},
                          {"how", how.empty() ? session.say("ctl.not-known") : how}});
  for (const auto& near : array_of(finding, "nearest"))
    if (const auto* one = near.if_object())
      say("ctl.finding-nearest", {{"ticket", std::to_string(number_of(*one, "ticket"))},
                                  {"missing", message_text(session, *one, "missing")}});
  if (array_of(finding, "nearest").empty()) say("ctl.finding-no-ticket", {});
  if (text_of(finding, "state") != "open")
    say("ctl.finding-closed",
        {{"closed", local_time(text_of(finding, "closed"))}, {"how", how_it_ended(session, finding)}});
}

} // namespace

Exit list_findings(Session& session) {
  std::size_t count = 0;
  return list_state(session, session.asked.has("--all") ? "" : session.asked.text("--state", "open"), count);
}

Exit check_findings(Session& session) {
  std::size_t count = 0;
  const Exit exit = list_state(session, "open", count);
  return exit != Exit::done ? exit : count == 0 ? Exit::done : Exit::findings;
}

Exit show_finding(Session& session) {
  auto finding = finding_of(session, session.argument(0));
  if (!finding.ok()) return session.refuse(finding.error());
  Listing listing = listing_of(session, "finding");
  print_one(session, listing, *finding);
  if (const auto format = session.asked.text("--output", "table"); format == "table" || format == "wide") {
    session.console.out("\n");
    tell_finding(session, *finding);
    if (text_of(*finding, "state") == "open")
      session.tell("ctl.finding-next", {{"finding", std::to_string(number_of(*finding, "id"))}});
  }
  return Exit::done;
}

Exit why_finding(Session& session) {
  auto finding = finding_of(session, session.argument(0));
  if (!finding.ok()) return session.refuse(finding.error());
  const auto id = number_of(*finding, "id");
  auto answer = session.api.call("assent-ticket:explain", {{"finding", id}});
  if (!answer.ok()) return session.refuse(answer.error());
  const auto format = session.asked.text("--output", "table");
  if (format == "json" || format == "yaml" || format == "jsonl") {
    session.console.out(format == "yaml" ? as_yaml(*answer)
                                         : (format == "json" ? pretty(*answer) : compact(*answer)) + "\n");
    return Exit::done;
  }
  session.console.out(session.say("ctl.why-heading", {{"finding", std::to_string(id)}}) + "\n");
  tell_finding(session, *finding);
  const auto& permit = object_of(*answer, "permit");
  if (!permit.empty()) {
    std::string line = "assentctl ticket new --device " +
                       session.name_of("device", number_of(permit, "device")) + " --path \"" +
                       text_of(permit, "path") + "\" --operation " + text_of(permit, "operation", "any");
    if (permit.contains("value")) line += " --value '" + text_of(permit, "value") + "'";
    session.console.out("\n" + session.say("ctl.why-permit") + "\n");
    session.console.out("  " + session.safe(line + " --closes +2h --reason …") + "\n");
  }
  for (const auto& value : array_of(*answer, "stages")) {
    const auto* stage = value.if_object();
    if (!stage) continue;
    const auto organisation = number_of(*stage, "organisation");
    session.console.out(
        "  " +
        session.say("ctl.stage", {{"name", text_of(*stage, "name")},
                                  {"right", text_of(*stage, "right")},
                                  {"organisation", session.name_of("organisation", organisation)},
                                  {"quorum", std::to_string(number_of(*stage, "quorum", 1))},
                                  {"rule", text_of(*stage, "rule")}}) +
        "\n");
  }
  return Exit::done;
}

Exit accept_findings(Session& session) {
  std::map<std::uint64_t, json::array> paths;
  for (const auto& text : session.asked.arguments) {
    auto finding = finding_of(session, text);
    if (!finding.ok()) return session.refuse(finding.error());
    if (text_of(*finding, "state") != "open")
      return session.refuse(fail(Fault::conflict, "ctl.finding-not-open",
                                 {{"finding", text}, {"state", text_of(*finding, "state")}}));
    paths[number_of(*finding, "device")].emplace_back(text_of(*finding, "path"));
  }
  Wanted wanted;
  for (auto& [device, accepted] : paths)
    wanted.edits.push_back({{"operation", "modify"},
                            {"kind", "baseline"},
                            {"id", device},
                            {"value", {{"accept", std::move(accepted)}}}});
  return submit(session, std::move(wanted));
}

Exit take_baseline(Session& session) {
  Wanted wanted;
  for (const auto& name : session.asked.arguments) {
    auto device = session.find("device", name);
    if (!device.ok()) return session.refuse(device.error());
    wanted.edits.push_back(
        {{"operation", "create"}, {"kind", "baseline"}, {"value", {{"device", number_of(*device, "id")}}}});
  }
  return submit(session, std::move(wanted));
}

Exit show_tree(Session& session) {
  auto device = session.find("device", session.argument(0));
  if (!device.ok()) return session.refuse(device.error());
  auto baseline = session.row("baseline", number_of(*device, "id"));
  if (!baseline.ok()) return session.refuse(baseline.error());
  print_one(session, listing_of(session, "baseline"), *baseline);
  if (!session.asked.has("--tree")) return Exit::done;
  auto text = session.api.text("assent-registry:tree=" + text_of(*baseline, "fingerprint"));
  if (!text.ok()) return session.refuse(text.error());
  session.console.out("\n");
  std::string_view rest = *text;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    session.console.out(session.safe(rest.substr(0, end)) + "\n");
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return Exit::done;
}

} // namespace assent::ctl
