#include "agents/snmp/config.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace assent::snmp {

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
    config.community_files.emplace(text_of(each.as_object(), "name"),
                                   text_of(each.as_object(), "community-file"));
  const json::object& limits = object_of(*content, "limits");
  config.limits.in_flight = number_of(limits, "in-flight", config.limits.in_flight);
  config.limits.tries = static_cast<int>(number_of(limits, "tries", 3));
  Result<Duration> timeout = parse_duration(text_of(limits, "timeout", "3s"));
  if (!timeout) return std::move(timeout).error();
  config.limits.timeout = *timeout;
  return config;
}

Result<std::map<std::string, Secret>> read_credentials(const Config& config) {
  std::map<std::string, Secret> credentials;
  for (const auto& [name, file] : config.community_files) {
    Result<Secret> secret = Secret::from_file(file);
    if (!secret) return std::move(secret).error();
    credentials.emplace(name, std::move(secret).value());
  }
  return credentials;
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
