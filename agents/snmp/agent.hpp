// The running agent: the polling loop and the two threads that talk with the daemon.
#pragma once

#include "agents/snmp/config.hpp"
#include "common/messages.hpp"
#include "common/time.hpp"

namespace assent::snmp {

/// Runs until SIGTERM or SIGINT; what was seen and not yet acknowledged is given a moment to leave. Blocks
/// the signals in all threads; call it before any other thread exists.
Status run_agent(const Config& config, const std::string& policies, const Catalogue& catalogue,
                 const Clock& clock);

} // namespace assent::snmp
