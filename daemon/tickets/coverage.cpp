#include "daemon/tickets/coverage.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>
#include <unordered_map>

#include "daemon/tickets/path_index.hpp"
#include "daemon/tickets/path_text.hpp"

namespace assent::tickets {

constexpr std::array<std::string_view, 4> operation_names = {"any", "create", "modify", "delete"};
constexpr std::array<std::string_view, 3> verdict_names = {"covered", "not-covered", "undecidable"};

std::string_view name_of(PathOperation operation) {
  return operation_names[static_cast<std::size_t>(operation)];
}

std::optional<PathOperation> path_operation_of(std::string_view name) {
  for (std::size_t i = 0; i < operation_names.size(); ++i)
    if (operation_names[i] == name) return static_cast<PathOperation>(i);
  return std::nullopt;
}

std::string_view name_of(Verdict verdict) {
  return verdict_names[static_cast<std::size_t>(verdict)];
}

json::object to_json(const Permit& permit) {
  json::object object;
  if (permit.device != 0)
    object["device"] = permit.device;
  else
    object["label"] = permit.label;
  object["path"] = permit.path.text();
  object["operation"] = name_of(permit.operation);
  if (permit.value) object["value"] = *permit.value;
  return object;
}

Result<Permit> permit_from_json(const json::object& object) {
  Permit permit;
  permit.device = number_of(object, "device");
  permit.label = text_of(object, "label");
  if ((permit.device == 0) == permit.label.empty())
    return fail(Fault::invalid, "coverage.device-or-label", {{"path", text_of(object, "path")}});
  auto path = PathPattern::parse(text_of(object, "path"));
  if (!path) return path.error();
  permit.path = *std::move(path);
  const auto name = text_of(object, "operation", "any");
  const auto operation = path_operation_of(name);
  if (!operation) return fail(Fault::invalid, "coverage.unknown-operation", {{"operation", name}});
  permit.operation = *operation;
  if (const auto* value = object.if_contains("value")) {
    if (!value->is_string())
      return fail(Fault::invalid, "coverage.value-not-text", {{"path", permit.path.text()}});
    permit.value = std::string(value->get_string());
  }
  return permit;
}

/// A ticket with the interval in which its permits held; `from > until` where they never did.
struct Slot {
  PermitTicket ticket;
  std::int64_t from = 1, until = 0;
};

namespace {

using Micros = std::int64_t;
constexpr Micros always = std::numeric_limits<Micros>::min();
constexpr std::size_t wanted_near = 3;

Micros micros(Instant at) {
  return at.time_since_epoch().count();
}

/// What the watch knows of when a change happened: after `from`, not after `until`.
struct Interval {
  Micros from = always, until = 0;
  bool exact = false; ///< the device's stamp says when: the change was at `until`
};

Interval interval_of(const Deviation& deviation) {
  Interval interval{deviation.earliest == Instant{} ? always : micros(deviation.earliest),
                    micros(deviation.latest)};
  interval.from =
      std::min(interval.from, interval.until); // clocks step; a change has a beginning all the same
  if (deviation.stamp && micros(*deviation.stamp) >= interval.from &&
      micros(*deviation.stamp) <= interval.until)
    interval = {micros(*deviation.stamp), micros(*deviation.stamp), true};
  return interval;
}

bool inside(const Interval& change, const Slot& slot) {
  return slot.from <= change.from && change.until <= slot.until;
}

bool reaches_into(const Interval& change, const Slot& slot) {
  if (slot.from > slot.until || change.exact) return false;
  return slot.from <= change.until && slot.until > change.from;
}

std::string lasting(Micros micros) {
  auto seconds = std::max<Micros>(micros, 0) / 1'000'000;
  if (seconds == 0) return std::to_string(std::max<Micros>(micros, 0) / 1000) + "ms";
  std::string text;
  for (const auto& [unit, name] : {std::pair<Micros, char>{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}}) {
    if (seconds >= unit) text += std::to_string(seconds / unit) + name;
    seconds %= unit;
  }
  return text;
}

enum class Rank : std::uint8_t { edge, time, not_open, not_approved, ended, value, operation, path, device };

/// How near a permit came: smaller is nearer.
struct Nearness {
  Rank rank{};
  Micros distance = 0;
  Id ticket = 0;
  Entry entry;
  friend bool operator<(const Nearness& a, const Nearness& b) {
    return std::tie(a.rank, a.distance, b.ticket) < std::tie(b.rank, b.distance, a.ticket);
  }
};

/// The three nearest tickets seen so far, each once.
class Nearest {
 public:
  void offer(const Nearness& candidate) {
    for (auto& known : best_)
      if (known.ticket == candidate.ticket) {
        if (candidate < known) known = candidate;
        std::sort(best_.begin(), best_.end());
        return;
      }
    if (best_.size() == wanted_near && !(candidate < best_.back())) return;
    if (best_.size() == wanted_near) best_.pop_back();
    best_.insert(std::upper_bound(best_.begin(), best_.end(), candidate), candidate);
  }
  bool full() const { return best_.size() == wanted_near; }
  const std::vector<Nearness>& best() const { return best_; }

