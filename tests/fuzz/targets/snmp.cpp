#include "agents/snmp/codec.hpp"
#include "tests/fuzz/targets/target.hpp"

// Answers of devices.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assent;
  static const auto codec = snmp::make_v2c_codec();
  snmp::Answer answer;
  if (codec->parse(fuzz::text_of(data, size), "public", answer) != snmp::Trouble::none) return 0;
  fuzz::promise(answer.varbinds.size() <= 4096);
  std::size_t seen = 0;
  for (const auto& varbind : answer.varbinds) {
    seen += varbind.octets.size();
    for (const auto part : varbind.oid)
      seen += part;
  }
  fuzz::promise(seen < (std::size_t{1} << 62));
  return 0;
}
