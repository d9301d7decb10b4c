#include "daemon/tickets/page.hpp"
#include "tests/fuzz/targets/target.hpp"

// A signed page as it comes back from a person.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assent;
  const auto text = fuzz::text_of(data, size);
  if (const auto claim = tickets::read_page(text)) fuzz::promise(claim->ticket != 0);
  (void)tickets::without_names(text);
  return 0;
}
