// assent-sim: a simulated network of SNMP agents, for the demo, the tests and the benchmarks.
#include <CLI/CLI.hpp>

#include <iostream>

#include "agents/sim/recording.hpp"
#include "agents/sim/simulator.hpp"

using namespace assent::sim;

int main(int argc, char** argv) {
  CLI::App app("Simulates SNMP devices (v1, v2c, v3) on UDP sockets of this machine");
  app.set_version_flag("--version", std::string("assent-sim ") + ASSENT_VERSION);
  Config config;
  std::string file, control_path, ctl_path;
  std::vector<std::string> devices, words;
  std::uint64_t rate = 0;
  std::size_t answer_bytes = 0;
  app.add_option("--config", file, "YAML file: control, rate, answer-bytes, devices, users");
  app.add_option("--device", devices, "NAME=FILE.snmprec@ADDRESS:PORT[,COMMUNITY]; may be repeated");
  app.add_option("--control", control_path, "path of the control socket");
  app.add_option("--rate", rate, "units per second that every counter grows by");
  app.add_option("--answer-bytes", answer_bytes, "size of answers with several values (1472)");
  app.add_option("--fleet", config.fleet, "this many made-up devices")->check(CLI::Range(0u, 30000u));
  app.add_option("--first-port", config.first_port, "port of the first device of the fleet");
  app.add_option("--interfaces", config.interfaces, "of each device of the fleet")
      ->check(CLI::Range(1u, 4000u));
  app.add_flag("--one-port", config.one_port, "the fleet on 127.1.x.y, all on --first-port");
  app.add_option("--ctl", ctl_path, "sends COMMAND to a control socket and prints the answer");
  app.add_option("command", words, "COMMAND for --ctl");
  CLI11_PARSE(app, argc, argv);

  if (!ctl_path.empty()) {
    std::string command;
    for (const std::string& word : words)
      command += (command.empty() ? "" : " ") + word;
    return control(ctl_path, command);
  }
  const auto fail_with = [](const assent::Error& error) {
    std::cerr << "assent-sim: " << text_of(error) << "\n";
    return 1;
  };
  if (!file.empty())
    if (const auto loaded = load_config(file, config); !loaded) return fail_with(loaded.error());
  for (const std::string& text : devices) {
    auto device = parse_device(text);
    if (!device) return fail_with(device.error());
    config.devices.push_back(std::move(*device));
  }
  if (!control_path.empty()) config.control = control_path;
  if (rate != 0) config.rate = rate;
  if (answer_bytes != 0) config.answer_bytes = answer_bytes;
  if (!words.empty() || (config.devices.empty() && config.fleet == 0)) {
    std::cerr << "assent-sim: nothing to simulate (see --help)\n";
    return 2;
  }
  if (!config.one_port && config.first_port + config.fleet > 65536u) {
    std::cerr << "assent-sim: the fleet needs more ports than there are: use --one-port\n";
    return 2;
  }
  const auto served = serve(config);
  return served.ok() ? 0 : fail_with(served.error());
}
