// What people ask of alarms and do with them. It decides nothing about permission; it is journalled.
#include <pwd.h>
#include <unistd.h>

#include "daemon/core/alarm_news.hpp"

namespace assent::core {
namespace {

constexpr std::size_t listed = 500;

/// `device/xunyang-sw1` is `device/17`.
std::string resource_of(const State& state, const std::string& given) {
  const auto slash = given.find('/');
  if (slash == std::string::npos) return given;
  for (const Kind kind : {Kind::device, Kind::agent})
    if (std::string_view(given).substr(0, slash) == name_of(kind))
      if (const auto id = state.registry.find(kind, given.substr(slash + 1)))
        return std::string(name_of(kind)) + "/" + std::to_string(*id);
  return given;
}

/// A device's name alone will do where nothing else is called so.
alarms::Key key_of(const State& state, const json::object& input) {
  const std::string given = text_of(input, "resource");
  alarms::Key key{text_of(input, "type"), resource_of(state, given), text_of(input, "qualifier")};
  if (state.alarms.find(key) == nullptr && given.find('/') == std::string::npos)
    if (const auto device = state.registry.find(Kind::device, given))
      key.resource = "device/" + std::to_string(*device);
  return key;
}

/// Says it as it was asked, so that nobody learns which number a name has.
Error none(const json::object& input) {
  return fail(Fault::not_found, "alarm.none",
              {{"type", text_of(input, "type")}, {"resource", text_of(input, "resource")}});
}

/// Who acts: a person by his own account, who may ask or approve where the alarm belongs.
Result<alarms::Act> act_of(Step& step, const alarms::Key& key, const json::object& input) {
  const State& state = step.state;
  const auto* alarm = state.alarms.find(key);
  if (alarm == nullptr) return none(input);
  const auto id = state.registry.person_of_account(step.peer.account);
  const auto person = id ? state.registry.person(*id) : std::nullopt;
  if (!person || !person->active)
    return fail(Fault::refused, "core.account-of-nobody", {{"account", step.peer.account}});
  const Id organisation = organisation_of(state, *alarm);
  bool may = false;
  for (const char* right : {"request", "approve", "policy-authority"})
    may = may || state.policy.may(state.registry, *id, right, organisation);
  if (!may)
    return fail(Fault::refused, "alarm.not-yours",
                {{"person", person->handle}, {"organisation", state.registry.path(organisation)}});
  alarms::Act act;
  act.at = step.now;
  act.account = step.peer.account;
  act.person = person->handle;
  act.reason = text_of(input, "reason");
  return act;
}

using Deed = Status (alarms::Book::*)(const alarms::Key&, alarms::Act, const alarms::Moment&);

Answer done_to(Step& step, const json::object& input, Deed deed, Instant until = {}) {
  const auto key = key_of(step.state, input);
  auto act = act_of(step, key, input);
  if (!act) return act.error();
  act->until = until;
  auto& book = step.state.alarms;
  if (auto done = (book.*deed)(key, std::move(*act), moment_of(step)); !done) return done.error();
  note_alarms(step);
  return json::object{{"alarm", alarm_json(step.state, *book.find(key), true)}};
}

/// Whoever could read the database, or belongs to one person, sees who did what.
bool sees_people(const Step& step) {
  if (step.peer.account == "root" || step.state.registry.person_of_account(step.peer.account)) return true;
  const auto* own = ::getpwuid(::geteuid());
  return own != nullptr && step.peer.account == own->pw_name;
}

} // namespace

json::object alarm_json(const State& state, const alarms::Alarm& alarm, bool full) {
  auto out = full ? alarms::to_full_json(alarm) : alarms::to_json(alarm);
  if (alarm.cleared) return out;
  if (const auto hidden = state.alarms.hidden(alarm)) {
    json::object why{{"why", name_of(hidden->why)}};
    // Who shelved it is not for monitors.
    if (full || hidden->why != alarms::Why::shelved) why["by"] = hidden->by;
    out["hidden"] = std::move(why);
  }
  return out;
}

Answer acknowledge_alarm(Step& step, const json::object& input) {
  return done_to(step, input, &alarms::Book::acknowledge);
}

Answer shelve_alarm(Step& step, const json::object& input) {
  const auto until = parse_instant(text_of(input, "until"));
  if (!until) return until.error();
  return done_to(step, input, &alarms::Book::shelve, *until);
}

Answer unshelve_alarm(Step& step, const json::object& input) {
  return done_to(step, input, &alarms::Book::unshelve);
}

Answer close_alarm(Step& step, const json::object& input) {
  return done_to(step, input, &alarms::Book::close);
}

Answer show_alarm(Step& step, const json::object& input) {
  const auto key = key_of(step.state, input);
  const auto* alarm = step.state.alarms.find(key);
  if (alarm == nullptr) return none(input);
  const bool full = sees_people(step);
  auto out = alarm_json(step.state, *alarm, full);
  out["what-to-do"] = json::object{{"id", "do." + key.type}, {"args", json::object{}}};
  return json::object{{"alarm", std::move(out)}};
}

Answer list_alarms(Step& step, const json::object& input) {
  json::array list;
  if (flag_of(input, "cleared")) {
    for (const auto* alarm : step.state.alarms.remembered(listed))
      if (!alarm->closed || flag_of(input, "closed")) list.push_back(alarm_json(step.state, *alarm, false));
  } else {
    for (const auto* alarm : step.state.alarms.active())
      list.push_back(alarm_json(step.state, *alarm, false));
  }
  return json::object{{"alarms", std::move(list)}};
}

} // namespace assent::core
