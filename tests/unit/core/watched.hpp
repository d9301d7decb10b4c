// A world with one device that has a baseline.
#pragma once

#include "tests/unit/core/world.hpp"

namespace assent::test::watched {

inline const std::string mtu = "/interfaces/interface[name='eth0']/mtu";
inline const std::string description = "/interfaces/interface[name='eth0']/description";
inline const std::string other = "/interfaces/interface[name='eth1']/description";

/// One device with a baseline.
struct Watched : World {
  Watched() {
    start();
    done({create("network", {{"name", "extranet"}}),
          create("agent", {{"name", "snmp-extranet"}, {"network", "extranet"}})});
    done({create("block", {{"network", "extranet"}, {"prefix", "127.0.0.0/8"}, {"organisation", "九江市"}})});
    done({create("device", {{"name", "xunyang-sw1"},
                            {"network", "extranet"},
                            {"address", "127.0.0.1"},
                            {"port", 10161},
                            {"organisation", "九江市"},
                            {"agent", "snmp-extranet"},
                            {"profile", "standard"},
                            {"credential", "demo"}})});
    read();
    done({create("baseline", {{"device", "xunyang-sw1"}})});
    clock.advance(std::chrono::minutes{5});
    read();
  }
  void read() { reading("snmp-extranet", 1, {{mtu, mtu_now}, {description, text_now}, {other, other_now}}); }
  void reading_between(Instant started, Instant ended) {
    reading("snmp-extranet", 1, {{mtu, mtu_now}, {description, text_now}, {other, other_now}}, {}, started,
            ended);
  }
  void permit(const std::string& path, Duration lasts) {
    done({}, {json::object{{"device", "xunyang-sw1"}, {"path", path}, {"operation", "modify"}}},
         to_text(clock.wall() + lasts));
  }
  std::string mtu_now = "1500", text_now = "uplink", other_now = "spare";
};

} // namespace assent::test::watched
