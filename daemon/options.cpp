#include "daemon/options.hpp"

#include <CLI/CLI.hpp>
#include <boost/version.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <openssl/crypto.h>
#include <spdlog/version.h>
#include <sqlite3.h>
#include <sstream>

#include "common/credential.hpp"
#include "common/hash.hpp"
#include "daemon/core/founding.hpp"
#include "daemon/trust/signer.hpp"

namespace assent {

namespace {

constexpr std::uintmax_t file_limit = 4u << 20;

/// RFC 5424 table 1.
int facility_of(std::string_view name) {
  static constexpr std::pair<std::string_view, int> named[] = {
      {"user", 1}, {"daemon", 3}, {"auth", 4}, {"authpriv", 10}};
  for (const auto& [known, number] : named)
    if (known == name) return number;
  return name.starts_with("local") && name.size() == 6 ? 16 + (name[5] - '0') : syslog::Target{}.facility;
}

/// A file name that says which receiver it is: `tls-192.0.2.10-6514`.
std::string spool_name(const syslog::Target& target) {
  std::string out = target.label();
  for (char& c : out)
    if (c == '/' || c == ':' || c == '[' || c == ']') c = '-';
  return out;
}

void read_stream(const json::object& given, const std::string& database, syslog::Target& target) {
  target.kind = given.contains("tls") ? syslog::Target::Kind::tls : syslog::Target::Kind::tcp;
  const bool tls = target.kind == syslog::Target::Kind::tls;
  const auto& stream = object_of(given, tls ? "tls" : "tcp");
  target.address = text_of(stream, "address");
  target.port = static_cast<std::uint16_t>(number_of(stream, "port", tls ? 6514 : 514));
  target.line_feeds = text_of(stream, "framing") == "line-feed";
  target.authority = text_of(stream, "authority");
  target.name = text_of(stream, "name");
  target.certificate = text_of(stream, "certificate");
  target.key = credential_path(text_of(stream, "key"));
  for (const auto& fingerprint : array_of(stream, "fingerprints"))
    if (fingerprint.is_string()) target.fingerprints.emplace_back(fingerprint.get_string());
  const auto& spool = object_of(stream, "spool");
  target.spool = text_of(spool, "directory");
  if (target.spool.empty())
    target.spool = (std::filesystem::path(database).parent_path() / "syslog" / spool_name(target)).string();
  target.spool_bytes = number_of(spool, "size", 64) << 20;
}

std::vector<syslog::Target> syslog_targets(const json::array& list, const std::string& database) {
  std::vector<syslog::Target> out;
  for (const auto& item : list) {
    const auto& object = item.as_object();
    syslog::Target target;
    if (object.contains("udp")) {
      const auto& udp = object_of(object, "udp");
      target.kind = syslog::Target::Kind::udp;
      target.address = text_of(udp, "address");
      target.port = static_cast<std::uint16_t>(number_of(udp, "port", 514));
    } else if (object.contains("tcp") || object.contains("tls")) {
      read_stream(object, database, target);
    } else {
      target.address = text_of(object, "local");
    }
    target.facility = facility_of(text_of(object, "facility"));
    target.enterprise = static_cast<std::uint32_t>(number_of(object, "enterprise", target.enterprise));
    out.push_back(std::move(target));
  }
  return out;
}

Config config_of(const json::object& bound) {
  using Door = core::Peer::Door;
  Config out;
  out.database = text_of(bound, "database");
  const auto& socket = object_of(bound, "socket");
  out.doors.push_back({Door::person,
                       text_of(socket, "path"),
                       static_cast<unsigned>(std::stoul(text_of(socket, "mode", "0666"), nullptr, 8)),
                       {},
                       {}});
  for (const auto& item : array_of(bound, "agents")) {
    const auto& agent = item.as_object();
    out.agents.push_back(text_of(agent, "name"));
    out.doors.push_back(
        {Door::agent, text_of(agent, "socket"), 0600, text_of(agent, "name"), text_of(agent, "user")});
  }
  if (bound.contains("status")) {
    const auto& status = object_of(bound, "status");
    out.status = {text_of(status, "address", "127.0.0.1"),
                  static_cast<std::uint16_t>(number_of(status, "port", 9723))};
  }
  out.syslog = syslog_targets(array_of(bound, "syslog"), out.database);
  const auto& checkpoint = object_of(bound, "checkpoint");
  out.checkpoint_key = credential_path(text_of(checkpoint, "key"));
  out.checkpoint_file = text_of(checkpoint, "file");
  out.policies = text_of(bound, "policies");
  out.messages = text_of(bound, "messages");
  for (const auto& file : array_of(bound, "proposed"))
    if (file.is_string()) out.proposed.emplace_back(file.get_string());
  out.log_level = text_of(bound, "log-level", "info");
  out.language = language_of(text_of(bound, "language"));
  return out;
}

} // namespace

Result<std::string> read_file(const std::string& path) {
  const auto unreadable = [&](const std::string& reason) {
    return fail(Fault::outside, "daemon.file-unreadable", {{"file", path}, {"reason", reason}});
  };
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return unreadable(error.message());
  if (size > file_limit) return unreadable("> 4 MiB");
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return unreadable(std::generic_category().message(errno));
  return text.str();
}

std::string policies_of(std::string_view text) {
  constexpr std::string_view key = "policies:";
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (!line.starts_with(key)) continue;
    line.remove_prefix(key.size());
    line = line.substr(0, line.find(" #"));
    while (!line.empty() && (line.front() == ' ' || line.front() == '"' || line.front() == '\''))
      line.remove_prefix(1);
    while (!line.empty() && std::string_view(" \"'\r").find(line.back()) != std::string_view::npos)
      line.remove_suffix(1);
    return std::string(line);
  }
  return {};
}

