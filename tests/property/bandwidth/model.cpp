// A city of links, kept second by second and judged by the definitions of docs/watch.md; beside it the watch
// twice: one that runs on and one that is started again now and then.
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include "tests/property/bandwidth/definitions.hpp"
#include "tests/property/bandwidth/parts.hpp"

namespace assent::bandwidth {
namespace {

using watch::News;
using What = News::What;

constexpr What judged[] = {What::congestion, What::abuse, What::excess};
const char* const names[] = {"congestion", "abuse", "excess"};

using Held = std::set<std::pair<Id, std::pair<int, int>>>; ///< link, what, direction

class City : Definitions {
 public:
  explicit City(unsigned seed) : dice_(seed) {
    rules_.time = std::chrono::minutes{5 * dice_.from(1, 3)};
    rules_.excess_time = std::chrono::minutes{20 * dice_.from(1, 3)};
    rules_.discards = dice_.chance(700) ? 100 : 0;
    rules_.protected_services = {"video"};
    if (dice_.chance(500)) { // some hours count otherwise
      tickets::HourLimit limit{"hours", {}, dice_.chance(500) ? 50u : 150u};
      for (std::size_t hour = 0; hour < 168; ++hour)
        if (dice_.chance(300)) limit.hours.set(hour);
      rules_.hours.push_back(limit);
      rules_.utc_offset = std::chrono::hours{dice_.from(-12, 14)};
    }
    steady_.set_rules(rules_, std::chrono::seconds{interval});
    twin_.set_rules(rules_, std::chrono::seconds{interval});
    // 1 above 2, 3, 4; 5 and 6 behind 2.
    for (const auto& [id, uplink] : {std::pair<Id, Id>{1, 0}, {2, 1}, {3, 1}, {4, 1}, {5, 2}, {6, 2}}) {
      LinkFacts facts;
      facts.id = id;
      facts.device = 10 + id;
      facts.interface = "eth0";
      facts.uplink = uplink;
      facts.enabled = true;
      facts.up_is_in = dice_.chance(500);
      if (id != 1) facts.entitlement = {dice_.below(12) * mega + mega, dice_.below(12) * mega + mega};
      if (id <= 2) facts.capacity = 20 * mega;
      if (id >= 4 && dice_.chance(300)) facts.service = "video";
      links_[id].seconds.resize(24 * 3600);
      set(facts);
    }
  }

  void run() {
    const int minutes = 400;
    for (int minute = 0; minute < minutes; ++minute) {
      if (minute % 15 == 0 || dice_.chance(30)) new_rates();
      happen();
      go(dice_.chance(20) ? dice_.from(4, 45) : 1, true);
    }
    // In the end the same goes on for long, far from every threshold: then a restart leaves no trace.
    calm();
    for (int minute = 0; minute < 2 * 60 + 5; ++minute)
      go(1, false);
    for (const auto& [id, link] : links_)
      for (int what = 0; what < 3; ++what)
        for (const Direction direction : watch::directions)
          require(twin_.holds(id, judged[what], direction) == steady_.holds(id, judged[what], direction),
                  "after a restart " + word(id, what, direction) + " is judged otherwise for ever");
  }

 private:
  static std::size_t index(Direction direction) { return static_cast<std::size_t>(direction); }
  static std::string word(Id id, int what, Direction direction) {
    return std::string(names[what]) + " of link " + std::to_string(id) + " " +
           std::string(name_of(direction));
  }
  void require(bool holds, const std::string& what) {
    if (!holds) wrong("verdicts", dice_.seed(), now_, what);
  }

  // What the register says.
  void set(const LinkFacts& facts) {
    Known& link = links_[facts.id];
    const LinkFacts before = link.facts;
    link.facts = facts;
    if (before.id != 0) {
      const bool moved = before.interface != facts.interface;
      if (moved || before.uplink != facts.uplink) end(link);
      if (moved) {
        forget(link);
        link.newest = -1;
      }
    }
    told(steady_.set_link(facts, at(now_)), steady_held_, "steady");
    told(twin_.set_link(facts, at(now_)), twin_held_, "restarted");
    keep();
  }
  void end(Known& link) {
    const bool full = link.holds[0][0] || link.holds[0][1];
    for (auto& each : link.holds)
      each = {};
    link.by_discards = {};
    if (!full) return;
    for (auto& [id, below] : links_)
      if (below.facts.uplink == link.facts.id) judge_abuse(below, link.newest);
  }
  void forget(Known& link) {
    for (auto& second : link.seconds)
      second.known = false;
    link.slot = 0;
  }

