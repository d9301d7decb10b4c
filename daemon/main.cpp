// assentd: wires the parts together and runs until it is told to stop.
#include <cstdio>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <systemd/sd-daemon.h>

#include "daemon/core/event_kinds.hpp"
#include "daemon/reload.hpp"

using namespace assent;

namespace {

/// Exit statuses as assentctl's: 1 failed, 2 wrong input, 4 refused, 5 conflict.
int exit_status(Fault fault) {
  switch (fault) {
  case Fault::invalid:
    return 2;
  case Fault::refused:
    return 4;
  case Fault::not_found:
  case Fault::conflict:
    return 5;
  default:
    return 1;
  }
}

int failed(const Catalogue& catalogue, Language language, const Error& error) {
  std::fprintf(stderr, "assentd: %s\n", catalogue.text(language, error).c_str());
  return exit_status(error.fault);
}

/// What a SIGHUP came to, for the log.
void renew(const std::string& path, const Catalogue& catalogue, Config& config, api::Server& server,
           Outlets& outlets, core::Core& core) {
  auto waiting = reload(path, config, server, outlets, core);
  if (!waiting) {
    spdlog::error("{}", catalogue.text(config.language, waiting.error()));
    spdlog::error(
        "{}", catalogue.text(config.language, Message{"daemon.old-configuration-stays", {{"file", path}}}));
    return;
  }
  spdlog::set_level(spdlog::level::from_str(config.log_level));
  spdlog::info("{}", catalogue.text(config.language, Message{"daemon.configuration-read", {{"file", path}}}));
  for (const auto& option : *waiting)
    spdlog::warn("{}",
                 catalogue.text(config.language, Message{"daemon.restart-needed", {{"option", option}}}));
}

int serve(const std::string& path, Config config, const Catalogue& catalogue) {
  Vigil vigil;
  SystemClock clock;
  Outlets outlets(catalogue, config);
  auto core = start_core(config, clock, outlets);
  if (!core) return failed(catalogue, config.language, core.error());
  auto server = start_server(config, catalogue, **core, clock, outlets);
  if (!server) return failed(catalogue, config.language, server.error());
  ::sd_notify(0, "READY=1");
  spdlog::info("{}", catalogue.text(config.language, Message{"daemon.ready", {{"version", ASSENT_VERSION}}}));
  while (vigil.wait(**core) == Vigil::Woken::reload) {
    ::sd_notify(0, "RELOADING=1");
    renew(path, catalogue, config, **server, outlets, **core);
    ::sd_notify(0, "READY=1");
  }
  ::sd_notify(0, "STOPPING=1");
  server->reset();
  core->reset();
  spdlog::info("{}", catalogue.text(config.language, Message{"daemon.stopped", {}}));
  return 0;
}

int run(const Arguments& arguments) {
  const Catalogue own = Catalogue::load_or_ids();
  const char* wanted = std::getenv("LANG");
  const Language language = language_of(wanted == nullptr ? "" : wanted);
  if (arguments.what == Arguments::Do::list_events) {
    std::fputs(core::events_page(own, language).c_str(), stdout);
    return 0;
  }
  auto config = read_config(arguments.config);
  if (!config) return failed(own, language, config.error());
  if (arguments.what == Arguments::Do::check) {
    if (auto good = check(*config); !good) return failed(own, language, good.error());
    std::puts(own.text(language, Message{"daemon.checked", {{"file", arguments.config}}}).c_str());
    return 0;
  }
  if (arguments.what == Arguments::Do::found) {
    SystemClock clock;
    auto installation = found(*config, arguments.founding, clock);
    if (!installation) return failed(own, language, installation.error());
    std::puts(installation->c_str());
    return 0;
  }
  auto catalogue = Catalogue::load(config->messages);
  if (!catalogue) return failed(own, language, catalogue.error());
  spdlog::set_default_logger(spdlog::stderr_logger_mt("assentd"));
  spdlog::set_level(spdlog::level::from_str(config->log_level));
  return serve(arguments.config, std::move(*config), *catalogue);
}

} // namespace

int main(int count, char** values) {
  const Arguments arguments = parse_arguments(count, values);
  switch (arguments.what) {
  case Arguments::Do::stop:
    return arguments.exit_status;
  case Arguments::Do::version:
    std::fputs(versions().c_str(), stdout);
    return 0;
  default:
    return run(arguments);
  }
}
