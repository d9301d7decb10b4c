// net-snmp builds the requests. Answers, which are hostile, sixty times as many values and the most of the
// CPU, are read by a decoder of our own that touches no heap; tests/unit/snmp proves it equal to net-snmp on
// good and broken bytes.
#include "agents/snmp/codec.hpp"

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

// The library renames members of everybody with these.
#undef non_repeaters
#undef max_repetitions

#include <algorithm>
#include <array>

#include "agents/snmp/ber.hpp"

namespace assent::snmp {
namespace {

constexpr std::size_t max_datagram = 65'536;
constexpr std::size_t max_varbinds = 4096;

Type type_of(unsigned char tag) {
  switch (tag) {
  case ASN_INTEGER:
    return Type::integer;
  case ASN_OCTET_STR:
    return Type::octets;
  case ASN_OBJECT_ID:
    return Type::object_id;
  case ASN_IPADDRESS:
    return Type::address;
  case ASN_COUNTER:
    return Type::counter32;
  case ASN_GAUGE:
  case ASN_UINTEGER:
    return Type::gauge32;
  case ASN_TIMETICKS:
    return Type::ticks;
  case ASN_OPAQUE:
    return Type::opaque;
  case ASN_COUNTER64:
    return Type::counter64;
  case SNMP_NOSUCHOBJECT:
    return Type::no_object;
  case SNMP_NOSUCHINSTANCE:
    return Type::no_instance;
  case SNMP_ENDOFMIBVIEW:
    return Type::end_of_view;
  default:
    return Type::none;
  }
}

/// Writes with net-snmp's ASN.1 functions; `at` is null once something did not fit.
class Writer {
 public:
  Writer(u_char* at, std::size_t room) : at_(at), room_(room) {}

  void number(long value) {
    if (at_ != nullptr) at_ = asn_build_int(at_, &room_, ASN_INTEGER, &value, sizeof value);
  }
  void text(std::string_view value) {
    if (at_ != nullptr)
      at_ = asn_build_string(at_, &room_, ASN_OCTET_STR, reinterpret_cast<const u_char*>(value.data()),
                             value.size());
  }
  void object(const Oid& value) {
    std::array<oid, max_oid_parts> name;
    const std::size_t length = std::min(value.size(), name.size());
    std::copy_n(value.begin(), length, name.begin());
    if (at_ != nullptr) at_ = asn_build_objid(at_, &room_, ASN_OBJECT_ID, name.data(), length);
  }
  void null() {
    if (at_ != nullptr) at_ = asn_build_null(at_, &room_, ASN_NULL);
  }
  /// Leaves four bytes for tag and length; close() fills them in.
  u_char* open() {
    if (at_ == nullptr || room_ < 4) {
      at_ = nullptr;
      return nullptr;
    }
    u_char* const start = at_;
    at_ += 4;
    room_ -= 4;
    return start;
  }
  void close(u_char* start, u_char tag) const {
    if (start == nullptr || at_ == nullptr) return;
    const auto length = static_cast<std::size_t>(at_ - start) - 4;
    start[0] = tag;
    start[1] = 0x82; // two bytes hold every length that fits in a datagram
    start[2] = static_cast<u_char>(length >> 8);
    start[3] = static_cast<u_char>(length & 0xff);
  }
  [[nodiscard]] const u_char* at() const { return at_; }

 private:
  u_char* at_;
  std::size_t room_;
};

class V2cCodec final : public Codec {
 public:
  std::string build(const Request& request, std::uint32_t request_id, std::string_view community) override {
    constexpr u_char sequence = ASN_SEQUENCE | ASN_CONSTRUCTOR;
    const bool bulk = request.kind == Request::Kind::get_bulk;
    std::array<u_char, 8192> bytes;
    Writer out(bytes.data(), bytes.size());
    u_char* const message = out.open();
    out.number(SNMP_VERSION_2c);
    out.text(community);
    u_char* const pdu = out.open();
    out.number(static_cast<long>(request_id));
    out.number(bulk ? request.non_repeaters : 0);
    out.number(bulk ? request.repetitions : 0);
    u_char* const list = out.open();
    for (const Oid& wanted : request.oids) {
      u_char* const varbind = out.open();
      out.object(wanted);
      out.null();
      out.close(varbind, sequence);
    }
    out.close(list, sequence);
    out.close(pdu, bulk                                      ? SNMP_MSG_GETBULK
                   : request.kind == Request::Kind::get_next ? SNMP_MSG_GETNEXT
                                                             : SNMP_MSG_GET);
    out.close(message, sequence);
    if (out.at() == nullptr) return {};
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(out.at() - bytes.data())};
  }

