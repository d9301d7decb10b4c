// Coverage against a reference that looks at every permit in turn: random histories of tickets and
// deviations.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>

#include "daemon/tickets/coverage.hpp"

using namespace assent;
using namespace assent::tickets;

namespace {

Instant at(int minute) {
  return Instant{std::chrono::seconds{1'800'000'000}} + std::chrono::minutes{minute};
}

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}
  int below(int end) { return static_cast<int>(random_() % static_cast<unsigned>(end)); }
  template <std::size_t N>
  std::string one_of(const char* const (&words)[N]) {
    return words[below(N)];
  }

 private:
  std::mt19937 random_;
};

constexpr const char* names[] = {"a", "b", "c[k='1']", "c[k='2']", R"(c[k='x\'/y'])", "d[k='1'][l='2']"};
constexpr const char* wilds[] = {"*", "c[k='*']", "d[k='*'][l='2']", "d[k='1'][l='*']"};
constexpr const char* values[] = {"1", "2", "3"};
constexpr const char* labels[] = {"access", "core"};

std::string a_path(Dice& dice, bool pattern) {
  std::string path;
  for (int i = 1 + dice.below(3); i > 0; --i)
    path += "/" + (pattern && dice.below(3) == 0 ? dice.one_of(wilds) : dice.one_of(names));
  if (pattern && dice.below(4) == 0) path += "/**";
  return path;
}

PermitTicket a_ticket(Dice& dice, Id id) {
  PermitTicket ticket;
  ticket.ticket = id;
  ticket.state = "open";
  if (dice.below(5) > 0) ticket.opened = at(dice.below(40));
  if (dice.below(3) == 0) ticket.closed = at(dice.below(60));
  if (dice.below(6) > 0) ticket.closes = at(dice.below(80));
  for (int i = 1 + dice.below(3); i > 0; --i) {
    Permit permit;
    if (dice.below(3) == 0)
      permit.label = dice.one_of(labels);
    else
      permit.device = static_cast<Id>(1 + dice.below(3));
    permit.path = PathPattern::parse(a_path(dice, true)).value();
    permit.operation = static_cast<PathOperation>(dice.below(4));
    if (dice.below(3) == 0) permit.value = dice.one_of(values);
    ticket.permits.push_back(permit);
  }
  return ticket;
}

Deviation a_deviation(Dice& dice) {
  Deviation deviation;
  deviation.device = static_cast<Id>(1 + dice.below(3));
  if (dice.below(2) == 0) deviation.labels.push_back(dice.one_of(labels));
  deviation.path = a_path(dice, false);
  deviation.operation = static_cast<PathOperation>(1 + dice.below(3));
  if (deviation.operation != PathOperation::remove) deviation.after = dice.one_of(values);
  const int start = dice.below(60);
  if (dice.below(8) > 0) deviation.earliest = at(start);
  deviation.latest = at(start + dice.below(20));
  if (dice.below(4) == 0) deviation.stamp = at(dice.below(80));
  return deviation;
}

bool permits(const Permit& permit, const Deviation& deviation) {
  bool here = permit.device == deviation.device;
  for (const auto& label : deviation.labels)
    here = here || (permit.device == 0 && permit.label == label);
  return here && permit.path.matches(deviation.path) &&
         (permit.operation == PathOperation::any || permit.operation == deviation.operation) &&
         (!permit.value || permit.value == deviation.after);
}

/// The rule as docs say it, minute by minute: is every (some) moment at which the change may have been
/// permitted?
Verdict reference(const std::map<Id, PermitTicket>& tickets, const Deviation& deviation) {
  const bool known = deviation.earliest != Instant{};
  Instant first = known ? deviation.earliest : at(-1000), last = deviation.latest;
  const bool narrowed = deviation.stamp && *deviation.stamp >= first && *deviation.stamp <= last;
  if (narrowed) first = last = *deviation.stamp;
  bool some = false;
  for (const auto& [id, ticket] : tickets) {
    Instant end = ticket.closes;
    if (ticket.closed != Instant{} && (end == Instant{} || ticket.closed < end)) end = ticket.closed;
    if (ticket.opened == Instant{} || end < ticket.opened) continue;
    for (const auto& permit : ticket.permits) {
      if (!permits(permit, deviation)) continue;
      if (ticket.opened <= first && last <= end) return Verdict::covered;
      some = some || (!narrowed && ticket.opened <= last && end > first);
    }
  }
  return some ? Verdict::undecidable : Verdict::not_covered;
}

} // namespace

int main(int argc, char** argv) {
  const unsigned seeds = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 40;
  std::map<Verdict, int> seen;
  for (unsigned seed = 1; seed <= seeds; ++seed) {
    Dice dice(seed);
    Permits index;
    std::map<Id, PermitTicket> tickets;
    for (int step = 0; step < 2000; ++step) {
      const auto id = static_cast<Id>(1 + dice.below(24));
      if (dice.below(3) == 0) {
        tickets[id] = a_ticket(dice, id);
        index.put(tickets[id]);
      } else if (dice.below(8) == 0) {
        tickets.erase(id);
        index.drop(id);
      }
      const auto deviation = a_deviation(dice);
      const auto judged = index.judge(deviation);
      const auto expected = reference(tickets, deviation);
      ++seen[expected];
      if (judged.verdict == expected && index.size() == tickets.size()) continue;
      std::printf("seed %u step %d: %s is judged %s, the reference says %s\n", seed, step,
                  deviation.path.c_str(), std::string(name_of(judged.verdict)).c_str(),
                  std::string(name_of(expected)).c_str());
      return 1;
    }
  }
  if (seen.size() != 3) return std::puts("the histories do not reach all three verdicts"), 1;
  std::printf("covered %d, not covered %d, undecidable %d\n", seen[Verdict::covered],
              seen[Verdict::not_covered], seen[Verdict::undecidable]);
}
