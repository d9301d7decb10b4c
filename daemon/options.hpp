// assentd.yaml as values, and the command line. Reference: policies/assent-config.yang.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/messages.hpp"
#include "daemon/api/server.hpp"
#include "daemon/model/model.hpp"
#include "daemon/syslog/sender.hpp"

namespace assent {

struct Config {
  std::string sha256; ///< of the file's bytes; journalled at each start
  std::string database;
  std::vector<api::Server::Door> doors;
  std::vector<std::string> agents; ///< names
  std::optional<api::Server::Status> status;
  std::vector<syslog::Target> syslog;
  std::string checkpoint_key, checkpoint_file;
  std::string policies, messages;
  std::vector<std::string> proposed;
  std::string log_level;
  Language language = Language::en;
};

/// Reads a file of at most 4 MiB; Fault::outside with `daemon.file-unreadable`.
Result<std::string> read_file(const std::string& path);

/// The directory of YANG modules for a configuration text: what its line `policies:` names, since the model
/// that checks the file is made of these modules. Empty where there is no such line.
std::string policies_of(std::string_view config_text);

/// Reads and binds assentd.yaml; all mistakes at once.
Result<Config> read_config(const std::string& path);

/// Everything that can be checked without touching the database: catalogues, checkpoint key, proposed files.
Status check(const Config& config);

struct Arguments {
  enum class Do : std::uint8_t { serve, check, found, version, list_events, stop } what = Do::serve;
  std::string config = "/etc/assentd/assentd.yaml";
  std::string founding;
  int exit_status = 0; ///< Do::stop: help was shown, or the usage was wrong
};
Arguments parse_arguments(int count, char** values);

/// This program's version and those of its libraries, one on each line.
std::string versions();

/// `assentd --found FILE`: reads FILE and FILE.HANDLE.sig, creates the store; the installation id.
Result<std::string> found(const Config& config, const std::string& file, Clock& clock);

} // namespace assent
