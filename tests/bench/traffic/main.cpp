// What one counter sample costs the bandwidth watch, from the two counters to rate, window, verdicts and the
// five-minute sample: 10,000 links behind 100 uplinks, a sample of each every minute for two hours. Prints
// the median of the minutes after the windows are full. bench-traffic [LINKS [MINUTES]]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "daemon/watch/traffic.hpp"

using namespace assent;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t each_uplink = 100; ///< links

watch::LinkFacts facts_of(Id id, std::size_t uplinks) {
  watch::LinkFacts facts;
  facts.id = id;
  facts.name = "link-" + std::to_string(id);
  facts.organisation = "city/office-" + std::to_string(id % 50);
  facts.network = "extranet";
  facts.device = id / 4 + 1;
  facts.device_name = "device-" + std::to_string(facts.device);
  facts.interface = "GigabitEthernet0/0/" + std::to_string(id % 4);
  facts.enabled = true;
  if (id > uplinks) {
    facts.uplink = (id - 1) % uplinks + 1;
    facts.entitlement = {10'000'000, 10'000'000};
  } else {
    facts.capacity = 1'000'000'000;
  }
  return facts;
}

/// CPU time of this thread, in ns: what others do on the machine is left out, but for their part of the
/// caches.
double spent() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// Some links use more than they may, and some uplinks are full.
std::uint64_t octets_of(Id id, std::size_t uplinks, std::int64_t minute) {
  const std::uint64_t bits = id <= uplinks ? 600'000'000 + id * 3'000'000 : 4'000'000 + id % 97 * 100'000;
  return bits / 8 * 60 * static_cast<std::uint64_t>(minute);
}

} // namespace

int main(int argc, char** argv) {
  const std::size_t links = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000;
  const std::int64_t minutes = argc > 2 ? std::strtoll(argv[2], nullptr, 10) : 120;
  const std::size_t uplinks = std::max<std::size_t>(1, links / each_uplink);
  const double loading = spent();
  watch::Traffic traffic;
  traffic.set_rules({}, 60s);
  const Instant start = Instant{} + std::chrono::hours(24 * 365 * 50);
  for (Id id = 1; id <= links; ++id)
    static_cast<void>(traffic.set_link(facts_of(id, uplinks), start));
  std::printf("bandwidth.load %.0f ms\n", (spent() - loading) / 1e6);
  std::vector<double> each;
  std::size_t rates = 0, news = 0;
  for (std::int64_t minute = 1; minute <= minutes; ++minute) {
    const double begun = spent();
    for (Id id = 1; id <= links; ++id) {
      watch::CounterSample sample;
      sample.time = start + minute * 60s;
      sample.uptime = static_cast<std::uint64_t>(minute) * 6000;
      sample.in = octets_of(id, uplinks, minute);
      sample.out = sample.in / 2;
      sample.in_discards = sample.out_discards = 0;
      sample.speed = 1'000'000'000;
      const auto taken = traffic.take(id, sample);
      rates += taken.why == watch::Why::rate ? 1 : 0;
      news += taken.news.size();
    }
    if (minute > minutes / 4) each.push_back((spent() - begun) / static_cast<double>(links));
  }
  std::sort(each.begin(), each.end());
  if (each.empty() || rates == 0) return 1;
  std::printf("bandwidth.sample %.0f ns n=%zu range=%.0f..%.0f\n", each[each.size() / 2], each.size(),
              each.front(), each.back());
  std::printf("bandwidth.rates %zu samples\nbandwidth.news %zu events\n", rates, news);
}
