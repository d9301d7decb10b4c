// What happens to alarms. When people are told: telling.cpp.
#include "daemon/alarms/alarms.hpp"

#include <algorithm>

namespace assent::alarms {
namespace {

using Args = std::vector<std::pair<std::string, std::string>>;

constexpr auto awaited_for = std::chrono::seconds{30};

void add_change(Alarm& alarm, Severity severity, bool cleared, Instant at) {
  alarm.severity = severity;
  alarm.changed = at;
  alarm.changes.push_back({at, severity, cleared});
  if (alarm.changes.size() > most_changes) alarm.changes.erase(alarm.changes.begin());
}

Key key_of(std::string_view type, const Subject& subject) {
  return {std::string(type), subject.resource, subject.qualifier};
}

Args args_of(const Key& key) {
  return {{"type", key.type}, {"resource", key.resource}};
}

} // namespace

Alarm* Book::held(const Key& key) {
  const auto found = active_.find(key);
  return found == active_.end() ? nullptr : &found->second;
}

void Book::raise(std::string_view type, const Subject& subject, std::vector<std::string> on,
                 Severity severity, Message text, const Moment& now) {
  const Key key = key_of(type, subject);
  on.insert(on.begin(), subject.resource);
  on.insert(on.end(), subject.also.begin(), subject.also.end());
  unconfirmed_.erase(key);
  awaited_.erase(key);
  if (Alarm* alarm = held(key)) {
    alarm->text = std::move(text);
    hang(*alarm, std::move(on), now);
    return renew(*alarm, severity, now);
  }
  if (active_.size() >= max_active && type != "too-many-alarms") {
    ++counts_.beyond;
    return raise("too-many-alarms", "daemon", {}, Severity::critical,
                 {"alarm.too-many-alarms", {{"count", std::to_string(max_active)}}}, now);
  }
  Alarm alarm;
  if (const auto before = cleared_.find(key); before != cleared_.end()) {
    alarm = std::move(before->second);
    cleared_order_.erase({alarm.changed, key});
    cleared_.erase(before);
    ++alarm.times;
  }
  alarm.key = key;
  alarm.text = std::move(text);
  alarm.on = std::move(on);
  alarm.raised = now.wall;
  alarm.cleared.reset();
  alarm.acknowledged.reset();
  alarm.closed = false;
  alarm.known = alarm.waits = false;
  alarm.present = true;
  alarm.last_raise = now.steady;
  add_change(alarm, severity, false, now.wall);
  const Kind* kind = kind_of(type);
  ASSENT_CHECK(kind != nullptr);
  const bool damped = !kind->is(finding) && !kind->is(steady) && alarm.damper.raise(now.steady, limits_);
  ++by_severity_[static_cast<std::size_t>(severity)];
  Alarm& kept = active_.emplace(key, std::move(alarm)).first->second;
  unkept_.insert(key);
  if (kind->lasts > Duration{}) fading_.insert(key);
  if (damped) damped_.insert(key);
  announce(kept, damped ? News::Sort::flapping : News::Sort::raised, now);
}

/// A device that gets another agent takes its alarms along.
void Book::hang(Alarm& alarm, std::vector<std::string> on, const Moment& now) {
  if (alarm.on == on) return;
  const std::string before = group_of(alarm);
  alarm.on = std::move(on);
  unkept_.insert(alarm.key);
  if (group_of(alarm) == before) return;
  groups_.release(before, alarm.key);
  if (alarm.known) groups_.hold(group_of(alarm), alarm.key, now.steady, limits_);
}

/// It is raised while it holds.
void Book::renew(Alarm& alarm, Severity severity, const Moment& now) {
  alarm.last_raise = now.steady;
  if (alarm.damper.damped() && !alarm.present) {
    alarm.present = true;
    ++alarm.times;
    alarm.damper.raise(now.steady, limits_);
    hide(alarm, {Why::damped, {}});
  }
  if (alarm.severity == severity) return;
  const bool graver = severity > alarm.severity;
  --by_severity_[static_cast<std::size_t>(alarm.severity)];
  ++by_severity_[static_cast<std::size_t>(severity)];
  add_change(alarm, severity, false, now.wall);
  if (graver) alarm.acknowledged.reset();
  unkept_.insert(alarm.key);
  announce(alarm, News::Sort::changed, now);
}

void Book::clear(std::string_view type, const Subject& subject, const Moment& now) {
  const auto place = active_.find(key_of(type, subject));
  if (place == active_.end()) return;
  if (place->second.damper.damped()) {
    // It goes on holding until it has been calm for a while.
    place->second.present = false;
    return;
  }
  end(place, now);
}

void Book::clear_on(std::string_view resource, const Moment& now) {
  for (auto place = active_.begin(); place != active_.end();) {
    const auto next = std::next(place);
    if (std::ranges::find(place->second.on, resource) != place->second.on.end()) end(place, now);
    place = next;
  }
}

void Book::end(Alarms::iterator place, const Moment& now) {
  const Key key = place->first;
  Alarm alarm = std::move(place->second);
  active_.erase(place);
  --by_severity_[static_cast<std::size_t>(alarm.severity)];
  add_change(alarm, alarm.severity, true, now.wall);
  alarm.cleared = now.wall;
  if (alarm.damper.damped()) alarm.damper.load(alarm.damper.penalty(now.steady, limits_), false, now.steady);
  for (auto* index : {&damped_, &fading_, &untold_, &unconfirmed_, &awaited_})
    index->erase(key);
  unkept_.insert(key);
  Alarm& kept = cleared_.insert_or_assign(key, std::move(alarm)).first->second;
  cleared_order_.emplace(kept.changed, key);
  announce_clearing(kept, now);
  if (cleared_.size() > max_remembered) forget_oldest();
}

void Book::forget_oldest() {
  const Key key = cleared_order_.begin()->second;
  cleared_order_.erase(cleared_order_.begin());
  cleared_.erase(key);
  shelved_.erase(key);
  unkept_.insert(key);
}

/// One that is shelved stays for as long: it may be raised meanwhile.
void Book::forget_old(const Moment& now) {
  constexpr int most = 64;
  for (int left = most; left > 0 && !cleared_order_.empty(); --left) {
    const auto& [changed, key] = *cleared_order_.begin();
    if (changed > now.wall - limits_.remembered || shelved_.contains(key)) return;
    forget_oldest();
  }
}

Result<Alarm*> Book::acted_on(const Key& key) {
  if (Alarm* alarm = held(key)) return alarm;
  const auto before = cleared_.find(key);
  if (before == cleared_.end()) return fail(Fault::not_found, "alarm.none", args_of(key));
  return &before->second;
}

void Book::note_act(Alarm& alarm, Act act) {
  alarm.acts.push_back(act);
  if (alarm.acts.size() > most_acts) alarm.acts.erase(alarm.acts.begin());
  unkept_.insert(alarm.key);
  News news;
  news.sort = News::Sort::acted;
  news.alarm = alarm;
  news.act = std::move(act);
  news_.push_back(std::move(news));
}

Status Book::acknowledge(const Key& key, Act act, const Moment&) {
  auto alarm = acted_on(key);
  if (!alarm) return alarm.error();
  if ((*alarm)->cleared) return fail(Fault::conflict, "alarm.is-cleared", args_of(key));
  act.word = Act::Word::acknowledge;
  (*alarm)->acknowledged = act;
  note_act(**alarm, std::move(act));
  return Done{};
}

Status Book::shelve(const Key& key, Act act, const Moment& now) {
  auto alarm = acted_on(key);
  if (!alarm) return alarm.error();
  const Kind* kind = kind_of(key.type);
  if (kind == nullptr || kind->is(finding)) return fail(Fault::refused, "alarm.finding-stays", args_of(key));
  if (act.until <= now.wall) return fail(Fault::invalid, "alarm.shelf-over", {{"until", to_text(act.until)}});
  if (act.until > now.wall + limits_.shelf)
    return fail(
        Fault::refused, "alarm.shelf-too-long",
        {{"hours", std::to_string(std::chrono::duration_cast<std::chrono::hours>(limits_.shelf).count())}});
  act.word = Act::Word::shelve;
  (*alarm)->shelved = act;
  shelved_.insert(key);
  note_act(**alarm, std::move(act));
  return Done{};
}

Status Book::unshelve(const Key& key, Act act, const Moment&) {
  auto alarm = acted_on(key);
  if (!alarm) return alarm.error();
  if (!(*alarm)->shelved) return fail(Fault::conflict, "alarm.not-shelved", args_of(key));
  act.word = Act::Word::unshelve;
  (*alarm)->shelved.reset();
  shelved_.erase(key);
  note_act(**alarm, std::move(act));
  if (!(*alarm)->cleared && !(*alarm)->known && !(*alarm)->waits) untold_.insert(key);
  return Done{};
}

Status Book::close(const Key& key, Act act, const Moment&) {
  auto alarm = acted_on(key);
  if (!alarm) return alarm.error();
  if (!(*alarm)->cleared) return fail(Fault::conflict, "alarm.still-holds", args_of(key));
  act.word = Act::Word::close;
  (*alarm)->closed = true;
  note_act(**alarm, std::move(act));
  return Done{};
}

void Book::load(Alarm alarm, const Moment& now) {
  const Key key = alarm.key;
  const Kind* kind = kind_of(key.type);
  if (kind == nullptr) {
    unkept_.insert(key); // of another version of the program: forgotten
    return;
  }
  if (alarm.shelved) shelved_.insert(key);
  if (alarm.cleared) {
    cleared_order_.emplace(alarm.changed, key);
    cleared_.emplace(key, std::move(alarm));
    return;
  }
  ++by_severity_[static_cast<std::size_t>(alarm.severity)];
  if (alarm.damper.damped()) damped_.insert(key);
  if (kind->lasts > Duration{}) fading_.insert(key);
  if (kind->is(at_start)) unconfirmed_.insert(key);
  if (kind->is(soon)) awaited_.insert(key);
  awaited_until_ = now.steady + awaited_for;
  if (alarm.known)
    groups_.load(group_of(alarm), key, now.steady - std::max<Duration>(now.wall - alarm.told, Duration{}),
                 limits_);
  else
    untold_.insert(key);
  active_.emplace(key, std::move(alarm));
}

void Book::confirmed(const Moment& now) {
  for (const Key& key : std::exchange(unconfirmed_, {}))
    if (const auto place = active_.find(key); place != active_.end()) end(place, now);
}

void Book::end_awaited(const Moment& now) {
  if (awaited_.empty() || now.steady < awaited_until_) return;
  for (const Key& key : std::exchange(awaited_, {}))
    if (const auto place = active_.find(key); place != active_.end()) end(place, now);
}

std::vector<News> Book::take_news() {
  return std::exchange(news_, {});
}

std::vector<std::pair<std::string, std::string>> Book::take_kept(const Moment& now) {
  std::vector<std::pair<std::string, std::string>> all;
  all.reserve(unkept_.size());
  for (const Key& key : std::exchange(unkept_, {})) {
    const Alarm* alarm = find(key);
    all.emplace_back(kept_key(key), alarm == nullptr ? std::string() : to_kept(*alarm, now, limits_));
  }
  return all;
}

void Book::doubt(Instant since) {
  for (const auto* alarms : {&active_, &cleared_})
    for (const auto& [key, alarm] : *alarms)
      unkept_.insert(key);
  for (auto& [key, alarm] : active_)
    if (alarm.known && alarm.told >= since) {
      alarm.known = false;
      untold_.insert(key);
    }
}

const Alarm* Book::find(const Key& key) const {
  if (const auto found = active_.find(key); found != active_.end()) return &found->second;
  const auto before = cleared_.find(key);
  return before == cleared_.end() ? nullptr : &before->second;
}

std::vector<const Alarm*> Book::active() const {
  std::vector<const Alarm*> out;
  out.reserve(active_.size());
  for (const auto& [key, alarm] : active_)
    out.push_back(&alarm);
  return out;
}

std::vector<const Alarm*> Book::remembered(std::size_t most) const {
  std::vector<const Alarm*> out;
  for (auto at = cleared_order_.rbegin(); at != cleared_order_.rend() && out.size() < most; ++at)
    out.push_back(&cleared_.at(at->second));
  return out;
}

std::size_t Book::count(Severity severity) const {
  return by_severity_[static_cast<std::size_t>(severity)];
}

} // namespace assent::alarms
