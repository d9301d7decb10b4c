// Where a follower of the event stream stands, and what comes next for him: always from the journal, so that
// what is said live, late and after a restart is the same, and a slow follower costs no memory. Pure besides
// the reader.
#pragma once

#include <string>
#include <string_view>

#include "daemon/api/http.hpp"
#include "daemon/api/scope.hpp"

namespace assent::api {

/// The newest entry of each stream that was told: `D.R`.
struct Cursor {
  std::uint64_t decisions = 0;
  std::uint64_t records = 0;
};
std::string to_text(const Cursor& cursor);
Result<Cursor> parse_cursor(std::string_view text);

/// The present end of both streams.
Result<Cursor> head_of(store::Reader& reader);

/// What a follower is told of entries after the cursor, at most `limit` of each stream, in the order of their
/// times; moves the cursor over what was told and what this view may not see. Empty where nothing is new.
struct Piece {
  std::string text;
  bool more = false; ///< the limit was reached
};
Result<Piece> next_piece(store::Reader& reader, Cursor& cursor, const Scope& scope,
                         const Catalogue& catalogue, Language language, std::size_t limit = 256);

/// One event as an object: {"stream","number","msgid","severity","time","text"}, and for the full view
/// "message" and "detail".
json::object event_data(const core::Event& event, View view, const Catalogue& catalogue, Language language);

/// One event framed; its data is event_data().
std::string event_text(const core::Event& event, const Cursor& cursor, View view, const Catalogue& catalogue,
                       Language language);

} // namespace assent::api
