// The bandwidth watch against what really went over the wire.
//  counters:    interfaces whose every octet is known, with counters of 32 and 64 bits that go round, are
//  reset
//               (announced or not), stop being shown, change width, are cached or read late, in devices that
//               start again: a rate is right, or there is none; and there is one where nothing stands against
//               it.
//  verdicts:    a city of links, kept second by second and judged by the definitions of docs/watch.md: what
//               holds, who is named, with which share. A daemon that is started again now and then, cleanly
//               or not, neither loses nor repeats an alarm.
//  percentiles: the definition, by counting.
//
//   property-bandwidth [FIRST-SEED [LIVES]]
#include "tests/property/bandwidth/parts.hpp"

using namespace assent::bandwidth;

int main(int argc, char** argv) {
  const unsigned first = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 1;
  const unsigned usual = std::getenv("ASSENT_LONG") != nullptr ? 300 : 12;
  const unsigned lives = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : usual;
  for (unsigned seed = first; seed < first + lives; ++seed) {
    counters(seed);
    verdicts(seed);
    percentiles(seed);
  }
  std::printf(
      "%u lives: %zu rates, %zu times none (%zu resets, %zu reboots, %zu gaps), %zu wraps, %zu speeds;\n"
      "%zu congestions, %zu abuses, %zu excesses, %zu restarts, %zu samples\n",
      lives, seen.rates, seen.absent, seen.resets, seen.reboots, seen.gaps, seen.wraps, seen.speeds,
      seen.congestions, seen.abuses, seen.excesses, seen.restarts, seen.samples);
  for (const std::size_t count :
       {seen.rates, seen.absent, seen.resets, seen.reboots, seen.gaps, seen.wraps, seen.speeds,
        seen.congestions, seen.abuses, seen.excesses, seen.restarts, seen.samples})
    if (count == 0 && argc <= 2) {
      std::puts("something of this never happened: this shows nothing");
      return 1;
    }
  return 0;
}
