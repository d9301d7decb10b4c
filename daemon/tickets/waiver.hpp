// Waivers: which devices may be read with less protection than SNMPv3 authPriv, why, and until when. A part
// of the policy, so that only a ticket with policy authority changes them. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/time.hpp"

namespace assent::tickets {

struct Waiver {
  std::string name;
  /// `v1`, `v2c`, `no-authentication`, `no-privacy`, `md5`, `des` (assent-types:weakness).
  std::vector<std::string> weaknesses;
  std::vector<std::string> networks, organisations, labels; ///< of devices; empty: all
  std::string reason;
  Instant expires{}; ///< the first moment at which it is no longer good
  int line = 0;      ///< in the policy's text; 0: not known
};

} // namespace assent::tickets
