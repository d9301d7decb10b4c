#include "daemon/tickets/waiver.hpp"

#include <algorithm>

#include "daemon/tickets/policy_match.hpp"

namespace assent::tickets {

std::vector<const Waiver*> Policy::waivers_of(const registry::Registry& registry,
                                              const registry::Device& device, Instant now) const {
  std::vector<const Waiver*> good;
  for (const Waiver& waiver : waivers_) {
    if (now >= waiver.expires) continue;
    Match match;
    match.networks = waiver.networks;
    match.organisations = waiver.organisations;
    match.labels = waiver.labels;
    if (covers(match, device, registry)) good.push_back(&waiver);
  }
  return good;
}

std::vector<std::string> Policy::waived(const registry::Registry& registry, const registry::Device& device,
                                        Instant now) const {
  std::vector<std::string> weaknesses;
  for (const Waiver* waiver : waivers_of(registry, device, now))
    for (const std::string& weakness : waiver->weaknesses)
      if (std::find(weaknesses.begin(), weaknesses.end(), weakness) == weaknesses.end())
        weaknesses.push_back(weakness);
  std::sort(weaknesses.begin(), weaknesses.end());
  return weaknesses;
}

} // namespace assent::tickets
