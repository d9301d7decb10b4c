// The answering side of SNMPv3 (RFC 3412, RFC 3414): an engine that is authoritative for its clock, with its
// users. Messages and keys are those of assent-snmp (agents/snmp/usm*.hpp), held against net-snmp's tools by
// the scenario snmp/sim-v3; what is checked here, and in which order, is RFC 3414 section 3.2 on its other
// side. Pure but for the salt's beginning.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agents/sim/ber.hpp"
#include "agents/snmp/engine.hpp"
#include "agents/snmp/usm_keys.hpp"

namespace assent::sim {

/// The users of all devices, and what all devices share. Keys of passwords are made once.
class V3Users {
 public:
  V3Users();
  void add(snmp::usm::UserKeys user) { users_.push_back(std::move(user)); }
  [[nodiscard]] const std::vector<snmp::usm::UserKeys>& all() const { return users_; }
  /// Never twice in one run; begins anywhere.
  std::uint64_t next_salt() { return salt_++; }
  /// Room for a plain text of this size, until the next call.
  std::span<char> room(std::size_t size);

 private:
  std::vector<snmp::usm::UserKeys> users_;
  std::uint64_t salt_ = 0;
  std::vector<char> room_;
};

/// `80007ed9` (the enterprise number 32473 of RFC 5612), 5 (octets), 16 bytes of the name's SHA-256: 21
/// bytes.
std::string engine_id_of(std::string_view device_name);

class V3Engine {
 public:
  /// `users` outlives the engine.
  V3Engine(std::string id, V3Users& users);

  /// A message that was taken apart: a request to be answered with seal(), or a Report to be sent, or
  /// neither: it is dropped. Points into the datagram.
  struct Opened {
    bool good = false;
    Request request;
    std::string report;
    std::uint32_t message_id = 0, max_size = 0;
    snmp::usm::Level level = snmp::usm::Level::none;
    std::string_view user;
    snmp::usm::EngineKeys* keys = nullptr;
  };
  /// A user is taken at the level of its keys and at no other.
  Opened open(std::string_view datagram, snmp::usm::EngineStamp now);
  /// The message with this Response-PDU; empty where it fits in no datagram.
  std::string seal(const Opened& opened, std::string_view response, snmp::usm::EngineStamp now);
  /// At most so many bytes more than its bindings has the answer.
  [[nodiscard]] std::size_t overhead(const Opened& opened) const;

  [[nodiscard]] const std::string& id() const { return id_; }

 private:
  struct Known {
    const snmp::usm::UserKeys* user = nullptr;
    std::unique_ptr<snmp::usm::EngineKeys> keys; ///< localised when the user is first heard
  };
  Known* user_named(std::string_view name);
  void report(Opened& opened, const snmp::usm::Header& header, snmp::usm::Report what,
              snmp::usm::EngineStamp now);
  bool open_scoped(std::string_view plain, bool padded, Opened& opened) const;

  std::string id_;
  V3Users& users_;
  std::vector<Known> known_;
  std::array<std::uint32_t, 7> counters_{}; ///< of RFC 3414 section 5, by Report
};

} // namespace assent::sim
