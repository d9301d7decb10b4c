// Alarms: what holds, what somebody did about it, and what happens to it.
#include "agents/ctl/handlers.hpp"
#include "agents/ctl/print.hpp"
#include "agents/ctl/values.hpp"
#include "common/error_json.hpp"

namespace assent::ctl {

namespace {

std::string sentence(const Session& session, const json::object& row, std::string_view member) {
  const auto& message = object_of(row, member);
  if (auto text = text_of(message, "text"); !text.empty()) return text;
  const auto plain_message = message_from_json(message);
  return plain_message.id.empty() ? std::string() : session.say(plain_message.id, plain_message.args);
}

/// Why people are not told, what somebody did about it; empty where it simply holds.
std::string state_of(const Session& session, const json::object& row) {
  std::string state;
  const auto add = [&](const std::string& word) { state += (state.empty() ? "" : ", ") + word; };
  if (row.contains("cleared")) add(session.say("ctl.alarm-cleared"));
  if (flag_of(row, "closed")) add(session.say("ctl.alarm-closed"));
  if (row.contains("acknowledged")) add(session.say("ctl.alarm-acknowledged"));
  if (flag_of(row, "flapping")) add(session.say("ctl.alarm-damped"));
  if (const auto why = text_of(object_of(row, "hidden"), "why"); !why.empty())
    add(session.say("ctl.alarm-" + why));
  return state;
}

Column time_column(const std::string& name, bool wide = false) {
  return {name, wide, [name](const json::object& row) {
            const auto text = text_of(row, name);
            return text.empty() ? text : local_time(text);
          }};
}

Listing alarm_listing(const Session& session) {
  Listing listing;
  for (const char* name : {"severity", "type", "resource"})
    listing.columns.push_back({name, false, {}});
  listing.columns.push_back({"qualifier", true, {}});
  listing.columns.push_back(
      {"state", false, [&session](const json::object& row) { return state_of(session, row); }});
  listing.columns.push_back(time_column("raised"));
  listing.columns.push_back(time_column("told", true));
  listing.columns.push_back({"times", true, {}});
  listing.columns.push_back(
      {"text", false, [&session](const json::object& row) { return sentence(session, row, "text"); }});
  listing.named = [](const json::object& row) {
    const auto qualifier = text_of(row, "qualifier");
    return text_of(row, "type") + " " + text_of(row, "resource") + (qualifier.empty() ? "" : " " + qualifier);
  };
  return listing;
}

json::object key_of(const Session& session) {
  json::object key{{"type", session.argument(0)}, {"resource", session.argument(1)}};
  if (session.asked.arguments.size() > 2) key["qualifier"] = session.argument(2);
  return key;
}

bool for_people(const Session& session) {
  const auto format = session.asked.text("--output", "table");
  return format == "table" || format == "wide";
}

/// What happened to it, who did what, how often people were not told, and what to do.
void tell_history(Session& session, const json::object& alarm) {
  const auto line = [&](const std::string& text) { session.console.out("  " + text + "\n"); };
  session.console.out("\n");
  if (const auto& hidden = object_of(alarm, "hidden"); !hidden.empty())
    line(session.say("ctl.alarm-hidden-by", {{"why", session.say("ctl.alarm-" + text_of(hidden, "why"))},
                                             {"by", text_of(hidden, "by", "-")}}));
  for (const auto& member : object_of(alarm, "suppressed"))
    line(session.say(
        "ctl.alarm-suppressed",
        {{"count", plain(member.value())}, {"why", session.say("ctl.alarm-" + std::string(member.key()))}}));
  for (const auto& change : array_of(alarm, "changes"))
    if (const auto* one = change.if_object())
      line(session.say(flag_of(*one, "cleared") ? "ctl.alarm-was-cleared" : "ctl.alarm-was-raised",
                       {{"time", local_time(text_of(*one, "at"))}, {"severity", text_of(*one, "severity")}}));
  for (const auto& act : array_of(alarm, "acts"))
    if (const auto* one = act.if_object())
      line(session.say("ctl.alarm-act-" + text_of(*one, "word"),
                       {{"time", local_time(text_of(*one, "at"))},
                        {"person", text_of(*one, "person", "-")},
                        {"until", one->contains("until") ? local_time(text_of(*one, "until")) : "-"},
                        {"reason", text_of(*one, "reason", "-")}}));
  if (const auto what = sentence(session, alarm, "what-to-do"); !what.empty())
    line(session.say("ctl.alarm-do", {{"what", what}}));
}

} // namespace

Exit list_alarms(Session& session) {
  Listing listing = alarm_listing(session);
  if (session.asked.has("--cleared") || session.asked.has("--closed")) {
    auto answer =
        session.api.call("assent-alarm:list", {{"cleared", true}, {"closed", session.asked.has("--closed")}});
    if (!answer.ok()) return session.refuse(answer.error());
    listing.columns.push_back(time_column("cleared"));
    listing.rows = array_of(*answer, "alarms");
  } else {
    auto answer = session.api.get("assent-status:alarms");
    if (!answer.ok()) return session.refuse(answer.error());
    listing.rows = array_of(*answer, "assent-status:alarms");
  }
  print(session, listing);
  return Exit::done;
}

Exit show_alarm(Session& session) {
  auto answer = session.api.call("assent-alarm:show", key_of(session));
  if (!answer.ok()) return session.refuse(answer.error());
  const auto& alarm = object_of(*answer, "alarm");
  Listing listing = alarm_listing(session);
  if (alarm.contains("cleared")) listing.columns.push_back(time_column("cleared"));
  print_one(session, listing, alarm);
  if (for_people(session)) tell_history(session, alarm);
  return Exit::done;
}

Exit act_on_alarm(Session& session) {
  const std::string verb = session.asked.verb;
  auto input = key_of(session);
  if (session.asked.has("--reason")) input["reason"] = session.asked.text("--reason");
  if (verb == "shelve") {
    for (const char* name : {"--until", "--reason"})
      if (!session.asked.has(name))
        return session.refuse(fail(Fault::invalid, "ctl.missing-argument", {{"argument", name}}));
    auto until = moment(session.asked.text("--until"), session.clock.wall());
    if (!until.ok()) return session.refuse(until.error());
    input["until"] = *until;
  }
  auto answer =
      session.api.call("assent-alarm:" + (verb == "ack" ? std::string("acknowledge") : verb), input);
  if (!answer.ok()) return session.refuse(answer.error());
  const auto& alarm = object_of(*answer, "alarm");
  if (for_people(session))
    session.console.out(session.say("ctl.alarm-did-" + verb, {{"type", text_of(alarm, "type")},
                                                              {"resource", text_of(alarm, "resource")}}) +
                        "\n");
  else
    print_one(session, alarm_listing(session), alarm);
  return Exit::done;
}

Exit watch_alarms(Session& session) {
  const bool raw = session.asked.text("--output") == "jsonl" || session.asked.text("--output") == "json";
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
    if (!msgid.starts_with("alarm-")) return true;
    const auto severity = text_of(event.data, "severity");
    if (session.asked.has("--told") && severity == "info") return true;
    if (raw) {
      json::object line = event.data;
      line["cursor"] = event.id;
      session.console.out(compact(line) + "\n");
    } else {
      session.console.out(session.safe(local_time(text_of(event.data, "time")) + "  " + severity + "  " +
                                       msgid + "  " + text_of(event.data, "text")) +
                          "\n");
    }
    session.console.flush();
    return !counted || --left > 0;
  });
  return done.ok() ? Exit::done : session.refuse(done.error());
}

} // namespace assent::ctl