Result<Config> read_config(const std::string& path) {
  auto text = read_file(path);
  if (!text) return std::move(text).error();
  const std::string directory = policies_of(*text);
  if (directory.empty()) return fail(Fault::invalid, "daemon.policies-missing", {{"file", path}});
  auto model = model::Model::load(directory);
  if (!model) return std::move(model).error();
  auto bound = (*model)->bind_yaml(*text, path, "assent-config:config");
  if (!bound) return std::move(bound).error();
  Config config = config_of(*bound);
  config.sha256 = sha256_hex(*text);
  return config;
}

Status check(const Config& config) {
  if (auto messages = Catalogue::load(config.messages); !messages) return std::move(messages).error();
  if (!config.checkpoint_key.empty())
    if (auto signer = trust::Signer::load(config.checkpoint_key); !signer) return std::move(signer).error();
  for (const auto& target : config.syslog)
    if (auto good = syslog::check(target); !good) return good;
  auto model = model::Model::load(config.policies);
  if (!model) return std::move(model).error();
  for (const auto& file : config.proposed) {
    auto text = read_file(file);
    if (!text) return std::move(text).error();
    if ((*model)->bind_yaml(*text, file, "assent-policy:profile")) continue;
    if (auto bound = (*model)->bind_yaml(*text, file, "assent-policy:policy"); !bound)
      return std::move(bound).error();
  }
  return Done{};
}

Arguments parse_arguments(int count, char** values) {
  Arguments out;
  bool version = false;
  std::string checked;
  CLI::App app{"assentd: the network changes only with assent", "assentd"};
  app.add_option("-c,--config", out.config, "configuration file")->capture_default_str();
  auto* check =
      app.add_option("--check", checked, "check the configuration file and what it names, then exit")
          ->expected(0, 1)
          ->option_text("[FILE]");
  auto* founding = app.add_option("--found", out.founding,
                                  "create the installation from a founding file; signatures "
                                  "are read from FILE.HANDLE.sig")
                       ->option_text("FILE")
                       ->excludes(check);
  app.add_flag("--version", version, "show the versions of this program and its libraries");
  bool events = false;
  app.add_flag("--list-events", events, "show every event (MSGID): severity, what it means, what to do");
  try {
    app.parse(count, values);
  } catch (const CLI::ParseError& error) {
    out.what = Arguments::Do::stop;
    out.exit_status = app.exit(error) == 0 ? 0 : 2;
    return out;
  }
  if (version)
    out.what = Arguments::Do::version;
  else if (events)
    out.what = Arguments::Do::list_events;
  else if (founding->count() > 0)
    out.what = Arguments::Do::found;
  else if (check->count() > 0)
    out.what = Arguments::Do::check;
  if (!checked.empty()) out.config = checked;
  return out;
}

std::string versions() {
  return fmt::format(
      "assentd {}\nBoost {}.{}.{}\n{}\nSQLite {}\n{}\nfmt {}.{}.{}\nspdlog {}.{}.{}\nCLI11 {}\n",
      ASSENT_VERSION, BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100,
      model::Model::version(), sqlite3_libversion(), OpenSSL_version(OPENSSL_VERSION), FMT_VERSION / 10000,
      FMT_VERSION / 100 % 100, FMT_VERSION % 100, SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH,
      CLI11_VERSION);
}

Result<std::string> found(const Config& config, const std::string& file, Clock& clock) {
  namespace fs = std::filesystem;
  core::Founding founding;
  founding.file_name = file;
  auto text = read_file(file);
  if (!text) return std::move(text).error();
  founding.text = std::move(text).value();
  const fs::path path(file);
  const std::string begin = path.filename().string() + ".", end = ".sig";
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path.has_parent_path() ? path.parent_path() : ".", error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(begin) || !name.ends_with(end) || name.size() <= begin.size() + end.size())
      continue;
    auto signature = read_file(entry.path().string());
    if (!signature) return std::move(signature).error();
    founding.signatures[name.substr(begin.size(), name.size() - begin.size() - end.size())] =
        std::move(*signature);
  }
  if (error)
    return fail(Fault::outside, "daemon.file-unreadable", {{"file", file}, {"reason", error.message()}});
  auto model = model::Model::load(config.policies);
  if (!model) return std::move(model).error();
  store::Options options;
  options.path = config.database;
  return core::found(founding, **model, options, clock.wall());
}

} // namespace assent
