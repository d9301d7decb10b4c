// Which links are measured, and what their samples become. The verdicts are in congestion.cpp, what outlives
// a restart in memory.cpp.
#include "daemon/watch/traffic.hpp"

#include <algorithm>
#include <array>

namespace assent::watch {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

/// Does traffic of before count against the same rates?
bool entitled_alike(const LinkFacts& one, const LinkFacts& other) {
  return one.entitlement == other.entitlement && one.raised == other.raised &&
         (one.raised == 0 ||
          (one.raised_from == other.raised_from && one.raised_until == other.raised_until));
}

bool measured_alike(const LinkFacts& one, const LinkFacts& other) {
  return one.device == other.device && one.interface == other.interface && one.up_is_in == other.up_is_in &&
         one.enabled == other.enabled;
}

} // namespace

std::string_view name_of(LinkState state) {
  static constexpr std::array<std::string_view, 6> names = {"disabled", "unmeasured", "normal",
                                                            "excess",   "congested",  "abuse"};
  return names[static_cast<std::size_t>(state)];
}

void Traffic::set_rules(const tickets::Bandwidth& rules, Duration interval) {
  rules_ = rules;
  interval_ = interval;
  for (auto& [id, link] : links_)
    link.window.set_spans(rules_.time, rules_.excess_time);
}

Duration Traffic::patience() const {
  return 3 * interval_ + std::chrono::seconds{10};
}

bool Traffic::matters(Id id) const {
  const auto found = links_.find(id);
  if (found == links_.end()) return false;
  const LinkFacts& facts = *found->second.facts;
  return facts.entitlement[0] != 0 || facts.entitlement[1] != 0 || !found->second.behind.empty();
}

bool Traffic::judged(const Link& link) const {
  return link.facts->enabled && link.facts->device != 0 && !link.facts->interface.empty();
}

const std::vector<Id>& Traffic::links_of(Id device) const {
  static const std::vector<Id> none;
  const auto found = of_device_.find(device);
  return found == of_device_.end() ? none : found->second;
}

void Traffic::join(Link& link, bool add) {
  const LinkFacts& facts = *link.facts;
  const auto change = [&](std::vector<Id>& list) {
    std::erase(list, facts.id);
    if (add) list.push_back(facts.id);
  };
  if (judged(link)) {
    change(of_device_[facts.device]);
    if (of_device_[facts.device].empty()) of_device_.erase(facts.device);
  }
  if (facts.uplink == 0) return;
  if (const auto above = links_.find(facts.uplink); above != links_.end())
    return change(above->second.behind);
  // Rows come in any order: the uplink may follow.
  change(orphans_[facts.uplink]);
  if (orphans_[facts.uplink].empty()) orphans_.erase(facts.uplink);
}

std::vector<News> Traffic::set_link(LinkFacts facts, Instant now) {
  std::vector<News> news;
  const auto [at, fresh] = links_.try_emplace(facts.id);
  Link& link = at->second;
  if (fresh) {
    link.window.set_spans(rules_.time, rules_.excess_time);
    link.watched = now;
    if (auto waited = orphans_.extract(facts.id)) link.behind = std::move(waited.mapped());
  } else {
    join(link, false);
    const bool moved = !measured_alike(*link.facts, facts);
    if (moved || facts.uplink != link.facts->uplink) end_all(link, news);
    if (moved) {
      link.meter.forget();
      link.window.clear();
      link.slots.clear();
      link.watched = now;
      link.measured = Instant{};
      link.rate = {};
    }
    if (moved || !entitled_alike(*link.facts, facts)) {
      link.valid = now;
      unkept_.insert(facts.id);
    }
  }
  link.facts = std::make_shared<const LinkFacts>(std::move(facts));
  join(link, true);
  return news;
}

std::vector<News> Traffic::drop_link(Id id) {
  std::vector<News> news;
  const auto found = links_.find(id);
  if (found == links_.end()) return news;
  end_all(found->second, news);
  join(found->second, false);
  if (!found->second.behind.empty()) orphans_[id] = std::move(found->second.behind);
  links_.erase(found);
  unkept_.insert(id);
  return news;
}

std::uint64_t Traffic::entitled(const LinkFacts& facts, Direction direction, Instant at) const {
  if (facts.raised != 0 && at >= facts.raised_from && at < facts.raised_until) return facts.raised;
  const std::uint64_t given = facts.entitlement[static_cast<std::size_t>(direction)];
  return static_cast<std::uint64_t>(static_cast<double>(given) * rules_.percent_at(at) / 100);
}

std::uint64_t Traffic::capacity(const Link& link) const {
  const std::uint64_t stated = link.facts->capacity;
  if (stated == 0) return link.speed;
  return link.speed == 0 ? stated : std::min(stated, link.speed);
}

Stretch Traffic::stretch_of(const Link& link, const Passed& passed) const {
  Stretch stretch;
  stretch.from = passed.from;
  stretch.until = passed.until;
  const double in = static_cast<double>(passed.in), out = static_cast<double>(passed.out);
  const double in_lost = static_cast<double>(passed.in_discards),
               out_lost = static_cast<double>(passed.out_discards);
  const bool up_is_in = link.facts->up_is_in;
  stretch.octets = {up_is_in ? in : out, up_is_in ? out : in};
  stretch.discards = {up_is_in ? in_lost : out_lost, up_is_in ? out_lost : in_lost};
  const double seconds = std::chrono::duration<double>(passed.elapsed).count();
  for (const Direction direction : directions) {
    const auto i = static_cast<std::size_t>(direction);
    const bool limited = link.facts->entitlement[i] != 0;
    stretch.allowed[i] =
        limited ? static_cast<double>(entitled(*link.facts, direction, passed.until)) / 8 * seconds
                : unlimited;
  }
  return stretch;
}

