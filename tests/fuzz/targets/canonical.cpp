#include "daemon/watch/canonical.hpp"
#include "tests/fuzz/targets/target.hpp"

// Trees as agents send them: two texts divided by a NUL. The difference leads from the first to the second.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assent;
  const auto text = fuzz::text_of(data, size);
  const auto middle = text.find('\0');
  const auto first = text.substr(0, middle);
  const auto second = middle == std::string_view::npos ? std::string_view() : text.substr(middle + 1);
  const auto before = watch::leaves(first);
  if (!before) return 0;
  fuzz::promise(watch::difference(*before, *before).empty());
  const auto after = watch::leaves(second);
  if (!after) return 0;
  const auto changed = watch::with_changes(first, watch::difference(*before, *after));
  if (changed) fuzz::promise(*changed == second);
  return 0;
}
