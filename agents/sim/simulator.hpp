// The simulated network: devices on UDP sockets, a control socket, one loop on one thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agents/sim/config.hpp"
#include "agents/sim/device.hpp"

namespace assent::sim {

/// Devices by name, and the commands that change them. Pure.
class Network {
 public:
  Status add(std::unique_ptr<Device> device, std::string place);
  Device* find(std::string_view name);
  std::size_t size() const { return devices_.size(); }

  /// One command line; the answer's lines, the last of which is `ok` or `error: …`, each ended by LF.
  ///   set NAME OID TAG VALUE | del NAME OID-PREFIX | get NAME OID | mute NAME | unmute NAME | delay NAME MS
  ///   loss NAME PERCENT | grow NAME OID UNITS | reboot NAME [reindex] | rate NAME UNITS-PER-SECOND | list
  /// NAME may be `*`: every device (not for get).
  std::string command(std::string_view line, Moment now);

 private:
  struct Entry {
    std::unique_ptr<Device> device;
    std::string place; ///< `127.0.0.1:16101`
  };
  Result<std::string> execute(const std::vector<std::string_view>& words, std::string_view line, Moment now);
  std::string list() const;
  std::map<std::string, Entry, std::less<>> devices_;
};

/// Binds everything, says `assent-sim: N devices` on standard output, and serves until SIGTERM or SIGINT.
Status serve(const Config& config);

/// Sends one command to a control socket and prints the answer; the exit status.
int control(const std::string& path, const std::string& command);

} // namespace assent::sim