Traffic::Taken Traffic::take(Id id, const CounterSample& sample) {
  Taken taken;
  const auto found = links_.find(id);
  if (found == links_.end() || !judged(found->second)) return taken;
  Link& link = found->second;
  Passed passed;
  taken.why = link.why = link.meter.next(sample, patience(), link.facts->capacity, passed);
  if (taken.why == Why::stale) return taken;
  if (sample.speed != no_counter) link.speed = sample.speed;
  if (taken.why == Why::restarted || taken.why == Why::discontinuity || taken.why == Why::width ||
      taken.why == Why::fell) {
    // What was measured before says nothing of what is counted now.
    forget_evidence(link, sample.time);
  }
  if (taken.why == Why::first && link.resumed && sample.uptime && *sample.uptime <= UINT32_MAX &&
      link.measured != Instant{} &&
      sample.time - std::chrono::milliseconds{10} * static_cast<std::int64_t>(*sample.uptime) > link.measured)
    forget_evidence(link, sample.time); // it restarted while nobody looked
  link.resumed = false;
  if (taken.why != Why::rate) return taken;
  const Stretch stretch = stretch_of(link, passed);
  const double seconds = std::chrono::duration<double>(passed.elapsed).count();
  link.measured = passed.until;
  link.rate = {stretch.octets[0] * 8 / seconds, stretch.octets[1] * 8 / seconds};
  link.window.add(stretch);
  if (matters(id)) {
    taken.samples = link.slots.add(stretch);
    for (auto& one : taken.samples)
      one.link = id;
  }
  if (link.unmeasured) {
    link.unmeasured = false;
    unkept_.insert(id);
    News news;
    news.what = News::What::unmeasured;
    news.link = id;
    news.why = Why::rate;
    taken.news.push_back(news);
  }
  judge(link, taken.news);
  return taken;
}

std::vector<News> Traffic::look(Instant now, const std::function<bool(Id device)>& reachable) {
  std::vector<News> news;
  for (auto& [id, link] : links_) {
    if (!judged(link) || link.unmeasured) continue;
    const Instant since = std::max(link.measured, link.watched);
    if (!matters(id) || now - since <= rules_.time + patience() || !reachable(link.facts->device)) continue;
    link.unmeasured = true;
    unkept_.insert(id);
    News one;
    one.what = News::What::unmeasured;
    one.began = true;
    one.link = id;
    one.since = since;
    one.why = link.why;
    news.push_back(one);
  }
  return news;
}

LinkView Traffic::view_of(const Link& link, Instant now, bool with_mean) const {
  LinkView view;
  view.facts = link.facts;
  view.shared = !link.behind.empty();
  view.is_protected = rules_.is_protected(link.facts->service);
  view.why = link.why;
  view.measured = link.measured;
  view.rate = link.rate;
  view.capacity = capacity(link);
  if (const auto mean = with_mean ? link.window.mean(rules_.time) : std::nullopt)
    view.mean = Each<double>{mean->octets[0] * 8, mean->octets[1] * 8};
  const auto holds = [&](const Each<Verdict>& verdicts, LinkState state) {
    for (const auto& verdict : verdicts)
      if (verdict.holds) {
        view.since = view.state == state ? std::min(view.since, verdict.since) : verdict.since;
        view.state = state;
      }
  };
  const bool known = link.measured != Instant{} && now - link.measured <= rules_.time + patience();
  view.state = !judged(link)               ? LinkState::disabled
               : link.unmeasured || !known ? LinkState::unmeasured
                                           : LinkState::normal;
  holds(link.excess, LinkState::excess);
  holds(link.congestion, LinkState::congested);
  holds(link.abuse, LinkState::abuse);
  for (const Direction direction : directions) {
    const auto i = static_cast<std::size_t>(direction);
    view.entitlement[i] = link.facts->entitlement[i] == 0 ? 0 : entitled(*link.facts, direction, now);
    view.congested[i] = link.congestion[i].holds;
  }
  return view;
}

std::vector<Id> Traffic::where(const std::function<bool(const LinkFacts&)>& wanted) const {
  std::vector<Id> out;
  for (const auto& [id, link] : links_)
    if (wanted(*link.facts)) out.push_back(id);
  return out;
}

bool Traffic::views(Instant now, bool means, std::size_t count, Place& place,
                    std::vector<LinkView>& out) const {
  if (place.buckets != links_.bucket_count()) {
    out.clear();
    out.reserve(links_.size());
    place = {0, links_.bucket_count()};
  }
  const std::size_t enough = out.size() + count;
  for (; place.bucket < place.buckets && out.size() < enough; ++place.bucket)
    for (auto at = links_.begin(place.bucket); at != links_.end(place.bucket); ++at)
      out.push_back(view_of(at->second, now, means));
  return place.bucket < place.buckets;
}

std::optional<LinkView> Traffic::view(Id id, Instant now) const {
  const auto found = links_.find(id);
  if (found == links_.end()) return std::nullopt;
  return view_of(found->second, now, true);
}

std::vector<Stretch> Traffic::recent(Id id) const {
  const auto found = links_.find(id);
  if (found == links_.end()) return {};
  const auto& all = found->second.window.stretches();
  return {all.begin(), all.end()};
}

} // namespace assent::watch
