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
  std::set<std::string> unknown;      ///< schema paths
  std::set<std::string> invisible;    ///< schema paths of the profile that the device does not show at all
  std::set<std::string> empty;        ///< schema paths of which it said that there is nothing
  std::set<std::string> empty_tables; ///< tables that are proved to be empty
  std::set<std::string> notes;        ///< for people: names of sets, ports without a name
  InterfaceNames names;
  std::set<Oid> seen; ///< columns and scalars that had a value
};

/// `seen_before`: columns and scalars that had values earlier in this session; one of them that has none now
/// is unknown, not empty, unless its table was proved to be empty twice: `empty_before` are the tables of
/// which the last reading proved it. (A subagent that restarts has empty tables for a while.)
Interpreted interpret(const Profile& profile, const Gathered& gathered, const std::set<Oid>& seen_before,
                      const std::set<std::string>& empty_before = {});

} // namespace assent::snmp