  // What happens.
  void new_rates() {
    for (auto& [id, link] : links_)
      for (auto& rate : rates_[id])
        rate = static_cast<double>(dice_.below(id == 1 ? 8 : 14)) * mega / 8 * (dice_.chance(300) ? 0.1 : 1);
    losing_ = dice_.chance(150);
  }
  void calm() {
    for (const Id id : {3, 4, 5, 6})
      for (std::size_t i = 0; i < 2; ++i) {
        // Hours of the week and raises may change what counts: all or nothing is far from each of them.
        rates_[id][i] = dice_.chance(500) ? 0.1 : 100.0 * mega / 8;
      }
    for (const Id id : {1, 2})
      for (std::size_t i = 0; i < 2; ++i)
        rates_[id][i] = 0;
    losing_ = false;
  }
  void happen() {
    if (dice_.chance(25)) {
      Id id = 2 + dice_.below(5);
      LinkFacts facts = links_[id].facts;
      switch (dice_.below(5)) {
      case 0:
        facts.entitlement = {dice_.below(12) * mega + mega, dice_.below(12) * mega + mega};
        break;
      case 1:
        facts.raised = (5 + dice_.below(15)) * mega;
        facts.raised_from = at(now_ + 60 * dice_.from(-10, 30));
        facts.raised_until = facts.raised_from + std::chrono::minutes{dice_.from(1, 90)};
        break;
      case 2:
        if (id > 2) facts.uplink = dice_.chance(500) ? 1 : 2;
        break;
      case 3:
        facts.interface = dice_.chance(500) ? "eth0" : "eth1";
        break;
      default:
        facts.service = dice_.chance(500) ? "video" : "";
      }
      set(facts);
    }
    if (dice_.chance(8)) { // a device starts again
      const Id id = 1 + dice_.below(6);
      Device& device = devices_[id];
      device.uptime = 100 * dice_.from(1, 30);
      ++device.boots;
      device.counters = {};
      device.restarted = true;
    }
    if (dice_.chance(15)) restart(dice_.chance(500));
  }

  // So many minutes pass, the samples between them are lost to everybody.
  void go(int minutes, bool losses) {
    for (int second = 0; second < 60 * minutes; ++second, ++now_)
      for (auto& [id, device] : devices_)
        for (std::size_t i = 0; i < 2; ++i)
          device.rest[i] += load(id, i);
    for (auto& [id, device] : devices_) {
      device.uptime += 6000ull * static_cast<unsigned>(minutes);
      device.lost += losing_ && id <= 2 ? 300ull * 60 * static_cast<unsigned>(minutes) : 0;
      for (std::size_t i = 0; i < 2; ++i) {
        const auto whole = static_cast<std::uint64_t>(device.rest[i]);
        device.counters[i] += whole;
        device.rest[i] -= static_cast<double>(whole);
      }
    }
    for (auto& [id, link] : links_)
      if (!losses || !dice_.chance(40)) sample(id);
  }
  double load(Id id, std::size_t i) const {
    double all = rates_.at(id)[i];
    for (const auto& [other, link] : links_)
      if (link.facts.uplink == id) all += load(other, i);
    return all;
  }

