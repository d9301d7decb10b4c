#include "agents/snmp/outbox.hpp"

#include <algorithm>
#include <utility>

namespace assent::snmp {
namespace {

template <class Map, class List>
void move_some(Map& from, List& to, std::size_t at_most) {
  while (!from.empty() && to.size() < at_most) {
    to.push_back(std::move(from.begin()->second));
    from.erase(from.begin());
  }
}

} // namespace

void Outbox::seen(StateSeen state) {
  const std::lock_guard lock(mutex_);
  const auto [place, fresh] = states_.try_emplace(state.device);
  if (fresh) state_order_.push_back(state.device);
  text_bytes_ -= place->second.text.size();
  text_bytes_ += state.text.size();
  state.order = std::max(state.order, place->second.order);
  place->second = std::move(state);
  bound_texts();
  changed_.notify_one();
}

void Outbox::bound_texts() {
  for (auto oldest = state_order_.begin(); oldest != state_order_.end() && text_bytes_ > bounds_.text_bytes;
       ++oldest) {
    std::string& text = states_.at(*oldest).text;
    if (text.empty()) continue;
    text_bytes_ -= text.size();
    text = {};
    ++dropped_texts_;
  }
}

void Outbox::seen(ReachSeen reach) {
  const std::lock_guard lock(mutex_);
  reach_[reach.device] = std::move(reach);
  changed_.notify_one();
}

void Outbox::seen(HintsSeen hints) {
  const std::lock_guard lock(mutex_);
  // The reader gathers for a while: only the first has to wake it.
  const bool first = empty();
  hints_[hints.device] = std::move(hints);
  if (first) changed_.notify_one();
}

void Outbox::seen(CountersSeen counters) {
  const std::lock_guard lock(mutex_);
  const bool first = empty();
  counters_.push_back(std::move(counters));
  if (counters_.size() > bounds_.counters) {
    counters_.pop_front();
    ++dropped_counters_;
  }
  if (first || counters_.size() == bounds_.batch_counters) changed_.notify_one();
}

void Outbox::noticed(NoticeSeen notice) {
  const std::lock_guard lock(mutex_);
  notices_.push_back(std::move(notice));
  if (notices_.size() > bounds_.notices) notices_.pop_front();
  changed_.notify_one();
}

void Outbox::strangers(StrangersSeen strangers) {
  const std::lock_guard lock(mutex_);
  if (strangers_) strangers.count += strangers_->count;
  strangers_ = std::move(strangers);
  changed_.notify_one();
}

void Outbox::count(std::map<std::string, std::uint64_t> figures) {
  const std::lock_guard lock(mutex_);
  figures_ = std::move(figures);
  changed_.notify_one();
}

void Outbox::keep_only(const std::set<Id>& devices) {
  const std::lock_guard lock(mutex_);
  const auto gone = [&](const auto& each) { return !devices.contains(each.first); };
  for (const auto& [device, state] : states_)
    if (!devices.contains(device)) text_bytes_ -= state.text.size();
  std::erase_if(states_, gone);
  std::erase_if(reach_, gone);
  std::erase_if(hints_, gone);
  std::erase_if(state_order_, [&](Id device) { return !devices.contains(device); });
  std::erase_if(counters_, [&](const CountersSeen& each) { return !devices.contains(each.device); });
  std::erase_if(notices_, [&](const NoticeSeen& each) { return !devices.contains(each.device); });
}

bool Outbox::empty() const {
  return states_.empty() && reach_.empty() && hints_.empty() && counters_.empty() && notices_.empty() &&
         !strangers_ && figures_.empty();
}

Batch Outbox::take(std::chrono::milliseconds gather) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return stopped_ || !empty(); });
  const auto urgent = [&] {
    return stopped_ || !states_.empty() || !reach_.empty() || counters_.size() >= bounds_.batch_counters;
  };
  changed_.wait_for(lock, gather, urgent);
  Batch batch;
  move_some(states_, batch.states, bounds_.batch_states);
  for (const StateSeen& state : batch.states)
    text_bytes_ -= state.text.size();
  std::erase_if(state_order_, [&](Id device) { return !states_.contains(device); });
  move_some(reach_, batch.reach, bounds_.batch_others);
  move_some(hints_, batch.hints, bounds_.batch_others);
  while (!counters_.empty() && batch.counters.size() < bounds_.batch_counters) {
    batch.counters.push_back(std::move(counters_.front()));
    counters_.pop_front();
  }
  while (!notices_.empty() && batch.notices.size() < bounds_.batch_others) {
    batch.notices.push_back(std::move(notices_.front()));
    notices_.pop_front();
  }
  batch.strangers = std::exchange(strangers_, std::nullopt);
  batch.figures = std::exchange(figures_, {});
  return batch;
}

void Outbox::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

bool Outbox::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

std::uint64_t Outbox::dropped_counters() const {
  const std::lock_guard lock(mutex_);
  return dropped_counters_;
}

std::uint64_t Outbox::dropped_texts() const {
  const std::lock_guard lock(mutex_);
  return dropped_texts_;
}

} // namespace assent::snmp
