#include "daemon/api/cursor.hpp"
#include "daemon/api/route.hpp"
#include "tests/fuzz/targets/target.hpp"

// Targets of requests and cursors of the event stream.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assent;
  const auto text = fuzz::text_of(data, size);
  for (const auto method : {"GET", "POST"}) {
    const auto route = api::route(method, text);
    if (!route) continue;
    (void)api::list_query(*route);
    (void)api::journal_query(*route);
  }
  if (const auto cursor = api::parse_cursor(text)) {
    const auto again = api::parse_cursor(api::to_text(*cursor));
    fuzz::promise(again && again->decisions == cursor->decisions && again->records == cursor->records);
  }
  return 0;
}
