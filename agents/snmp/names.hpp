// Indexes become names: they move after a reboot, names do not. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agents/snmp/gathered.hpp"
#include "agents/snmp/profile.hpp"

namespace assent::snmp {

struct InterfaceName {
  std::string said; ///< as the device says it, before two of one name are told apart; text
  std::string name; ///< unique on the device
};

struct InterfaceNames {
  std::map<std::uint32_t, InterfaceName> by_index;
  std::vector<std::string> ambiguous; ///< names that only the order of rows tells apart
  bool known = false;                 ///< all columns that name could be read
  bool shared = false;                ///< some rows have one name and are told apart by MAC or order
};

/// The rule is in docs/formats/profile.md, "Names".
InterfaceNames interface_names(const Profile& profile, const Gathered& gathered);

} // namespace assent::snmp
