// Traps and informs: from bytes to what they say. Nothing in them is believed; they are hints. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agents/snmp/pdu.hpp"
#include "agents/snmp/profile.hpp"

namespace assent::snmp {

inline const Oid snmp_trap_oid{1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};
inline const Oid snmp_trap_address{1, 3, 6, 1, 6, 3, 18, 1, 3, 0};

/// Points into the datagram and the reader that made it.
struct Notification {
  bool inform = false;
  std::uint32_t request_id = 0;
  Oid kind;            ///< snmpTrapOID; of an SNMPv1 trap as RFC 3584 section 3.1 makes it
  std::string claimed; ///< whom it claims to be about: agent-addr of v1, snmpTrapAddress of a relay; or empty
  std::span<const Varbind> varbinds;
  std::string_view list; ///< the varbinds as they came, for the answer to an inform
};

/// What stands before the PDU of a message with a community (RFC 1157, RFC 1901).
struct CommunityMessage {
  int version = 0; ///< 0: v1, 1: v2c
  std::string_view community;
  unsigned char tag = 0;
  std::string_view pdu; ///< content
};
/// False for whatever is no such message, or has bytes after it.
bool read_community_message(std::string_view bytes, CommunityMessage& message);

class NotificationReader {
 public:
  /// A trap or inform PDU by its tag and content; `v1`: the message's version says so. False where it is
  /// malformed, of another kind, or does not say what happened.
  bool read(bool v1, unsigned char tag, std::string_view content, Notification& to);

 private:
  bool read_v1(std::string_view content, Notification& to);
  bool read_v2(std::string_view content, Notification& to);
  PduReader pdu_;
};

/// The answer to an inform in v2c.
std::string inform_response(const Notification& inform, std::string_view community);

/// What a profile knows of a notification, in text; empty where it was not said.
struct Said {
  std::string name; ///< by the profile, else the OID in numbers
  bool hint = true; ///< it may mean that something was configured
  std::string who, from, command;
};
Said said_by(const Profile& profile, const Notification& notification);

/// A command line without what follows a word that introduces a secret (`password`, `community`, `key`, …).
std::string without_secrets(std::string_view command);

} // namespace assent::snmp
