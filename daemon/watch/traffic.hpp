// The bandwidth watch: which shared links are congested, and who uses more than it may (docs/watch.md,
// "Bandwidth"). Counter samples in, news out. Pure: time, links and rules are arguments. Owned by core's
// thread.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/ids.hpp"
#include "daemon/tickets/bandwidth.hpp"
#include "daemon/watch/evidence.hpp"

namespace assent::watch {

/// A link of the register, with the names that people know.
struct LinkFacts {
  Id id = 0;
  std::string name, organisation, network, device_name, interface;
  Id organisation_id = 0, device = 0, uplink = 0;
  bool enabled = false;
  bool up_is_in = true;              ///< what comes in at the interface is sent by the organisation
  Each<std::uint64_t> entitlement{}; ///< bit/s; 0: none
  std::uint64_t raised = 0;          ///< in both directions, from … until …
  Instant raised_from{}, raised_until{};
  std::uint64_t capacity = 0; ///< bit/s; 0: the interface's speed
  std::string service;
};

/// What holds of a link.
enum class LinkState : std::uint8_t {
  disabled,   ///< or without device and interface
  unmeasured, ///< no rate for a while, or not yet
  normal,
  excess,    ///< over its entitlement for long
  congested, ///< a shared link that is full
  abuse,     ///< over its entitlement behind a congested uplink
};
std::string_view name_of(LinkState state);

/// Something that began or ended.
struct News {
  enum class What : std::uint8_t { congestion, abuse, excess, unmeasured } what{};
  bool began = false;
  Id link = 0;
  Direction direction{};
  Instant since{};      ///< the begin of what shows it
  double rate = 0;      ///< bit/s, mean
  double allowed = 0;   ///< bit/s, mean: the entitlement; of congestion the capacity
  double discards = 0;  ///< packets/s, of congestion
  unsigned share = 0;   ///< per cent of what the uplink carries; of congestion per cent of the capacity
  Id uplink = 0;        ///< of abuse
  Why why = Why::first; ///< of unmeasured
};

/// A link as it is now, for those who look.
struct LinkView {
  std::shared_ptr<const LinkFacts> facts;
  LinkState state = LinkState::unmeasured;
  bool shared = false; ///< others name it as their uplink
  bool is_protected = false;
  Why why = Why::first;              ///< what the newest sample made
  Instant measured{};                ///< end of the newest rate
  Each<double> rate{};               ///< bit/s, the newest
  std::optional<Each<double>> mean;  ///< bit/s over the policy's congestion time
  Each<std::uint64_t> entitlement{}; ///< bit/s that counts now; 0: none
  std::uint64_t capacity = 0;        ///< bit/s; 0: not known
  Each<bool> congested{};
  Instant since{}; ///< of the state, where it is excess, congested or abuse
};

class Traffic {
 public:
  /// Samples further apart than three `interval`s and ten seconds are a gap.
  void set_rules(const tickets::Bandwidth& rules, Duration interval);
  const tickets::Bandwidth& rules() const { return rules_; }
  /// New or changed. What was measured stays unless it is measured elsewhere now.
  std::vector<News> set_link(LinkFacts facts, Instant now);
  std::vector<News> drop_link(Id link);
  bool has(Id link) const { return links_.contains(link); }

  const std::vector<Id>& links_of(Id device) const;
  const LinkFacts& facts(Id link) const { return *links_.at(link).facts; }
  std::vector<Id> where(const std::function<bool(const LinkFacts&)>& wanted) const;

  struct Taken {
    Why why = Why::first;
    std::vector<News> news;
    std::vector<LinkSample> samples; ///< to be kept: of links that matters() speaks of
  };
  /// Nothing (Why::first) where the link is not measured. Two samples of a link come in the order of time.
  Taken take(Id link, const CounterSample& sample);
  /// Which links have had no rate for long. `reachable`: of an unreachable device that is no news.
  std::vector<News> look(Instant now, const std::function<bool(Id device)>& reachable);

  /// Where in all links a view of some of them stands.
  struct Place {
    std::size_t bucket = 0, buckets = 0;
  };
  /// Adds at least `count` more links to `out`, in no order, and moves `place` on, which begins as it is
  /// made; false where those were the last. Begins anew, with nothing in `out`, where the table has grown.
  bool views(Instant now, bool means, std::size_t count, Place& place, std::vector<LinkView>& out) const;

