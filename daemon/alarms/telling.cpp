// Whether, when and how people are told of what happens to alarms.
#include <algorithm>

#include "daemon/alarms/alarms.hpp"

namespace assent::alarms {
namespace {

constexpr std::size_t looked_at_a_tick = 256;
constexpr std::size_t groups_a_tick = 64;

} // namespace

std::optional<Hidden> Book::inhibitor(const Alarm& alarm, const Kind& kind) const {
  if (kind.hidden_by.empty()) return std::nullopt;
  for (const auto& resource : alarm.on)
    for (const auto& cause : kinds()) {
      if (!hides(cause.type, kind)) continue;
      const auto place = active_.lower_bound(Key{std::string(cause.type), resource, {}});
      if (place == active_.end() || place->first.type != cause.type || place->first.resource != resource ||
          place->first == alarm.key)
        continue;
      // A cause of which nobody hears because somebody wanted it so must not take a finding with it.
      if (kind.is(finding) &&
          (place->second.shelved || (cause.is(Mark::maintenance) && maintenance(place->second))))
        continue;
      return Hidden{Why::inhibited, name_of(place->first)};
    }
  return std::nullopt;
}

std::optional<Hidden> Book::maintenance(const Alarm& alarm) const {
  if (maintenance_.empty()) return std::nullopt;
  for (const auto& resource : alarm.on)
    if (const auto ticket = maintenance_.find(resource); ticket != maintenance_.end())
      return Hidden{Why::maintenance, ticket->second};
  return std::nullopt;
}

std::optional<Hidden> Book::hidden(const Alarm& alarm) const {
  const Kind* kind = kind_of(alarm.key.type);
  if (kind == nullptr) return std::nullopt;
  if (alarm.shelved && !kind->is(finding)) return Hidden{Why::shelved, alarm.shelved->person};
  if (kind->is(Mark::maintenance))
    if (auto ticket = maintenance(alarm)) return ticket;
  return inhibitor(alarm, *kind);
}

void Book::set_maintenance(std::map<std::string, std::string, std::less<>> devices) {
  maintenance_ = std::move(devices);
}

void Book::hide(Alarm& alarm, const Hidden& hidden) {
  ++alarm.hidden[static_cast<std::size_t>(hidden.why)];
  ++counts_.hidden[static_cast<std::size_t>(hidden.why)];
}

/// People hear of it now.
void Book::heard(Alarm& alarm, const Moment& now) {
  alarm.told = now.wall;
  alarm.known = !alarm.cleared;
  alarm.waits = false;
  untold_.erase(alarm.key);
  unkept_.insert(alarm.key);
  if (!alarm.cleared) groups_.hold(group_of(alarm), alarm.key, now.steady, limits_);
}

void Book::announce(Alarm& alarm, News::Sort sort, const Moment& now) {
  News news;
  news.sort = sort;
  auto reason = hidden(alarm);
  if (!reason && sort == News::Sort::changed && alarm.damper.damped()) reason = Hidden{Why::damped, {}};
  if (reason) {
    hide(alarm, *reason);
    if (!alarm.known && !alarm.waits) untold_.insert(alarm.key);
    news.how = News::How::hidden;
    news.hidden = std::move(reason);
  } else if (groups_.offer(group_of(alarm), alarm.key,
                           sort == News::Sort::changed ? What::changed : What::raised, alarm.severity,
                           now.steady, limits_)) {
    ++counts_.now;
    heard(alarm, now);
    news.how = News::How::now;
  } else {
    alarm.waits = alarm.waits || !alarm.known;
    news.how = News::How::grouped;
  }
  news.alarm = alarm;
  news_.push_back(std::move(news));
}

void Book::announce_clearing(Alarm& alarm, const Moment& now) {
  const std::string group = group_of(alarm);
  groups_.release(group, alarm.key);
  News news;
  news.sort = News::Sort::cleared;
  if (!alarm.known && !alarm.waits) {
    // Nobody heard that it began: nobody waits to hear that it is over.
    if (auto reason = hidden(alarm)) {
      hide(alarm, *reason);
      news.how = News::How::hidden;
      news.hidden = std::move(reason);
    }
  } else if (alarm.shelved) {
    hide(alarm, {Why::shelved, alarm.shelved->person});
    news.how = News::How::hidden;
    news.hidden = Hidden{Why::shelved, alarm.shelved->person};
  } else if (groups_.offer(group, alarm.key, What::cleared, alarm.severity, now.steady, limits_)) {
    ++counts_.now;
    heard(alarm, now);
    news.how = News::How::now;
  } else {
    news.how = News::How::grouped;
  }
  news.alarm = alarm;
  news_.push_back(std::move(news));
}

void Book::tick(const Moment& now) {
  calm_down(now);
  fade(now);
  end_awaited(now);
  end_shelves(now);
  tell_untold(now);
  tell_groups(now);
  forget_old(now);
}

void Book::calm_down(const Moment& now) {
  std::vector<Key> calm;
  for (const Key& key : damped_)
    if (active_.at(key).damper.calm(now.steady, limits_)) calm.push_back(key);
  for (const Key& key : calm) {
    damped_.erase(key);
    const auto place = active_.find(key);
    unkept_.insert(key);
    if (!place->second.present) {
      end(place, now);
      continue;
    }
    News news;
    news.sort = News::Sort::calm;
    news.alarm = place->second;
    news_.push_back(std::move(news));
  }
}

void Book::fade(const Moment& now) {
  std::vector<Key> over;
  for (const Key& key : fading_)
    if (now.steady - active_.at(key).last_raise >= std::chrono::nanoseconds{kind_of(key.type)->lasts})
      over.push_back(key);
  for (const Key& key : over) {
    const auto place = active_.find(key);
    place->second.damper.load(0, false, now.steady); // its own pause is the damping
    end(place, now);
  }
}

void Book::end_shelves(const Moment& now) {
  std::vector<Key> over;
  for (const Key& key : shelved_)
    if (const Alarm* alarm = find(key); alarm == nullptr || alarm->shelved->until <= now.wall)
      over.push_back(key);
  for (const Key& key : over) {
    Act act;
    act.at = now.wall;
    if (!unshelve(key, act, now)) shelved_.erase(key);
  }
}

/// What was hidden and is so no longer is told with its group.
void Book::tell_untold(const Moment& now) {
  auto at = untold_from_ ? untold_.lower_bound(*untold_from_) : untold_.begin();
  std::vector<Key> open;
  for (std::size_t looked = 0; looked < std::min(looked_at_a_tick, untold_.size()); ++looked, ++at) {
    if (at == untold_.end()) at = untold_.begin();
    if (!hidden(active_.at(*at))) open.push_back(*at);
  }
  untold_from_.reset();
  if (at != untold_.end()) untold_from_ = *at;
  for (const Key& key : open) {
    Alarm& alarm = active_.at(key);
    untold_.erase(key);
    if (groups_.offer(group_of(alarm), key, What::raised, alarm.severity, now.steady, limits_)) {
      News news;
      news.sort = News::Sort::told;
      news.how = News::How::now;
      news.group = group_of(alarm);
      add_item(news, {key, What::raised}, now);
      ++counts_.now;
      news_.push_back(std::move(news));
    } else {
      alarm.waits = true;
    }
  }
}

/// False where people are not to hear of it now.
bool Book::add_item(News& news, const Groups::Pending& pending, const Moment& now) {
  const auto place = active_.find(pending.key);
  const bool holds = place != active_.end();
  const auto before = cleared_.find(pending.key);
  if (!holds && before == cleared_.end()) return false;
  Alarm& alarm = holds ? place->second : before->second;
  if (holds && pending.what != What::cleared) {
    if (auto reason = hidden(alarm)) {
      hide(alarm, *reason);
      alarm.waits = false;
      if (!alarm.known) untold_.insert(pending.key);
      return false;
    }
    news.severity = std::max(news.severity, alarm.severity);
  }
  ++(pending.what == What::raised    ? news.raised
     : pending.what == What::changed ? news.changed
                                     : news.cleared);
  const auto same = std::ranges::find(news.items, pending.key, &News::Item::key);
  if (same != news.items.end())
    same->what = pending.what;
  else if (news.items.size() < most_items)
    news.items.push_back({pending.key, pending.what, alarm.on, alarm.text, alarm.severity});
  heard(alarm, now);
  return true;
}

void Book::tell_groups(const Moment& now) {
  for (auto& due : groups_.due(now.steady, limits_, groups_a_tick)) {
    News news;
    news.sort = News::Sort::told;
    news.group = due.group;
    news.repeat = due.repeat;
    news.raised = due.beyond;
    bool any = false;
    for (const auto& pending : due.pending)
      any = add_item(news, pending, now) || any;
    for (const Key& key : due.holding) {
      const auto place = active_.find(key);
      if (place == active_.end() || place->second.acknowledged) continue;
      if (const auto reason = hidden(place->second)) {
        hide(place->second, *reason);
        unkept_.insert(key);
        continue;
      }
      any = true;
      ++news.holding;
      news.severity = std::max(news.severity, place->second.severity);
      if (news.items.size() < most_items)
        news.items.push_back(
            {key, What::raised, place->second.on, place->second.text, place->second.severity});
    }
    if (!any) continue;
    ++(due.repeat ? counts_.repeated : counts_.grouped);
    groups_.told(due.group, news.severity, now.steady, limits_);
    news.how = News::How::now;
    news_.push_back(std::move(news));
  }
}

} // namespace assent::alarms
