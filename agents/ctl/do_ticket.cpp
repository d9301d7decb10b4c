#include "agents/ctl/handlers.hpp"
#include "agents/ctl/print.hpp"
#include "agents/ctl/submit.hpp"
#include "agents/ctl/values.hpp"

namespace assent::ctl {

namespace {

Result<std::uint64_t> ticket_number(const Session& session) {
  const auto& text = session.argument(0);
  if (text.empty() || text.size() > 15 || text.find_first_not_of("0123456789") != std::string::npos)
    return fail(Fault::invalid, "ctl.wrong-value",
                {{"option", "TICKET"}, {"value", text}, {"expected", "1, 2, 3, …"}});
  return std::stoull(text);
}

/// A ticket file: a list of edits, or an object with the members of `assent-ticket:prepare`.
Result<Wanted> from_file(const std::string& name) {
  auto text = read_file(name);
  if (!text.ok()) return std::move(text).error();
  auto value = read_yaml(*text, name);
  if (!value.ok()) return std::move(value).error();
  Wanted wanted;
  if (auto* edits = value->if_array()) {
    wanted.edits = std::move(*edits);
  } else if (auto* object = value->if_object()) {
    for (auto [member, list] : {std::pair{"edits", &wanted.edits}, std::pair{"permits", &wanted.permits}}) {
      if (!object->contains(member)) continue;
      if (!object->at(member).is_array())
        return fail(Fault::invalid, "ctl.file-needs-list", {{"file", name}, {"member", member}});
      *list = std::move(object->at(member).as_array());
      object->erase(member);
    }
    wanted.rest = std::move(*object);
  }
  if (wanted.edits.empty() && wanted.permits.empty())
    return fail(Fault::invalid, "ctl.file-asks-nothing", {{"file", name}});
  return wanted;
}

/// Permits of the command line: every --path on every --device and --label.
Status add_permits(const Session& session, json::array& permits) {
  const auto& asked = session.asked;
  const auto& paths = asked.all("--path");
  if (paths.empty() && !asked.has("--device") && !asked.has("--label")) return Done{};
  if (paths.empty()) return fail(Fault::invalid, "ctl.permit-needs", {{"option", "--path"}});
  if (!asked.has("--device") && !asked.has("--label"))
    return fail(Fault::invalid, "ctl.permit-needs", {{"option", "--device"}});
  for (const char* where : {"device", "label"})
    for (const auto& target : asked.all("--" + std::string(where)))
      for (const auto& path : paths) {
        json::object permit{{where, target}, {"path", path}};
        if (asked.has("--operation")) permit["operation"] = asked.text("--operation");
        if (asked.has("--value")) permit["value"] = asked.text("--value");
        permits.push_back(std::move(permit));
      }
  return Done{};
}

std::string edit_line(const Session& session, const json::object& edit) {
  const auto kind = text_of(edit, "kind");
  std::string line = text_of(edit, "operation") + " " + kind;
  if (const auto id = number_of(edit, "id"); id != 0) line += " " + session.name_of(kind, id);
  if (const auto& value = object_of(edit, "value"); !value.empty())
    line += ": " + edit_value(session, kind, value);
  return line;
}

void show_list(const Session& session, const char* heading, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  session.console.out("\n" + session.say(heading) + "\n" + [&] {
    std::string text;
    for (const auto& line : lines)
      text += "  " + line + "\n";
    return text;
  }());
}

} // namespace

Exit new_ticket(Session& session) {
  Wanted wanted;
  if (session.asked.has("--file")) {
    auto read = from_file(session.asked.text("--file"));
    if (!read.ok()) return session.refuse(read.error());
    wanted = std::move(*read);
  }
  if (auto added = add_permits(session, wanted.permits); !added.ok()) return session.refuse(added.error());
  if (wanted.edits.empty() && wanted.permits.empty()) {
    Error error = fail(Fault::invalid, "ctl.nothing-asked");
    error.next = Message{"ctl.next-help", {{"command", "ticket new"}}};
    return session.refuse(error);
  }
  return submit(session, std::move(wanted));
}

Exit show_ticket(Session& session) {
  auto number = ticket_number(session);
  if (!number.ok()) return session.refuse(number.error());
  auto row = session.row("ticket", *number);
  if (!row.ok()) return session.refuse(row.error());
  const std::string state = text_of(*row, "state");
  const bool watched = (state == "open" || state == "verifying") && !array_of(*row, "permits").empty();
  if (watched) {
    auto live = session.api.call("assent-ticket:status", {{"ticket", *number}});
    if (!live.ok()) return session.refuse(live.error());
    (*row)["ready"] = flag_of(*live, "ready");
  }
  Listing listing = listing_of(session, "ticket");
  for (const char* field : {"on-behalf-of", "template"})
    listing.columns.push_back({field, true, {}});
  if (watched) listing.columns.push_back({"ready", true, {}});
  for (const std::string field : {"opens", "closes"})
    listing.columns.push_back({field, true, [field](const json::object& ticket) {
                                 const auto at = text_of(object_of(ticket, "window"), field);
                                 return at.empty() ? at : local_time(at);
                               }});
  for (const std::string field : {"opened", "expires"})
    listing.columns.push_back({field, true, [field](const json::object& ticket) {
                                 const auto at = text_of(ticket, field);
                                 return at.empty() ? at : local_time(at);
                               }});
  print_one(session, listing, *row);
  if (const auto format = session.asked.text("--output", "table"); format != "table" && format != "wide")
    return Exit::done;
  std::vector<std::string> edits, permits, stages;
  for (const auto& edit : array_of(*row, "edits"))
    edits.push_back(session.safe(edit_line(session, edit.as_object())));
  for (const auto& value : array_of(*row, "permits")) {
    const auto& permit = value.as_object();
    const auto device = number_of(permit, "device");
    const auto where = device != 0 ? session.name_of("device", device) : text_of(permit, "label");
    const auto only = permit.if_contains("value");
    permits.push_back(session.safe(where + " " + text_of(permit, "path") + " " +
                                   text_of(permit, "operation", "any") + (only ? " = " + plain(*only) : "")));
  }
  for (const auto& value : array_of(*row, "stages")) {
    const auto& stage = value.as_object();
    std::string line = text_of(stage, "name") + ": " + std::to_string(number_of(stage, "quorum", 1)) + " × " +
                       text_of(stage, "right") + ", " +
                       session.name_of("organisation", number_of(stage, "organisation"));
    for (const auto& one : array_of(*row, "approvals"))
      if (text_of(one.as_object(), "stage") == text_of(stage, "name"))
        line += "; ✓ " + session.name_of("person", number_of(one.as_object(), "person")) + " " +
                local_time(text_of(one.as_object(), "at"));
    stages.push_back(session.safe(line));
  }
  show_list(session, "ctl.heading-edits", edits);
  show_list(session, "ctl.heading-permits", permits);
  show_list(session, "ctl.heading-stages", stages);
  if (const auto stage = waiting_stage(*row); !stage.empty())
    session.tell("ctl.waits-for", {{"stage", stage}, {"ticket", std::to_string(*number)}});
  return Exit::done;
}

Exit show_page(Session& session) {
  auto number = ticket_number(session);
  if (!number.ok()) return session.refuse(number.error());
  auto signer = signer_of(session);
  if (!signer.ok()) return session.refuse(signer.error());
  json::object input{{"ticket", *number},
                     {"word", session.asked.text("--word", "approve")},
                     {"person", signer->handle},
                     {"key", signer->key.fingerprint}};
  if (session.asked.has("--stage")) input["stage"] = session.asked.text("--stage");
  auto answer = session.api.call("assent-ticket:page", input);
  if (!answer.ok()) return session.refuse(answer.error());
  session.console.out(text_of(*answer, "page")); // the exact bytes: they may be signed elsewhere
  return Exit::done;
}

Exit act_on_ticket(Session& session) {
  auto number = ticket_number(session);
  if (!number.ok()) return session.refuse(number.error());
  return act(session, *number, session.asked.verb);
}

Exit wait_ticket(Session& session) {
  auto number = ticket_number(session);
  if (!number.ok()) return session.refuse(number.error());
  return wait_for(session, *number);
}

} // namespace assent::ctl
