// SIGHUP: assentd.yaml is read anew.
#pragma once

#include <string>

#include "daemon/daemon.hpp"

namespace assent {

/// Takes over what the file says anew: doors, status port, syslog receivers, checkpoint key and file,
/// proposed files, log level and language. Nothing of it where the file has a mistake, the checkpoint key
/// can't be read or a door can't be opened: then `config` and everything that runs stay as they are. What a
/// running daemon can't change (database, policies, messages) is named in the log and in the journal's entry,
/// and stays in `config` as it runs. Main thread. Gives the options that wait for a restart.
Result<std::vector<std::string>> reload(const std::string& path, Config& config, api::Server& server,
                                        Outlets& outlets, core::Core& core);

/// The options whose wanted value a running daemon can't take over.
std::vector<std::string> restart_needed(const Config& running, const Config& wanted);

} // namespace assent
