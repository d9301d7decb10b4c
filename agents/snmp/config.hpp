// The agent's own file, assent-snmp.yaml.
#pragma once

#include <map>
#include <string>

#include "agents/snmp/poller.hpp"
#include "common/result.hpp"
#include "daemon/model/model.hpp"

namespace assent::snmp {

/// A credential as the file has it: secrets are names of files.
struct CredentialFiles {
  Credential::Version version = Credential::Version::v2c;
  std::string community;     ///< v2c
  std::string user, context; ///< v3
  usm::Auth authentication = usm::Auth::none;
  usm::Priv privacy = usm::Priv::none;
  std::string authentication_file, privacy_file;
};

struct Config {
  std::string name, socket, log_level = "info";
  std::map<std::string, CredentialFiles> credentials;
  std::string state;                         ///< directory; empty: nothing of SNMPv3 survives a restart
  std::vector<Endpoint> traps;               ///< where notifications are received
  std::vector<std::string> trap_communities; ///< files
  PollLimits limits;
};

/// Binds `assent-agent:agent`; all mistakes at once.
Result<Config> read_config(model::Model& model, const std::string& file);

/// Reads all secrets and makes keys of passwords, some milliseconds each; the first that cannot be used is
/// the error.
Result<std::map<std::string, Credential>> read_credentials(const Config& config);
/// One of them.
Result<Credential> read_credential(const CredentialFiles& files);

/// The communities that notifications may bear; the first that cannot be used is the error.
Result<std::vector<Secret>> read_trap_communities(const Config& config);

/// The whole of a file of at most 4 MiB.
Result<std::string> read_text(const std::string& file);

/// `given`, else $ASSENT_POLICIES, else ../share/assentd/policies beside the program's folder where that is,
/// else that of the source tree which the program was built in, else `policies` in the working directory.
std::string policies_directory(const std::string& given);

} // namespace assent::snmp
