// SNMPv3 with one device (RFC 3412, 3414): discovery of its engine, its clock, messages out and in. No
// sockets, no clock: time is an argument. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agents/snmp/credential.hpp"
#include "agents/snmp/engine.hpp"
#include "agents/snmp/pdu.hpp"

namespace assent::snmp {

/// What all sessions of a polling thread share.
struct V3Shared {
  V3Shared(); ///< begins salts at a random place
  PduReader pdu;
  std::string plain; ///< room for decrypted bytes
  std::uint64_t salt = 0;
  std::uint64_t reports = 0;     ///< received and looked at
  std::uint64_t bad_macs = 0;    ///< messages with our number that were not authentic
  std::uint64_t out_of_time = 0; ///< authentic, outside the time window
  std::uint64_t discoveries = 0; ///< engines looked for
};

/// What is known of a device's engine from an earlier run.
struct EngineKnown {
  std::string engine;     ///< empty: nothing
  usm::EngineStamp floor; ///< nothing older is new
  usm::EngineStamp guess; ///< what its clock may show now
};

class V3Session {
 public:
  V3Session(const Credential& credential, V3Shared& shared, EngineKnown known, usm::Steady now);

  /// The datagram that asks this, or the one that must come before it (a discovery, RFC 3414 section 4). A
  /// repeat is a new message. `probe`: ask for the engine only, to learn whether the device's agent lives
  /// where it answers nothing that was encrypted. Empty where it does not fit in a datagram.
  std::string message(const Request& request, std::uint32_t request_id, std::uint32_t message_id, bool probe,
                      usm::Steady now);
  /// A new request begins: answers to messages of the one before are strays.
  void begin();
  /// The request was given up. A new engine that has not shown itself authentic after three is forgotten.
  void failed();

  enum class Got : std::uint8_t {
    stray,     ///< not the number of a message of ours
    malformed, ///< no SNMPv3 message, not authentic, not of the agreed level, outside the time window
    hint,      ///< a report that changes nothing; trouble() tells it
    again,     ///< now the same request can be asked better: send message() once more
    answer,    ///< authentic, in time, decrypted, parsed
  };
  /// At most four `again` for one request, and an engine that was known is replaced at most once a minute:
  /// that is all that forged reports can cause.
  Got receive(std::string_view bytes, usm::Steady now, Answer& answer);

  /// What reports said since the last answer (`unknown-user`, `authentication-key`, `privacy-key`,
  /// `unsupported-level`), for the reason of a silence; empty: nothing. Not to be believed further.
  [[nodiscard]] std::string_view trouble() const { return trouble_; }

  /// The engine that has last given an authentic answer; null before one has. Stays as it is until the next
  /// receive().
  [[nodiscard]] const std::string* engine() const { return known_ ? &known_->id : nullptr; }
  [[nodiscard]] const usm::EngineClock* clock() const { return known_ ? &known_->clock : nullptr; }
  /// For notifications, for which that engine is authoritative; null as engine() is.
  [[nodiscard]] usm::EngineKeys* keys() { return known_ ? known_->keys.get() : nullptr; }
  [[nodiscard]] usm::EngineClock* clock_for_notifications() { return known_ ? &known_->clock : nullptr; }
  /// The engine's clock went back (true) or its boots rose again (false) since the last call.
  std::optional<bool> take_fallen();

 private:
  struct Engine {
    std::string id;
    std::unique_ptr<usm::EngineKeys> keys;
    usm::EngineClock clock;
    usm::EngineStamp guess; ///< unauthenticated: only for what we send, until the clock is known
    usm::Steady guessed{};
    bool proved = false; ///< has given an authentic message
  };

  Engine engine_of(std::string_view id, usm::EngineStamp floor, usm::EngineStamp guess,
                   usm::Steady now) const;
  Engine* target();
  Engine* engine_named(std::string_view id);
  bool ours(std::uint32_t message_id) const;
  Got unauthenticated(const usm::Header& header, usm::Steady now, Answer& answer);
  Got authenticated(const usm::Header& header, usm::Steady now, Answer& answer);
  Got report(usm::Report what, const usm::Header& header, Engine* authentic, usm::Steady now);
  Got rediscovered(const usm::Header& header, usm::Steady now);
  Got again(Got otherwise);
  bool read_answer(const usm::Scoped& scoped, const Engine& engine, Answer& answer);
  void synchronise(Engine& engine, usm::EngineStamp stamp, usm::Steady now);
  void prove(Engine& engine);

  const Credential& credential_;
  V3Shared& shared_;
  std::optional<Engine> known_, candidate_;
  std::array<std::uint32_t, 8> ids_{}; ///< of messages for the request under way; 0: none
  std::size_t next_id_ = 0;
  int agains_ = 0;
  int candidate_failures_ = 0;
  bool probing_ = false;
  usm::Steady replace_after_{}; ///< when a known engine may be replaced again
  std::string_view trouble_;
  std::optional<bool> fallen_;
};

} // namespace assent::snmp
