// The past: what became of an object, and what the register was at another time.
#include "agents/ctl/past.hpp"

#include "agents/ctl/handlers.hpp"
#include "agents/ctl/print.hpp"
#include "agents/ctl/values.hpp"

namespace assent::ctl {

namespace {

/// A member as people read it.
std::string shown(const Session& session, std::string_view kind, const json::object& body,
                  std::string_view member) {
  const auto* value = body.if_contains(member);
  if (value == nullptr) return "–";
  const std::string line = edit_value(session, kind, {{member, *value}});
  return line.substr(member.size() + 1);
}

std::string what_changed(const Session& session, const json::object& change) {
  const std::string kind = session.noun();
  if (!change.contains("after"))
    return session.say(flag_of(change, "gone") ? "ctl.was-deleted" : "ctl.left-sight");
  const auto& after = object_of(change, "after");
  if (!change.contains("before")) return edit_value(session, kind, after);
  const auto& before = object_of(change, "before");
  std::string line;
  const auto add = [&](std::string_view member) {
    line += (line.empty() ? "" : ", ") + std::string(member) + ": " + shown(session, kind, before, member) +
            " → " + shown(session, kind, after, member);
  };
  for (const auto& [member, value] : after)
    if (const auto* was = before.if_contains(member); was == nullptr || *was != value) add(member);
  for (const auto& [member, value] : before)
    if (!after.contains(member)) add(member);
  return line;
}

Exit at(Session& session, Exit (*command)(Session&)) {
  auto moment = moment_asked(session);
  if (!moment.ok()) return session.refuse(moment.error());
  session.tell("ctl.as-it-was", {{"time", local_time(*moment)}, {"utc", *moment}});
  return command(session);
}

} // namespace

Result<std::string> moment_asked(const Session& session) {
  const auto& asked = session.asked;
  if ((asked.verb != "list" && asked.verb != "show") || !asked.has("--at")) return std::string();
  constexpr std::size_t day = 10;
  const std::string text = asked.text("--at");
  return moment(text.size() == day ? text + " 23:59:59" : text, session.clock.wall());
}

Exit list_past(Session& session) {
  return at(session, list_objects);
}

Exit show_past(Session& session) {
  return at(session, show_object);
}

Exit show_history(Session& session) {
  const std::string& text = session.argument(0);
  std::string id = text;
  // What is gone is known by its number only.
  if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos) {
    auto object = session.find(session.noun(), text, session.asked.text("--network"));
    if (!object.ok()) return session.refuse(object.error());
    id = std::to_string(number_of(*object, "id"));
  }
  auto answer = session.api.get("assent-status:history?kind=" + session.noun() + "&id=" + id);
  if (!answer.ok()) return session.refuse(answer.error());
  Listing listing;
  const auto people = [&session](const json::object& change, bool asked) {
    std::string line;
    if (asked) {
      const auto person = number_of(change, "requester", number_of(change, "person"));
      return session.name_of("person", person);
    }
    for (const auto& one : array_of(change, "approvers"))
      line += (line.empty() ? "" : ", ") + session.name_of("person", one.to_number<std::uint64_t>());
    return line;
  };
  listing.columns = {
      {"version", false, {}},
      {"time", false, [](const json::object& change) { return local_time(text_of(change, "time")); }},
      {"event", true, {}},
      {"number", true, {}},
      {"ticket", false, {}},
      {"requester", false, [people](const json::object& change) { return people(change, true); }},
      {"approvers", false, [people](const json::object& change) { return people(change, false); }},
      {"reason", true, {}},
      {"change", false, [&session](const json::object& change) { return what_changed(session, change); }}};
  listing.named = [](const json::object& change) { return std::to_string(number_of(change, "number")); };
  listing.rows = array_of(*answer, "assent-status:history");
  print(session, listing);
  return Exit::done;
}

} // namespace assent::ctl
