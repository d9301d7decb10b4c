// What the parts of this property share: random numbers that a seed repeats, and how a mistake is told.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

namespace assent::bandwidth {

class Dice {
 public:
  explicit Dice(unsigned seed) : seed_(seed), random_(seed) {}
  unsigned seed() const { return seed_; }
  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  int from(int low, int high) {
    return low + static_cast<int>(below(static_cast<std::uint64_t>(high - low + 1)));
  }
  bool chance(unsigned per_thousand) { return below(1000) < per_thousand; }

 private:
  unsigned seed_;
  std::mt19937_64 random_;
};

[[noreturn]] inline void wrong(const char* part, unsigned seed, long when, const std::string& what) {
  std::fprintf(stderr, "%s, seed %u, second %ld: %s\n", part, seed, when, what.c_str());
  std::exit(1);
}

/// One life each; a mistake ends the program.
void counters(unsigned seed);
void verdicts(unsigned seed);
void percentiles(unsigned seed);
/// How often each thing happened: a life in which nothing happens shows nothing.
struct Seen {
  std::size_t rates = 0, absent = 0, resets = 0, reboots = 0, wraps = 0, gaps = 0, speeds = 0;
  std::size_t congestions = 0, abuses = 0, excesses = 0, restarts = 0, samples = 0;
};
inline Seen seen;

} // namespace assent::bandwidth