 private:
  std::vector<Nearness> best_;
};

Nearness in_time(const Entry& entry, const Interval& change) {
  const auto& slot = *entry.slot;
  Nearness near{Rank::ended, 0, slot.ticket.ticket, entry};
  if (reaches_into(change, slot))
    near.rank = Rank::edge;
  else if (slot.from <= slot.until)
    near.rank = Rank::time,
    near.distance = change.until < slot.from
                        ? slot.from - change.until
                        : (change.from == always ? change.until : change.from) - slot.until;
  else if (slot.ticket.state == "submitted")
    near.rank = Rank::not_approved;
  else if (slot.ticket.state == "approved")
    near.rank = Rank::not_open;
  return near;
}

std::string device_of(const Permit& permit) {
  return permit.device != 0 ? std::to_string(permit.device) : permit.label;
}

Message missing(const Nearness& near, const Interval& change) {
  const auto& slot = *near.entry.slot;
  const auto& permit = slot.ticket.permits[near.entry.permit];
  switch (near.rank) {
  case Rank::edge:
    return {"coverage.window-edge",
            {{"opened", to_text(slot.ticket.opened)}, {"closed", to_text(Instant{Duration{slot.until}})}}};
  case Rank::time:
    if (change.until < slot.from) return {"coverage.window-not-open", {{"by", lasting(near.distance)}}};
    return {"coverage.window-closed", {{"by", lasting(near.distance)}}};
  case Rank::not_open:
    return {"coverage.window-waiting", {}};
  case Rank::not_approved:
    if (slot.ticket.waiting.empty()) return {"coverage.not-yet-approved", {}};
    return {"coverage.not-approved", {{"waiting", slot.ticket.waiting}}};
  case Rank::ended:
    return {"coverage.never-open", {{"state", slot.ticket.state}}};
  case Rank::value:
    return {"coverage.other-value", {{"permitted", *permit.value}}};
  case Rank::operation:
    return {"coverage.wrong-operation", {{"permitted", std::string(name_of(permit.operation))}}};
  case Rank::path:
    return {"coverage.wrong-path", {{"permitted", permit.path.text()}}};
  case Rank::device:
    return {permit.device != 0 ? "coverage.wrong-device" : "coverage.wrong-label",
            {{"permitted", device_of(permit)}}};
  }
  return {};
}

} // namespace

struct Permits::Impl {
  std::unordered_map<Id, std::unique_ptr<Slot>> slots;
  std::unordered_map<Id, PathIndex> by_device;
  std::unordered_map<std::string, PathIndex> by_label;
  PathIndex everywhere;

  void index(const Slot& slot) {
    for (std::uint32_t i = 0; i < slot.ticket.permits.size(); ++i) {
      const auto& permit = slot.ticket.permits[i];
      auto& own = permit.device != 0 ? by_device[permit.device] : by_label[permit.label];
      own.add(permit.path.segments(), permit.path.below(), {&slot, i});
      everywhere.add(permit.path.segments(), permit.path.below(), {&slot, i});
    }
  }

  template <class Map, class Name>
  static void unindex(Map& map, const Name& name, const Permit& permit, Entry entry) {
    const auto found = map.find(name);
    found->second.remove(permit.path.segments(), permit.path.below(), entry);
    if (found->second.empty()) map.erase(found);
  }

