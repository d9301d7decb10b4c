// From SNMP objects to the tree of the device: what a reading shows, and what it could not see. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "agents/snmp/gathered.hpp"
#include "agents/snmp/names.hpp"
#include "agents/snmp/profile.hpp"
#include "daemon/watch/canonical.hpp"

namespace assent::snmp {

struct Interpreted {
  watch::CanonicalBuilder tree;
  std::set<std::string> unknown;   ///< schema paths
  std::set<std::string> invisible; ///< schema paths of the profile that the device does not show at all
  std::set<std::string> notes;     ///< for people: names of sets, ports without a name
  InterfaceNames names;
  std::set<Oid> seen; ///< columns and scalars that had a value
};

/// `seen_before`: columns and scalars that had values earlier in this session; one of them that has none now
/// is unknown, not empty.
Interpreted interpret(const Profile& profile, const Gathered& gathered, const std::set<Oid>& seen_before);

} // namespace assent::snmp
