// Links 1 (uplink, 20 Mbit/s), 2 and 3 (behind it), whose counters grow by what a test says.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "daemon/watch/traffic.hpp"

namespace assent::watch {

inline constexpr double mega = 1'000'000;

/// Links 1 (uplink, 20 Mbit/s), 2 and 3 (entitled to 10 Mbit/s each); the counters of each grow by what a
/// test says, in Mbit/s.
struct City {
  City() {
    rules.congestion_for_test();
    apply();
    link(1, 0, 0, 20 * mega);
    link(2, 1, 10 * mega, 0);
    link(3, 1, 10 * mega, 0);
  }

  struct Rules : tickets::Bandwidth {
    void congestion_for_test() {
      time = std::chrono::minutes{15};
      excess_time = std::chrono::hours{1};
    }
  } rules;

  void apply() { traffic.set_rules(rules, std::chrono::seconds{60}); }
  LinkFacts facts(Id id, Id uplink, double entitlement, double capacity) const {
    LinkFacts made;
    made.id = id;
    made.name = "link-" + std::to_string(id);
    made.organisation = "九江市";
    made.device = 10 + id;
    made.interface = "eth0";
    made.uplink = uplink;
    made.enabled = true;
    made.entitlement = {static_cast<std::uint64_t>(entitlement), static_cast<std::uint64_t>(entitlement)};
    made.capacity = static_cast<std::uint64_t>(capacity);
    return made;
  }
  void link(Id id, Id uplink, double entitlement, double capacity) {
    keep(traffic.set_link(facts(id, uplink, entitlement, capacity), now));
  }
  void keep(const std::vector<News>& more) { news.insert(news.end(), more.begin(), more.end()); }

  void feed(Id id) {
    CounterSample sample;
    sample.time = now;
    sample.uptime = uptime;
    sample.boots = 1;
    sample.in = in[id];
    sample.out = out[id];
    sample.in_discards = lost[id];
    sample.out_discards = 0;
    sample.speed = speed;
    sample.narrow_in = sample.narrow_out = narrow;
    if (narrow)
      for (auto* counter : {&sample.in, &sample.out})
        *counter %= std::uint64_t{1} << 32;
    sample.discontinuity = 0;
    const auto taken = traffic.take(id, sample);
    last[id] = taken.why;
    for (const auto& one : taken.samples)
      samples.push_back(one);
    keep(taken.news);
  }
  /// So many minutes with these rates, up, in Mbit/s; the uplink carries the sum, and `other`.
  void minutes(int count, double two, double three, double other = 0, std::uint64_t discards = 0) {
    for (int i = 0; i < count; ++i) {
      now += std::chrono::minutes{1};
      uptime += 6000;
      in[2] += static_cast<std::uint64_t>(two * mega * 60 / 8);
      in[3] += static_cast<std::uint64_t>(three * mega * 60 / 8);
      in[1] += static_cast<std::uint64_t>((two + three + other) * mega * 60 / 8);
      lost[1] += discards * 60;
      for (const Id id : {Id{1}, Id{2}, Id{3}})
        feed(id);
    }
  }
  std::string told() {
    std::string text;
    for (const auto& one : news) {
      static constexpr std::array names = {"congestion", "abuse", "excess", "unmeasured"};
      if (!text.empty()) text += ", ";
      text += std::string(one.began ? "+" : "-") + names[static_cast<std::size_t>(one.what)] + " " +
              std::to_string(one.link);
    }
    news.clear();
    return text;
  }
  LinkState state(Id id) { return traffic.view(id, now)->state; }

  Traffic traffic;
  Instant now{std::chrono::seconds{1'800'000'000}};
  std::uint64_t uptime = 100'000, speed = 1'000'000'000;
  bool narrow = false; ///< counters of 32 bits
  std::map<Id, std::uint64_t> in, out, lost;
  std::map<Id, Why> last;
  std::vector<News> news;
  std::vector<LinkSample> samples;
};

} // namespace assent::watch
