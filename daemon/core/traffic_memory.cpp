// What the bandwidth watch knows over a restart: samples of five minutes and, in the store's area `link`, one
// text for each link and one (key 0) for all of them. Outside the journal: nothing is decided by it.
#include <charconv>

#include "daemon/core/state.hpp"

namespace assent::core {
namespace {

using watch::Direction;
using What = watch::News::What;

constexpr std::string_view area = "link";
constexpr std::pair<std::string_view, What> kinds[] = {{"uplink-congested", What::congestion},
                                                       {"link-abuse", What::abuse},
                                                       {"link-excess", What::excess},
                                                       {"link-unmeasured", What::unmeasured}};

std::optional<Id> number_in(std::string_view text) {
  Id id = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
  if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return id;
}

/// Alarms of a version that kept nothing of links: they hold until there is evidence to end them.
void believe_alarms(State& state) {
  constexpr std::string_view prefix = "link/";
  for (const auto* alarm : state.alarms.active())
    for (const auto& [type, what] : kinds) {
      if (alarm->key.type != type || !alarm->key.resource.starts_with(prefix)) continue;
      const auto link = number_in(std::string_view(alarm->key.resource).substr(prefix.size()));
      const Direction direction =
          alarm->key.qualifier == name_of(Direction::down) ? Direction::down : Direction::up;
      if (link && !state.traffic.holds(*link, what, direction))
        state.traffic.set_verdict(*link, what, direction, {true, alarm->raised});
    }
}

} // namespace

void keep_traffic(Step& step) {
  for (auto& [id, text] : step.state.traffic.take_kept())
    step.batch.kept.push_back({std::string(area), std::to_string(id), std::move(text)});
}

void keep_all_traffic(Step& step) {
  step.state.traffic.keep_all();
  keep_traffic(step);
}

bool same_hours(const tickets::Bandwidth& one, const tickets::Bandwidth& other) {
  if (one.utc_offset != other.utc_offset) return one.hours.empty() && other.hours.empty();
  for (int hour = 0; hour < 168; ++hour) {
    const Instant at = Instant{std::chrono::hours{hour}} - one.utc_offset;
    if (one.percent_at(at) != other.percent_at(at)) return false;
  }
  return true;
}

Status restore_traffic(State& state, store::Reader& reader, Instant now) {
  load_traffic(state, now);
  std::map<Id, watch::Evidence> kept;
  std::optional<Error> damaged;
  auto read = reader.each_kept(area, [&](store::Kept&& one) {
    const auto id = number_in(one.key);
    auto evidence = id ? watch::evidence_from(one.body)
                       : Result<watch::Evidence>(fail(Fault::outside, "traffic.not-understood"));
    if (evidence)
      kept.emplace(*id, *std::move(evidence));
    else if (!damaged)
      damaged = evidence.error();
  });
  if (!read) return read.error();
  if (damaged) return *damaged;
  // First what is about all links; then also links of which nothing but samples is known.
  state.registry.each(Kind::link, [&](const registry::Object& object) { kept.try_emplace(object.id); });
  const std::int64_t from = watch::slot_of(now - state.traffic.memory()), until = watch::slot_of(now) + 1;
  for (const auto& [id, evidence] : kept) {
    std::vector<watch::LinkSample> samples;
    if (state.traffic.matters(id)) {
      auto all = reader.samples(id, from, until, [&](const store::Sample& one) {
        samples.push_back({one.link, one.slot, one.up, one.down});
      });
      if (!all) return all.error();
    }
    state.traffic.restore(id, evidence, samples, now);
  }
  believe_alarms(state);
  return Done{};
}

} // namespace assent::core
