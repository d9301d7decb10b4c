// The past in commands: `history`, and `--at` of list and show.
#pragma once

#include "agents/ctl/session.hpp"

namespace assent::ctl {

Exit show_history(Session& session);
Exit list_past(Session& session); ///< with --at
Exit show_past(Session& session);

/// RFC 3339: the moment that --at of a list or show names (a day is its end, in the machine's zone). Empty
/// where none is asked for.
Result<std::string> moment_asked(const Session& session);

} // namespace assent::ctl
