#include "daemon/search/match.hpp"

#include <algorithm>

#include "daemon/search/fold.hpp"
#include "daemon/search/leaves.hpp"

namespace assent::search {

namespace {

using Sort = Clause::Sort;

bool has(const std::vector<Id>& ids, Id id) {
  return std::ranges::binary_search(ids, id);
}

/// A member's text in the forms that are compared, made once for all clauses and only when needed.
class Text {
 public:
  explicit Text(const Leaf& leaf) : leaf_(leaf) {}
  const std::u32string& folded() {
    if (!folded_) folded_ = fold(leaf_.text);
    return *folded_;
  }
  const std::string& mac() {
    if (!mac_) mac_ = mac_digits(leaf_.text);
    return *mac_;
  }

 private:
  const Leaf& leaf_;
  std::optional<std::u32string> folded_;
  std::optional<std::string> mac_;
};

bool mac_holds(const Clause& clause, Text& text) {
  return !clause.mac.empty() && text.mac().find(clause.mac) != std::string::npos;
}

bool text_holds(const Clause& clause, Text& text) {
  return clause.whole ? text.folded() == clause.folded
                      : text.folded().find(clause.folded) != std::u32string::npos;
}

bool word_in(const Clause& clause, const Leaf& leaf, Text& text) {
  switch (leaf.sort) {
  case Leaf::Sort::reference:
    return false;
  case Leaf::Sort::place:
    return clause.space &&
           (clause.part ? clause.space->contains(leaf.space) : clause.space->overlaps(leaf.space));
  case Leaf::Sort::mac:
    return mac_holds(clause, text);
  case Leaf::Sort::text:
  case Leaf::Sort::number:
    return text_holds(clause, text);
  }
  return false;
}

bool member_in(const Clause& clause, const Meaning& meaning, const Leaf& leaf, Text& text) {
  if (leaf.member != clause.member) return false;
  switch (leaf.sort) {
  case Leaf::Sort::reference:
    return has(meaning.ids, leaf.number);
  case Leaf::Sort::place:
    return clause.space && (clause.whole ? *clause.space == leaf.space : clause.space->contains(leaf.space));
  case Leaf::Sort::mac:
    return mac_holds(clause, text);
  case Leaf::Sort::text:
  case Leaf::Sort::number:
    return text_holds(clause, text);
  }
  return false;
}

bool leaf_answers(const Clause& clause, const Meaning& meaning, const Leaf& leaf, Text& text) {
  switch (clause.sort) {
  case Sort::word:
    return word_in(clause, leaf, text);
  case Sort::member:
    return member_in(clause, meaning, leaf, text);
  case Sort::in:
    return leaf.sort == Leaf::Sort::place && clause.space->contains(leaf.space);
  case Sort::around:
    return leaf.sort == Leaf::Sort::place && leaf.space.contains(*clause.space);
  case Sort::mac:
    return leaf.sort == Leaf::Sort::mac && mac_holds(clause, text);
  case Sort::subtree:
    return leaf.sort == Leaf::Sort::reference && leaf.member == clause.member &&
           has(meaning.ids, leaf.number);
  case Sort::kind:
  case Sort::number:
  case Sort::ticket:
    return false;
  }
  return false;
}

/// What the object's kind and number decide alone.
bool object_answers(const Clause& clause, const Meaning& meaning, Kind kind, Id id) {
  switch (clause.sort) {
  case Sort::kind:
    return std::ranges::find(clause.kinds, kind) != clause.kinds.end();
  case Sort::number:
    return clause.number == id;
  case Sort::ticket:
    return std::ranges::binary_search(meaning.refs, Ref{kind, id});
  case Sort::subtree:
    return kind == Kind::organisation && has(meaning.ids, id);
  default:
    return false;
  }
}

} // namespace

std::optional<std::vector<std::string>> match(const Query& query, const std::vector<Meaning>& meaning,
                                              Kind kind, Id id, const json::object& body) {
  const std::size_t count = query.clauses.size();
  std::vector<bool> answered(count);
  for (std::size_t i = 0; i < count; ++i)
    answered[i] = object_answers(query.clauses[i], meaning[i], kind, id);
  std::vector<std::string> members;
  each_leaf(kind, body, [&](const Leaf& leaf) {
    Text text(leaf);
    for (std::size_t i = 0; i < count; ++i) {
      if (!leaf_answers(query.clauses[i], meaning[i], leaf, text)) continue;
      answered[i] = true;
      if (!query.clauses[i].negated && std::ranges::find(members, leaf.member) == members.end())
        members.emplace_back(leaf.member);
    }
  });
  for (std::size_t i = 0; i < count; ++i)
    if (answered[i] == query.clauses[i].negated) return std::nullopt;
  return members;
}

} // namespace assent::search
