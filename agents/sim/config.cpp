#include "agents/sim/config.hpp"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <filesystem>

#include "agents/sim/device.hpp"
#include "agents/sim/recording.hpp"
#include "agents/snmp/secret.hpp"

namespace assent::sim {
namespace {

bool parse_port(std::string_view text, std::uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port != 0;
}

std::string where(const YAML::Node& node) {
  return "line " + std::to_string(node.Mark().line + 1) + ": ";
}

Result<DeviceSpec> device_of(const YAML::Node& node, const std::filesystem::path& folder) {
  DeviceSpec out;
  if (!node.IsMap()) return problem(where(node) + "a device is name, file, address, port and community");
  for (const auto& entry : node) {
    const auto key = entry.first.as<std::string>();
    const auto text = entry.second.as<std::string>();
    if (key == "name")
      out.name = text;
    else if (key == "file")
      out.file = (folder / text).string();
    else if (key == "address")
      out.address = text;
    else if (key == "community")
      out.community = text;
    else if (key != "port" || !parse_port(text, out.port))
      return problem(where(entry.first) + "unknown or wrong: " + key);
  }
  if (out.name.empty() || out.file.empty() || out.port == 0)
    return problem(where(node) + "a device needs name, file and port");
  if (out.address.empty()) out.address = "127.0.0.1";
  return out;
}

Result<snmp::Secret> password(const std::filesystem::path& file) {
  auto read = snmp::Secret::from_file(file.string());
  if (!read) return problem(file.string() + ": cannot be used (" + read.error().what.id + ")");
  return read;
}

Result<snmp::usm::UserKeys> user_of(const YAML::Node& node, const std::filesystem::path& folder) {
  namespace usm = snmp::usm;
  if (!node.IsMap()) return problem(where(node) + "a user is user, authentication and privacy");
  std::string name;
  std::optional<usm::Auth> auth = usm::Auth::sha256;
  std::optional<usm::Priv> priv = usm::Priv::aes128;
  snmp::Secret auth_password, priv_password;
  for (const auto& entry : node) {
    const auto key = entry.first.as<std::string>();
    const auto text = entry.second.as<std::string>();
    if (key == "user") {
      name = text;
    } else if (key == "authentication") {
      auth = usm::auth_of(text);
    } else if (key == "privacy") {
      priv = usm::priv_of(text);
    } else if (key == "authentication-file" || key == "privacy-file") {
      auto read = password(folder / text);
      if (!read) return read.error();
      (key == "privacy-file" ? priv_password : auth_password) = std::move(*read);
    } else {
      return problem(where(entry.first) + "unknown: " + key);
    }
  }
  if (name.empty() || name.size() > usm::max_user || !auth || !priv)
    return problem(where(node) + "a user needs a name and algorithms that are known");
  if ((*auth != usm::Auth::none && auth_password.reveal().empty()) ||
      (*priv != usm::Priv::none && (*auth == usm::Auth::none || priv_password.reveal().empty())))
    return problem(where(node) + "a user needs a file for each password");
  return usm::user_keys(name, *auth, auth_password.reveal(), *priv, priv_password.reveal());
}

Status read_config(const YAML::Node& root, const std::filesystem::path& folder, Config& config) {
  if (!root.IsMap()) return problem("a map was expected");
  for (const auto& entry : root) {
    const auto key = entry.first.as<std::string>();
    if (key == "control") {
      config.control = entry.second.as<std::string>();
    } else if (key == "rate") {
      config.rate = entry.second.as<std::uint64_t>();
    } else if (key == "answer-bytes") {
      config.answer_bytes = entry.second.as<std::size_t>();
    } else if (key == "devices" && entry.second.IsSequence()) {
      for (const auto& item : entry.second) {
        auto device = device_of(item, folder);
        if (!device) return device.error();
        config.devices.push_back(std::move(*device));
      }
    } else if (key == "users" && entry.second.IsSequence()) {
      for (const auto& item : entry.second) {
        auto user = user_of(item, folder);
        if (!user) return user.error();
        config.users.push_back(std::move(*user));
      }
    } else {
      return problem(where(entry.first) + "unknown or wrong: " + key);
    }
  }
  return Done{};
}

} // namespace

Config::Config() : answer_bytes(default_answer_bytes) {}

Result<DeviceSpec> parse_device(std::string_view text) {
  DeviceSpec out;
  const std::size_t equals = text.find('='), at = text.rfind('@');
  if (equals == std::string_view::npos || at == std::string_view::npos || at < equals)
    return problem("expected NAME=FILE@ADDRESS:PORT, found " + std::string(text));
  out.name = text.substr(0, equals);
  out.file = text.substr(equals + 1, at - equals - 1);
  std::string_view rest = text.substr(at + 1);
  if (const std::size_t comma = rest.find(','); comma != std::string_view::npos) {
    out.community = rest.substr(comma + 1);
    rest = rest.substr(0, comma);
  }
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos || !parse_port(rest.substr(colon + 1), out.port) || out.name.empty())
    return problem("expected NAME=FILE@ADDRESS:PORT, found " + std::string(text));
  out.address = rest.substr(0, colon);
  return out;
}

Status load_config(const std::string& file, Config& config) {
  // yaml-cpp reports mistakes by exceptions; they end here.
  try {
    const Status read = read_config(YAML::LoadFile(file), std::filesystem::path(file).parent_path(), config);
    if (!read) return problem(file + ": " + text_of(read.error()));
    return Done{};
  } catch (const YAML::Exception& error) {
    return problem(file + ": " + error.what());
  }
}

std::vector<DeviceSpec> fleet_devices(const Config& config) {
  std::vector<DeviceSpec> out;
  for (unsigned i = 0; i < config.fleet; ++i) {
    DeviceSpec spec;
    std::string digits = std::to_string(i + 1);
    spec.name = "fleet-" + std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
    spec.address = config.one_port ? "127.1." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1)
                                   : "127.0.0.1";
    spec.port = static_cast<std::uint16_t>(config.one_port ? config.first_port : config.first_port + i);
    out.push_back(std::move(spec));
  }
  return out;
}

} // namespace assent::sim
