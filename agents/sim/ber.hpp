// The part of BER that SNMPv1 and SNMPv2c need (RFC 1157, RFC 1901, RFC 3416), both ways. Pure. The simulator
// has its own codec, so that it never shares a mistake with the agent that it tests; what SNMPv3 puts around
// a PDU is shared (v3.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assent::sim {

using Oid = std::vector<std::uint32_t>;

/// Types of values (RFC 2578, 7.1) and the exceptions of RFC 3416.
namespace tag {
inline constexpr std::uint8_t integer = 0x02, octets = 0x04, null = 0x05, oid = 0x06, sequence = 0x30,
                              address = 0x40, counter32 = 0x41, gauge32 = 0x42, ticks = 0x43, opaque = 0x44,
                              counter64 = 0x46, no_such_object = 0x80, no_such_instance = 0x81,
                              end_of_view = 0x82;
}

namespace pdu {
inline constexpr std::uint8_t get = 0xa0, get_next = 0xa1, response = 0xa2, set = 0xa3, get_bulk = 0xa5;
}

/// Error statuses of RFC 3416, 3.
namespace status {
inline constexpr int ok = 0, too_big = 1, no_such_name = 2, bad_value = 3, wrong_type = 7, no_creation = 11,
                     not_writable = 17;
}

/// A type and the bytes of its content, as they stand in a message.
struct Value {
  std::uint8_t tag = tag::null;
  std::string content;
  friend bool operator==(const Value&, const Value&) = default;
};

struct Binding {
  Oid oid;
  Value value;
};

struct Request {
  int version = 1; ///< as in the message: 0 is SNMPv1, 1 is SNMPv2c
  std::string community;
  std::uint8_t pdu = 0;
  std::int32_t id = 0;
  std::int32_t first = 0;  ///< error-status, or non-repeaters
  std::int32_t second = 0; ///< error-index, or max-repetitions
  std::vector<Binding> bindings;
};

/// Nothing where the bytes are not exactly one well-formed SNMPv1 or SNMPv2c message with a PDU.
std::optional<Request> parse_request(std::string_view datagram);
/// The same of a PDU alone: its tag and its content.
std::optional<Request> parse_pdu(std::uint8_t tag, std::string_view content);

std::string encode(std::uint8_t tag, std::string_view content); ///< tag, length, content
std::string encode_oid(const Oid& oid);                         ///< with tag and length
std::string encode(const Value& value);
std::string integer_content(std::int64_t value);
std::string unsigned_content(std::uint64_t value);
std::string oid_content(const Oid& oid);
std::optional<Oid> oid_of(std::string_view content);
std::uint64_t
number_of(std::string_view content); ///< of an unsigned type; 0 where it is longer than nine bytes

/// The Response-PDU to a request; `bindings` are encoded already.
std::string response_pdu(const Request& request, int error_status, int error_index,
                         std::string_view bindings);
/// An SNMPv1 or SNMPv2c message, as the request was, with a whole PDU.
std::string message(const Request& request, std::string_view whole_pdu);
/// Both.
std::string response(const Request& request, int error_status, int error_index, std::string_view bindings);

/// `1.3.6.1`, with or without a dot in front; at most 128 sub-identifiers, of at least two.
std::optional<Oid> parse_oid(std::string_view text);
std::string to_text(const Oid& oid);

} // namespace assent::sim
