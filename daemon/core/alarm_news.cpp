// Alarms between the room that judges them and everybody else: what they hang on, and how what happens to
// them reaches journal, store and followers.
#include <algorithm>

#include "daemon/core/alarm_news.hpp"

namespace assent::core {
namespace {

using alarms::News;

constexpr std::size_t names_told = 8;
constexpr std::size_t longest_name = 200;

std::optional<Id> id_after(std::string_view resource, std::string_view prefix) {
  if (!resource.starts_with(prefix)) return std::nullopt;
  resource.remove_prefix(prefix.size());
  Id id = 0;
  for (const char c : resource) {
    if (c < '0' || c > '9' || id > (Id{1} << 52)) return std::nullopt;
    id = id * 10 + static_cast<Id>(c - '0');
  }
  return resource.empty() ? std::nullopt : std::optional<Id>(id);
}

void hang_on_device(const State& state, Id id, std::vector<std::string>& on) {
  on.push_back("device/" + std::to_string(id));
  if (const auto device = state.registry.device(id)) on.push_back("agent/" + std::to_string(device->agent));
}

/// Resources besides its own.
std::vector<std::string> hangs_on(const State& state, const alarms::Subject& subject) {
  std::vector<std::string> on;
  if (const auto device = id_after(subject.resource, "device/")) {
    hang_on_device(state, *device, on);
    on.erase(on.begin());
  } else if (const auto finding = id_after(subject.resource, "finding/")) {
    if (const auto* found = state.watch.finding(*finding)) hang_on_device(state, found->device, on);
  } else if (const auto link = id_after(subject.resource, "link/")) {
    const auto object = state.registry.get(Kind::link, *link);
    if (const Id its = object ? number_of(object->body, "device") : 0; its != 0)
      hang_on_device(state, its, on);
  }
  return on;
}

std::string name_in(const State& state, std::string_view resource) {
  for (const auto& [prefix, kind] : {std::pair<std::string_view, Kind>{"device/", Kind::device},
                                     {"agent/", Kind::agent},
                                     {"link/", Kind::link}})
    if (const auto id = id_after(resource, prefix))
      if (const auto object = state.registry.get(kind, *id)) return text_of(object->body, "name");
  return {};
}

/// What people call it: the device's name, or else the resource.
std::string label(const State& state, const alarms::Key& key, const std::vector<std::string>& on) {
  std::string name = name_in(state, key.resource);
  for (const auto& resource : on)
    if (name.empty() && !resource.starts_with("agent/")) name = name_in(state, resource);
  if (name.empty()) name = key.resource;
  if (!key.qualifier.empty()) name += " " + key.qualifier;
  return name;
}

std::string names_of(const State& state, const std::vector<News::Item>& items) {
  std::string names;
  std::size_t count = 0;
  std::set<std::string> seen;
  for (const auto& item : items) {
    std::string name = item.key.type + " " + label(state, item.key, item.on);
    const auto path = std::ranges::find(item.text.args, "path", &Args::value_type::first);
    if (path != item.text.args.end()) name += " " + path->second;
    if (name.size() > longest_name) {
      std::size_t end = longest_name;
      while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0u) == 0x80u)
        --end; // never inside a character
      name.resize(end);
    }
    if (!seen.insert(name).second) continue;
    if (count++ == names_told) return names + ", …";
    names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

json::object json_of(const Message& message) {
  json::object args;
  for (const auto& [name, value] : message.args)
    args[name] = value;
  return {{"id", message.id}, {"args", std::move(args)}};
}

json::object about(const alarms::Key& key) {
  json::object out{{"type", key.type}, {"resource", key.resource}};
  if (!key.qualifier.empty()) out["qualifier"] = key.qualifier;
  return out;
}

Message over(const State& state, const alarms::Key& key, const std::vector<std::string>& on) {
  return {"event.alarm-cleared",
          {{"type", key.type}, {"resource", key.resource}, {"name", label(state, key, on)}}};
}

json::object detail_of(const State& state, const News& news) {
  const auto& alarm = news.alarm;
  json::object detail = about(alarm.key);
  detail["severity"] = std::string(name_of(alarm.severity));
  const Args names = {{"type", alarm.key.type}, {"name", label(state, alarm.key, alarm.on)}};
  switch (news.sort) {
  case News::Sort::cleared:
    detail["text"] = json_of(over(state, alarm.key, alarm.on));
    break;
  case News::Sort::flapping:
    detail["times"] = alarm.times;
    detail["text"] = json_of({"event.alarm-flapping", names});
    break;
  case News::Sort::calm:
    detail["text"] = json_of({"event.alarm-calm", names});
    break;
  default:
    detail["text"] = json_of(alarm.text);
  }
  static constexpr std::string_view hows[] = {"now", "grouped", "hidden", "silent"};
  detail["told"] = hows[static_cast<std::size_t>(news.how)];
  if (news.hidden) {
    detail["why"] = std::string(name_of(news.hidden->why));
    if (!news.hidden->by.empty()) detail["by"] = news.hidden->by;
  }
  return detail;
}

void note_act(Step& step, const News& news) {
  static constexpr std::string_view names[] = {"alarm-acknowledged", "alarm-shelved", "alarm-unshelved",
                                               "alarm-closed"};
  const auto& act = *news.act;
  json::object detail = about(news.alarm.key);
  detail["name"] = label(step.state, news.alarm.key, news.alarm.on);
  detail["person"] = act.person.empty() ? "-" : act.person;
  detail["reason"] = act.reason.empty() ? "-" : act.reason;
  if (act.until != Instant{}) detail["until"] = to_text(act.until);
  auto& entry = step.note(journal::Stream::records, std::string(names[static_cast<std::size_t>(act.word)]),
                          std::move(detail));
  if (act.account.empty()) return;
  if (const auto person = step.state.registry.person_of_account(act.account)) entry.actor.person = *person;
}

void note_told(Step& step, const News& news) {
  json::array list;
  for (const auto& item : news.items) {
    auto one = about(item.key);
    one["what"] = name_of(item.what);
    list.push_back(std::move(one));
  }
  const auto space = news.group.find(' ');
  std::string group = news.group.substr(0, space);
  if (space != std::string::npos) {
    const auto where = std::string_view(news.group).substr(space + 1);
    const auto name = name_in(step.state, where);
    group += " " + (name.empty() ? std::string(where) : name);
  }
  const Args args = {{"group", group},
                     {"raised", std::to_string(news.raised + news.changed)},
                     {"cleared", std::to_string(news.cleared)},
                     {"holding", std::to_string(news.holding)},
                     {"names", names_of(step.state, news.items)}};
  Message text{news.repeat ? "alarm.still" : "alarm.more", args};
  if (!news.repeat && news.items.size() == 1 && news.raised + news.changed + news.cleared == 1) {
    const auto& item = news.items.front();
    text = item.what == alarms::What::cleared ? over(step.state, item.key, item.on) : item.text;
  }
  json::object detail{{"group", group},
                      {"repeat", news.repeat},
                      {"raised", news.raised},
                      {"changed", news.changed},
                      {"cleared", news.cleared},
                      {"holding", news.holding},
                      {"alarms", std::move(list)},
                      {"text", json_of(text)}};
  if (news.raised + news.changed + news.holding > 0) detail["severity"] = std::string(name_of(news.severity));
  step.note(journal::Stream::records, "alarm-notified", std::move(detail));
}

/// Devices on which an open ticket announces work: its permit of the path `/maintenance` says so.
std::map<std::string, std::string, std::less<>> maintained(const State& state) {
  std::map<std::string, std::string, std::less<>> devices;
  for (const auto& [id, ticket] : state.tickets) {
    if (ticket.state != tickets::State::open || !std::ranges::any_of(ticket.permits, announces_work))
      continue;
    tickets::Ticket announced;
    for (const auto& permit : ticket.permits)
      if (announces_work(permit)) announced.permits.push_back(permit);
    for (const Id device : devices_of(state, announced))
      devices.emplace("device/" + std::to_string(device), "ticket/" + std::to_string(id));
  }
  return devices;
}

} // namespace

bool announces_work(const tickets::Permit& permit) {
  return permit.path.text() == "/maintenance";
}

void note_alarms(Step& step) {
  static constexpr std::string_view events[] = {"alarm-raised", "alarm-changed", "alarm-cleared",
                                                "alarm-flapping", "alarm-calm"};
  auto& book = step.state.alarms;
  for (const auto& news : book.take_news()) {
    if (news.sort == News::Sort::told)
      note_told(step, news);
    else if (news.sort == News::Sort::acted)
      note_act(step, news);
    else
      step.note(journal::Stream::records, std::string(events[static_cast<std::size_t>(news.sort)]),
                detail_of(step.state, news));
  }
  for (auto& [key, body] : book.take_kept(moment_of(step)))
    step.batch.kept.push_back({"alarm", std::move(key), std::move(body)});
}

void raise(Step& step, std::string_view type, const alarms::Subject& subject, Args args,
           std::optional<alarms::Severity> severity) {
  const auto* kind = alarms::kind_of(type);
  ASSENT_CHECK(kind != nullptr);
  step.state.alarms.raise(type, subject, hangs_on(step.state, subject), severity.value_or(kind->severity),
                          {"alarm." + std::string(type), std::move(args)}, moment_of(step));
  note_alarms(step);
}

void clear(Step& step, std::string_view type, const alarms::Subject& subject) {
  step.state.alarms.clear(type, subject, moment_of(step));
  note_alarms(step);
}

void clear_alarms_on(Step& step, const std::string& resource) {
  step.state.alarms.clear_on(resource, moment_of(step));
  note_alarms(step);
}

void tend_alarms(Step& step) {
  auto& book = step.state.alarms;
  book.set_limits(step.state.policy.alarms());
  book.set_maintenance(maintained(step.state));
  book.tick(moment_of(step));
  note_alarms(step);
}

void alarms_after_start(Step& step) {
  auto& book = step.state.alarms;
  // What is about something that was deleted while the daemon did not run is over.
  std::set<std::string> gone;
  for (const auto* alarm : book.active())
    for (const auto& resource : alarm->on)
      if (const auto device = id_after(resource, "device/"); device && !step.state.registry.device(*device))
        gone.insert(resource);
  for (const auto& resource : gone)
    book.clear_on(resource, moment_of(step));
  book.confirmed(moment_of(step));
  note_alarms(step);
}

void alarms_after_reload(Step& step) {
  constexpr auto longest_commit = std::chrono::minutes{1};
  auto& book = step.state.alarms;
  std::vector<alarms::Key> gone;
  for (const auto* alarm : book.active())
    if (const auto id = id_after(alarm->key.resource, "finding/");
        id && step.state.watch.finding(*id) == nullptr)
      gone.push_back(alarm->key);
  for (const auto& key : gone)
    book.clear(key.type, {key.resource, key.qualifier}, moment_of(step));
  book.doubt(step.now - longest_commit);
}

Status load_alarms(State& state, store::Reader& reader, const alarms::Moment& now) {
  state.alarms.set_limits(state.policy.alarms());
  std::optional<Error> damaged;
  auto read = reader.each_kept("alarm", [&](store::Kept&& kept) {
    auto alarm = alarms::from_kept(kept.body, now);
    if (alarm)
      state.alarms.load(std::move(*alarm), now);
    else if (!damaged)
      damaged = alarm.error();
  });
  if (!read) return read.error();
  if (damaged) return *damaged;
  return Done{};
}

alarms::Moment moment_of(const Step& step) {
  return {step.now, step.monotonic};
}

Id organisation_of(const State& state, const alarms::Alarm& alarm) {
  for (const auto& resource : alarm.on)
    if (const auto id = id_after(resource, "device/"))
      if (const auto device = state.registry.device(*id)) return device->organisation;
  for (const auto& resource : alarm.on)
    if (const auto id = id_after(resource, "link/"))
      if (const auto link = state.registry.get(Kind::link, *id)) return number_of(link->body, "organisation");
  return state.registry.root();
}

} // namespace assent::core
