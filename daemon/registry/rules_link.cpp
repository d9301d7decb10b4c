// What a link may say of itself: docs/watch.md, "Bandwidth".
#include "common/time.hpp"
#include "daemon/registry/rules.hpp"

namespace assent::registry {
namespace {

/// How many uplinks may follow each other.
constexpr int deepest = 8;
/// A raised entitlement that outlives this is an entitlement.
constexpr auto longest_raise = std::chrono::hours{24 * 366};

Error wrong(std::string member, std::string expected) {
  Error error = fail(Fault::invalid, "registry.body-wrong", {{"kind", "link"}});
  Mistake mistake;
  mistake.path = member;
  mistake.what = {"registry.member-wrong", {{"member", std::move(member)}}};
  mistake.expected = {std::move(expected), {}};
  error.mistakes.push_back(std::move(mistake));
  return error;
}

Status allowed_uplink(State& state, Id id, const record::Link& next) {
  int depth = 0;
  for (Id at = next.uplink; at != 0; ++depth) {
    const auto* above = state.find<record::Link>(at);
    if (at == id || depth >= deepest)
      return fail(Fault::refused, "registry.uplink-circle", {{"link", next.name}});
    if (above->network != next.network)
      return fail(Fault::refused, "registry.uplink-elsewhere",
                  {{"link", above->name}, {"network", state.name({Kind::network, next.network})}});
    at = above->uplink;
  }
  return Done{};
}

Status allowed_raise(const record::Link& next) {
  const bool none = next.raised == 0 && next.raised_from.empty() && next.raised_until.empty();
  if (none) return Done{};
  const auto from = parse_instant(next.raised_from), until = parse_instant(next.raised_until);
  if (next.raised == 0) return wrong("raised", "registry.expect-raise");
  if (!from) return wrong("raised-from", "registry.expect-raise");
  if (!until || *until <= *from || *until - *from > longest_raise)
    return wrong("raised-until", "registry.expect-raise");
  return Done{};
}

} // namespace

Status allowed_link(State& state, Id id, const record::Link& next) {
  if (!next.towards.empty() && next.towards != "organisation" && next.towards != "network")
    return wrong("towards", "registry.expect-towards");
  if (auto status = allowed_raise(next); !status) return status;
  return allowed_uplink(state, id, next);
}

} // namespace assent::registry
