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

void Traffic::judge(Link& link, std::vector<News>& news) {
  const bool was[2] = {link.congestion[0].holds, link.congestion[1].holds};
  judge_congestion(link, news);
  // Who is behind it is judged at once when it begins or ends, and with samples of its own else.
  if (was[0] != link.congestion[0].holds || was[1] != link.congestion[1].holds)
    for (const Id id : link.behind)
      if (const auto below = links_.find(id); below != links_.end()) judge_abuse(below->second, news);
  judge_abuse(link, news);
  judge_excess(link, news);
}

void Traffic::judge_congestion(Link& link, std::vector<News>& news) {
  const double most = static_cast<double>(capacity(link));
  const auto mean = link.window.mean(rules_.time);
  for (const Direction direction : directions) {
    const auto i = index(direction);
    Verdict& verdict = link.congestion[i];
    bool holds = verdict.holds;
    if (link.behind.empty()) {
      holds = false; // not shared (any more)
    } else if (mean && most > 0) {
      const double used = mean->octets[i] * 8 / most * 100;
      const double lost = mean->discards[i];
      const bool losing = rules_.discards != 0 && lost >= static_cast<double>(rules_.discards);
      if (!holds) {
        holds = used >= rules_.raise || (losing && used >= rules_.release);
        link.by_discards[i] = holds && used < rules_.raise;
      } else {
        link.by_discards[i] = link.by_discards[i] && used < rules_.raise;
        const bool loss_over = link.by_discards[i] && lost < static_cast<double>(rules_.discards) / 2;
        holds = used >= rules_.release && !loss_over;
      }
    }
    if (holds == verdict.holds) continue;
    verdict = {holds, holds ? link.window.begin(rules_.time) : verdict.since};
    News one;
    one.what = News::What::congestion;
    one.began = holds;
    one.link = link.facts->id;
    one.direction = direction;
    one.since = verdict.since;
    one.allowed = most;
    if (mean) {
      one.rate = mean->octets[i] * 8;
      one.discards = mean->discards[i];
      one.share = percent(one.rate, most);
    }
    news.push_back(one);
  }
}

/// What counts of a link: all but what protected links behind it carry. Nothing where that is not known.
std::optional<Mean> Traffic::counted(const Link& link, Duration span) const {
  auto mean = link.window.mean(span);
  if (!mean) return mean;
  for (const Id id : link.behind) {
    const auto below = links_.find(id);
    if (below == links_.end() || !rules_.is_protected(below->second.facts->service)) continue;
    const auto spared = below->second.window.mean(span);
    if (!spared) return std::nullopt;
    for (std::size_t i = 0; i < 2; ++i)
      mean->octets[i] = std::max(0.0, mean->octets[i] - spared->octets[i]);
  }
  return mean;
}

std::optional<bool> Traffic::over(const Link& link, Direction direction, Duration span, bool was,
                                  Mean& mean) const {
  if (rules_.is_protected(link.facts->service)) return false;
  const auto i = index(direction);
  if (link.facts->entitlement[i] == 0) return false;
  const auto known = counted(link, span);
  if (!known) return std::nullopt;
  mean = *known;
  // One octet a second is nobody's excess, whatever the hour allows.
  const double allowed = mean.allowed[i] * (was ? rules_.excess_release : rules_.over) / 100;
  return mean.octets[i] > allowed + 1;
}

void Traffic::judge_abuse(Link& link, std::vector<News>& news) {
  const auto above = links_.find(link.facts->uplink);
  for (const Direction direction : directions) {
    const auto i = index(direction);
    Verdict& verdict = link.abuse[i];
    const bool full = above != links_.end() && above->second.congestion[i].holds;
    if (!full && !verdict.holds) continue;
    Mean mean;
    bool holds = false;
    std::optional<Mean> all;
    if (full) {
      const auto verdict_now = over(link, direction, rules_.time, verdict.holds, mean);
      all = above->second.window.mean(rules_.time);
      // A new accusation needs an uplink that is seen to be full now.
      holds = verdict_now && (all || verdict.holds) ? *verdict_now : verdict.holds;
    }
    if (holds == verdict.holds) continue;
    verdict = {holds, holds ? link.window.begin(rules_.time) : verdict.since};
    News one;
    one.what = News::What::abuse;
    one.began = holds;
    one.link = link.facts->id;
    one.direction = direction;
    one.since = verdict.since;
    one.rate = mean.octets[i] * 8;
    one.allowed = mean.allowed[i] * 8;
    one.uplink = link.facts->uplink;
    if (all) one.share = percent(mean.octets[i], all->octets[i]);
    news.push_back(one);
  }
}

void Traffic::judge_excess(Link& link, std::vector<News>& news) {
  for (const Direction direction : directions) {
    const auto i = index(direction);
    Verdict& verdict = link.excess[i];
    Mean mean;
    const auto verdict_now = over(link, direction, rules_.excess_time, verdict.holds, mean);
    // The graver word stands alone.
    bool holds = verdict_now ? *verdict_now : verdict.holds;
    if (link.abuse[i].holds) holds = false;
    if (holds == verdict.holds) continue;
    verdict = {holds, holds ? link.window.begin(rules_.excess_time) : verdict.since};
    News one;
    one.what = News::What::excess;
    one.began = holds;
    one.link = link.facts->id;
    one.direction = direction;
    one.since = verdict.since;
    one.rate = mean.octets[i] * 8;
    one.allowed = mean.allowed[i] * 8;
    news.push_back(one);
  }
}

void Traffic::end_all(Link& link, std::vector<News>& news) {
  const auto end = [&](Each<Verdict>& verdicts, News::What what) {
    for (const Direction direction : directions) {
      Verdict& verdict = verdicts[index(direction)];
      if (!verdict.holds) continue;
      News one;
      one.what = what;
      one.link = link.facts->id;
      one.direction = direction;
      one.since = verdict.since;
      one.uplink = link.facts->uplink;
      news.push_back(one);
      verdict = {};
    }
  };
  const bool full = link.congestion[0].holds || link.congestion[1].holds;
  end(link.congestion, News::What::congestion);
  end(link.abuse, News::What::abuse);
  end(link.excess, News::What::excess);
  if (full)
    for (const Id id : link.behind)
      if (const auto below = links_.find(id); below != links_.end()) judge_abuse(below->second, news);
  if (link.unmeasured) {
    link.unmeasured = false;
    News one;
    one.what = News::What::unmeasured;
    one.link = link.facts->id;
    one.why = Why::rate;
    news.push_back(one);
  }
}

} // namespace assent::watch
