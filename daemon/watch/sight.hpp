// What a revision of a profile lets its devices show, and what another revision changes in that. Pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/ids.hpp"
#include "common/json.hpp"
#include "daemon/watch/canonical.hpp"

namespace assent::watch {

/// What of the profile bears on one leaf: two leaves with equal rules show the same of the same device.
struct LeafRule {
  std::string value; ///< the rules that make its value; SHA-256
  std::string rows;  ///< those that say which entries there are and how they are called; SHA-256
  friend bool operator==(const LeafRule&, const LeafRule&) = default;
};
/// By schema path.
using Sight = std::map<std::string, LeafRule>;

/// Of the content of a profile (`assent-policy:profile`). What cannot be understood has no leaf.
Sight sight_of(const json::object& profile);

/// From one revision to another.
struct Reread {
  std::set<std::string> newly;     ///< schema paths that only the new one reads
  std::set<std::string> no_longer; ///< that only the old one reads
  std::set<std::string> otherwise; ///< whose entries, or values too, come from other rules
  std::set<std::string> revalued;  ///< of these: whose values do

  /// The new revision alone can be why this differs: a leaf that was never read, or is not any more, or is
  /// read by another rule. A value under an old name that is read as before is none of its doing.
  bool explains(const std::string& schema, const Difference& difference) const;
  /// Could it explain anything at or below this schema path, or above it?
  bool concerns(std::string_view schema) const;
};
Reread reread(const Sight& before, const Sight& after);

/// The revision of record of the profile that a device is read by, where its baseline is of an older one.
struct Revised {
  Reread reread;
  Id ticket = 0; ///< that brought the revision
};

} // namespace assent::watch
