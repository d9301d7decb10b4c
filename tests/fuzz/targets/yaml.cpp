#include "tests/fuzz/targets/shipped.hpp"
#include "tests/fuzz/targets/target.hpp"

// Files that people write. The first byte chooses what the file is.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assent;
  if (size == 0) return 0;
  static constexpr const char* containers[] = {"assent-config:config", "assent-policy:policy",
                                               "assent-policy:founding", "assent-policy:profile"};
  const auto text = fuzz::text_of(data + 1, size - 1);
  const auto bound = fuzz::shipped().bind_yaml(text, "file", containers[data[0] % 4]);
  fuzz::promise(bound || !bound.error().mistakes.empty() || !bound.error().what.id.empty());
  return 0;
}
