// What became of an object, and what the register was at a past moment, out of the journal's rows. Runs on
// the search thread, on one snapshot; core never hears of it. Read scopes hold for each version as it was, by
// today's roles and tree.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/api/route.hpp"
#include "daemon/api/search.hpp"

namespace assent::api {

/// One version of an object and the entry that made it.
struct Change {
  std::uint64_t number = 0; ///< in the stream of decisions
  std::string time;         ///< as in the entry's header
  std::string event;
  Id ticket = 0, person = 0;
  std::string account;
  std::uint64_t version = 0;
  bool gone = false;
  json::object body;
};

/// Every version, oldest first. The tickets that name the object say where to look; where versions are
/// missing then, the whole journal is read. Baselines, signed pages and findings have none here
/// (Fault::not_found).
Result<std::vector<Change>> changes_of(const Indexed& indexed, store::Reader& reader, Ref object);

/// The newest entry that is not later than the moment; Fault::not_found before the founding. Clocks step:
/// where times do not grow it is one such entry whose successor is later.
Result<std::uint64_t> entry_at(store::Reader& reader, Instant moment);

/// A moment of a query: RFC 3339 with its zone, or a day (`2026-03-01`: its end, UTC).
Result<Instant> moment_of(const std::string& text);

/// `{"assent-status:history": [{"number","time","event","ticket","version","before","after",…}]}`.
Result<json::object> answer_history(const Indexed& indexed, store::Reader& reader, const Scope& scope,
                                    Ref object);

/// `{"assent-registry:KIND": [row]}` as it was; Fault::not_found where it was not there.
Result<json::object> answer_past_object(const Indexed& indexed, store::Reader& reader, const Scope& scope,
                                        Ref object, Instant moment);

/// The same of a listing, with `next`. Fault::refused where more than 200,000 entries were made since.
Result<json::object> answer_past_list(const Indexed& indexed, store::Reader& reader, const Scope& scope,
                                      Kind kind, const ListQuery& query, Instant moment);

} // namespace assent::api
