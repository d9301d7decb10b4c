#include "daemon/api/recent.hpp"

#include <algorithm>

#include "daemon/api/rows.hpp"
#include "daemon/core/event_kinds.hpp"
#include "daemon/core/events.hpp"

namespace assent::api {

namespace {

constexpr std::uint64_t looked_at = 2000, at_once = 250;

/// The newest events of one stream that may be followed, newest first.
Status newest(store::Reader& reader, journal::Stream stream, std::uint64_t head, std::size_t limit,
              Sight& sight, std::vector<core::Event>& out) {
  const std::size_t begin = out.size();
  const std::uint64_t stop = head > looked_at ? head - looked_at : 0;
  std::optional<Error> faulty;
  for (std::uint64_t end = head + 1; end > stop && out.size() - begin < limit;) {
    const std::uint64_t from = end > stop + at_once ? end - at_once : stop;
    std::vector<core::Event> piece;
    auto read = reader.entries(stream, from, end - from, [&](store::StoredEntry&& entry) {
      auto event = core::event_of(entry);
      if (!event)
        faulty = std::move(event).error();
      else
        piece.push_back(std::move(event).value());
      return !faulty;
    });
    if (faulty) return std::move(*faulty);
    if (!read) return read;
    for (auto at = piece.rbegin(); at != piece.rend() && out.size() - begin < limit; ++at)
      if (sight.follows(*at)) out.push_back(sight.told(std::move(*at)));
    end = from;
  }
  return Done{};
}

} // namespace

Result<std::string> recent_events(store::Reader& reader, std::size_t limit, const Scope& scope,
                                  const Catalogue& catalogue, Language language) {
  auto head = head_of(reader);
  if (!head) return std::move(head).error();
  std::vector<core::Event> events;
  Sight sight(scope, reader);
  if (auto read = newest(reader, journal::Stream::decisions, head->decisions, limit, sight, events); !read)
    return std::move(read).error();
  if (auto read = newest(reader, journal::Stream::records, head->records, limit, sight, events); !read)
    return std::move(read).error();
  std::ranges::stable_sort(events,
                           [](const core::Event& a, const core::Event& b) { return a.time > b.time; });
  if (events.size() > limit) events.resize(limit);
  std::string out = "{\"assent-status:events\":[";
  for (auto at = events.rbegin(); at != events.rend(); ++at) {
    if (at != events.rbegin()) out += ',';
    out += json::serialize(event_data(*at, scope.view, catalogue, language));
  }
  json::array kinds;
  for (const auto& kind : core::event_kinds())
    if (may_follow(scope.view, kind.name)) kinds.emplace_back(kind.name);
  return out + "],\"cursor\":\"" + to_text(*head) + "\",\"kinds\":" + json::serialize(kinds) + "}";
}

} // namespace assent::api
