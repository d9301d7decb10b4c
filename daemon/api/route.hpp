// From method and target to what is asked for. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/ids.hpp"
#include "common/result.hpp"

namespace assent::api {

struct Route {
  enum class What : std::uint8_t {
    root,       ///< GET /restconf
    operations, ///< GET /restconf/operations
    operation,  ///< POST /restconf/operations/MODULE:RPC
    listing,    ///< GET /restconf/data/assent-registry:KIND
    object,     ///< GET /restconf/data/assent-registry:KIND=ID
    tree,       ///< GET /restconf/data/assent-registry:tree=FINGERPRINT
    status,     ///< GET /restconf/data/assent-status:alarms, readiness, devices, agents, summary
    links,      ///< GET /restconf/data/assent-status:links
    link,       ///< GET /restconf/data/assent-status:links=ID
    journal,    ///< GET /restconf/data/assent-status:journal
    events,     ///< GET /restconf/streams/events
    recent,     ///< GET /restconf/data/assent-status:events
    space,      ///< GET /restconf/data/assent-status:space
    history,    ///< GET /restconf/data/assent-status:history
    search,     ///< GET /restconf/data/assent-status:search
    page,       ///< GET / and /page/FILE
    discovery,  ///< GET /sd/devices
    metrics,
    livez,
    readyz,
    nothing,    ///< there is nothing here (404)
    not_allowed ///< there is, but not with this method (405)
  } what = What::nothing;
  Kind kind{};
  Id id = 0;
  std::string name; ///< operation, status list, fingerprint or file of the page
  std::vector<std::pair<std::string, std::string>> query;
  bool head = false;
};

/// Percent-decodes once, refuses bad encodings, NULs, fragments, absolute forms, over 2,048 bytes or 32
/// parameters.
Result<Route> route(std::string_view method, std::string_view target);

/// What a listing's query asks for: `limit` (1 to 10,000, default 100), `after`, everything else is a filter.
struct ListQuery {
  std::size_t limit = 100;
  Id after = 0;
  std::vector<std::pair<std::string, std::string>> filter;
};
Result<ListQuery> list_query(const Route& route);

/// What a journal listing asks for: `stream` (decisions, records), `from`, `limit`, or `ticket`.
struct JournalQuery {
  bool decisions = true;
  std::uint64_t from = 0;
  std::size_t limit = 100;
  Id ticket = 0;
};
Result<JournalQuery> journal_query(const Route& route);

/// Digits only, 1 to 2^53-1 (0 where allowed); nothing else.
bool read_number(std::string_view text, std::uint64_t& number, bool zero_too = false);

} // namespace assent::api
