#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

// The library renames members of everybody with these.
#undef non_repeaters
#undef max_repetitions

#include <array>

#include "agents/snmp/ber.hpp"
#include "agents/snmp/codec.hpp"
#include "agents/snmp/pdu.hpp"

namespace assent::snmp {
namespace {

class V2cCodec final : public Codec {
 public:
  std::string build(const Request& request, std::uint32_t request_id, std::string_view community) override {
    std::array<char, 8192> bytes;
    BerWriter out(bytes);
    write_request(out, request, request_id);
    out.octets(community);
    out.integer(SNMP_VERSION_2c);
    out.close(0, pdu::sequence);
    return std::string(out.view());
  }

  Trouble parse(std::string_view bytes, std::string_view community, Answer& answer) override {
    answer = {};
    std::string_view message, version, said;
    std::int64_t number = 0;
    if (bytes.size() > max_datagram || !BerReader(bytes).take(pdu::sequence, message))
      return Trouble::malformed;
    BerReader reader(message);
    if (!reader.take(pdu::integer, version) || !read_integer(version, number)) return Trouble::malformed;
    if (number != SNMP_VERSION_2c) return Trouble::version;
    if (!reader.take(pdu::octets, said)) return Trouble::malformed;
    if (said != community) return Trouble::community;
    Element element;
    if (!reader.take(element)) return Trouble::malformed;
    if (element.tag != pdu::response) return Trouble::kind;
    return pdu_.read(element.content, answer) ? Trouble::none : Trouble::malformed;
  }

 private:
  PduReader pdu_;
};

} // namespace

std::unique_ptr<Codec> make_v2c_codec() {
  return std::make_unique<V2cCodec>();
}

std::string codec_version() {
  return std::string("net-snmp ") + netsnmp_get_version();
}

} // namespace assent::snmp
