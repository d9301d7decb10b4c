// assent-snmp: reads devices over SNMP by the daemon's plan and reports what it sees.
#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdlib>
#include <iostream>

#include "agents/snmp/agent.hpp"
#include "agents/snmp/probe.hpp"

namespace {

using namespace assent;
using namespace assent::snmp;

struct Options {
  std::string config, check, probe, profile, community_file, credential, policies;
  bool version = false;
};

int complain(const Catalogue& catalogue, const Error& error) {
  const char* language = std::getenv("LANG");
  std::cerr << catalogue.text(language_of(language == nullptr ? "en" : language), error) << '\n';
  return error.fault == Fault::invalid ? 2 : error.fault == Fault::refused ? 4 : 1;
}

/// The container that a file is for is told by its members: only profiles have `interfaces` and `tables`.
Status check(model::Model& model, const std::string& file) {
  Result<std::string> text = read_text(file);
  if (!text) return std::move(text).error();
  const bool profile =
      text->find("\ninterfaces:") != std::string::npos || text->find("\nrevision:") != std::string::npos;
  if (profile) {
    Result<std::shared_ptr<const Profile>> bound = bind_profile(model, *text, file);
    return bound ? Status(Done{}) : Status(std::move(bound).error());
  }
  Result<Config> config = read_config(model, file);
  if (!config) return std::move(config).error();
  Result<std::map<std::string, Credential>> credentials = read_credentials(*config);
  if (!credentials) return std::move(credentials).error();
  Result<std::vector<Secret>> communities = read_trap_communities(*config);
  return communities ? Status(Done{}) : Status(std::move(communities).error());
}

/// `ADDRESS`, `ADDRESS:PORT` or `[IPV6]:PORT`.
std::optional<Endpoint> endpoint_of(const std::string& text) {
  if (auto plain = Endpoint::of(text, 161)) return plain;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  std::string address = text.substr(0, colon);
  if (address.size() > 2 && address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
  const bool whole = error == std::errc{} && end == text.data() + text.size() && port != 0;
  return whole ? Endpoint::of(address, port) : std::nullopt;
}

/// A community's file, or a credential of the agent's own file.
Result<Credential> probe_credential(model::Model& model, const Options& options) {
  if (!options.community_file.empty()) {
    CredentialFiles files;
    files.community = options.community_file;
    return read_credential(files);
  }
  Result<Config> config = read_config(model, options.config);
  if (!config) return std::move(config).error();
  const auto found = config->credentials.find(options.credential);
  if (found == config->credentials.end())
    return fail(Fault::not_found, "snmp.no-such-credential",
                {{"credential", options.credential}, {"file", options.config}});
  return read_credential(found->second);
}

Status run_probe(model::Model& model, const Options& options) {
  const std::optional<Endpoint> at = endpoint_of(options.probe);
  if (!at) return fail(Fault::invalid, "snmp.probe-address", {{"device", options.probe}});
  Result<std::string> text = read_text(options.profile);
  if (!text) return std::move(text).error();
  Result<std::shared_ptr<const Profile>> profile = bind_profile(model, *text, options.profile);
  if (!profile) return std::move(profile).error();
  Result<Credential> credential = probe_credential(model, options);
  if (!credential) return std::move(credential).error();
  PollLimits limits; // somebody waits for it
  limits.timeout = std::chrono::seconds(2);
  limits.tries = 2;
  Result<Probed> probed = probe(*at, *profile, std::move(*credential), limits, SystemClock{});
  if (!probed) return std::move(probed).error();
  std::cout << probed_text(*probed) << std::flush;
  return Done{};
}

Status act(const Options& options, const Catalogue& catalogue) {
  const std::string policies = policies_directory(options.policies);
  Result<std::unique_ptr<model::Model>> model = model::Model::load(policies);
  if (!model) return std::move(model).error();
  if (!options.check.empty()) return check(**model, options.check);
  if (!options.probe.empty()) return run_probe(**model, options);
  Result<Config> config = read_config(**model, options.config);
  if (!config) return std::move(config).error();
  model->reset();
  return run_agent(*config, policies, catalogue, SystemClock{});
}

} // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Reads devices over SNMP by assentd's plan and reports what it sees.", "assent-snmp");
  app.add_option("--config", options.config, "The agent's own file")
      ->default_val("/etc/assentd/assent-snmp.yaml");
  app.add_option("--check", options.check, "Say all mistakes of a profile or an agent's file, and exit");
  auto* probe = app.add_option("--probe", options.probe,
                               "Read ADDRESS[:PORT] once and print its state, without a daemon");
  auto* profile = app.add_option("--profile", options.profile, "The profile to read it by")->needs(probe);
  auto* community =
      app.add_option("--community-file", options.community_file, "A file with the community")->needs(probe);
  auto* credential =
      app.add_option("--credential", options.credential, "A credential of the agent's own file (--config)")
          ->needs(probe)
          ->excludes(community);
  probe->needs(profile);
  app.add_option("--policies", options.policies, "Where the YANG modules are");
  app.add_flag("--version", options.version, "Name the versions, and exit");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2; // as assentd: 0 for --help, 2 for wrong options
  }
  if (!options.probe.empty() && community->empty() && credential->empty()) {
    std::cerr << "--probe needs --community-file or --credential\n";
    return 2;
  }
  if (options.version) {
    std::cout << "assent-snmp " ASSENT_VERSION " (" << codec_version() << ", " << model::Model::version()
              << ")\n";
    return 0;
  }
  const Catalogue catalogue = Catalogue::load_or_ids();
  const Status done = act(options, catalogue);
  return done ? 0 : complain(catalogue, done.error());
}
