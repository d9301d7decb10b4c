#include "common/json.hpp"
#include "daemon/journal/entry.hpp"
#include "tests/fuzz/targets/target.hpp"

// Headers and checkpoints: one value has one text, so what is accepted is what would have been written.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assent;
  const auto text = fuzz::text_of(data, size);
  if (const auto header = journal::parse_header(text)) fuzz::promise(journal::header_text(*header) == text);
  if (const auto checkpoint = journal::parse_checkpoint(text))
    fuzz::promise(journal::checkpoint_text(*checkpoint) == text);
  if (const auto body = parse_json(text); body && body->is_object())
    (void)journal::rows_of(body->as_object());
  return 0;
}