  // Over a restart. Samples are kept by whoever calls; what else must be known again is text, one for each
  // link, which changes where a verdict turns or evidence loses its meaning.
  /// What changed since the last call: the link (0: all) and its text, empty where it is to be forgotten.
  std::vector<std::pair<Id, std::string>> take_kept();
  /// All of it with the newest evidence: before a stop, and where what was kept last may be lost.
  void keep_all();
  /// What entitlements count in which hours has changed: samples from before say no more what was allowed.
  void hours_changed(Instant now);
  /// At a start, after set_rules() and set_link(): first of 0, then of each link with what was kept of it and
  /// the samples since `now - memory()`, in order of time. Links of which nothing is kept need no call.
  void restore(Id link, const Evidence& kept, const std::vector<LinkSample>& samples, Instant now);
  /// How far back samples may count.
  Duration memory() const { return std::max(rules_.time, rules_.excess_time) + slot_length; }
  /// A link that is judged: one with an entitlement, or one that others share.
  bool matters(Id link) const;
  bool holds(Id link, News::What what, Direction direction) const;
  /// Takes over a verdict that somebody else remembers; nothing where there is no such link.
  void set_verdict(Id link, News::What what, Direction direction, Verdict verdict);

  std::optional<LinkView> view(Id link, Instant now) const;
  std::vector<Stretch> recent(Id link) const; ///< what the means are made of, oldest first
  std::size_t size() const { return links_.size(); }
  /// Where the interface stood in its device's last report: a hint for whoever looks it up.
  std::size_t& row_hint(Id link) { return links_.at(link).row_hint; }

 private:
  struct Link {
    std::shared_ptr<const LinkFacts> facts;
    Meter meter;
    Window window;
    Slots slots;
    std::vector<Id> behind; ///< links whose uplink it is
    Each<Verdict> congestion, abuse, excess;
    Each<bool> by_discards{};
    bool unmeasured = false;
    Why why = Why::first;
    std::uint64_t speed = 0;
    Instant watched{}, measured{};
    Instant valid{};      ///< what was measured before must not be judged after a restart
    bool resumed = false; ///< its evidence is of before a restart, and no sample of since has confirmed it
    Each<double> rate{};
    std::size_t row_hint = 0;
  };

  bool judged(const Link& link) const;
  std::uint64_t entitled(const LinkFacts& facts, Direction direction, Instant at) const;
  std::uint64_t capacity(const Link& link) const;
  Stretch stretch_of(const Link& link, const Passed& passed) const;
  /// The mean, where it is of now.
  std::optional<Mean> fresh(const Link& link, Duration span, Instant now) const;
  std::optional<Mean> counted(const Link& link, Duration span, Instant now) const;
  void judge(Link& link, std::vector<News>& news);
  void judge_congestion(Link& link, std::vector<News>& news);
  void judge_abuse(Link& link, Instant now, std::vector<News>& news);
  void judge_excess(Link& link, Instant now, std::vector<News>& news);
  std::optional<bool> over(const Link& link, Direction direction, Duration span, bool was, Instant now,
                           Mean& mean) const;
  /// A verdict that turns gives news to be filled further; nullptr where it stays.
  News* turned(Link& link, News::What what, Direction direction, bool holds, Duration span,
               std::vector<News>& news);
  static Each<Verdict>& verdicts(Link& link, News::What what);
  Evidence evidence_of(const Link& link) const;
  void forget_evidence(Link& link, Instant now);
  void end_all(Link& link, std::vector<News>& news);
  void join(Link& link, bool add);
  Duration patience() const;
  LinkView view_of(const Link& link, Instant now, bool mean) const;

  tickets::Bandwidth rules_;
  Duration interval_{std::chrono::seconds{60}};
  std::unordered_map<Id, Link> links_;
  std::unordered_map<Id, std::vector<Id>> of_device_;
  Instant hours_valid_{};
  std::set<Id> unkept_;
  std::unordered_map<Id, std::vector<Id>> orphans_; ///< by the number of an uplink that is not there
};

} // namespace assent::watch
