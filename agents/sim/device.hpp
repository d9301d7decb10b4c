// One simulated device: it answers datagrams as an SNMP agent would. Pure: time is an argument.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "agents/sim/tree.hpp"
#include "agents/sim/v3.hpp"

namespace assent::sim {

using Moment = std::chrono::nanoseconds; ///< of the monotonic clock

/// An answer of more bytes than this has one value only: a value that is longer by itself is sent whole, in
/// fragments.
inline constexpr std::size_t default_answer_bytes = 1472;

class Device {
 public:
  Device(std::string name, std::shared_ptr<const Template> base, Moment now);

  const std::string& name() const { return name_; }
  std::string community = "public"; ///< empty: no answer to SNMPv1 and SNMPv2c
  std::uint64_t rate = 0;           ///< units per second that every counter grows by
  std::size_t answer_bytes = default_answer_bytes;
  bool mute = false;
  unsigned loss = 0; ///< percent of the answers that get lost, by lot: the same ones in every run
  std::chrono::milliseconds delay{0};
  Tree& tree() { return tree_; }
  const Tree& tree() const { return tree_; }

  /// Answers these users over SNMPv3, too. `users` outlives the device. snmpEngineID.0 is made of the name;
  /// snmpEngineBoots.0 and snmpEngineTime.0 are the engine's clock, as they stand in the tree: who sets them
  /// sets it.
  void speak_v3(V3Users& users);

  /// The answer, or nothing: not a request of a version that it speaks, another community, mute, lost. Of
  /// SNMPv3 also a Report.
  std::optional<std::string> answer(std::string_view datagram, Moment now);

  /// This counter grows by so many units per second from now on, whatever the others do; false where there is
  /// no such counter. A reboot ends it.
  bool grow(const Oid& oid, std::uint64_t units, Moment now);

  /// What a read would give now.
  std::optional<Value> read(const Oid& oid, Moment now) const;

  /// The time since boot starts anew, engine boots grow by one, counters start from nothing; with `reindex`
  /// every interface gets another ifIndex, everywhere where it is an index or a value of IF-MIB, BRIDGE-MIB
  /// and IP-MIB.
  void reboot(bool reindex, Moment now);

 private:
  using Wrap = std::function<std::string(std::string_view pdu)>;
  std::optional<std::string> answered(std::string_view datagram, Moment now);
  std::optional<std::string> answer_v3(std::string_view datagram, Moment now);
  std::optional<std::string> answer_pdu(const Request& request, std::size_t limit, std::size_t overhead,
                                        Moment now, const Wrap& wrap);
  snmp::usm::EngineStamp engine_clock(Moment now) const;
  bool lost();

  std::string bindings_of_get(const Request& request, Moment now, int& error, int& index) const;
  std::string bindings_of_next(const Request& request, Moment now, int& error, int& index) const;
  std::string bindings_of_bulk(const Request& request, std::size_t room, Moment now) const;
  std::string apply_set(const Request& request, int& error, int& index);
  std::string encoded(const Object& object, Moment now) const;
  Value current(const Object& object, Moment now) const;
  void reindex();

  /// A counter with a pace of its own.
  struct Growth {
    std::uint64_t start = 0, units = 0;
    Moment since{};
  };

  std::string name_;
  std::unique_ptr<V3Engine> engine_;
  std::uint64_t lots_;
  std::map<Oid, Growth> growths_;
  Tree tree_;
  Moment booted_;
  bool fresh_counters_ = false; ///< since a reboot they grow from 0, not from the recording
};

} // namespace assent::sim
