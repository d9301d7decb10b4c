#include "agents/snmp/state_job.hpp"

#include <algorithm>

#include "agents/snmp/empty_table.hpp"
#include "agents/snmp/names.hpp"
#include "agents/snmp/values.hpp"

namespace assent::snmp {
namespace {

constexpr std::size_t max_held = 64U << 20;   ///< bytes of one reading
constexpr std::size_t max_group_columns = 10; ///< of one request
constexpr int max_silences = 3;               ///< tables that a reading may lose to silence
constexpr std::uint64_t clock_skew = 100;     ///< hundredths of a second between sysUpTime and a copy of it

std::vector<Oid> bracket(const Profile& profile) {
  std::vector<Oid> oids{sys_uptime, engine_boots};
  if (profile.changed) oids.push_back(*profile.changed);
  for (const HintRule& hint : profile.hints)
    if (hint.proves && std::ranges::find(oids, hint.oid) == oids.end()) oids.push_back(hint.oid);
  return oids;
}

std::vector<Oid> opening_oids(const Profile& profile) {
  std::vector<Oid> oids = bracket(profile);
  const auto add = [&](const Oid& oid) {
    if (std::ranges::find(oids, oid) == oids.end()) oids.push_back(oid);
  };
  for (const HintRule& hint : profile.hints)
    if (hint.trusted_stamp) add(hint.oid);
  for (const ScalarRule& scalar : profile.scalars)
    add(scalar.value.oid);
  return oids;
}

/// Puts columns into groups of one table each.
class Grouping {
 public:
  void add(const Oid& oid, const TableRule* only_for, bool time_filter) {
    const Oid parent(oid.begin(), oid.end() - 1);
    for (WalkPlan::Group& group : groups_) {
      const auto same = [&](const Walk::Column& column) { return column.oid == oid; };
      const auto here = std::ranges::find_if(group.columns, same);
      if (here != group.columns.end()) {
        here->time_filter = here->time_filter || time_filter;
        widen(group, only_for);
        return;
      }
    }
    for (WalkPlan::Group& group : groups_) {
      const Oid& first = group.columns.front().oid;
      const bool fits = group.columns.size() < max_group_columns && first.size() == oid.size() &&
                        starts_with(first, parent) && group.only_for.empty() == (only_for == nullptr);
      if (fits) {
        group.columns.push_back({oid, time_filter});
        widen(group, only_for);
        return;
      }
    }
    groups_.push_back({{{oid, time_filter}}, {}});
    if (only_for != nullptr) groups_.back().only_for.push_back(only_for);
  }

  std::vector<WalkPlan::Group> take() {
    // Not std::ranges: clang-tidy 14 cannot read the subrange that libstdc++ 12 gives back.
    std::stable_partition(groups_.begin(), groups_.end(),
                          [](const WalkPlan::Group& group) { return group.only_for.empty(); });
    return std::move(groups_);
  }

 private:
  static void widen(WalkPlan::Group& group, const TableRule* only_for) {
    if (only_for == nullptr)
      group.only_for.clear();
    else if (!group.only_for.empty())
      group.only_for.push_back(only_for);
  }