  void sample(Id id) {
    Known& link = links_[id];
    Device& device = devices_[id];
    watch::CounterSample shown;
    shown.time = at(now_);
    shown.uptime = device.uptime;
    shown.boots = device.boots;
    const std::size_t in = link.facts.up_is_in ? 0 : 1;
    shown.in = device.counters[in];
    shown.out = device.counters[1 - in];
    (in == 0 ? shown.in_discards : shown.out_discards) = device.lost;
    (in == 0 ? shown.out_discards : shown.in_discards) = 0;
    shown.speed = 1000 * mega;
    shown.discontinuity = 0;

    const auto taken = steady_.take(id, shown);
    const bool rate = expect(link, device);
    if (device.restarted) forget(link);
    require((taken.why == watch::Why::rate) == rate,
            "the model " + std::string(rate ? "has a" : "has no") + " rate");
    if (rate) learn(link, device, taken.samples);
    device.restarted = false;
    device.interface = link.facts.interface;
    device.shown = device.counters;
    device.lost_shown = device.lost;
    device.when = now_;
    if (rate) judge(link);
    told(taken.news, steady_held_, "steady");
    compare(taken.news);

    const auto again = twin_.take(id, shown);
    for (const auto& one : again.samples)
      stored_[one.link].push_back(one);
    told(again.news, twin_held_, "restarted");
    keep();
  }

  struct Device {
    std::uint64_t uptime = 1'000'000, boots = 1, lost = 0, lost_shown = 0;
    std::array<std::uint64_t, 2> counters{}, shown{};
    std::array<double, 2> rest{};
    std::string interface;
    int when = -1;
    bool restarted = false;
  };
  /// Does this sample make a rate with the one before?
  bool expect(const Known& link, const Device& device) const {
    return device.when >= 0 && device.interface == link.facts.interface && !device.restarted &&
           now_ - device.when <= patience && now_ > device.when;
  }
  void learn(Known& link, const Device& device, const std::vector<watch::LinkSample>& samples) {
    const int from = device.when;
    for (int second = from; second < now_; ++second) {
      Second& one = link.seconds[static_cast<std::size_t>(second)];
      one.known = true;
      for (std::size_t i = 0; i < 2; ++i) {
        one.octets[i] = static_cast<double>(device.counters[i] - device.shown[i]) / (now_ - from);
        one.discards[i] = i == 0 ? static_cast<double>(device.lost - device.lost_shown) / (now_ - from) : 0;
        one.allowed[i] = link.facts.entitlement[i] == 0 ? infinite : entitled(link.facts, i) / 8;
      }
    }
    link.newest = now_;
    if (link.facts.id >= 3) slots(link, from, samples);
  }
  double entitled(const LinkFacts& facts, std::size_t i) const {
    if (facts.raised != 0 && at(now_) >= facts.raised_from && at(now_) < facts.raised_until)
      return static_cast<double>(facts.raised);
    return std::floor(static_cast<double>(facts.entitlement[i]) * rules_.percent_at(at(now_)) / 100);
  }
  void slots(Known& link, int from, const std::vector<watch::LinkSample>& samples) {
    std::size_t next = 0;
    if (link.slot == 0) link.slot = (start + from) / 300;
    for (; link.slot < (start + now_) / 300; ++link.slot) {
      int known = 0;
      Each<double> octets{};
      for (std::int64_t second = link.slot * 300 - start; second < (link.slot + 1) * 300 - start; ++second) {
        if (second < 0 || !link.seconds[static_cast<std::size_t>(second)].known) continue;
        ++known;
        for (std::size_t i = 0; i < 2; ++i)
          octets[i] += link.seconds[static_cast<std::size_t>(second)].octets[i];
      }
      if (known < 240) continue;
      require(next < samples.size() && samples[next].slot == link.slot,
              "a sample of five minutes is missing");
      for (std::size_t i = 0; i < 2; ++i)
        require(std::abs(octets[i] * 8 / known -
                         static_cast<double>(i == 0 ? samples[next].up : samples[next].down)) <= 1,
                "a sample of five minutes is wrong");
      ++next;
      ++seen.samples;
    }
    require(next == samples.size(), "a sample of five minutes that is none");
  }

