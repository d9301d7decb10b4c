// The verdicts of the bandwidth watch. What is not known keeps a verdict as it is: doubt neither accuses nor
// acquits.
#include <algorithm>

#include "daemon/watch/traffic.hpp"

namespace assent::watch {
namespace {

std::size_t index(Direction direction) {
  return static_cast<std::size_t>(direction);
}

unsigned percent(double part, double whole) {
  if (whole <= 0) return 0;
  return static_cast<unsigned>(std::clamp(part / whole * 100 + 0.5, 0.0, 100'000.0));
}

} // namespace

Each<Verdict>& Traffic::verdicts(Link& link, News::What what) {
  return what == News::What::congestion ? link.congestion
         : what == News::What::abuse    ? link.abuse
                                        : link.excess;
}

News* Traffic::turned(Link& link, News::What what, Direction direction, bool holds, Duration span,
                      std::vector<News>& news) {
  Verdict& verdict = verdicts(link, what)[index(direction)];
  if (holds == verdict.holds) return nullptr;
  verdict = {holds, holds ? link.window.begin(span) : verdict.since};
  unkept_.insert(link.facts->id);
  News& one = news.emplace_back();
  one.what = what;
  one.began = holds;
  one.link = link.facts->id;
  one.direction = direction;
  one.since = verdict.since;
  return &one;
}

std::optional<Mean> Traffic::fresh(const Link& link, Duration span, Instant now) const {
  if (now - link.measured > patience()) return std::nullopt;
  return link.window.mean(span);
}

void Traffic::judge(Link& link, std::vector<News>& news) {
  const bool was[2] = {link.congestion[0].holds, link.congestion[1].holds};
  judge_congestion(link, news);
  // Who is behind it is judged at once when it begins or ends, and with samples of its own else.
  if (was[0] != link.congestion[0].holds || was[1] != link.congestion[1].holds)
    for (const Id id : link.behind)
      if (const auto below = links_.find(id); below != links_.end())
        judge_abuse(below->second, link.measured, news);
  judge_abuse(link, link.measured, news);
  judge_excess(link, link.measured, news);
}

void Traffic::judge_congestion(Link& link, std::vector<News>& news) {
  const double most = static_cast<double>(capacity(link));
  const auto mean = link.window.mean(rules_.time);
  for (const Direction direction : directions) {
    const auto i = index(direction);
    bool holds = link.congestion[i].holds, by_discards = link.by_discards[i];
    if (link.behind.empty()) {
      holds = false; // not shared (any more)
    } else if (mean && most > 0) {
      const double used = mean->octets[i] * 8 / most * 100;
      const double lost = mean->discards[i];
      const bool losing = rules_.discards != 0 && lost >= static_cast<double>(rules_.discards);
      if (!holds) {
        holds = used >= rules_.raise || (losing && used >= rules_.release);
        by_discards = holds && used < rules_.raise;
      } else {
        by_discards = by_discards && used < rules_.raise;
        const bool loss_over = by_discards && lost < static_cast<double>(rules_.discards) / 2;
        holds = used >= rules_.release && !loss_over;
      }
    }
    if (by_discards != link.by_discards[i]) unkept_.insert(link.facts->id);
    link.by_discards[i] = by_discards;
    News* one = turned(link, News::What::congestion, direction, holds, rules_.time, news);
    if (one == nullptr) continue;
    one->allowed = most;
    if (!mean) continue;
    one->rate = mean->octets[i] * 8;
    one->discards = mean->discards[i];
    one->share = percent(one->rate, most);
  }
}

/// What counts of a link: all but what protected links behind it carry. Nothing where that is not known.
std::optional<Mean> Traffic::counted(const Link& link, Duration span, Instant now) const {
  auto mean = fresh(link, span, now);
  if (!mean) return mean;
  for (const Id id : link.behind) {
    const auto below = links_.find(id);
    if (below == links_.end() || !rules_.is_protected(below->second.facts->service)) continue;
    const auto spared = fresh(below->second, span, now);
    if (!spared) return std::nullopt;
    for (std::size_t i = 0; i < 2; ++i)
      mean->octets[i] = std::max(0.0, mean->octets[i] - spared->octets[i]);
  }
  return mean;
}

std::optional<bool> Traffic::over(const Link& link, Direction direction, Duration span, bool was, Instant now,
                                  Mean& mean) const {
  if (rules_.is_protected(link.facts->service)) return false;
  const auto i = index(direction);
  if (link.facts->entitlement[i] == 0) return false;
  const auto known = counted(link, span, now);
  if (!known) return std::nullopt;
  mean = *known;
  // One octet a second is nobody's excess, whatever the hour allows.
  const double allowed = mean.allowed[i] * (was ? rules_.excess_release : rules_.over) / 100;
  return mean.octets[i] > allowed + 1;
}

void Traffic::judge_abuse(Link& link, Instant now, std::vector<News>& news) {
  const auto above = links_.find(link.facts->uplink);
  for (const Direction direction : directions) {
    const auto i = index(direction);
    const bool full = above != links_.end() && above->second.congestion[i].holds;
    const bool was = link.abuse[i].holds;
    if (!full && !was) continue;
    Mean mean;
    bool holds = false;
    std::optional<Mean> all;
    if (full) {
      const auto verdict = over(link, direction, rules_.time, was, now, mean);
      all = fresh(above->second, rules_.time, now);
      // A new accusation needs an uplink that is seen to be full now.
      holds = verdict && (all || was) ? *verdict : was;
    }
    News* one = turned(link, News::What::abuse, direction, holds, rules_.time, news);
    if (one == nullptr) continue;
    one->rate = mean.octets[i] * 8;
    one->allowed = mean.allowed[i] * 8;
    one->uplink = link.facts->uplink;
    if (all) one->share = percent(mean.octets[i], all->octets[i]);
  }
}

void Traffic::judge_excess(Link& link, Instant now, std::vector<News>& news) {
  for (const Direction direction : directions) {
    const auto i = index(direction);
    const bool was = link.excess[i].holds;
    Mean mean;
    const auto verdict = over(link, direction, rules_.excess_time, was, now, mean);
    // The graver word stands alone.
    const bool holds = !link.abuse[i].holds && verdict.value_or(was);
    News* one = turned(link, News::What::excess, direction, holds, rules_.excess_time, news);
    if (one == nullptr) continue;
    one->rate = mean.octets[i] * 8;
    one->allowed = mean.allowed[i] * 8;
  }
}

void Traffic::end_all(Link& link, std::vector<News>& news) {
  const bool full = link.congestion[0].holds || link.congestion[1].holds;
  for (const auto what : {News::What::congestion, News::What::abuse, News::What::excess})
    for (const Direction direction : directions) {
      News* one = turned(link, what, direction, false, Duration{}, news);
      if (one != nullptr) one->uplink = link.facts->uplink;
    }
  link.congestion = link.abuse = link.excess = {};
  link.by_discards = {};
  if (full)
    for (const Id id : link.behind)
      if (const auto below = links_.find(id); below != links_.end())
        judge_abuse(below->second, link.measured, news);
  if (link.unmeasured) {
    link.unmeasured = false;
    unkept_.insert(link.facts->id);
    News one;
    one.what = News::What::unmeasured;
    one.link = link.facts->id;
    one.why = Why::rate;
    news.push_back(one);
  }
}

} // namespace assent::watch
