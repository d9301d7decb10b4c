#include "agents/ctl/submit.hpp"

#include <algorithm>

#include "agents/ctl/print.hpp"
#include "agents/ctl/values.hpp"
#include "common/text.hpp"

namespace assent::ctl {

namespace {

bool ended(std::string_view state) {
  constexpr std::string_view ends[] = {"closed", "rejected", "withdrawn", "expired", "revoked"};
  return std::find(std::begin(ends), std::end(ends), state) != std::end(ends);
}

/// Lines of text from outside, each made safe, each indented.
std::string block(std::string_view text) {
  std::string safe;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    safe += "  | " + for_terminal(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return safe;
}

Status add_times(const Session& session, json::object& input) {
  for (const char* name : {"opens", "closes"}) {
    std::string given = session.asked.text("--" + std::string(name));
    if (given.empty() && input.contains(name)) given = text_of(input, name);
    if (given.empty()) continue;
    auto at = moment(given, session.clock.wall());
    if (!at.ok()) return std::move(at).error();
    input[name] = *at;
  }
  return Done{};
}

/// The members that every request has besides its edits.
Result<json::object> input_of(const Session& session, Wanted& wanted) {
  json::object input = std::move(wanted.rest);
  if (!wanted.edits.empty()) input["edits"] = std::move(wanted.edits);
  if (!wanted.permits.empty()) input["permits"] = std::move(wanted.permits);
  for (const char* name : {"reason", "on-behalf-of"})
    if (const auto text = session.asked.text("--" + std::string(name)); !text.empty()) input[name] = text;
  if (text_of(input, "reason").empty()) return fail(Fault::invalid, "ctl.reason-needed");
  if (auto times = add_times(session, input); !times.ok()) return std::move(times).error();
  return input;
}

void show_stages(const Session& session, const json::array& stages) {
  for (const auto& value : stages) {
    const auto* stage = value.if_object();
    if (!stage) continue;
    const auto& organisation = stage->if_contains("organisation") ? stage->at("organisation") : json::value();
    const std::string where = organisation.is_number()
                                  ? session.name_of("organisation", number_of(*stage, "organisation"))
                                  : plain(organisation);
    session.tell("ctl.stage", {{"name", text_of(*stage, "name")},
                               {"right", text_of(*stage, "right")},
                               {"organisation", where},
                               {"quorum", std::to_string(number_of(*stage, "quorum", 1))},
                               {"rule", text_of(*stage, "rule")}});
  }
}

Exit dry_run(Session& session, const json::object& answer) {
  if (const auto format = session.asked.text("--output", "table"); format == "json" || format == "jsonl") {
    session.console.out(format == "json" ? pretty(answer) + "\n" : compact(answer) + "\n");
    return Exit::done;
  }
  if (session.asked.text("--output") == "yaml") {
    session.console.out(as_yaml(answer));
    return Exit::done;
  }
  session.tell("ctl.dry-run");
  std::size_t n = 0;
  for (const auto& value : array_of(answer, "edits")) {
    const auto* edit = value.if_object();
    if (!edit) continue;
    const auto kind = text_of(*edit, "kind");
    std::string line = std::to_string(++n) + ". " + text_of(*edit, "operation") + " " + kind;
    if (const auto id = number_of(*edit, "id"); id != 0) line += " " + session.name_of(kind, id);
    if (const auto& body = object_of(*edit, "value"); !body.empty())
      line += ": " + edit_value(session, kind, body);
    session.console.out(for_terminal(line) + "\n");
  }
  show_stages(session, array_of(answer, "stages"));
  if (const auto held = array_of(answer, "held").size(); held != 0)
    session.tell("ctl.would-hold", {{"count", std::to_string(held)}});
  return Exit::done;
}

/// Shows the page and asks, where there is somebody to ask.
bool agreed(Session& session, std::string_view page, const Signer& signer) {
  session.console.err(block(page));
  if (session.asked.has("--yes")) return true;
  if (!session.console.can_ask()) {
    session.tell("ctl.cannot-ask");
    return false;
  }
  return session.console.ask(
      session.say("ctl.sign-question", {{"person", signer.handle}, {"key", signer.key.fingerprint}}));
}

/// The row of a page as a line of JSON or words, and what comes next.
Exit report(Session& session, const json::object& answer) {
  const auto ticket = std::to_string(number_of(answer, "ticket"));
  const auto state = text_of(answer, "state");
  const auto format = session.asked.text("--output", "table");
  if (format == "json" || format == "jsonl")
    session.console.out((format == "json" ? pretty(answer) : compact(answer)) + "\n");
  else if (format == "yaml")
    session.console.out(as_yaml(answer));
  else if (format == "name")
    session.console.out(ticket + "\n");
  else
    session.console.out(session.say("ctl.ticket-is", {{"ticket", ticket}, {"state", state}}) + "\n");
  for (const auto& value : array_of(answer, "made")) {
    const auto* made = value.if_object();
    if (!made || format != "table") continue;
    const auto kind = text_of(*made, "kind");
    const auto id = number_of(*made, "id");
    std::string name;
    for (const char* member : {"address", "prefix", "handle", "name"})
      if (name.empty()) name = text_of(*made, member);
    session.console.out(session.say("ctl.made", {{"kind", kind},
                                                 {"id", std::to_string(id)},
                                                 {"name", name.empty() ? session.name_of(kind, id) : name}}) +
                        "\n");
  }
  if (state == "submitted") {
    const auto* waiting = answer.if_contains("waiting");
    std::string stage;
    if (waiting) stage = waiting->is_object() ? text_of(waiting->get_object(), "stage") : plain(*waiting);
    session.tell("ctl.waits-for", {{"stage", stage}, {"ticket", ticket}});
    return Exit::waiting;
  }
  return Exit::done;
}

Exit finish(Session& session, const json::object& answer) {
  const Exit exit = report(session, answer);
  if (!session.asked.has("--wait")) return exit;
  return wait_for(session, number_of(answer, "ticket"));
}

Exit hand_in(Session& session, const Signer& signer, std::string_view word, const std::string& page) {
  if (!agreed(session, page, signer)) {
    session.tell("ctl.not-signed");
    return session.console.can_ask() ? Exit::failed : Exit::usage;
  }
  auto signature = session.signing.sign(signer.key, name_space_of(word), page);
  if (!signature.ok()) return session.refuse(signature.error());
  auto answer = session.api.call("assent-ticket:act", {{"page", page}, {"signature", *signature}});
  if (!answer.ok()) return session.refuse(answer.error());
  return finish(session, *answer);
}

} // namespace

std::string_view name_space_of(std::string_view word) {
  if (word == "request" || word == "withdraw" || word == "finish") return "assent-request";
  return word == "revoke" ? "assent-revocation" : "assent-approval";
}

std::string waiting_stage(const json::object& ticket) {
  if (text_of(ticket, "state") != "submitted") return {};
  for (const auto& value : array_of(ticket, "stages")) {
    const auto* stage = value.if_object();
    if (!stage) continue;
    const auto name = text_of(*stage, "name");
    const auto& approvals = array_of(ticket, "approvals");
    const auto given = std::count_if(approvals.begin(), approvals.end(), [&](const json::value& one) {
      return one.is_object() && text_of(one.get_object(), "stage") == name;
    });
    if (static_cast<std::uint64_t>(given) < number_of(*stage, "quorum", 1)) return name;
  }
  return {};
}

Result<Signer> signer_of(Session& session) {
  std::vector<SigningKey> candidates;
  std::string file = session.asked.text("--key");
  if (file.empty()) file = session.console.environment("ASSENT_KEY");
  if (!file.empty()) {
    auto key = session.signing.from_file(file);
    if (!key.ok()) return std::move(key).error();
    candidates.push_back(std::move(*key));
  } else {
    candidates = session.signing.from_agent();
    if (candidates.empty()) {
      Error error = fail(Fault::invalid, "ctl.no-key");
      error.next = Message{"ctl.next-key", {}};
      return error;
    }
  }
  const std::string as = session.asked.text("--as");
  Error none = fail(Fault::refused, "ctl.key-not-enrolled");
  for (const auto& key : candidates) {
    none.evidence.push_back({"ctl.tried-key", {{"key", key.fingerprint}}});
    auto rows = session.rows("key", {{"fingerprint", key.fingerprint}}, 1);
    if (!rows.ok()) return std::move(rows).error();
    if (rows->empty()) {
      if (!as.empty() && !file.empty())
        return Signer{key, as}; // the daemon says what is wrong, and journals it
      continue;
    }
    const auto& row = rows->at(0).as_object();
    const auto handle = session.name_of("person", number_of(row, "person"));
    if (!as.empty() && as != handle && file.empty()) continue;
    return Signer{key, as.empty() ? handle : as};
  }
  none.next = Message{"ctl.next-enrol", {}};
  return none;
}

Exit submit(Session& session, Wanted wanted) {
  auto input = input_of(session, wanted);
  if (!input.ok()) return session.refuse(input.error());
  const auto name = session.asked.text("--template");
  if (!name.empty() && session.asked.has("--dry-run"))
    session.tell("ctl.dry-run-template", {{"template", name}});
  if (!name.empty() && !session.asked.has("--dry-run")) {
    json::object standard{
        {"template", name}, {"edits", array_of(*input, "edits")}, {"reason", text_of(*input, "reason")}};
    auto answer = session.api.call("assent-ticket:standard", standard);
    return answer.ok() ? finish(session, *answer) : session.refuse(answer.error());
  }
  auto signer = signer_of(session);
  if (!signer.ok()) return session.refuse(signer.error());
  (*input)["requester"] = signer->handle;
  (*input)["key"] = signer->key.fingerprint;
  if (session.asked.has("--dry-run")) (*input)["dry-run"] = true;
  auto answer = session.api.call("assent-ticket:prepare", *input);
  if (!answer.ok()) return session.refuse(answer.error());
  if (session.asked.has("--dry-run")) return dry_run(session, *answer);
  show_stages(session, array_of(*answer, "stages"));
  return hand_in(session, *signer, "request", text_of(*answer, "page"));
}

Exit act(Session& session, std::uint64_t ticket, const std::string& word) {
  auto signer = signer_of(session);
  if (!signer.ok()) return session.refuse(signer.error());
  json::object input{
      {"ticket", ticket}, {"word", word}, {"person", signer->handle}, {"key", signer->key.fingerprint}};
  if (word == "approve" || word == "reject") {
    std::string stage = session.asked.text("--stage");
    if (stage.empty()) {
      auto row = session.row("ticket", ticket);
      if (!row.ok()) return session.refuse(row.error());
      stage = waiting_stage(*row);
      if (stage.empty()) {
        Error error = fail(Fault::conflict, "ctl.waits-for-nothing",
                           {{"ticket", std::to_string(ticket)}, {"state", text_of(*row, "state")}});
        return session.refuse(error);
      }
    }
    input["stage"] = stage;
  }
  auto answer = session.api.call("assent-ticket:page", input);
  if (!answer.ok()) return session.refuse(answer.error());
  return hand_in(session, *signer, word, text_of(*answer, "page"));
}

Exit wait_for(Session& session, std::uint64_t ticket) {
  std::string state, outcome;
  Error trouble;
  bool failed = false;
  const auto look = [&] {
    auto row = session.row("ticket", ticket);
    if (!row.ok()) {
      trouble = row.error();
      failed = true;
      return false;
    }
    state = text_of(*row, "state");
    outcome = text_of(*row, "outcome");
    return !ended(state);
  };
  auto followed = session.api.follow("", [&](const Happening& event) {
    const auto& detail = object_of(event.data, "detail");
    if (!event.opened && detail.contains("ticket") && number_of(detail, "ticket") != ticket) return true;
    return look();
  });
  if (!followed.ok() && !failed) return session.refuse(followed.error());
  if (failed) return session.refuse(trouble);
  session.console.out(session.say("ctl.ticket-ended", {{"ticket", std::to_string(ticket)},
                                                       {"state", state},
                                                       {"outcome", outcome.empty() ? "-" : outcome}}) +
                      "\n");
  return state == "closed" ? Exit::done : Exit::refused;
}

} // namespace assent::ctl
