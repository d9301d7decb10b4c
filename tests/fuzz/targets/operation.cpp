#include "tests/fuzz/targets/shipped.hpp"
#include "tests/fuzz/targets/target.hpp"

// Inputs of operations as clients send them. The first byte chooses the operation. What is accepted once is
// accepted again in the form that came out.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assent;
  if (size == 0) return 0;
  static const auto operations = fuzz::shipped().operations();
  const auto& operation = operations[data[0] % operations.size()];
  const auto bound = fuzz::shipped().bind_input(operation, fuzz::text_of(data + 1, size - 1));
  if (bound) fuzz::promise(static_cast<bool>(fuzz::shipped().bind_input(operation, json::value(*bound))));
  return 0;
}
