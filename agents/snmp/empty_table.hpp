// Whether a table that shows no row has none, or was lost. A walk alone cannot tell: what ends it is the next
// object, whoever took the rows away. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "agents/snmp/gathered.hpp"
#include "agents/snmp/gets.hpp"
#include "agents/snmp/job.hpp"
#include "agents/snmp/profile.hpp"

namespace assent::snmp {

/// What to ask about the tables whose walks all came to their end without a row: `counted-by`; and, to see
/// whether the device knows the object, an instance that no row has, of a column of the table and of one that
/// no MIB defines.
std::vector<Oid> questions_about_empty(const Profile& profile, const Gathered& gathered);

/// The names of those that certainly are empty: by `counted-by`, 0; where the device has no such object,
/// because it knows the column (noSuchInstance) and says otherwise of an object that it does not know
/// (noSuchObject; RFC 3416, 4.2.1). An agent that answers both alike proves nothing, nor does a device that
/// started less than five minutes ago: it may not have filled its tables yet.
std::set<std::string> proved_empty(const Profile& profile, const Gathered& gathered, const Gets& answers);

} // namespace assent::snmp
