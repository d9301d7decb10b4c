#include "agents/snmp/config.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace assent::snmp {
namespace {

CredentialFiles files_of(const json::object& item) {
  CredentialFiles files;
  files.version = text_of(item, "version") == "v3" ? Credential::Version::v3 : Credential::Version::v2c;
  files.community = text_of(item, "community-file");
  files.user = text_of(item, "user");
  files.context = text_of(item, "context");
  files.authentication = usm::auth_of(text_of(item, "authentication", "sha256")).value_or(usm::Auth::sha256);
  files.privacy = usm::priv_of(text_of(item, "privacy", "aes128")).value_or(usm::Priv::aes128);
  files.authentication_file = text_of(item, "authentication-file");
  files.privacy_file = text_of(item, "privacy-file");
  return files;
}

} // namespace

Result<std::string> read_text(const std::string& file) {
  constexpr std::size_t bound = 4U << 20;
  std::ifstream in(file, std::ios::binary);
  std::string text(bound + 1, '\0');
  if (!in.read(text.data(), static_cast<std::streamsize>(text.size())) && !in.eof())
    return fail(Fault::outside, "snmp.file-unreadable", {{"file", file}, {"why", std::strerror(errno)}});
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > bound) return fail(Fault::invalid, "snmp.file-too-big", {{"file", file}});
  return text;
}

Result<Config> read_config(model::Model& model, const std::string& file) {
  Result<std::string> text = read_text(file);
  if (!text) return std::move(text).error();
  Result<json::object> content = model.bind_yaml(*text, file, "assent-agent:agent");
  if (!content) return std::move(content).error();
  Config config;
  config.name = text_of(*content, "name");
  config.socket = text_of(*content, "socket");
  config.log_level = text_of(*content, "log-level", "info");
  for (const json::value& each : array_of(*content, "credentials"))
    config.credentials.emplace(text_of(each.as_object(), "name"), files_of(each.as_object()));
  // Where systemd keeps it, unless the file says otherwise.
  const char* const given = std::getenv("STATE_DIRECTORY");
  config.state = text_of(*content, "state", given == nullptr ? "" : given);
  const json::object& traps = object_of(*content, "traps");
  for (const json::value& each : array_of(traps, "listen")) {
    const auto port = static_cast<std::uint16_t>(number_of(each.as_object(), "port"));
    if (const auto at = Endpoint::of(text_of(each.as_object(), "address"), port)) config.traps.push_back(*at);
  }
  for (const json::value& each : array_of(traps, "community-files"))
    config.trap_communities.emplace_back(each.as_string());
  const json::object& limits = object_of(*content, "limits");
  config.limits.in_flight = number_of(limits, "in-flight", config.limits.in_flight);
  config.limits.tries = static_cast<int>(number_of(limits, "tries", 3));
  Result<Duration> timeout = parse_duration(text_of(limits, "timeout", "3s"));
  if (!timeout) return std::move(timeout).error();
  config.limits.timeout = *timeout;
  return config;
}

Result<Credential> read_credential(const CredentialFiles& files) {
  if (files.version == Credential::Version::v2c) {
    Result<Secret> community = Secret::from_file(files.community);
    if (!community) return std::move(community).error();
    return Credential(std::move(community).value());
  }
  Secret authentication, privacy;
  for (const auto& [file, secret] :
       {std::pair{&files.authentication_file, &authentication}, std::pair{&files.privacy_file, &privacy}}) {
    const bool needed =
        secret == &privacy ? files.privacy != usm::Priv::none : files.authentication != usm::Auth::none;
    if (!needed) continue;
    Result<Secret> read = Secret::from_file(*file);
    if (!read) return std::move(read).error();
    // RFC 3414 section 11.2
    if (read->reveal().size() < 8) return fail(Fault::invalid, "snmp.secret-short", {{"file", *file}});
    *secret = std::move(read).value();
  }
  return Credential(usm::user_keys(files.user, files.authentication, authentication.reveal(), files.privacy,
                                   privacy.reveal()),
                    files.context);
}

Result<std::map<std::string, Credential>> read_credentials(const Config& config) {
  std::map<std::string, Credential> credentials;
  for (const auto& [name, files] : config.credentials) {
    Result<Credential> credential = read_credential(files);
    if (!credential) return std::move(credential).error();
    credentials.emplace(name, std::move(credential).value());
  }
  return credentials;
}

Result<std::vector<Secret>> read_trap_communities(const Config& config) {
  std::vector<Secret> communities;
  for (const std::string& file : config.trap_communities) {
    Result<Secret> secret = Secret::from_file(file);
    if (!secret) return std::move(secret).error();
    communities.push_back(std::move(secret).value());
  }
  return communities;
}

std::string policies_directory(const std::string& given) {
  if (!given.empty()) return given;
  if (const char* named = std::getenv("ASSENT_POLICIES"); named != nullptr && *named != '\0') return named;
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    const auto beside = program.parent_path().parent_path() / "share" / "assentd" / "policies";
    if (std::filesystem::is_directory(beside, error)) return beside;
    // build/PRESET/bin of a source tree
    const auto tree = program.parent_path().parent_path().parent_path().parent_path() / "policies";
    if (std::filesystem::exists(tree / "assent-agent.yang", error)) return tree;
  }
  return "policies";
}

} // namespace assent::snmp
