// Searching the register: words in, objects of every kind out.
#include <algorithm>

#include "agents/ctl/handlers.hpp"
#include "agents/ctl/kinds.hpp"
#include "agents/ctl/print.hpp"
#include "agents/ctl/values.hpp"
#include "common/client.hpp"

namespace assent::ctl {

namespace {

constexpr std::size_t page_size = 200;

const json::object& object(const json::object& hit) {
  return object_of(hit, "object");
}

/// What people call it by.
std::string called(const Session& session, const json::object& hit) {
  const std::string kind = text_of(hit, "kind");
  if (kind == "organisation") return session.name_of(kind, number_of(object(hit), "id"));
  if (kind == "ticket") return text_of(object(hit), "reason");
  if (kind == "finding") return text_of(object(hit), "path");
  if (kind == "role")
    return session.name_of("person", number_of(object(hit), "person")) + " " + text_of(object(hit), "role");
  const KindRow* shape = kind_row(kind);
  if (shape != nullptr && !shape->primary.empty()) return text_of(object(hit), shape->primary);
  return text_of(object(hit), "name");
}

std::string place(const Session& session, const json::object& hit, std::string_view member) {
  return session.name_of(member, number_of(object(hit), member));
}

/// The members in which the query's words stand; the name is seen anyway.
std::string shown_matches(const json::object& hit) {
  std::string out;
  for (const auto& name : array_of(hit, "matched")) {
    const std::string member = plain(name);
    const auto* value = object(hit).if_contains(member);
    if (value == nullptr || value->is_number()) continue;
    out += (out.empty() ? "" : ", ") + member + ": " + plain(*value);
  }
  return out;
}

} // namespace

Exit search_objects(Session& session) {
  std::string query;
  for (const auto& word : session.asked.arguments)
    query += (query.empty() ? "" : " ") + word;
  auto limit = value_of({"limit", FieldType::number, {}}, {session.asked.text("--limit", "50")});
  if (!limit.ok()) return session.refuse(limit.error());
  const auto most = limit->to_number<std::size_t>();
  Listing listing;
  std::string after;
  do {
    std::string path = "assent-status:search?q=" + percent_encoded(query) + "&limit=" +
                       std::to_string(std::clamp<std::size_t>(most - listing.rows.size(), 1, page_size));
    if (!after.empty()) path += "&after=" + percent_encoded(after);
    auto answer = session.api.get(path);
    if (!answer.ok()) return session.refuse(answer.error());
    for (const auto& hit : array_of(*answer, "assent-status:search"))
      if (hit.is_object()) listing.rows.push_back(hit);
    const std::string next = text_of(*answer, "next");
    if (next == after) break;
    after = next;
  } while (!after.empty() && listing.rows.size() < most);
  listing.columns = {
      {"kind", false, {}},
      {"id", false, [](const json::object& hit) { return std::to_string(number_of(object(hit), "id")); }},
      {"name", false, [&session](const json::object& hit) { return called(session, hit); }},
      {"network", false, [&session](const json::object& hit) { return place(session, hit, "network"); }},
      {"organisation", false,
       [&session](const json::object& hit) { return place(session, hit, "organisation"); }},
      {"matched", false, shown_matches}};
  listing.named = [&session](const json::object& hit) {
    return text_of(hit, "kind") + " " + called(session, hit);
  };
  print(session, listing);
  if (!after.empty()) session.tell("ctl.more-found", {{"limit", std::to_string(most)}});
  return Exit::done;
}

} // namespace assent::ctl
