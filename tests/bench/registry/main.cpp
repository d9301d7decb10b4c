// allocate.registry: the next free address of a prefix, asked for, resolved, applied and kept, without API
// and disk; the slowest of several prefixes is printed. With `large`, also what 1,000,000 addresses, 100,000
// prefixes and 10,000 devices cost to load and to hold in memory.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string>

#include "daemon/registry/registry.hpp"

using namespace assent;
using namespace assent::registry;

namespace {

/// Seconds of processor time: one thread works, and the machine may be shared.
double spent() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

void need(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "bench-registry: %s\n", what);
  std::exit(1);
}

void load(Registry& registry, Kind kind, Id id, json::object body) {
  need(registry.load(kind, id, 1, body).ok(), "a row cannot be loaded");
}

void found(Registry& registry) {
  load(registry, Kind::organisation, 1, {{"name", "九江市"}, {"tier", "city"}});
  for (int i = 2; i <= 200; ++i)
    load(registry, Kind::organisation, static_cast<Id>(i),
         {{"name", "单位 " + std::to_string(i)}, {"tier", "bureau"}, {"parent", 1}});
  load(registry, Kind::network, 1, {{"name", "extranet"}});
  load(registry, Kind::block, 1, {{"network", 1}, {"prefix", "10.0.0.0/8"}, {"organisation", 1}});
  load(registry, Kind::block, 2, {{"network", 1}, {"prefix", "2001:db8::/32"}, {"organisation", 1}});
}

long resident() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmRSS:", 0) == 0) return std::atol(line.c_str() + 6) / 1024;
  return 0;
}

/// 100,000 prefixes /24 of which each holds ten addresses, one address in two free between them; 10,000
/// devices.
void fill(Registry& registry, int prefixes) {
  for (int i = 0; i < prefixes; ++i) {
    const auto owner = 1 + i % 200;
    const std::string net = std::to_string(i / 256 % 256) + "." + std::to_string(i % 256) + ".";
    const std::string top = i < 65536 ? "10." : "11.";
    load(registry, Kind::prefix, static_cast<Id>(i + 1),
         {{"network", 1}, {"prefix", top + net + "0/24"}, {"organisation", owner}, {"status", "active"}});
  }
  Id id = 0;
  for (int i = 0; i < prefixes; ++i)
    for (int host = 1; host <= 20; host += 2) {
      const std::string top = i < 65536 ? "10." : "11.";
      load(registry, Kind::address, ++id,
           {{"network", 1},
            {"address", top + std::to_string(i / 256 % 256) + "." + std::to_string(i % 256) + "." +
                            std::to_string(host)},
            {"organisation", 1 + i % 200},
            {"name", "host-" + std::to_string(id)}});
    }
  for (int i = 1; i <= 10'000; ++i)
    load(registry, Kind::device, static_cast<Id>(i),
         {{"name", "sw-" + std::to_string(i)},
          {"network", 1},
          {"organisation", 1 + i % 200},
          {"labels", {"access"}},
          {"address", "10.255." + std::to_string(i / 256) + "." + std::to_string(i % 256)}});
}

/// Nanoseconds for one allocation out of the prefix.
double allocate(Registry& registry, const char* from, int count) {
  Edit wanted{Operation::create, Kind::address, 0, {}, 0, {{"network", 1}, {"from", from}}};
  const double start = spent();
  for (int i = 0; i < count; ++i) {
    Transaction trial(registry);
    auto edit = trial.resolve(wanted, 0);
    need(edit.ok() && trial.apply(*edit, 0).ok(), "an allocation is refused");
    trial.keep();
  }
  return (spent() - start) * 1e9 / count;
}

double worst() {
  double slowest = 0;
  for (const char* from :
       {"10.0.0.0/9", "10.128.0.0/16", "10.129.0.0/18", "2001:db8::/48", "2001:db8:1::/64"}) {
    Registry registry;
    found(registry);
    load(registry, Kind::prefix, 1,
         {{"network", 1}, {"prefix", from}, {"organisation", 1}, {"status", "active"}});
    need(registry.loaded().ok(), "the register does not fit");
    const double nanoseconds = allocate(registry, from, 16'000);
    std::fprintf(stderr, "%-16s %6.0f ns\n", from, nanoseconds);
    slowest = std::max(slowest, nanoseconds);
  }
  return slowest;
}

void large() {
  const long before = resident();
  Registry registry;
  found(registry);
  load(registry, Kind::block, 3, {{"network", 1}, {"prefix", "11.0.0.0/8"}, {"organisation", 1}});
  const double start = spent();
  fill(registry, 100'000);
  need(registry.loaded().ok(), "the register does not fit");
  std::printf("load.registry %.2f s\n", spent() - start);
  std::printf("size.registry %ld MiB\n", resident() - before);
  std::printf("allocate.registry.large %.0f ns\n", allocate(registry, "10.77.0.0/24", 200));
}

} // namespace

int main(int count, char** words) {
  std::printf("allocate.registry %.0f ns\n", worst());
  if (count > 1 && std::strcmp(words[1], "large") == 0) large();
}
