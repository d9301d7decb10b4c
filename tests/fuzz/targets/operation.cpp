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

// Inputs of operations as clients send them. The first byte chooses the operation. What is accepted once is
// accepted again in the form that came out.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assent;
  if (size == 0) return 0;
  static const auto operations = shipped().operations();
  const auto& operation = operations[data[0] % operations.size()];
  const auto bound = shipped().bind_input(operation, fuzz::text_of(data + 1, size - 1));
  if (bound) fuzz::promise(static_cast<bool>(shipped().bind_input(operation, json::value(*bound))));
  return 0;
}