  Trouble parse(std::string_view bytes, std::string_view community, Answer& answer) override {
    answer = {};
    varbinds_.clear();
    used_ = 0;
    std::string_view message, version, said;
    std::int64_t number = 0;
    if (bytes.size() > max_datagram || !BerReader(bytes).take(ASN_SEQUENCE | ASN_CONSTRUCTOR, message))
      return Trouble::malformed;
    BerReader reader(message);
    if (!reader.take(ASN_INTEGER, version) || !read_integer(version, number)) return Trouble::malformed;
    if (number != SNMP_VERSION_2c) return Trouble::version;
    if (!reader.take(ASN_OCTET_STR, said)) return Trouble::malformed;
    if (said != community) return Trouble::community;
    Element pdu;
    if (!reader.take(pdu)) return Trouble::malformed;
    if (pdu.tag != SNMP_MSG_RESPONSE) return Trouble::kind;
    return take_pdu(pdu.content, answer) ? Trouble::none : Trouble::malformed;
  }

 private:
  bool take_pdu(std::string_view bytes, Answer& answer) {
    BerReader reader(bytes);
    std::string_view id, status, index, list;
    std::int64_t numbers[3] = {};
    if (!reader.take(ASN_INTEGER, id) || !read_integer(id, numbers[0])) return false;
    if (!reader.take(ASN_INTEGER, status) || !read_integer(status, numbers[1])) return false;
    if (!reader.take(ASN_INTEGER, index) || !read_integer(index, numbers[2])) return false;
    if (!reader.take(ASN_SEQUENCE | ASN_CONSTRUCTOR, list) || !reader.empty()) return false;
    answer.request_id = static_cast<std::uint32_t>(numbers[0]);
    answer.error_status = static_cast<long>(numbers[1]);
    answer.error_index = static_cast<long>(numbers[2]);
    BerReader varbinds(list);
    while (!varbinds.empty()) {
      std::string_view pair;
      if (varbinds_.size() == max_varbinds || !varbinds.take(ASN_SEQUENCE | ASN_CONSTRUCTOR, pair) ||
          !take_varbind(pair))
        return false;
    }
    answer.varbinds = varbinds_;
    return true;
  }

  bool take_varbind(std::string_view pair) {
    BerReader reader(pair);
    std::string_view name;
    Element value;
    Varbind varbind;
    // Bytes after the value would be read by some as the next varbind.
    if (!reader.take(ASN_OBJECT_ID, name) || !reader.take(value) || !reader.empty()) return false;
    if (!take_oid(name, varbind.oid)) return false;
    varbind.type = type_of(value.tag);
    if (!take_value(value.content, varbind)) return false;
    varbinds_.push_back(varbind);
    return true;
  }

  bool take_oid(std::string_view bytes, OidView& to) {
    std::size_t count = 0;
    const std::size_t room = std::min(max_oid_parts, parts_.size() - used_);
    if (!read_oid(bytes, parts_.data() + used_, room, count)) return false;
    to = {parts_.data() + used_, count};
    used_ += count;
    return true;
  }

  bool take_value(std::string_view bytes, Varbind& to) {
    std::int64_t number = 0;
    switch (to.type) {
    case Type::integer:
      if (!read_integer(bytes, number)) return false;
      to.number = static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int32_t>(number)));
      return true;
    case Type::counter32:
    case Type::gauge32:
    case Type::ticks:
      // Some agents send a negative gauge; what counts is its 32 bits.
      if (!read_unsigned(bytes, to.number)) return false;
      to.number &= UINT32_MAX;
      return true;
    case Type::counter64:
      return read_unsigned(bytes, to.number);
    case Type::octets:
    case Type::address:
    case Type::opaque:
      to.octets = bytes;
      return true;
    case Type::object_id:
      return take_oid(bytes, to.object);
    default:
      return true;
    }
  }

  std::vector<Varbind> varbinds_;
  /// Room for all numbers of a datagram: each takes a byte of it at least, but for the first two of each OID.
  std::vector<std::uint32_t> parts_ = std::vector<std::uint32_t>(2 * max_datagram);
  std::size_t used_ = 0;
};

} // namespace

std::unique_ptr<Codec> make_v2c_codec() {
  return std::make_unique<V2cCodec>();
}

std::string codec_version() {
  return std::string("net-snmp ") + netsnmp_get_version();
}

} // namespace assent::snmp
