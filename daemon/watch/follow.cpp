// How a baseline moves: by what permits cover, and with a new revision of the device's profile.
#include <algorithm>

#include "daemon/watch/device.hpp"

namespace assent::watch {

/// All that the new revision reads otherwise has been read, and every deviation is known by its finding.
bool DeviceWatch::may_follow(const Reread& reread, const std::vector<std::string>& reported) const {
  return surplus_ == 0 && std::none_of(reported.begin(), reported.end(),
                                       [&](const std::string& root) { return reread.concerns(root); });
}

/// What the new revision explains: to be adopted where it is followed now, else put off. What was a finding
/// before the revision came stays one.
std::vector<Difference> DeviceWatch::take_revised(Comparison& comparison, bool follows) const {
  std::vector<Difference> adopted;
  for (Difference& difference : comparison.revised) {
    if (!follows)
      comparison.ignored.insert(std::move(difference.path));
    else if (deviations.contains(difference.path))
      comparison.deviations.push_back(std::move(difference));
    else
      adopted.push_back(std::move(difference));
  }
  comparison.revised.clear();
  return adopted;
}

/// By what permits cover, and by what a new revision of the profile shows.
Status DeviceWatch::move_baseline(const Case& given, const std::string& before,
                                  const std::vector<Difference>& adopted, Outcome::Move& move) {
  std::vector<Difference> changes = move.changes;
  changes.insert(changes.end(), adopted.begin(), adopted.end());
  auto moved = with_changes(before, changes);
  if (!moved) return moved.error();
  move.text = std::move(*moved);
  baseline->fingerprint = fingerprint(move.text);
  if (move.revised) {
    baseline->profile = given.observation.profile;
    baseline->revision = given.observation.revision;
    move.revised_by = given.revised->ticket;
    for (const Difference& difference : adopted)
      ++move.adopted[schema_path(difference.path)];
  }
  if (const Id ticket = move.used.empty() ? move.revised_by : move.used.back().first; ticket != 0)
    baseline->ticket = ticket;
  move.baseline = *baseline;
  return Done{};
}

} // namespace assent::watch
