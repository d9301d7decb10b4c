// Which devices to simulate: from the command line or a YAML file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agents/snmp/usm_keys.hpp"
#include "common/result.hpp"

namespace assent::sim {

struct DeviceSpec {
  std::string name, file, address, community = "public";
  std::uint16_t port = 0;
};

struct Config {
  std::vector<DeviceSpec> devices;
  std::vector<snmp::usm::UserKeys> users; ///< of SNMPv3, at every device; none: no SNMPv3
  std::string control;                    ///< path of the control socket; empty: none
  std::uint64_t rate = 0;                 ///< units per second for every counter
  std::size_t answer_bytes;               ///< set by Config()
  unsigned fleet = 0, interfaces = 48;
  std::uint16_t first_port = 20000;
  bool one_port = false; ///< fleet on 127.1.x.y with one port instead of many ports on 127.0.0.1
  Config();
};

/// `NAME=FILE.snmprec@127.0.0.1:PORT`, and `,COMMUNITY` behind it where it is not `public`.
Result<DeviceSpec> parse_device(std::string_view text);

/// YAML with `control`, `rate`, `answer-bytes`, `devices` [{name, file, address, port, community}] and
/// `users`
/// [{user, authentication, authentication-file, privacy, privacy-file}] as assent-snmp.yaml has them;
/// relative file names count from the file's own folder. Whatever else it holds is refused.
Status load_config(const std::string& file, Config& config);

/// The devices of a fleet: `fleet-00001` and so on.
std::vector<DeviceSpec> fleet_devices(const Config& config);

} // namespace assent::sim
