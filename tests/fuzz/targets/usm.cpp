#include "agents/snmp/usm.hpp"
#include "tests/fuzz/targets/target.hpp"

// Messages of SNMPv3 from whoever reaches the socket. What is read lies inside the datagram.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assent;
  const auto bytes = fuzz::text_of(data, size);
  const auto inside = [&](std::string_view part) {
    return part.empty() || (part.data() >= bytes.data() && part.data() + part.size() <= bytes.data() + size);
  };
  (void)snmp::usm::version_of(bytes);
  snmp::usm::Header header;
  if (!snmp::usm::peek(bytes, header)) return 0;
  fuzz::promise(inside(header.engine) && inside(header.user) && inside(header.mac) && inside(header.salt) &&
                inside(header.scoped));
  fuzz::promise(header.mac.empty() == (header.level == snmp::usm::Level::none));
  for (const bool padded : {false, true}) {
    snmp::usm::Scoped scoped;
    if (snmp::usm::read_scoped(header.scoped, padded, scoped))
      fuzz::promise(inside(scoped.pdu) && inside(scoped.context_engine) && inside(scoped.context_name));
  }
  return 0;
}
