#include <cstdlib>

#include "daemon/model/model.hpp"
#include "tests/fuzz/targets/target.hpp"

namespace {
assent::model::Model& shipped() {
  static auto model = assent::model::Model::load(ASSENT_SOURCE_DIR "/policies");
  if (!model) std::abort();
  return **model;
}
} // namespace

// Files that people write. The first byte chooses what the file is.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assent;
  if (size == 0) return 0;
  static constexpr const char* containers[] = {"assent-config:config", "assent-policy:policy",
                                               "assent-policy:founding", "assent-policy:profile"};
  const auto text = fuzz::text_of(data + 1, size - 1);
  const auto bound = shipped().bind_yaml(text, "file", containers[data[0] % 4]);
  fuzz::promise(bound || !bound.error().mistakes.empty() || !bound.error().what.id.empty());
  return 0;
}
