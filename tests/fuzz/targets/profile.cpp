#include "agents/snmp/profile.hpp"

#include "common/json.hpp"
#include "tests/fuzz/targets/shipped.hpp"
#include "tests/fuzz/targets/target.hpp"

// Profiles as people write them: what the schema accepts can be recorded, and read by an agent.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assent;
  const auto bound = fuzz::shipped().bind_yaml(fuzz::text_of(data, size), "file", "assent-policy:profile");
  if (!bound) return 0;
  const auto recorded = parse_json(canonical(json::value(*bound)));
  fuzz::promise(recorded && recorded->is_object());
  (void)snmp::profile_from_json(recorded->as_object());
  return 0;
}
