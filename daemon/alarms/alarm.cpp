#include "daemon/alarms/alarm.hpp"

#include <algorithm>

#include "common/hash.hpp"

namespace assent::alarms {
namespace {

json::object json_of(const Message& message) {
  json::object args;
  for (const auto& [name, value] : message.args)
    args[name] = value;
  return {{"id", message.id}, {"args", std::move(args)}};
}

json::object json_of(const Act& act) {
  json::object out{{"word", name_of(act.word)}, {"at", to_text(act.at)}};
  if (!act.account.empty()) out["account"] = act.account;
  if (!act.person.empty()) out["person"] = act.person;
  if (!act.reason.empty()) out["reason"] = act.reason;
  if (act.until != Instant{}) out["until"] = to_text(act.until);
  return out;
}

Instant time_of(const json::object& object, std::string_view name) {
  const auto at = parse_instant(text_of(object, name));
  return at ? *at : Instant{};
}

Severity severity_of(const json::object& object, std::string_view name) {
  const auto text = text_of(object, name);
  for (const auto severity : {Severity::minor, Severity::major, Severity::critical})
    if (name_of(severity) == text) return severity;
  return Severity::warning;
}

Act act_of(const json::object& object) {
  Act act;
  const auto word = text_of(object, "word");
  for (const auto one : {Act::Word::acknowledge, Act::Word::shelve, Act::Word::unshelve, Act::Word::close})
    if (name_of(one) == word) act.word = one;
  act.at = time_of(object, "at");
  act.account = text_of(object, "account");
  act.person = text_of(object, "person");
  act.reason = text_of(object, "reason");
  act.until = time_of(object, "until");
  return act;
}

std::optional<Act> act_of(const json::object& object, std::string_view name) {
  if (!object.contains(name)) return std::nullopt;
  return act_of(object_of(object, name));
}

json::object counts(const Alarm& alarm) {
  json::object out;
  for (std::size_t i = 0; i < whys; ++i)
    if (alarm.hidden[i] != 0) out[name_of(static_cast<Why>(i))] = alarm.hidden[i];
  return out;
}

void add_lists(const Alarm& alarm, json::object& out) {
  json::array changes, acts;
  for (const auto& change : alarm.changes)
    changes.push_back(
        {{"at", to_text(change.at)}, {"severity", name_of(change.severity)}, {"cleared", change.cleared}});
  for (const auto& act : alarm.acts)
    acts.push_back(json_of(act));
  out["changes"] = std::move(changes);
  out["acts"] = std::move(acts);
}

} // namespace

std::string name_of(const Key& key) {
  return key.type + " " + key.resource + (key.qualifier.empty() ? "" : " " + key.qualifier);
}

std::string_view name_of(Why why) {
  static constexpr std::array<std::string_view, whys> names = {"inhibited", "maintenance", "shelved",
                                                               "damped"};
  return names[static_cast<std::size_t>(why)];
}

std::string_view name_of(Act::Word word) {
  static constexpr std::array<std::string_view, 4> names = {"acknowledge", "shelve", "unshelve", "close"};
  return names[static_cast<std::size_t>(word)];
}

json::object to_json(const Alarm& alarm) {
  json::object out;
  out["type"] = alarm.key.type;
  out["resource"] = alarm.key.resource;
  if (!alarm.key.qualifier.empty()) out["qualifier"] = alarm.key.qualifier;
  out["severity"] = name_of(alarm.severity);
  out["text"] = json_of(alarm.text);
  out["raised"] = to_text(alarm.raised);
  out["changed"] = to_text(alarm.changed);
  if (alarm.cleared) out["cleared"] = to_text(*alarm.cleared);
  out["times"] = alarm.times;
  out["group"] = group_of(alarm);
  if (alarm.told != Instant{}) out["told"] = to_text(alarm.told);
  if (alarm.acknowledged) out["acknowledged"] = to_text(alarm.acknowledged->at);
  if (alarm.shelved) out["shelved-until"] = to_text(alarm.shelved->until);
  if (alarm.damper.damped()) out["flapping"] = true;
  if (alarm.closed) out["closed"] = true;
  if (auto suppressed = counts(alarm); !suppressed.empty()) out["suppressed"] = std::move(suppressed);
  return out;
}

json::object to_full_json(const Alarm& alarm) {
  auto out = to_json(alarm);
  add_lists(alarm, out);
  return out;
}

std::string to_kept(const Alarm& alarm, const Moment& now, const Limits& limits) {
  auto out = to_json(alarm);
  add_lists(alarm, out);
  out.erase("group");
  json::array on;
  for (const auto& resource : alarm.on)
    on.emplace_back(resource);
  out["on"] = std::move(on);
  if (alarm.acknowledged) out["acknowledged"] = json_of(*alarm.acknowledged);
  if (alarm.shelved) out["shelved"] = json_of(*alarm.shelved);
  out["known"] = alarm.known;
  out["penalty"] = static_cast<std::uint64_t>(alarm.damper.penalty(now.steady, limits));
  out["penalty-at"] = to_text(now.wall);
  return canonical(out);
}

Result<Alarm> from_kept(std::string_view text, const Moment& now) {
  auto parsed = parse_json(text, 4u << 20, "alarm");
  if (!parsed) return parsed.error();
  if (!parsed->is_object()) return fail(Fault::outside, "alarm.not-understood");
  const auto& object = parsed->get_object();
  Alarm alarm;
  alarm.key = {text_of(object, "type"), text_of(object, "resource"), text_of(object, "qualifier")};
  if (alarm.key.type.empty() || alarm.key.resource.empty())
    return fail(Fault::outside, "alarm.not-understood");
  alarm.severity = severity_of(object, "severity");
  const auto& sentence = object_of(object, "text");
  alarm.text.id = text_of(sentence, "id");
  for (const auto& arg : object_of(sentence, "args"))
    if (arg.value().is_string())
      alarm.text.args.emplace_back(std::string(arg.key()), std::string(arg.value().get_string()));
  alarm.raised = time_of(object, "raised");
  alarm.changed = time_of(object, "changed");
  if (object.contains("cleared")) alarm.cleared = time_of(object, "cleared");
  alarm.times = std::max<std::uint64_t>(number_of(object, "times"), 1);
  for (const auto& resource : array_of(object, "on"))
    if (resource.is_string()) alarm.on.emplace_back(resource.get_string());
  for (const auto& change : array_of(object, "changes"))
    if (change.is_object())
      alarm.changes.push_back({time_of(change.get_object(), "at"),
                               severity_of(change.get_object(), "severity"),
                               flag_of(change.get_object(), "cleared")});
  for (const auto& act : array_of(object, "acts"))
    if (act.is_object()) alarm.acts.push_back(act_of(act.get_object()));
  alarm.acknowledged = act_of(object, "acknowledged");
  alarm.shelved = act_of(object, "shelved");
  alarm.closed = flag_of(object, "closed");
  alarm.told = time_of(object, "told");
  alarm.known = flag_of(object, "known");
  const auto& suppressed = object_of(object, "suppressed");
  for (std::size_t i = 0; i < whys; ++i)
    alarm.hidden[i] = number_of(suppressed, name_of(static_cast<Why>(i)));
  const auto age = std::max<Duration>(now.wall - time_of(object, "penalty-at"), Duration{});
  alarm.damper.load(static_cast<double>(number_of(object, "penalty")), flag_of(object, "flapping"),
                    now.steady - age);
  alarm.last_raise = now.steady;
  return alarm;
}

std::string kept_key(const Key& key) {
  // A resource may be a path of any length.
  const auto text = key.type + '\n' + key.resource + '\n' + key.qualifier;
  return text.size() <= 512 ? text : key.type + '\n' + sha256_hex(text);
}

std::string group_of(const Alarm& alarm) {
  const auto* kind = kind_of(alarm.key.type);
  if (kind == nullptr) return alarm.key.type;
  std::string group(kind->group);
  const auto add = [&](std::string_view prefix) {
    const auto found = std::ranges::find_if(
        alarm.on, [&](const std::string& resource) { return resource.starts_with(prefix); });
    if (found != alarm.on.end()) group += " " + *found;
  };
  if (kind->gather == Gather::agent) add("agent/");
  if (kind->gather == Gather::device) add("device/");
  if (kind->gather == Gather::resource) group += " " + alarm.key.resource;
  return group;
}

} // namespace assent::alarms
