#include "daemon/reload.hpp"

namespace assent {

std::vector<std::string> restart_needed(const Config& running, const Config& wanted) {
  std::vector<std::string> out;
  if (running.database != wanted.database) out.emplace_back("database");
  if (running.policies != wanted.policies) out.emplace_back("policies");
  if (running.messages != wanted.messages) out.emplace_back("messages");
  return out;
}

Result<std::vector<std::string>> reload(const std::string& path, Config& config, api::Server& server,
                                        Outlets& outlets, core::Core& core) {
  auto read = read_config(path);
  if (!read) return std::move(read).error();
  core::Core::Renewal renewal;
  if (!read->checkpoint_key.empty()) {
    auto signer = trust::Signer::load(read->checkpoint_key);
    if (!signer) return std::move(signer).error();
    renewal.signer = std::move(signer).value();
  }
  if (auto renewed = server.renew({read->doors, read->status, read->language}); !renewed)
    return std::move(renewed).error();
  outlets.replace(*read);
  renewal.proposed = read->proposed;
  renewal.checkpoint_file = read->checkpoint_file;
  renewal.config_sha256 = read->sha256;
  renewal.restart = restart_needed(config, *read);
  read->database = config.database;
  read->policies = config.policies;
  read->messages = config.messages;
  config = std::move(read).value();
  auto waiting = renewal.restart;
  core.reload(std::move(renewal));
  return waiting;
}

} // namespace assent
