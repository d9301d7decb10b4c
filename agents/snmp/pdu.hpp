// The PDUs of SNMPv2 (RFC 3416) as bytes: read and written alike for v2c, v3 and notifications. Pure; an
// object belongs to one thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agents/snmp/codec.hpp"

namespace assent::snmp {

/// Tags (RFC 3416 section 3).
namespace pdu {
inline constexpr unsigned char get = 0xa0, get_next = 0xa1, response = 0xa2, set = 0xa3, trap_v1 = 0xa4,
                               get_bulk = 0xa5, inform = 0xa6, trap = 0xa7, report = 0xa8;
inline constexpr unsigned char integer = 0x02, octets = 0x04, null = 0x05, object_id = 0x06, sequence = 0x30,
                               counter32 = 0x41;
} // namespace pdu

inline constexpr std::size_t max_datagram = 65'536;
inline constexpr std::size_t max_varbinds = 4096;

/// Reads PDUs. What it gives points into itself and the bytes that were read, until the next call.
class PduReader {
 public:
  /// The content of a PDU other than an SNMPv1 trap; false where anything in it is malformed, or it has more
  /// than 4,096 varbinds.
  bool read(std::string_view content, Answer& answer);
  /// The content of a list of varbinds, as it stands in an SNMPv1 trap.
  bool read_list(std::string_view content, std::span<const Varbind>& varbinds);

 private:
  bool take_varbind(std::string_view pair);
  bool take_oid(std::string_view bytes, OidView& to);
  bool take_value(std::string_view bytes, Varbind& to);

  std::vector<Varbind> varbinds_;
  /// Room for all numbers of a datagram: each takes a byte of it at least, but for the first two of each OID.
  std::vector<std::uint32_t> parts_ = std::vector<std::uint32_t>(2 * max_datagram);
  std::size_t used_ = 0;
};

/// Writes BER from the end to the beginning, so that every length is known when it is written. What does not
/// fit makes all that follows nothing.
class BerWriter {
 public:
  explicit BerWriter(std::span<char> room) : room_(room), at_(room.size()) {}

  void bytes(std::string_view value);
  void integer(std::int64_t value, unsigned char tag = pdu::integer);
  void unsigned_number(std::uint64_t value, unsigned char tag);
  void octets(std::string_view value, unsigned char tag = pdu::octets);
  void object(OidView value);
  void null() { octets({}, pdu::null); }
  /// How much was written; close() wraps all that was written since.
  [[nodiscard]] std::size_t mark() const { return room_.size() - at_; }
  void close(std::size_t mark, unsigned char tag);
  /// All of it; empty where it did not fit.
  [[nodiscard]] std::string_view view() const;

 private:
  void put(unsigned char byte);
  void head(std::size_t length, unsigned char tag);

  std::span<char> room_;
  std::size_t at_;
  bool full_ = false;
};

/// A whole request PDU.
void write_request(BerWriter& out, const Request& request, std::uint32_t request_id);
/// A PDU of this tag with a list of varbinds that is encoded already (with or without its own tag: `list` is
/// the content of the SEQUENCE): the Response to an inform has the inform's own list.
void write_pdu(BerWriter& out, unsigned char tag, std::uint32_t request_id, std::int64_t first,
               std::int64_t second, std::string_view list);
/// A Report with one counter (RFC 3412 section 7.1; the counters of RFC 3414 section 5).
void write_report(BerWriter& out, std::uint32_t request_id, OidView counter, std::uint32_t value);

} // namespace assent::snmp