  std::vector<WalkPlan::Group> groups_;
};

} // namespace

WalkPlan WalkPlan::of(const Profile& profile) {
  Grouping grouping;
  for (const Oid& oid : profile.names)
    grouping.add(oid, nullptr, false);
  if (profile.mac) grouping.add(*profile.mac, nullptr, false);
  for (const TableRule& table : profile.tables) {
    const TableRule* only_for = table.when_empty.empty() ? nullptr : &table;
    const bool filter = table.index == Index::time_filter;
    if (table.index == Index::join) grouping.add(profile.joins.at(table.join), only_for, false);
    for (const OnlyRule& only : table.only)
      grouping.add(only.oid, only_for, filter);
    for (const ColumnRule& column : table.columns) {
      grouping.add(column.value.oid, only_for, filter);
      if (column.untagged) grouping.add(*column.untagged, only_for, filter);
      if (!column.ports_join.empty()) grouping.add(profile.joins.at(column.ports_join), only_for, false);
    }
  }
  return {grouping.take()};
}

StateJob::StateJob(std::shared_ptr<const Profile> profile)
    : profile_(std::move(profile)), plan_(WalkPlan::of(*profile_)), opening_(opening_oids(*profile_)),
      closing_(bracket(*profile_)) {}

bool StateJob::next(Request& request, int repetitions) {
  if (phase_ == Phase::opening) {
    if (opening_.next(request)) return true;
    for (const ScalarRule& scalar : profile_->scalars)
      if (const auto found = opening_.results().find(scalar.value.oid); found != opening_.results().end())
        gathered_.scalars.insert(*found);
    phase_ = Phase::walking;
  }
  if (phase_ == Phase::checking) {
    if (checking_.next(request)) return true;
    phase_ = Phase::walking;
    if (silences_ >= max_silences) begin_closing();
  }
  while (phase_ == Phase::walking) {
    if (walk_ == nullptr && !next_walk())
      begin_closing();
    else if (walk_->next(request, repetitions, {}))
      return true;
    else
      take_walk();
  }
  if (phase_ == Phase::closing) {
    if (closing_.next(request)) return true;
    close();
  }
  if (phase_ == Phase::naming) {
    if (walk_->next(request, repetitions, {})) return true;
    compare_names();
  }
  return false;
}

bool StateJob::next_walk() {
  while (group_ < plan_.groups.size()) {
    const WalkPlan::Group& group = plan_.groups[group_++];
    if (!wanted(group)) continue;
    walk_ = std::make_unique<Walk>(group.columns);
    if (held_ > max_held) walk_->cut();
    return true;
  }
  return false;
}

bool StateJob::wanted(const WalkPlan::Group& group) const {
  const auto has_rows = [&](const ColumnRule& rule) {
    const auto found = gathered_.columns.find(rule.value.oid);
    return found != gathered_.columns.end() && !found->second.rows.empty();
  };
  const auto takes_turn = [&](const TableRule* table) {
    return std::ranges::none_of(profile_->tables, [&](const TableRule& other) {
      return other.name == table->when_empty && std::ranges::any_of(other.columns, has_rows);
    });
  };
  return group.only_for.empty() || std::ranges::any_of(group.only_for, takes_turn);
}

void StateJob::take_walk() {
  for (const Walk::Column& column : walk_->columns())
    gathered_.columns[column.oid].complete = column.end == Walk::End::complete;
  oddities_ += walk_->oddities();
  walk_.reset();
}

void StateJob::answered(const Answer& answer, std::size_t bytes) {
  heard_ = true;
  if (phase_ == Phase::opening) return opening_.answered(answer);
  if (phase_ == Phase::closing) return closing_.answered(answer);
  if (phase_ == Phase::checking) return checking_.answered(answer);
  Gathered& into = phase_ == Phase::naming ? again_ : gathered_;
  walk_->answered(answer, bytes, [&](std::size_t column, OidView index, const Varbind& varbind) {
    held_ += 96 + varbind.octets.size() + index.size() * 4;
    auto& rows = into.columns[walk_->columns()[column].oid].rows;
    rows.emplace_hint(rows.end(), Oid(index.begin(), index.end()), Value::of(varbind));
  });
  if (held_ > max_held) walk_->cut();
}

void StateJob::silent() {
  if (phase_ == Phase::walking && walk_ != nullptr) {
    // One table may be too much for the device; whether it still lives decides on the others.
    walk_->cut();
    take_walk();
    ++silences_;
    checking_ = Gets({sys_uptime});
    phase_ = Phase::checking;
    return;
  }
  outcome_ = heard_ ? Outcome::silent_later : Outcome::silent;
  phase_ = Phase::over; // also where the names would not come again
}

std::vector<std::pair<std::string, std::string>> StateJob::stamps() const {
  std::vector<std::pair<std::string, std::string>> out;
  const auto value_at = [&](const Gets& gets, const HintRule& hint) -> std::optional<std::string> {
    const auto found = gets.results().find(hint.oid);
    if (found == gets.results().end() || !found->second) return std::nullopt;
    const std::optional<std::uint64_t> now = gets.number(sys_uptime);
    const std::uint64_t at = found->second->number;
    // Some agents answer with sysUpTime itself, which says nothing.
    if (found->second->type == Type::ticks && now && std::max(at, *now) - std::min(at, *now) <= clock_skew)
      return std::nullopt;
    return stamp_text(*found->second, profile_->encoding);
  };
  for (const HintRule& hint : profile_->hints) {
    if (!hint.proves) continue;
    const auto before = value_at(opening_, hint), after = value_at(closing_, hint);
    if (before && before == after) out.emplace_back(hint.name, *after);
  }
  return out;
}

/// Whether a table that showed no row has none is asked before the look back at the device.
void StateJob::begin_closing() {
  phase_ = Phase::closing;
  std::vector<Oid> oids = questions_about_empty(*profile_, gathered_);
  if (oids.empty()) return;
  const std::vector<Oid> last = bracket(*profile_);
  oids.insert(oids.end(), last.begin(), last.end());
  closing_ = Gets(std::move(oids));
}

void StateJob::close() {
  phase_ = Phase::over;
  const auto before = [&](const Oid& oid) { return opening_.number(oid); };
  const auto after = [&](const Oid& oid) { return closing_.number(oid); };
  // A wrap of sysUpTime looks the same as a restart; reading once more costs nothing.
  const bool back = before(sys_uptime) && after(sys_uptime) && *after(sys_uptime) < *before(sys_uptime);
  const bool rebooted =
      before(engine_boots) && after(engine_boots) && *after(engine_boots) != *before(engine_boots);
  // Some agents answer with sysUpTime itself, which says nothing.
  const auto is_clock = [&](const auto& at) {
    const auto stamp = at(*profile_->changed);
    const auto now = at(sys_uptime);
    return stamp && now && std::max(*stamp, *now) - std::min(*stamp, *now) <= clock_skew;
  };
  const bool rows = profile_->changed && before(*profile_->changed) != after(*profile_->changed) &&
                    !(is_clock(before) && is_clock(after));
  outcome_ = back || rebooted ? Outcome::moved : Outcome::complete;
  gathered_.empty_tables = proved_empty(*profile_, gathered_, closing_);
  if (outcome_ == Outcome::moved || !rows) return;
  std::vector<Walk::Column> columns;
  for (const Oid& oid : profile_->names)
    columns.push_back({oid});
  walk_ = std::make_unique<Walk>(std::move(columns));
  phase_ = Phase::naming;
}

/// Rows came or went. What was read of those that kept index and name is whole; a row that is not there any
/// more, or not yet, is left out. Only where a name has moved to another index nothing fits together.
void StateJob::compare_names() {
  phase_ = Phase::over;
  bool whole = true;
  for (const Walk::Column& column : walk_->columns()) {
    again_.columns[column.oid].complete = column.end == Walk::End::complete;
    whole = whole && column.end == Walk::End::complete;
  }
  oddities_ += walk_->oddities();
  const auto before = said_names(*profile_, gathered_);
  const auto after = said_names(*profile_, again_);
  std::set<std::string> changed;
  std::set<std::uint32_t> gone;
  for (const auto& [index, name] : before) {
    const auto now = after.find(index);
    if (now != after.end() && now->second == name) continue;
    changed.insert(name);
    gone.insert(index);
  }
  const bool elsewhere = std::ranges::any_of(after, [&](const auto& row) {
    const auto then = before.find(row.first);
    return changed.contains(row.second) && (then == before.end() || then->second != row.second);
  });
  outcome_ = whole && !elsewhere ? Outcome::complete : Outcome::moved;
  if (outcome_ == Outcome::moved) return;
  for (const Oid& oid : profile_->names)
    if (const auto column = gathered_.columns.find(oid); column != gathered_.columns.end())
      std::erase_if(column->second.rows,
                    [&](const auto& row) { return row.first.size() == 1 && gone.contains(row.first[0]); });
}

} // namespace assent::snmp
