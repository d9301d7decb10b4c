#include "daemon/search/find.hpp"

#include <algorithm>

#include "daemon/search/leaves.hpp"
#include "daemon/search/match.hpp"

namespace assent::search {

namespace {

constexpr std::size_t ids_at_once = 256;
constexpr std::size_t most_named = 100; ///< objects that a name may mean

/// The objects of one kind that answer, one after the other.
class Scan {
 public:
  Scan(const Index& index, const Query& query, const std::vector<Meaning>& meaning, Rows& rows, Kind kind)
      : query_(query), meaning_(meaning), rows_(rows), kind_(kind),
        candidates_(index.candidates(query, meaning, kind, rows.organisations(kind))) {}

  /// From behind `after`; stops when `left` candidates were looked at. Returns where it stopped, `none` at
  /// the end.
  Result<Id> run(Id after, std::size_t limit, std::size_t& left, std::vector<Hit>& hits) {
    Id last = after;
    while (true) {
      auto id = next(last);
      if (!id || *id == none) return id;
      if (left == 0 || hits.size() == limit) return last;
      --left;
      last = *id;
      auto row = rows_.get(kind_, *id);
      if (!row) return std::move(row).error();
      if (!*row) continue;
      if (auto members = match(query_, meaning_, kind_, *id, (*row)->body))
        hits.push_back({kind_, *id, std::move(**row), *std::move(members)});
    }
  }

 private:
  Result<Id> next(Id after) {
    if (!candidates_.all()) return candidates_.next(after + 1);
    if (at_ == batch_.size()) {
      auto more = rows_.ids(kind_, after, ids_at_once);
      if (!more) return std::move(more).error();
      batch_ = std::move(more).value();
      at_ = 0;
      if (batch_.empty()) return none;
    }
    return batch_[at_++];
  }

  const Query& query_;
  const std::vector<Meaning>& meaning_;
  Rows& rows_;
  Kind kind_;
  Candidates candidates_;
  std::vector<Id> batch_;
  std::size_t at_ = 0;
};

/// What people call objects of a kind by.
std::string_view name_member(Kind kind) {
  return kind == Kind::person ? "handle" : kind == Kind::key ? "fingerprint" : "name";
}

/// Objects of a kind with this name, or, where there are none, with the text in their name.
Result<std::vector<Id>> named(const Index& index, Rows& rows, Kind kind, const Clause& clause) {
  if (kind == Kind::organisation) return index.organisations(clause.text);
  std::vector<Id> out;
  if (clause.text.size() < 17 && clause.text.find_first_not_of("0123456789") == std::string::npos) {
    out.push_back(std::stoull(clause.text));
    return out;
  }
  if (!rows.reads(kind)) return out;
  Query query;
  query.clauses.emplace_back();
  query.clauses[0].sort = Clause::Sort::member;
  query.clauses[0].member = name_member(kind);
  query.clauses[0].folded = clause.folded;
  const std::vector<Meaning> meaning(1);
  for (const bool whole : {true, false}) {
    query.clauses[0].whole = whole;
    std::vector<Hit> hits;
    std::size_t left = most_looked_at;
    Scan scan(index, query, meaning, rows, kind);
    if (auto done = scan.run(0, most_named, left, hits); !done) return std::move(done).error();
    for (const auto& hit : hits)
      out.push_back(hit.id);
    if (!out.empty()) break;
  }
  return out;
}

Result<std::vector<Meaning>> meaning_of(const Index& index, const Query& query, Rows& rows) {
  std::vector<Meaning> out(query.clauses.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Clause& clause = query.clauses[i];
    if (clause.sort == Clause::Sort::ticket) {
      auto refs = rows.of_ticket(clause.number);
      if (!refs) return std::move(refs).error();
      out[i].refs = std::move(refs).value();
      out[i].refs.push_back({Kind::ticket, clause.number});
      std::ranges::sort(out[i].refs);
    } else if (clause.sort == Clause::Sort::subtree) {
      out[i].ids = index.organisations(clause.text);
      if (!clause.whole) out[i].ids = index.with_all_below(std::move(out[i].ids));
    } else if (const auto kind = referred(clause.member); clause.sort == Clause::Sort::member && kind) {
      auto ids = named(index, rows, *kind, clause);
      if (!ids) return std::move(ids).error();
      out[i].ids = std::move(ids).value();
    }
  }
  return out;
}

bool asked_for(const Query& query, Kind kind) {
  return std::ranges::all_of(query.clauses, [&](const Clause& clause) {
    return clause.sort != Clause::Sort::kind ||
           (std::ranges::find(clause.kinds, kind) != clause.kinds.end()) != clause.negated;
  });
}

} // namespace

const std::vector<Kind>& kinds_in_order() {
  static const std::vector<Kind> order = [] {
    std::vector<Kind> out = {Kind::organisation, Kind::network, Kind::block, Kind::prefix,
                             Kind::address,      Kind::device,  Kind::link};
    const std::vector<Kind> last = {Kind::ticket, Kind::finding};
    for (std::size_t i = 0; i < kind_names.size(); ++i) {
      const auto kind = static_cast<Kind>(i);
      if (is_searched(kind) && std::ranges::find(out, kind) == out.end() &&
          std::ranges::find(last, kind) == last.end())
        out.push_back(kind);
    }
    out.insert(out.end(), last.begin(), last.end());
    return out;
  }();
  return order;
}

Result<Answer> find(const Index& index, const Query& query, Rows& rows, std::optional<Ref> after,
                    std::size_t limit) {
  auto meaning = meaning_of(index, query, rows);
  if (!meaning) return std::move(meaning).error();
  Answer out;
  std::size_t left = most_looked_at;
  const auto& kinds = kinds_in_order();
  auto kind = after ? std::ranges::find(kinds, after->kind) : kinds.begin();
  Id from = after ? after->id : 0;
  for (; kind != kinds.end(); ++kind, from = 0) {
    if (!rows.reads(*kind) || !asked_for(query, *kind)) continue;
    Scan scan(index, query, *meaning, rows, *kind);
    auto stopped = scan.run(from, limit, left, out.hits);
    if (!stopped) return std::move(stopped).error();
    if (*stopped == none) continue;
    out.next = Ref{*kind, *stopped};
    break;
  }
  return out;
}

} // namespace assent::search
