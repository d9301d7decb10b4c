#include "daemon/alarms/alarms.hpp"

#include <algorithm>

namespace assent::alarms {

json::object to_json(const Alarm& alarm) {
  json::object args;
  for (const auto& [name, value] : alarm.text.args)
    args[name] = value;
  json::object out;
  out["type"] = alarm.type;
  out["resource"] = alarm.resource;
  out["severity"] = name_of(alarm.severity);
  out["text"] = json::object{{"id", alarm.text.id}, {"args", std::move(args)}};
  out["raised"] = to_text(alarm.raised);
  out["changed"] = to_text(alarm.changed);
  if (alarm.cleared) out["cleared"] = to_text(*alarm.cleared);
  out["times"] = alarm.times;
  return out;
}

bool Book::raise(std::string_view type, std::string_view resource, Severity severity, Message text,
                 Instant now) {
  Key key{type, resource};
  if (const auto held = alarms_.find(key); held != alarms_.end()) {
    Alarm& alarm = held->second;
    alarm.text = std::move(text);
    if (alarm.severity == severity) return false;
    alarm.severity = severity;
    alarm.changed = now;
    return true;
  }
  Alarm alarm;
  alarm.type = type;
  alarm.resource = resource;
  alarm.severity = severity;
  alarm.text = std::move(text);
  alarm.raised = alarm.changed = now;
  if (const auto before = cleared_.find(key); before != cleared_.end()) {
    alarm.times = before->second.times + 1;
    cleared_.erase(before);
  }
  alarms_.emplace(std::move(key), std::move(alarm));
  return true;
}

bool Book::clear(std::string_view type, std::string_view resource, Instant now) {
  const auto held = alarms_.find(Key{type, resource});
  if (held == alarms_.end()) return false;
  held->second.cleared = now;
  held->second.changed = now;
  cleared_.insert_or_assign(held->first, std::move(held->second));
  alarms_.erase(held);
  if (cleared_.size() > max_remembered)
    cleared_.erase(std::min_element(cleared_.begin(), cleared_.end(), [](const auto& a, const auto& b) {
      return a.second.changed < b.second.changed;
    }));
  return true;
}

const Alarm* Book::find(std::string_view type, std::string_view resource) const {
  const auto held = alarms_.find(Key{type, resource});
  return held == alarms_.end() ? nullptr : &held->second;
}

std::vector<Alarm> Book::active() const {
  std::vector<Alarm> out;
  out.reserve(alarms_.size());
  for (const auto& [key, alarm] : alarms_)
    out.push_back(alarm);
  return out;
}

std::vector<Alarm> Book::remembered() const {
  std::vector<Alarm> out;
  out.reserve(cleared_.size());
  for (const auto& [key, alarm] : cleared_)
    out.push_back(alarm);
  return out;
}

std::size_t Book::count(Severity severity) const {
  return static_cast<std::size_t>(std::count_if(
      alarms_.begin(), alarms_.end(), [&](const auto& entry) { return entry.second.severity == severity; }));
}

} // namespace assent::alarms
