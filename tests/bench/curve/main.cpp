// allocate.curve: what the next free address of a prefix costs (asked for, resolved, applied, taken back), by
// how full the prefix is and by how many addresses the register has. It must not rise with either.
//   bench-curve [--small]       prints `NAME nanoseconds ns`
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

#include "daemon/registry/registry.hpp"

using namespace assent;
using namespace assent::registry;

namespace {

double spent() { // one thread works, and the machine may be shared
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

void need(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "bench-curve: %s\n", what);
  std::exit(1);
}

void load(Registry& registry, Kind kind, Id id, const json::object& body) {
  need(registry.load(kind, id, 1, body).ok(), "a row cannot be loaded");
}

Registry world(const std::string& prefix, const char* status) {
  Registry registry;
  load(registry, Kind::organisation, 1, {{"name", "九江市"}, {"tier", "city"}});
  load(registry, Kind::network, 1, {{"name", "extranet"}});
  load(registry, Kind::block, 1, {{"network", 1}, {"prefix", prefix}, {"organisation", 1}});
  load(registry, Kind::prefix, 1,
       {{"network", 1}, {"prefix", prefix}, {"organisation", 1}, {"status", status}});
  return registry;
}

double cost(Registry& registry, const std::string& from, int times) {
  const Edit wanted{Operation::create, Kind::address, 0, {}, 0, {{"network", 1}, {"from", from}}};
  const double start = spent();
  for (int i = 0; i < times; ++i) {
    Transaction trial(registry); // thrown away: the prefix stays as full as it was
    auto edit = trial.resolve(wanted, 0);
    need(edit.ok() && trial.apply(*edit, 0).ok(), "an allocation is refused");
  }
  return (spent() - start) * 1e9 / times;
}

/// Of 4,096 parts of the prefix, `full` are prefixes of their own, scattered over it.
void by_fill(const std::string& text, int times) {
  const auto whole = *parse_prefix(text);
  const int width = whole.first.width();
  for (const int full : {0, 1024, 2048, 3072, 3686, 4055, 4092}) {
    Registry registry = world(text, "container");
    for (int i = 0; i < full; ++i) {
      unsigned scattered = 0;
      for (int b = 0; b < 12; ++b)
        scattered |= (static_cast<unsigned>(i) >> b & 1U) << (11 - b);
      const Prefix part{{whole.first.v4, whole.first.bits + (U128{scattered} << (width - whole.length - 12))},
                        whole.length + 12};
      load(registry, Kind::prefix, static_cast<Id>(i) + 2,
           {{"network", 1}, {"prefix", part.text()}, {"organisation", 1}, {"status", "active"}});
    }
    need(registry.loaded().ok(), "the register does not fit");
    std::printf("allocate.curve.%d.%.1f %.0f ns\n", whole.length, full / 40.96, cost(registry, text, times));
  }
}

/// So many addresses, every second one of a prefix used.
void by_size(int addresses, int times) {
  Registry registry = world("10.0.0.0/8", "active");
  for (int i = 0; i < addresses; ++i)
    load(registry, Kind::address, static_cast<Id>(i) + 1,
         {{"network", 1},
          {"address", registry::Address{true, (U128{10} << 24) + 1 + 2 * static_cast<unsigned>(i)}.text()},
          {"organisation", 1}});
  need(registry.loaded().ok(), "the register does not fit");
  std::printf("allocate.curve.addresses.%d %.0f ns\n", addresses, cost(registry, "10.0.0.0/8", times));
}

} // namespace

int main(int count, char** words) {
  const bool small = count > 1 && std::strcmp(words[1], "--small") == 0;
  const int times = small ? 200 : 20'000;
  for (const char* text : {"10.1.0.0/16", "10.0.0.0/8", "2001:db8::/64"})
    by_fill(text, times);
  for (const int addresses : {1'000, 10'000, 100'000, 1'000'000})
    if (!small || addresses <= 10'000) by_size(addresses, times);
}
