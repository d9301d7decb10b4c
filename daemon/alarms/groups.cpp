#include "daemon/alarms/groups.hpp"

#include <algorithm>
#include <array>

namespace assent::alarms {

std::string_view name_of(What what) {
  static constexpr std::array<std::string_view, 3> names = {"raised", "changed", "cleared"};
  return names[static_cast<std::size_t>(what)];
}

Groups::Group& Groups::of(const std::string& name, std::chrono::nanoseconds now) {
  const auto [place, fresh] = groups_.try_emplace(name);
  if (fresh) {
    place->second.agenda = now;
    agenda_.emplace(now, name);
  }
  return place->second;
}

void Groups::plan(const std::string& name, Group& group, const Limits& limits) {
  auto next = group.last + limits.interval;
  if (!group.pending.empty()) {
    next = group.due;
  } else if (!group.holding.empty() && !group.woke) {
    next = group.last + limits.repeat;
  }
  agenda_.erase({group.agenda, name});
  group.agenda = next;
  agenda_.emplace(next, name);
}

bool Groups::offer(const std::string& name, const Key& key, What what, Severity severity,
                   std::chrono::nanoseconds now, const Limits& limits) {
  Group& group = of(name, now);
  const bool asleep =
      !group.woke || (group.pending.empty() && now - group.last >= std::chrono::nanoseconds{limits.interval});
  const bool graver = what != What::cleared && group.woke && severity > group.gravest;
  if (asleep || graver) {
    if (asleep) {
      group.woke = now;
      group.gravest = Severity::warning;
    }
    group.gravest = std::max(group.gravest, severity);
    group.last = now;
    plan(name, group, limits);
    return true;
  }
  if (group.pending.empty()) {
    const auto waited = *group.woke + limits.wait;
    group.due = now < waited ? waited : group.last + limits.interval;
  }
  if (group.pending.size() < most_pending)
    group.pending.push_back({key, what});
  else
    ++group.beyond;
  if (group.pending.size() == 1) plan(name, group, limits);
  return false;
}

void Groups::hold(const std::string& name, const Key& key, std::chrono::nanoseconds now,
                  const Limits& limits) {
  Group& group = of(name, now);
  group.holding.insert(key);
  plan(name, group, limits);
}

void Groups::release(const std::string& name, const Key& key) {
  const auto found = groups_.find(name);
  if (found != groups_.end()) found->second.holding.erase(key);
}

void Groups::load(const std::string& name, const Key& key, std::chrono::nanoseconds told,
                  const Limits& limits) {
  const bool fresh = !groups_.contains(name);
  Group& group = of(name, told);
  group.last = fresh ? told : std::max(group.last, told);
  group.holding.insert(key);
  plan(name, group, limits);
}

std::vector<Groups::Due> Groups::due(std::chrono::nanoseconds now, const Limits& limits, std::size_t most) {
  std::vector<Due> all;
  while (!agenda_.empty() && agenda_.begin()->first <= now && all.size() < most) {
    const std::string name = agenda_.begin()->second;
    Group& group = groups_.at(name);
    if (!group.pending.empty()) {
      all.push_back({name, false, std::move(group.pending), group.beyond, {}});
      group.pending.clear();
      group.beyond = 0;
    } else if (group.woke && now - group.last >= std::chrono::nanoseconds{limits.interval}) {
      group.woke.reset();
      if (group.holding.empty()) {
        agenda_.erase(agenda_.begin());
        groups_.erase(name);
        continue;
      }
    } else if (group.holding.empty()) {
      agenda_.erase(agenda_.begin());
      groups_.erase(name);
      continue;
    } else {
      all.push_back({name, true, {}, 0, {group.holding.begin(), group.holding.end()}});
      group.last = now;
    }
    plan(name, group, limits);
    // Nothing comes round again within one look.
    if (group.agenda <= now) {
      agenda_.erase({group.agenda, name});
      group.agenda = now + std::chrono::nanoseconds{1};
      agenda_.emplace(group.agenda, name);
    }
  }
  return all;
}

void Groups::told(const std::string& name, Severity severity, std::chrono::nanoseconds now,
                  const Limits& limits) {
  Group& group = of(name, now);
  if (!group.woke) group.woke = now;
  group.gravest = std::max(group.gravest, severity);
  group.last = now;
  plan(name, group, limits);
}

} // namespace assent::alarms
