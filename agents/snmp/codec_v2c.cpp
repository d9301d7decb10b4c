#include "agents/snmp/codec.hpp"

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

// The library renames members of everybody with these.
#undef non_repeaters
#undef max_repetitions

#include <array>

namespace assent::snmp {
namespace {

constexpr std::size_t max_datagram = 65'536;
constexpr std::size_t max_varbinds = 4096;

struct PduFree {
  void operator()(netsnmp_pdu* pdu) const { snmp_free_pdu(pdu); }
};
using PduOwner = std::unique_ptr<netsnmp_pdu, PduFree>;

Type type_of(u_char type) {
  switch (type) {
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

void put_length(std::string& out, std::size_t length) {
  // Three bytes always fit what a datagram can hold.
  out += '\x82';
  out += static_cast<char>(length >> 8);
  out += static_cast<char>(length & 0xff);
}

class V2cCodec final : public Codec {
 public:
  V2cCodec() {
    // A hostile device must not be able to write into our log through the library.
    netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG);
  }

  std::string build(const Request& request, std::uint32_t request_id, std::string_view community) override {
    const bool bulk = request.kind == Request::Kind::get_bulk;
    const int command = bulk                                      ? SNMP_MSG_GETBULK
                        : request.kind == Request::Kind::get_next ? SNMP_MSG_GETNEXT
                                                                  : SNMP_MSG_GET;
    const PduOwner pdu(snmp_pdu_create(command));
    pdu->version = SNMP_VERSION_2c;
    pdu->reqid = static_cast<long>(request_id);
    if (bulk) {
      pdu->errstat = request.non_repeaters; // the PDU has these two in the same places
      pdu->errindex = request.repetitions;
    }
    for (const Oid& wanted : request.oids) {
      std::array<oid, max_oid_parts> name{};
      const std::size_t length = std::min(wanted.size(), name.size());
      for (std::size_t i = 0; i < length; ++i)
        name[i] = wanted[i];
      snmp_add_null_var(pdu.get(), name.data(), length);
    }
    std::array<u_char, 8192> body{};
    std::size_t room = body.size();
    u_char* const end = snmp_pdu_build(pdu.get(), body.data(), &room);
    if (end == nullptr || community.size() > 255) return {};
    return framed(community,
                  {reinterpret_cast<char*>(body.data()), static_cast<std::size_t>(end - body.data())});
  }

  Trouble parse(std::string_view bytes, std::string_view community, Answer& answer) override {
    pdu_.reset();
    varbinds_.clear();
    answer = {};
    if (bytes.empty() || bytes.size() > max_datagram) return Trouble::malformed;
    // The library takes a writable pointer, but asn_parse_* do not write.
    auto* at = reinterpret_cast<u_char*>(const_cast<char*>(bytes.data()));
    std::size_t left = bytes.size();
    u_char type = 0;
    at = asn_parse_sequence(at, &left, &type, ASN_SEQUENCE | ASN_CONSTRUCTOR, "message");
    if (at == nullptr) return Trouble::malformed;
    long version = 0;
    at = asn_parse_int(at, &left, &type, &version, sizeof version);
    if (at == nullptr || type != ASN_INTEGER) return Trouble::malformed;
    if (version != SNMP_VERSION_2c) return Trouble::version;
    std::array<u_char, 256> said{};
    std::size_t said_length = said.size();
    at = asn_parse_string(at, &left, &type, said.data(), &said_length);
    if (at == nullptr || type != ASN_OCTET_STR) return Trouble::malformed;
    if (std::string_view(reinterpret_cast<char*>(said.data()), said_length) != community)
      return Trouble::community;
    return parse_pdu(at, left, answer);
  }

 private:
  static std::string framed(std::string_view community, std::string_view pdu) {
    std::string inner("\x02\x01\x01\x04", 4);
    inner += '\x81';
    inner += static_cast<char>(community.size());
    inner += community;
    inner += pdu;
    std::string message("\x30", 1);
    put_length(message, inner.size());
    return message + inner;
  }

  Trouble parse_pdu(u_char* at, std::size_t left, Answer& answer) {
    if (left == 0 || *at != SNMP_MSG_RESPONSE) return Trouble::kind;
    pdu_.reset(snmp_pdu_create(SNMP_MSG_RESPONSE));
    pdu_->version = SNMP_VERSION_2c;
    if (snmp_pdu_parse(pdu_.get(), at, &left) != 0) return Trouble::malformed;
    if (pdu_->command != SNMP_MSG_RESPONSE) return Trouble::kind;
    answer.request_id = static_cast<std::uint32_t>(pdu_->reqid);
    answer.error_status = pdu_->errstat;
    answer.error_index = pdu_->errindex;
    return take_varbinds(answer);
  }

  Trouble take_varbinds(Answer& answer) {
    std::size_t parts = 0;
    std::size_t count = 0;
    for (const auto* each = pdu_->variables; each != nullptr; each = each->next_variable) {
      if (each->name_length > max_oid_parts || ++count > max_varbinds) return Trouble::malformed;
      parts += each->name_length;
      if (each->type == ASN_OBJECT_ID) parts += each->val_len / sizeof(oid);
    }
    parts_.resize(parts); // all at once, so that the views stay
    std::uint32_t* free = parts_.data();
    varbinds_.reserve(count);
    for (const auto* each = pdu_->variables; each != nullptr; each = each->next_variable) {
      Varbind varbind;
      varbind.oid = copy(each->name, each->name_length, free);
      varbind.type = type_of(each->type);
      if (!take_value(*each, varbind, free)) return Trouble::malformed;
      varbinds_.push_back(varbind);
    }
    answer.varbinds = varbinds_;
    return Trouble::none;
  }

  static OidView copy(const oid* from, std::size_t length, std::uint32_t*& free) {
    const OidView view(free, length);
    for (std::size_t i = 0; i < length; ++i)
      *free++ = static_cast<std::uint32_t>(from[i]);
    return view;
  }

  static bool take_value(const netsnmp_variable_list& from, Varbind& to, std::uint32_t*& free) {
    switch (to.type) {
    case Type::integer:
      to.number = static_cast<std::uint64_t>(static_cast<std::int64_t>(*from.val.integer));
      return true;
    case Type::counter32:
    case Type::gauge32:
    case Type::ticks:
      // Some agents send a negative gauge; what counts is its 32 bits.
      to.number = static_cast<std::uint32_t>(*from.val.integer);
      return true;
    case Type::counter64:
      to.number = (static_cast<std::uint64_t>(from.val.counter64->high & 0xffffffffU) << 32) |
                  (from.val.counter64->low & 0xffffffffU);
      return true;
    case Type::octets:
    case Type::address:
    case Type::opaque:
      to.octets = {reinterpret_cast<const char*>(from.val.string), from.val_len};
      return true;
    case Type::object_id:
      to.object = copy(from.val.objid, from.val_len / sizeof(oid), free);
      return to.object.size() <= max_oid_parts;
    default:
      return true;
    }
  }

  PduOwner pdu_;
  std::vector<Varbind> varbinds_;
  std::vector<std::uint32_t> parts_;
};

} // namespace

std::unique_ptr<Codec> make_v2c_codec() {
  return std::make_unique<V2cCodec>();
}

std::string codec_version() {
  return std::string("net-snmp ") + netsnmp_get_version();
}

} // namespace assent::snmp
