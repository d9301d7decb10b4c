#include "daemon/api/cursor.hpp"

#include <deque>

#include "common/sse.hpp"
#include "daemon/api/route.hpp"
#include "daemon/api/rows.hpp"
#include "daemon/core/events.hpp"

namespace assent::api {

namespace {

Status collect(store::Reader& reader, journal::Stream stream, std::uint64_t from, std::size_t limit,
               std::deque<core::Event>& out) {
  std::optional<Error> faulty;
  auto read = reader.entries(stream, from, limit, [&](store::StoredEntry&& entry) {
    auto event = core::event_of(entry);
    if (!event)
      faulty = std::move(event).error();
    else
      out.push_back(std::move(event).value());
    return !faulty;
  });
  if (faulty) return std::move(*faulty);
  return read;
}

} // namespace

std::string to_text(const Cursor& cursor) {
  return std::to_string(cursor.decisions) + "." + std::to_string(cursor.records);
}

Result<Cursor> parse_cursor(std::string_view text) {
  Cursor cursor;
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || !read_number(text.substr(0, dot), cursor.decisions, true) ||
      !read_number(text.substr(dot + 1), cursor.records, true))
    return fail(Fault::invalid, "api.bad-cursor");
  return cursor;
}

Result<Cursor> head_of(store::Reader& reader) {
  auto decisions = reader.head(journal::Stream::decisions);
  if (!decisions) return std::move(decisions).error();
  auto records = reader.head(journal::Stream::records);
  if (!records) return std::move(records).error();
  return Cursor{*decisions, *records};
}

json::object event_data(const core::Event& event, View view, const Catalogue& catalogue, Language language) {
  const Message message = shown(view, event.text);
  json::object data{{"stream", journal::name_of(event.stream)},
                    {"number", event.number},
                    {"msgid", event.msgid},
                    {"severity", event.severity},
                    {"time", assent::to_text(event.time)},
                    {"text", catalogue.text(language, message)}};
  if (whole(view)) {
    data["message"] = to_json(event.text);
    data["detail"] = event.detail;
  }
  return data;
}

std::string event_text(const core::Event& event, const Cursor& cursor, View view, const Catalogue& catalogue,
                       Language language) {
  return sse::framed(to_text(cursor), event.msgid,
                     json::serialize(event_data(event, view, catalogue, language)));
}

Result<Piece> next_piece(store::Reader& reader, Cursor& cursor, const Scope& scope,
                         const Catalogue& catalogue, Language language, std::size_t limit) {
  std::deque<core::Event> decisions, records;
  if (auto read = collect(reader, journal::Stream::decisions, cursor.decisions + 1, limit, decisions); !read)
    return std::move(read).error();
  if (auto read = collect(reader, journal::Stream::records, cursor.records + 1, limit, records); !read)
    return std::move(read).error();
  Piece piece;
  piece.more = decisions.size() >= limit || records.size() >= limit;
  Sight sight(scope, reader);
  while (!decisions.empty() || !records.empty()) {
    const bool first =
        records.empty() || (!decisions.empty() && decisions.front().time <= records.front().time);
    auto& queue = first ? decisions : records;
    (first ? cursor.decisions : cursor.records) = queue.front().number;
    if (sight.follows(queue.front()))
      piece.text += event_text(sight.told(std::move(queue.front())), cursor, scope.view, catalogue, language);
    queue.pop_front();
  }
  return piece;
}

} // namespace assent::api