  // What the watch says.
  void told(const std::vector<News>& news, Held& held, const char* whose) {
    for (const News& one : news) {
      if (one.what == What::unmeasured) continue;
      const int what = static_cast<int>(one.what), direction = static_cast<int>(one.direction);
      const std::pair key{one.link, std::pair{what, direction}};
      require(one.began ? held.insert(key).second : held.erase(key) != 0,
              std::string(whose) + ": " + word(one.link, what, one.direction) +
                  (one.began ? " begins a second time" : " ends, but had not begun"));
    }
  }
  void compare(const std::vector<News>& news) {
    for (const auto& [id, link] : links_)
      for (int what = 0; what < 3; ++what)
        for (const Direction direction : watch::directions) {
          const bool model = link.holds[what][index(direction)];
          const bool held = steady_held_.contains({id, {what, static_cast<int>(direction)}});
          require(model == steady_.holds(id, judged[what], direction) && model == held,
                  word(id, what, direction) +
                      (model ? " holds, and is not told" : " is told, and does not hold"));
          require(twin_.holds(id, judged[what], direction) ==
                      twin_held_.contains({id, {what, static_cast<int>(direction)}}),
                  word(id, what, direction) +
                      ": after a restart the watch thinks otherwise than what it told");
        }
    for (const News& one : news) {
      if (!one.began) continue;
      const std::size_t i = index(one.direction);
      if (one.what == What::congestion) {
        ++seen.congestions;
        const auto all = mean(links_[one.link], rules_.time, now_);
        require(all && same(one.rate, all->octets[i] * 8) && same(one.discards, all->discards[i]),
                "a congestion with other figures");
        continue;
      }
      const bool abuse = one.what == What::abuse;
      ++(abuse ? seen.abuses : seen.excesses);
      const auto all = counted(links_[one.link], abuse ? rules_.time : rules_.excess_time, i, now_);
      require(all && same(one.rate, all->first * 8) && same(one.allowed, all->second * 8), "other figures");
      if (!abuse) continue;
      require(one.uplink == links_[one.link].facts.uplink, "another uplink");
      const auto above = mean(links_[one.uplink], rules_.time, now_);
      require(above && std::abs(one.share - 100 * all->first / above->octets[i]) <= 0.51, "another share");
    }
  }
  static bool same(double one, double other) {
    return std::abs(one - other) <= 1e-6 * std::max({1.0, one, other});
  }

  // A daemon that is started again.
  void keep() {
    for (auto& [id, text] : twin_.take_kept()) {
      if (text.empty())
        kept_.erase(id);
      else
        kept_[id] = std::move(text);
    }
  }
  void restart(bool clean) {
    ++seen.restarts;
    if (clean) {
      twin_.keep_all();
      keep();
    }
    twin_ = watch::Traffic();
    twin_.set_rules(rules_, std::chrono::seconds{interval});
    for (const auto& [id, link] : links_)
      require(twin_.set_link(link.facts, at(now_)).empty(), "a link that is loaded makes news");
    for (const auto& [id, link] : links_) {
      const auto kept = kept_.find(id);
      const auto read = kept == kept_.end() ? Result<watch::Evidence>(watch::Evidence{})
                                            : watch::evidence_from(kept->second);
      require(read.ok(), "what was kept cannot be read");
      std::vector<watch::LinkSample> samples;
      for (const auto& one : stored_[id])
        if (watch::begin_of(one.slot) >= at(now_) - twin_.memory()) samples.push_back(one);
      twin_.restore(id, *read, samples, at(now_));
    }
    for (const auto& [id, link] : links_)
      for (int what = 0; what < 3; ++what)
        for (const Direction direction : watch::directions)
          require(twin_.holds(id, judged[what], direction) ==
                      twin_held_.contains({id, {what, static_cast<int>(direction)}}),
                  word(id, what, direction) + " is lost or invented by a restart");
  }

  Dice dice_;
  watch::Traffic steady_, twin_;
  std::map<Id, Device> devices_{{1, {}}, {2, {}}, {3, {}}, {4, {}}, {5, {}}, {6, {}}};
  std::map<Id, Each<double>> rates_; ///< octets a second of its own
  bool losing_ = false;
  Held steady_held_, twin_held_;
  std::map<Id, std::string> kept_;
  std::map<Id, std::vector<watch::LinkSample>> stored_;
};

} // namespace

void verdicts(unsigned seed) {
  City(seed).run();
}

} // namespace assent::bandwidth
