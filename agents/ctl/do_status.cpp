#include <filesystem>

#include "agents/ctl/handlers.hpp"
#include "agents/ctl/kinds.hpp"
#include "agents/ctl/print.hpp"
#include "agents/ctl/values.hpp"
#include "common/error_json.hpp"

namespace assent::ctl {

namespace {

/// The text that the daemon gave with a message, or our own from its id.
std::string message_cell(const Session& session, const json::object& row) {
  const auto& message = object_of(row, "text");
  if (auto text = text_of(message, "text"); !text.empty()) return text;
  const auto plain_message = message_from_json(message);
  return plain_message.id.empty() ? std::string() : session.say(plain_message.id, plain_message.args);
}

Result<json::array> status_list(const Session& session, const std::string& name) {
  auto answer = session.api.get("assent-status:" + name);
  if (!answer.ok()) return std::move(answer).error();
  return array_of(*answer, "assent-status:" + name);
}

Column time_column(const std::string& name, bool wide = false) {
  return {name, wide, [name](const json::object& row) {
            const auto text = text_of(row, name);
            return text.empty() ? text : local_time(text);
          }};
}

Column text_column(const Session& session) {
  return {"text", false, [&session](const json::object& row) { return message_cell(session, row); }};
}

/// Adds members of the live list to rows of the register, by id or name.
void join(json::array& rows, const json::array& live) {
  for (auto& row : rows)
    for (const auto& one : live) {
      if (!one.is_object() || text_of(one.get_object(), "name") != text_of(row.as_object(), "name")) continue;
      for (const auto& [key, value] : one.get_object())
        if (!row.as_object().contains(key)) row.as_object()[key] = value;
    }
}

Exit with_live(Session& session, const std::string& list, std::vector<Column> more) {
  auto rows = session.rows(session.noun());
  if (!rows.ok()) return session.refuse(rows.error());
  if (auto live = status_list(session, list); live.ok()) join(*rows, *live);
  Listing listing = listing_of(session, session.noun());
  for (auto& column : more)
    listing.columns.push_back(std::move(column));
  listing.rows = std::move(*rows);
  print(session, listing);
  return Exit::done;
}

} // namespace

Exit join_stdio(Session& session) {
  auto joined = session.api.join(0, 1);
  return joined ? Exit::done : session.refuse(joined.error());
}

Exit show_status(Session& session) {
  auto answer = session.api.get("assent-status:readiness");
  if (!answer.ok()) return session.refuse(answer.error());
  const auto& readiness = object_of(*answer, "assent-status:readiness");
  const bool ready = flag_of(readiness, "ready");
  if (const auto format = session.asked.text("--output", "table"); format == "json" || format == "yaml") {
    session.console.out(format == "json" ? pretty(readiness) + "\n" : as_yaml(readiness));
    return ready ? Exit::done : Exit::failed;
  }
  Listing listing;
  listing.columns.push_back(
      {"good", false, [](const json::object& row) { return flag_of(row, "good") ? "✓" : "✗"; }});
  listing.columns.push_back({"name", false, {}});
  listing.columns.push_back(text_column(session));
  listing.named = [](const json::object& row) { return text_of(row, "name"); };
  listing.rows = array_of(readiness, "checks");
  for (const auto& each : array_of(readiness, "waivers")) {
    const json::object& waiver = each.as_object();
    std::string weaknesses;
    for (const auto& word : array_of(waiver, "weaknesses"))
      weaknesses += (weaknesses.empty() ? "" : ", ") + std::string(word.as_string());
    const std::string text =
        session.say("ctl.waiver", {{"weaknesses", weaknesses},
                                   {"devices", std::to_string(number_of(waiver, "devices"))},
                                   {"expires", local_time(text_of(waiver, "expires"))},
                                   {"reason", text_of(waiver, "reason")}});
    listing.rows.push_back(
        {{"good", true}, {"name", "waiver " + text_of(waiver, "name")}, {"text", {{"text", text}}}});
  }
  print(session, listing);
  session.tell(ready ? "ctl.ready" : "ctl.not-ready");
  return ready ? Exit::done : Exit::failed;
}

Exit list_devices(Session& session) {
  for (const auto& field : kind_row("device")->fields)
    if (session.asked.has("--" + std::string(field.name))) return list_objects(session);
  return with_live(session, "devices",
                   {{"reachable", false, {}},
                    {"reason", true, {}},
                    {"waived", true, {}},
                    time_column("last-reading"),
                    {"findings", false, {}}});
}

Exit show_device(Session& session) {
  auto object = session.find(session.noun(), session.argument(0), session.asked.text("--network"));
  if (!object.ok()) return session.refuse(object.error());
  json::array rows{*object};
  if (auto live = status_list(session, "devices"); live.ok()) join(rows, *live);
  Listing listing = listing_of(session, session.noun());
  for (const char* name : {"reachable", "reason", "waived", "last-reading", "findings"})
    listing.columns.push_back({name, false, {}});
  print_one(session, listing, rows.front().as_object());
  return Exit::done;
}

Exit list_agents(Session& session) {
  return with_live(session, "agents", {{"connected", false, {}}, time_column("heard")});
}

Exit watch_events(Session& session) {
  const bool raw = session.asked.text("--output") == "jsonl" || session.asked.text("--output") == "json";
  const std::string only = session.asked.text("--kind");
  std::size_t left = 0;
  if (session.asked.has("--count")) {
    auto given = value_of({"count", FieldType::number, {}}, session.asked.all("--count"));
    if (!given.ok()) return session.refuse(given.error());
    left = given->to_number<std::size_t>();
  }
  const bool counted = left != 0;
  auto done = session.api.follow(session.asked.text("--after"), [&](const Happening& event) {
    if (event.opened) return true;
    const auto msgid = text_of(event.data, "msgid");
    if (!only.empty() && msgid != only) return true;
    if (raw) {
      json::object line = event.data;
      line["cursor"] = event.id;
      session.console.out(compact(line) + "\n");
    } else {
      const auto text = event.data.if_contains("text");
      session.console.out(session.safe(event.id + "  " + local_time(text_of(event.data, "time")) + "  " +
                                       msgid + "  " +
                                       (text && text->is_string() ? std::string(text->get_string()) : "")) +
                          "\n");
    }
    session.console.flush();
    return !counted || --left > 0;
  });
  return done.ok() ? Exit::done : session.refuse(done.error());
}

Exit list_journal(Session& session) {
  const auto& asked = session.asked;
  std::string path = "assent-status:journal?stream=" + asked.text("--stream", "decisions");
  if (asked.has("--ticket"))
    path = "assent-status:journal?ticket=" + asked.text("--ticket");
  else if (asked.has("--from"))
    path += "&from=" + asked.text("--from");
  path += "&limit=" + asked.text("--limit", "100");
  auto answer = session.api.get(path);
  if (!answer.ok()) return session.refuse(answer.error());
  Listing listing;
  // A ticket's entries are of both streams, whose numbers say nothing without them.
  listing.columns = {{"stream", !asked.has("--ticket"), {}}, {"number", false, {}}};
  listing.columns.push_back(
      {"time", false, [](const json::object& row) {
         // assent-journal-1 sha256 INSTALLATION EPOCH STREAM NUMBER TIME PREVIOUS BODY
         const auto header = text_of(row, "header");
         std::size_t at = 0;
         for (int field = 0; field < 6 && at != std::string::npos; ++field)
           at = header.find(' ', at == 0 ? 0 : at + 1);
         if (at == std::string::npos) return std::string();
         return local_time(std::string_view(header).substr(at + 1, header.find(' ', at + 1) - at - 1));
       }});
  listing.columns.push_back(
      {"event", false, [](const json::object& row) { return text_of(object_of(row, "body"), "event"); }});
  listing.columns.push_back({"ticket", false, [](const json::object& row) {
                               const auto ticket = number_of(object_of(row, "body"), "ticket");
                               return ticket == 0 ? std::string() : std::to_string(ticket);
                             }});
  listing.columns.push_back({"person", false, [&session](const json::object& row) {
                               return session.name_of("person", number_of(object_of(row, "body"), "person"));
                             }});
  listing.columns.push_back(
      {"account", true, [](const json::object& row) { return text_of(object_of(row, "body"), "account"); }});
  listing.columns.push_back({"detail", true, [](const json::object& row) {
                               return json::serialize(object_of(object_of(row, "body"), "detail"));
                             }});
  listing.named = [](const json::object& row) { return std::to_string(number_of(row, "number")); };
  for (const auto& row : array_of(*answer, "assent-status:journal"))
    if (!asked.has("--stream") || text_of(row.as_object(), "stream") == asked.text("--stream"))
      listing.rows.push_back(row);
  print(session, listing);
  if (const auto next = number_of(*answer, "next"); next != 0)
    session.tell("ctl.more", {{"from", std::to_string(next)}});
  return Exit::done;
}

Exit back_up(Session& session) {
  std::error_code failed;
  const auto path = std::filesystem::absolute(session.argument(0), failed);
  if (failed) return session.refuse(fail(Fault::invalid, "ctl.no-file", {{"file", session.argument(0)}}));
  auto answer = session.api.call("assent-admin:backup", {{"path", path.string()}});
  if (!answer.ok()) return session.refuse(answer.error());
  session.console.out(session.say("ctl.backed-up", {{"file", path.string()},
                                                    {"bytes", std::to_string(number_of(*answer, "bytes"))}}) +
                      "\n");
  session.tell("ctl.backup-next", {{"file", path.string()}});
  return Exit::done;
}

} // namespace assent::ctl
