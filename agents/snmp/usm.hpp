// SNMPv3 messages and the user-based security model (RFC 3412, 3414, 3826, 7860) as pure functions over
// bytes: parse, verify, decrypt, build. No sockets, no clock, no tables of users or engines; who asks (the
// poller) and who listens (notifications) bring their own. Keys are in usm_keys.hpp, engines' clocks in
// engine.hpp.
//
// Receiving, in the order of RFC 3414 section 3.2; each step only after the one before:
//   peek()                      the header: bounded, checked, believed in nothing
//   whose engine and user?      the caller's table; the level must be that of the user's credential, never
//   less EngineKeys::verify()        the MAC over the whole message EngineClock::authentic()    the time
//   window where the sender is authoritative (answers, traps); LocalEngine::in_window()    where we are
//   (informs) EngineKeys::decrypt()       then read_scoped() and PduReader
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agents/snmp/oid.hpp"

namespace assent::snmp::usm {

enum class Level : std::uint8_t { none, auth, priv }; ///< noAuthNoPriv, authNoPriv, authPriv (RFC 3411 3.4.3)

inline constexpr std::size_t max_engine = 32; ///< bytes (RFC 3411 section 5, SnmpEngineID); at least 5
inline constexpr std::size_t max_user = 32;   ///< bytes (RFC 3414 section 5, usmUserName)
inline constexpr std::uint32_t max_boots = 2'147'483'647; ///< latched there (RFC 3414 section 2.2.2)
inline constexpr std::uint32_t time_window = 150;         ///< seconds (RFC 3414 section 2.2.3)

/// What stands outside the scoped PDU. Nothing in it is to be believed before verify(). Points into the
/// bytes.
struct Header {
  std::uint32_t message_id = 0; ///< 0 to 2^31-1
  std::uint32_t max_size = 0;   ///< the largest message that the sender takes
  Level level = Level::none;
  bool reportable = false;
  std::string_view engine; ///< msgAuthoritativeEngineID: empty (discovery) or 5 to 32 bytes
  std::uint32_t boots = 0, time = 0;
  std::string_view user; ///< at most 32 bytes
  std::string_view mac;  ///< msgAuthenticationParameters; empty exactly at Level::none
  std::string_view salt; ///< msgPrivacyParameters; 8 bytes exactly at Level::priv, else empty
  /// Level::priv: the encrypted bytes; else the whole ScopedPDU with its tag.
  std::string_view scoped;
  std::string_view message; ///< all of it
};

/// Whether these bytes claim to be SNMPv3 (0: v1, 1: v2c, 3); nothing where they are no SNMP message.
std::optional<int> version_of(std::string_view bytes);

/// False for whatever is not exactly one SNMPv3 message of the user-based security model: another version or
/// model, a length that does not fit, trailing bytes, privacy without authentication, fields over their
/// bounds.
bool peek(std::string_view bytes, Header& header);

struct Scoped {
  std::string_view context_engine, context_name;
  unsigned char tag = 0; ///< of the PDU
  std::string_view pdu;  ///< its content, for PduReader
};
/// The plain ScopedPDU. `padded`: bytes may follow it, as after DES; else there must be none.
bool read_scoped(std::string_view plain, bool padded, Scoped& scoped);

class EngineKeys;

/// One message to be built. `pdu` is a whole PDU, as the functions of pdu.hpp write it.
struct Outgoing {
  std::uint32_t message_id = 0;
  Level level = Level::priv;
  bool reportable = true;
  std::string_view engine; ///< the authoritative one: the asked device's, or ours for an answer to an inform
  std::uint32_t boots = 0, time = 0;
  std::string_view user;
  std::string_view context_engine, context_name;
  std::string_view pdu;
  std::uint64_t salt = 0;          ///< of a message with privacy: never twice under one key
  std::uint32_t max_size = 65'507; ///< what we take
};
/// Empty where it does not fit in a datagram or the keys are not for the level. `keys` may be null at
/// Level::none.
std::string build(const Outgoing& message, EngineKeys* keys);

/// The counters of RFC 3414 section 5 that a Report carries, as instance OIDs.
inline const Oid unsupported_levels{1, 3, 6, 1, 6, 3, 15, 1, 1, 1, 0};
inline const Oid not_in_windows{1, 3, 6, 1, 6, 3, 15, 1, 1, 2, 0};
inline const Oid unknown_users{1, 3, 6, 1, 6, 3, 15, 1, 1, 3, 0};
inline const Oid unknown_engines{1, 3, 6, 1, 6, 3, 15, 1, 1, 4, 0};
inline const Oid wrong_digests{1, 3, 6, 1, 6, 3, 15, 1, 1, 5, 0};
inline const Oid decryption_errors{1, 3, 6, 1, 6, 3, 15, 1, 1, 6, 0};

enum class Report : std::uint8_t {
  none, ///< a counter that we do not know
  unsupported_level,
  not_in_window,
  unknown_user,
  unknown_engine,
  wrong_digest,
  decryption_error,
};
Report report_of(OidView counter);

} // namespace assent::snmp::usm
