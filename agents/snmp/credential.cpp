#include "agents/snmp/credential.hpp"

#include <algorithm>

namespace assent::snmp {

std::vector<std::string_view> Credential::weaknesses() const {
  if (version == Version::v2c) return {"v2c"};
  std::vector<std::string_view> weak;
  if (keys.auth == usm::Auth::none) weak.emplace_back("no-authentication");
  if (keys.priv == usm::Priv::none) weak.emplace_back("no-privacy");
  if (keys.auth == usm::Auth::md5) weak.emplace_back("md5");
  if (keys.priv == usm::Priv::des) weak.emplace_back("des");
  return weak;
}

std::string_view Credential::not_waived(const std::vector<std::string>& waived) const {
  for (const std::string_view weak : weaknesses())
    if (std::ranges::find(waived, weak) == waived.end()) return weak;
  return {};
}

} // namespace assent::snmp
