// Bytes of SNMP to values and back, without any I/O. SNMPv3 has a codec of its own (codec_v3.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agents/snmp/oid.hpp"

namespace assent::snmp {

/// The syntax of a value (RFC 2578, RFC 3416); the last three are the exceptions of a varbind.
enum class Type : std::uint8_t {
  none, ///< NULL or something that we do not read
  integer,
  octets,
  object_id,
  address,
  counter32,
  gauge32,
  ticks,
  opaque,
  counter64,
  no_object,
  no_instance,
  end_of_view,
};

/// A varbind; everything in it points into the codec or the datagram: it lives as long as both
/// stay as they are.
struct Varbind {
  OidView oid;
  Type type = Type::none;
  std::uint64_t number = 0;  ///< integers and counters; a negative INTEGER as two's complement
  std::string_view octets{}; ///< octets, opaque and the four bytes of an address
  OidView object{};          ///< object_id

  [[nodiscard]] bool is_number() const {
    return type == Type::integer || type == Type::counter32 || type == Type::gauge32 || type == Type::ticks ||
           type == Type::counter64;
  }
  [[nodiscard]] bool is_exception() const { return type >= Type::no_object; }
};

struct Request {
  enum class Kind : std::uint8_t { get, get_next, get_bulk };
  Kind kind = Kind::get;
  int non_repeaters = 0;
  int repetitions = 0; ///< of get_bulk
  std::vector<Oid> oids;
};

struct Answer {
  std::uint32_t request_id = 0;
  long error_status = 0; ///< RFC 3416: 1 tooBig, 2 noSuchName, 5 genErr, …
  long error_index = 0;  ///< from 1
  std::span<const Varbind> varbinds;
};

enum class Trouble : std::uint8_t { none, malformed, version, community, kind };

inline constexpr long too_big = 1;

/// Not for two threads at once.
class Codec {
 public:
  virtual ~Codec() = default;
  /// Empty where it does not fit in a datagram.
  virtual std::string build(const Request& request, std::uint32_t request_id, std::string_view community) = 0;
  /// Only a Response-PDU of the right version and community passes. At most 64 KiB and 4,096 varbinds.
  virtual Trouble parse(std::string_view bytes, std::string_view community, Answer& answer) = 0;
};

/// SNMPv2c (RFC 1901). Not for two threads at once.
std::unique_ptr<Codec> make_v2c_codec();

/// `net-snmp 5.9.3`.
std::string codec_version();

} // namespace assent::snmp
