// `--probe`: one reading of one device, without a daemon.
#pragma once

#include <memory>

#include "agents/snmp/poller.hpp"
#include "common/result.hpp"
#include "daemon/watch/canonical.hpp"

namespace assent::snmp {

struct Probed {
  StateSeen state;
  PollFigures figures;
};

/// Reads the device once, whatever the credential's weaknesses: a person asks; Fault::outside where it does
/// not answer.
Result<Probed> probe(const Endpoint& at, std::shared_ptr<const Profile> profile, Credential credential,
                     PollLimits limits, const Clock& clock);

/// The canonical text; what is unknown, not shown and worth a note follows as comments.
std::string probed_text(const Probed& probed);

} // namespace assent::snmp
