#include "common/json.hpp"
#include "tests/fuzz/targets/target.hpp"

// Whatever is accepted prints to text that is accepted again and prints the same.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assent;
  const auto value = parse_json(fuzz::text_of(data, size));
  if (!value) return 0;
  const std::string once = canonical(*value);
  const auto again = parse_json(once);
  fuzz::promise(again && canonical(*again) == once);
  return 0;
}
