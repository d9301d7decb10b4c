// A register in a map, with its index, for tests of searching.
#pragma once

#include <map>
#include <set>

#include "daemon/search/find.hpp"
#include "daemon/search/match.hpp"

namespace assent::search {

class Shelf : public Rows {
 public:
  void put(Kind kind, Id id, json::object body) {
    index.put(kind, id, body);
    auto& row = rows[kind][id];
    ++row.version;
    row.body = std::move(body);
  }
  void put(Kind kind, Id id, std::string_view body) { put(kind, id, parse_json(body)->get_object()); }
  void remove(Kind kind, Id id) {
    index.remove(kind, id);
    rows[kind].erase(id);
  }

  Result<std::optional<Row>> get(Kind kind, Id id) override {
    ++looked_at;
    const auto found = rows[kind].find(id);
    if (found == rows[kind].end() || hidden.contains({kind, id})) return std::optional<Row>();
    return std::optional<Row>(found->second);
  }
  Result<std::vector<Id>> ids(Kind kind, Id after, std::size_t limit) override {
    std::vector<Id> out;
    for (auto at = rows[kind].upper_bound(after); at != rows[kind].end() && out.size() < limit; ++at)
      out.push_back(at->first);
    return out;
  }
  Result<std::vector<Ref>> of_ticket(Id ticket) override { return tickets[ticket]; }
  bool reads(Kind kind) override { return !closed.contains(kind); }
  const std::vector<Id>* organisations(Kind kind) override {
    return scope && (kind == Kind::address || kind == Kind::prefix) ? &*scope : nullptr;
  }

  /// `address.3 prefix.1`: what is found, page by page.
  std::string found(std::string_view text, std::size_t limit = 100) {
    auto query = parse_query(text);
    if (!query) return query.error().what.id;
    std::string out;
    std::optional<Ref> after;
    do {
      auto answer = find(index, *query, *this, after, limit);
      if (!answer) return answer.error().what.id;
      for (const auto& hit : answer->hits)
        out += (out.empty() ? "" : " ") + std::string(name_of(hit.kind)) + "." + std::to_string(hit.id);
      after = answer->next;
    } while (after);
    return out;
  }

  Index index;
  std::map<Kind, std::map<Id, Row>> rows;
  std::map<Id, std::vector<Ref>> tickets;
  std::set<Ref> hidden;
  std::set<Kind> closed;
  std::optional<std::vector<Id>> scope;
  std::size_t looked_at = 0;
};

} // namespace assent::search
