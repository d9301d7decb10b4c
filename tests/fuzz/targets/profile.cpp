#include "agents/snmp/profile.hpp"

#include <cstdlib>

#include "common/json.hpp"
#include "daemon/model/model.hpp"
#include "tests/fuzz/targets/target.hpp"

namespace {
assent::model::Model& shipped() {
  static auto model = assent::model::Model::load(ASSENT_SOURCE_DIR "/policies");
  if (!model) std::abort();
  return **model;
}
} // namespace

// Profiles as people write them: what the schema accepts can be recorded, and read by an agent.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assent;
  const auto bound = shipped().bind_yaml(fuzz::text_of(data, size), "file", "assent-policy:profile");
  if (!bound) return 0;
  const auto recorded = parse_json(canonical(json::value(*bound)));
  fuzz::promise(recorded && recorded->is_object());
  (void)snmp::profile_from_json(recorded->as_object());
  return 0;
}
