#include "agents/snmp/trap_turn.hpp"

namespace assent::snmp {
namespace {

constexpr Steady count_every = std::chrono::seconds(5);

} // namespace

Result<Traps> open_traps(const Config& config) {
  Traps traps;
  Result<std::unique_ptr<TrapSockets>> sockets = TrapSockets::open(config.traps);
  if (!sockets) return std::move(sockets).error();
  traps.sockets = std::move(*sockets);
  Result<std::vector<Secret>> communities = read_trap_communities(config);
  if (!communities) return std::move(communities).error();
  traps.communities = std::move(*communities);
  return traps;
}

void TrapTurn::run(Moment now) {
  if (!sockets_->any()) return;
  sockets_->receive(
      now.steady, [&](const Endpoint& from, std::string_view bytes) { return desk_.take(from, bytes, now); });
  desk_.tell(now);
  if (now.steady < count_at_) return;
  count_at_ = now.steady + count_every;
  std::map<std::string, std::uint64_t> figures = desk_.figures().by_name();
  figures["kernel"] = sockets_->dropped();
  if (figures == counted_) return;
  counted_ = figures;
  outbox_.count(std::move(figures));
}

} // namespace assent::snmp
