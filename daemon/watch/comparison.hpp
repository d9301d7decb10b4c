// One reading against one baseline: what differs, what is unknown, what is to be ignored. Pure; part of the
// watch.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "daemon/watch/canonical.hpp"
#include "daemon/watch/sight.hpp"

namespace assent::watch {

struct Comparison {
  std::vector<Difference> deviations; ///< certain ones, by path
  std::vector<Difference> revised;    ///< those that only the other revision of the profile explains
  std::set<std::string> ignored;      ///< paths that differ, but that the baseline's revision could not see
  std::vector<std::string> roots;     ///< schema paths that are unknown: reported, or nowhere in the reading
};

/// `reported`: what the agent could not read (unknown_roots). `empty`: of what the device said that there is
/// nothing (empty_paths). `same_profile`: both are of one profile revision; else `reread` says what the
/// reading's revision changes, where that is known.
Comparison compare(const std::vector<Leaf>& baseline, const std::vector<Leaf>& reading,
                   const std::vector<std::string>& reported, const std::vector<std::string>& empty,
                   bool same_profile, const Reread* reread = nullptr);

} // namespace assent::watch
