// The agent's own file, assent-snmp.yaml.
#pragma once

#include <map>
#include <string>

#include "agents/snmp/poller.hpp"
#include "common/result.hpp"
#include "daemon/model/model.hpp"

namespace assent::snmp {

struct Config {
  std::string name, socket, log_level = "info";
  std::map<std::string, std::string> community_files; ///< credential to file
  PollLimits limits;
};

/// Binds `assent-agent:agent`; all mistakes at once.
Result<Config> read_config(model::Model& model, const std::string& file);

/// Reads all communities; the first that cannot be used is the error.
Result<std::map<std::string, Secret>> read_credentials(const Config& config);

/// The whole of a file of at most 4 MiB.
Result<std::string> read_text(const std::string& file);

/// `given`, else $ASSENT_POLICIES, else ../share/assentd/policies beside the program's folder where that is,
/// else that of the source tree which the program was built in, else `policies` in the working directory.
std::string policies_directory(const std::string& given);

} // namespace assent::snmp
