// coverage: one deviation judged with 10,000 open tickets; the worst of the three verdicts is printed.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "daemon/tickets/coverage.hpp"

using namespace assent;
using namespace assent::tickets;

namespace {

constexpr Id tickets = 10'000;
constexpr int rounds = 20'000;

Instant at(int minute) {
  return Instant{std::chrono::seconds{1'800'000'000}} + std::chrono::minutes{minute};
}

std::string path_of(Id number) {
  return "/interfaces/interface[name='Gi0/" + std::to_string(number) + "']/description";
}

Permits world() {
  Permits permits;
  for (Id i = 1; i <= tickets; ++i) {
    PermitTicket ticket{i, "open", at(0), {}, at(60), {}, ""};
    Permit permit;
    // Half of them crowd on ten devices and one label, the rest has a device each.
    if (i % 4 == 0)
      permit.label = "access";
    else
      permit.device = i % 2 == 0 ? i % 10 + 1 : i;
    permit.path =
        PathPattern::parse(i % 3 == 0 ? "/vlans/vlan[id='" + std::to_string(i) + "']/**" : path_of(i))
            .value();
    ticket.permits.push_back(permit);
    permits.put(std::move(ticket));
  }
  return permits;
}

double microseconds(const Permits& permits, int minute, std::size_t& covered) {
  Deviation deviation;
  deviation.labels = {"access"};
  deviation.after = "x";
  deviation.earliest = at(minute);
  deviation.latest = at(minute + 5);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i) {
    const auto number = static_cast<Id>(i) % tickets + 1;
    deviation.device = number % 2 == 0 ? number % 10 + 1 : number;
    deviation.path = path_of(number);
    covered += permits.judge(deviation).verdict == Verdict::covered;
  }
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count() / rounds;
}

} // namespace

int main() {
  const auto permits = world();
  std::size_t covered = 0;
  const auto worst = std::max({microseconds(permits, 10, covered), microseconds(permits, 58, covered),
                               microseconds(permits, 90, covered)});
  if (covered == 0) return 1;
  std::printf("coverage %.2f us\n", worst);
}
