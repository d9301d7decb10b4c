// The agent's messages to its daemon, printed straight into JSON text: a report holds a hundred thousand
// numbers.
#pragma once

#include <string>
#include <string_view>

#include "agents/snmp/outbox.hpp"
#include "common/time.hpp"

namespace assent::snmp {

/// The input of one `assent-agent:report` (docs/architecture.md). A cell that the device did not fill is
/// `unknown`.
std::string report_message(const Batch& batch, std::string_view session, std::uint64_t sequence,
                           Instant sent);

/// The input of `assent-agent:tree`.
std::string tree_message(const StateSeen& state, std::string_view session, std::uint64_t sequence);

/// The input of `assent-agent:plan`.
std::string plan_message(std::uint64_t version);

} // namespace assent::snmp