  void forget(const Slot& slot) {
    for (std::uint32_t i = 0; i < slot.ticket.permits.size(); ++i) {
      const auto& permit = slot.ticket.permits[i];
      if (permit.device != 0)
        unindex(by_device, permit.device, permit, {&slot, i});
      else
        unindex(by_label, permit.label, permit, {&slot, i});
      everywhere.remove(permit.path.segments(), permit.path.below(), {&slot, i});
    }
  }

  /// The indexes of what concerns the deviation's device.
  std::vector<const PathIndex*> concerning(const Deviation& deviation) const {
    std::vector<const PathIndex*> indexes;
    if (const auto found = by_device.find(deviation.device); found != by_device.end())
      indexes.push_back(&found->second);
    for (const auto& label : deviation.labels)
      if (const auto found = by_label.find(label); found != by_label.end()) indexes.push_back(&found->second);
    return indexes;
  }
};

Permits::Permits() : impl_(std::make_unique<Impl>()) {}
Permits::~Permits() = default;
Permits::Permits(Permits&&) noexcept = default;
Permits& Permits::operator=(Permits&&) noexcept = default;

void Permits::put(PermitTicket ticket) {
  drop(ticket.ticket);
  auto slot = std::make_unique<Slot>();
  slot->ticket = std::move(ticket);
  const auto& known = slot->ticket;
  // A ticket is closed only some time after its window has ended, and may be revoked before: the earlier one
  // counts. One without an end permits nothing.
  const auto closed = known.closed == Instant{} ? known.closes : known.closed;
  const auto end = known.closes == Instant{} ? closed : std::min(closed, known.closes);
  if (known.opened != Instant{} && end != Instant{})
    slot->from = micros(known.opened), slot->until = micros(end);
  impl_->index(*slot);
  impl_->slots.emplace(known.ticket, std::move(slot));
}

void Permits::drop(Id ticket) {
  const auto found = impl_->slots.find(ticket);
  if (found == impl_->slots.end()) return;
  impl_->forget(*found->second);
  impl_->slots.erase(found);
}

std::size_t Permits::size() const {
  return impl_->slots.size();
}

Judgement Permits::judge(const Deviation& deviation) const {
  Judgement judgement;
  Nearest nearest;
  const auto change = interval_of(deviation);
  std::vector<std::string_view> path;
  const bool readable = split_path(deviation.path, path);
  const auto concerning = impl_->concerning(deviation);

  const auto decide = [&](const Entry& entry) {
    const auto& permit = entry.slot->ticket.permits[entry.permit];
    Nearness near{Rank::value, 0, entry.slot->ticket.ticket, entry};
    if (permit.operation != PathOperation::any && permit.operation != deviation.operation) {
      near.rank = Rank::operation;
    } else if (!permit.value || permit.value == deviation.after) {
      if (inside(change, *entry.slot)) {
        judgement.verdict = Verdict::covered;
        judgement.ticket = near.ticket;
        judgement.permit = entry.permit;
        return false;
      }
      near = in_time(entry, change);
    }
    nearest.offer(near);
    return true;
  };
  if (readable)
    for (const auto* index : concerning)
      if (!index->match(path, decide)) return judgement;

  if (!nearest.best().empty() && nearest.best().front().rank == Rank::edge) {
    judgement.verdict = Verdict::undecidable;
    judgement.ticket = nearest.best().front().ticket;
    judgement.permit = nearest.best().front().entry.permit;
  }
  // What follows only explains: it looks at a bounded number of permits.
  int budget = 48;
  if (!nearest.full())
    for (const auto* index : concerning)
      index->near(
          path,
          [&](const Entry& entry, std::size_t depth) {
            nearest.offer({Rank::path, -static_cast<Micros>(depth), entry.slot->ticket.ticket, entry});
          },
          budget);
  budget = 16;
  if (readable && !nearest.full())
    impl_->everywhere.match(path, [&](const Entry& entry) {
      nearest.offer({Rank::device, 0, entry.slot->ticket.ticket, entry});
      return --budget > 0;
    });
  for (const auto& near : nearest.best())
    judgement.nearest.push_back({near.ticket, missing(near, change)});
  return judgement;
}

} // namespace assent::tickets
