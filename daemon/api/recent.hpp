// The newest events, as the event stream tells them: for those who come late.
#pragma once

#include "daemon/api/cursor.hpp"

namespace assent::api {

/// {"assent-status:events": [newest last…], "cursor": "D.R", "kinds": [name…]}: up to `limit` events that
/// the reader may follow, of the newest 2,000 of each stream, and all kinds of events that it may be told of.
/// The stream goes on at `cursor` without a gap.
Result<std::string> recent_events(store::Reader& reader, std::size_t limit, const Scope& scope,
                                  const Catalogue& catalogue, Language language);

} // namespace assent::api
