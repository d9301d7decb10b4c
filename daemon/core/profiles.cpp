// What profiles of record say: which stamps prove something, and what each revision lets devices show.
#include "daemon/core/state.hpp"

namespace assent::core {
namespace {

StampTrust trust_of(const json::object& content, std::uint64_t revision) {
  StampTrust trust;
  trust.revision = revision;
  for (const auto& hint : array_of(content, "hints")) {
    const auto moves_on = text_of(hint.as_object(), "moves-on", "anything");
    if (moves_on != "anything") trust.entering[text_of(hint.as_object(), "name")] = moves_on == "entering";
  }
  return trust;
}

} // namespace

void learn_revision(State& state, model::Model& model, const json::object& profile, Id ticket) {
  const std::string name = text_of(profile, "name");
  const auto content = model.bind_yaml(text_of(profile, "text"), name, "assent-policy:profile");
  if (!content) return;
  state.revisions[name][number_of(profile, "revision")] = {watch::sight_of(*content), ticket};
}

void learn_profile(State& state, model::Model& model, const json::object& profile, std::optional<Id> ticket) {
  const std::string name = text_of(profile, "name");
  const std::uint64_t revision = number_of(profile, "revision");
  const auto content = model.bind_yaml(text_of(profile, "text"), name, "assent-policy:profile");
  // A profile that an older daemon accepted and this one cannot read vouches for nothing; the agent says so,
  // too.
  state.stamp_trust[name] = content ? trust_of(*content, revision) : StampTrust{revision, {}};
  if (!content) return;
  ProfileRevision& known = state.revisions[name][revision];
  known.sight = watch::sight_of(*content);
  if (ticket) known.ticket = *ticket;
}

std::optional<watch::Revised> revised(const State& state, const registry::Device& device,
                                      const watch::Observation& observation) {
  const auto baseline = state.watch.baseline(device.id);
  if (!baseline || baseline->profile != observation.profile || baseline->revision >= observation.revision)
    return std::nullopt;
  // Which revision counts is the register's word, not the agent's.
  const auto trust = state.stamp_trust.find(observation.profile);
  if (device.profile != observation.profile || trust == state.stamp_trust.end() ||
      trust->second.revision != observation.revision)
    return std::nullopt;
  const auto known = state.revisions.find(observation.profile);
  if (known == state.revisions.end()) return std::nullopt;
  const auto before = known->second.find(baseline->revision),
             after = known->second.find(observation.revision);
  if (before == known->second.end() || after == known->second.end()) return std::nullopt;
  return watch::Revised{watch::reread(before->second.sight, after->second.sight), after->second.ticket};
}

} // namespace assent::core
