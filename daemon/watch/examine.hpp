// The heavy part of judging a reading, which needs nothing that core's thread owns: whether the text is what
// it says, and how it differs from the baseline. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/watch/comparison.hpp"
#include "daemon/watch/device.hpp"
#include "daemon/watch/watch.hpp"

namespace assent::watch {

/// What to examine, as it is known when the reading comes.
struct Examining {
  Id device = 0;
  std::string fingerprint;
  std::string profile;
  std::uint64_t revision = 0;
  std::vector<std::string> reported, empty; ///< unknown_roots, empty_paths
  std::optional<Baseline> baseline;
  std::optional<Reread>
      reread; ///< where the baseline is of another revision, and it is known how they differ
};
Examining examining(const Observation& observation, const std::optional<Baseline>& baseline,
                    const Revised* revised);

struct Examined {
  Examining of;
  std::optional<Error> failed; ///< as Outcome::failed
  std::string before;          ///< the baseline's text
  Comparison comparison;       ///< nothing where there is no baseline
};
/// `text`: the reading's; `tree_of` gives the baseline's.
Examined examine(Examining what, const std::string& text, const TreeOf& tree_of);

/// Does it still speak of this? A baseline may have moved meanwhile.
bool is_for(const Examined& examined, const Examining& what);

} // namespace assent::watch
