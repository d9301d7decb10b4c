#include "agents/snmp/counter_job.hpp"

#include <algorithm>

#include "agents/snmp/values.hpp"

namespace assent::snmp {
namespace {

const Oid before_uptime{1, 3, 6, 1, 2, 1, 1, 3};
constexpr std::uint64_t second = 100; ///< in TimeTicks

std::vector<Oid> hint_oids(const Profile& profile) {
  std::vector<Oid> oids{sys_uptime, engine_boots};
  for (const HintRule& hint : profile.hints)
    oids.push_back(hint.oid);
  return oids;
}

} // namespace

CounterJob::CounterJob(std::shared_ptr<const Profile> profile, const Memory& memory)
    : profile_(std::move(profile)), names_(memory.names), next_name_(names_.by_index.begin()),
      gets_(hint_oids(*profile_)) {
  const auto name =
      std::ranges::find_if(profile_->names, [&](const Oid& oid) { return memory.seen.contains(oid); });
  if (name == profile_->names.end() || profile_->counters.empty() || names_.by_index.empty()) return;
  std::vector<Walk::Column> columns;
  columns.reserve(1 + 2 * profile_->counters.size());
  series_.reserve(2 * profile_->counters.size());
  columns.push_back({*name});
  for (const CounterRule& rule : profile_->counters) {
    const auto known = memory.otherwise.find(rule.name);
    const bool both = known == memory.otherwise.end();
    if (both || !known->second) {
      columns.push_back({rule.oid});
      series_.push_back({rule.name, false, rule.times, {}});
    }
    if (rule.otherwise && (both || known->second)) {
      columns.push_back({*rule.otherwise});
      series_.push_back({rule.name, true, rule.times, {}});
    }
  }
  walk_.emplace(std::move(columns));
  rows_.reserve(names_.by_index.size());
  row_names_.reserve(names_.by_index.size());
  for (Series& series : series_)
    series.cells.reserve(names_.by_index.size());
}

bool CounterJob::next(Request& request, int repetitions) {
  if (silent_) return false;
  if (!walking_) {
    if (gets_.next(request)) return true;
    walking_ = true;
  }
  return walk_ && walk_->next(request, repetitions, {before_uptime});
}

void CounterJob::answered(const Answer& answer, std::size_t bytes) {
  heard_ = true;
  if (!walking_) return gets_.answered(answer);
  if (!answer.varbinds.empty() && answer.varbinds[0].type == Type::ticks) {
    const std::uint64_t uptime = answer.varbinds[0].number;
    back_ = back_ || uptime < uptime_;
    if (uptime_ == 0) uptime_ = uptime;
  }
  walk_->answered(answer, bytes, [this](std::size_t column, OidView index, const Varbind& varbind) {
    take(column, index, varbind);
  });
}

void CounterJob::silent() {
  silent_ = true;
  if (walk_) walk_->cut();
}

void CounterJob::take_name(std::uint32_t index, const Varbind& varbind) {
  // Rows come in the order of the map: the next one is nearly always it.
  if (next_name_ == names_.by_index.end() || next_name_->first != index)
    next_name_ = names_.by_index.find(index);
  const auto known = next_name_;
  const bool same = known != names_.by_index.end() &&
                    (known->second.said == varbind.octets || varbind.octets.empty() ||
                     known->second.said == text_value(varbind.octets, profile_->encoding));
  if (!same) {
    // Sessions that come and go by themselves are no reason to read the state.
    renamed_ = renamed_ || !is_passing(*profile_, text_value(varbind.octets, profile_->encoding));
    return;
  }
  ++next_name_;
  if (known->second.passing || known->second.in_set) return; // counters that nobody could name
  rows_.push_back(index);
  row_names_.push_back(&known->second.name);
}

void CounterJob::take(std::size_t column, OidView index, const Varbind& varbind) {
  if (index.size() != 1) return;
  if (column == 0) return take_name(index[0], varbind);
  Series& series = series_[column - 1];
  // The columns come side by side: the row is nearly always the next one.
  std::size_t row = series.cells.size();
  if (row >= rows_.size() || rows_[row] != index[0]) {
    const auto found = std::ranges::lower_bound(rows_, index[0]);
    if (found == rows_.end() || *found != index[0]) return;
    row = static_cast<std::size_t>(found - rows_.begin());
    if (row < series.cells.size()) return;
    series.cells.resize(row, no_count);
  }
  series.any = true;
  series.narrow = series.narrow || (varbind.type == Type::counter32 && series.times == 1);
  series.cells.push_back(varbind.is_number() ? varbind.number * series.times : no_count);
}

bool CounterJob::remember(Memory& memory) const {
  const std::optional<std::uint64_t> uptime = gets_.number(sys_uptime);
  const std::optional<std::uint64_t> boots = gets_.number(engine_boots);
  bool due = renamed_;
  due = due || (uptime && memory.uptime && *uptime < *memory.uptime) ||
        (boots && memory.boots && *boots != *memory.boots);
  if (uptime) memory.uptime = uptime;
  if (boots) memory.boots = boots;
  for (const HintRule& hint : profile_->hints) {
    const auto found = gets_.results().find(hint.oid);
    if (found == gets_.results().end() || !found->second) continue;
    // Some agents answer with sysUpTime itself: that moves always and says nothing. A change of this very
    // second is seen the next time.
    const bool clock =
        found->second->type == Type::ticks && uptime &&
        std::max(found->second->number, *uptime) - std::min(found->second->number, *uptime) <= second;
    if (clock) continue;
    const std::string value = stamp_text(*found->second, profile_->encoding);
    auto [known, first] = memory.stamps.try_emplace(hint.name, value);
    due = due || (!first && known->second != value);
    known->second = value;
  }
  if (walk_ && !silent_ && !rows_.empty())
    for (const CounterRule& rule : profile_->counters) {
      const auto has = [&](bool otherwise) {
        return std::ranges::any_of(series_, [&](const Series& each) {
          return each.name == rule.name && each.otherwise == otherwise && each.any;
        });
      };
      if (rule.otherwise && !memory.otherwise.contains(rule.name) && (has(false) || has(true)))
        memory.otherwise[rule.name] = !has(false);
      else if (!rule.otherwise)
        memory.otherwise[rule.name] = false;
    }
  return due;
}

HintsSeen CounterJob::hints(Id device) const {
  HintsSeen seen{device, gets_.number(sys_uptime), gets_.number(engine_boots), {}};
  for (const HintRule& hint : profile_->hints)
    if (const auto found = gets_.results().find(hint.oid); found != gets_.results().end() && found->second)
      seen.stamps.emplace_back(hint.name, stamp_text(*found->second, profile_->encoding));
  return seen;
}

std::optional<CountersSeen> CounterJob::take_counters(Id device, Instant at, Memory& memory) {
  if (!walk_ || silent_ || back_ || uptime_ == 0 || rows_.empty()) return std::nullopt;
  if (!memory.counter_names || memory.counter_rows != rows_) {
    auto names = std::make_shared<std::vector<std::string>>();
    for (const std::string* name : row_names_)
      names->push_back(*name);
    memory.counter_names = std::move(names);
    memory.counter_rows = rows_;
  }
  CountersSeen seen{device, at, uptime_, memory.counter_names, {}, {}};
  seen.columns.reserve(series_.size());
  for (Series& series : series_) {
    const bool twice =
        std::ranges::any_of(seen.columns, [&](const auto& each) { return each.first == series.name; });
    if (!series.any || twice) continue; // 64 bits before 32
    series.cells.resize(rows_.size(), no_count);
    if (series.narrow) seen.narrow.push_back(series.name);
    seen.columns.emplace_back(series.name, std::move(series.cells));
  }
  return seen.columns.empty() ? std::nullopt : std::optional(std::move(seen));
}

} // namespace assent::snmp
