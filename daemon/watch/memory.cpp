// What the bandwidth watch knows again after a restart.
#include <algorithm>

#include "daemon/watch/traffic.hpp"

namespace assent::watch {

void Traffic::forget_evidence(Link& link, Instant now) {
  link.window.clear();
  link.slots.clear();
  link.valid = now;
  unkept_.insert(link.facts->id);
}

Evidence Traffic::evidence_of(const Link& link) const {
  Evidence evidence;
  evidence.congestion = link.congestion;
  evidence.abuse = link.abuse;
  evidence.excess = link.excess;
  evidence.by_discards = link.by_discards;
  evidence.unmeasured = link.unmeasured;
  evidence.valid = link.valid;
  evidence.last = link.meter.last();
  const auto& stretches = link.window.stretches();
  if (stretches.empty()) return evidence;
  // Where a policy's time is shorter than a slot, samples say nothing of it: then all that it takes is kept.
  const Instant newest = stretches.back().until;
  const Instant begin =
      std::min(begin_of(slot_of(newest)), rules_.time < slot_length ? newest - rules_.time : newest);
  for (const auto& stretch : stretches)
    if (stretch.until > begin) evidence.stretches.push_back(stretch);
  return evidence;
}

std::vector<std::pair<Id, std::string>> Traffic::take_kept() {
  std::vector<std::pair<Id, std::string>> all;
  for (const Id id : unkept_) {
    Evidence everywhere;
    everywhere.valid = hours_valid_;
    const auto found = links_.find(id);
    all.emplace_back(id, id == 0                 ? to_kept(everywhere)
                         : found == links_.end() ? std::string()
                                                 : to_kept(evidence_of(found->second)));
  }
  unkept_.clear();
  return all;
}

void Traffic::keep_all() {
  if (hours_valid_ != Instant{}) unkept_.insert(0);
  for (const auto& [id, link] : links_)
    if (matters(id) || link.unmeasured) unkept_.insert(id);
}

void Traffic::hours_changed(Instant now) {
  hours_valid_ = now;
  unkept_.insert(0);
}

void Traffic::restore(Id id, const Evidence& kept, const std::vector<LinkSample>& samples, Instant now) {
  if (id == 0) {
    hours_valid_ = kept.valid;
    return;
  }
  const auto found = links_.find(id);
  if (found == links_.end()) {
    unkept_.insert(id);
    return;
  }
  Link& link = found->second;
  link.congestion = kept.congestion;
  link.abuse = kept.abuse;
  link.excess = kept.excess;
  link.by_discards = kept.by_discards;
  link.unmeasured = kept.unmeasured;
  link.valid = kept.valid;
  if (kept.last) {
    link.meter.resume(*kept.last);
    if (kept.last->speed != no_counter) link.speed = kept.last->speed;
  }
  std::vector<Stretch> all;
  if (rules_.time >= slot_length)
    all = stretches_of(samples, [&](Direction direction, Instant at) {
      const bool limited = link.facts->entitlement[static_cast<std::size_t>(direction)] != 0;
      return limited ? static_cast<double>(entitled(*link.facts, direction, at))
                     : std::numeric_limits<double>::infinity();
    });
  Instant end = std::max(link.valid, hours_valid_);
  const auto add = [&](const Stretch& stretch) {
    if (stretch.until <= std::max(end, now - memory()) || stretch.until > now + slot_length) return;
    link.window.add(tail_of(stretch, end));
    end = stretch.until;
    const double seconds = std::chrono::duration<double>(stretch.until - stretch.from).count();
    link.measured = stretch.until;
    link.rate = {stretch.octets[0] * 8 / seconds, stretch.octets[1] * 8 / seconds};
  };
  for (const auto& stretch : all)
    add(stretch);
  const std::int64_t stored = samples.empty() ? -1 : samples.back().slot;
  for (const auto& stretch : kept.stretches) {
    if (stretch.until <= stretch.from) continue;
    add(stretch);
    // What is stored already is not counted a second time.
    if (slot_of(stretch.until) > stored)
      static_cast<void>(link.slots.add(tail_of(stretch, begin_of(stored + 1))));
  }
  link.resumed = true;
}

bool Traffic::holds(Id id, News::What what, Direction direction) const {
  const auto found = links_.find(id);
  if (found == links_.end()) return false;
  const Link& link = found->second;
  const auto& held = what == News::What::congestion ? link.congestion
                     : what == News::What::abuse    ? link.abuse
                                                    : link.excess;
  return what == News::What::unmeasured ? link.unmeasured : held[static_cast<std::size_t>(direction)].holds;
}

void Traffic::set_verdict(Id id, News::What what, Direction direction, Verdict verdict) {
  const auto found = links_.find(id);
  if (found == links_.end()) return;
  if (what == News::What::unmeasured)
    found->second.unmeasured = verdict.holds;
  else
    verdicts(found->second, what)[static_cast<std::size_t>(direction)] = verdict;
  unkept_.insert(id);
}

} // namespace assent::watch
