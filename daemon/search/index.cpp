#include "daemon/search/index.hpp"

#include <algorithm>

#include "daemon/search/fold.hpp"
#include "daemon/search/leaves.hpp"

namespace assent::search {

namespace {

std::u32string wide(std::string_view ascii) {
  return {ascii.begin(), ascii.end()};
}

constexpr std::size_t deepest_tree = 64;

constexpr std::size_t run_length = 4; ///< digits of a MAC address that have a list of their own

/// Digits in a row as a key behind those of all pairs; keys that begin with the same digits follow each
/// other. Behind the end of a row `rest` stands.
std::uint64_t run_key(std::string_view digits, std::uint64_t rest) {
  std::uint64_t key = 1;
  for (std::size_t i = 0; i < run_length; ++i) {
    const auto digit = i < digits.size() ? digits[i] : '\0';
    const std::uint64_t value =
        i >= digits.size() ? rest
                           : 1 + static_cast<std::uint64_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
    key = key << 5 | value;
  }
  return std::uint64_t{1} << 63 | key;
}

} // namespace

void Candidates::begin(std::vector<Source> sources) {
  sources_ = std::move(sources);
  std::ranges::sort(sources_, {}, &Source::size);
  all_ = sources_.empty();
  for (const auto& source : sources_)
    cursors_.push_back(source.list != nullptr ? std::make_unique<Postings::Cursor>(*source.list) : nullptr);
}

Id Candidates::seek(std::size_t source, Id least) {
  return cursors_[source] ? cursors_[source]->seek(least) : sources_[source].set->next(least);
}

Id Candidates::next(Id least) {
  if (empty_ || all_ || least == none) return none;
  std::size_t agree = 0;
  for (std::size_t source = 0; agree < sources_.size(); source = (source + 1) % sources_.size()) {
    const Id found = seek(source, least);
    if (found == none) return none;
    agree = found == least ? agree + 1 : 1;
    least = found;
  }
  return least;
}

/// Which object is referred to, and by which member: two that share a key are told apart by who looks.
std::uint64_t Index::reference_key(std::string_view member, Id id) const {
  std::uint64_t code = 14695981039346656037ULL; // FNV-1a
  for (const char c : member)
    code = (code ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return (code << 40) ^ id;
}

void Index::put_text(OfKind& kind, Id id, const std::u32string& text) {
  for (std::size_t i = 0; i < text.size(); ++i)
    kind.texts[pair(text[i], i + 1 < text.size() ? text[i + 1] : 0)].insert(id);
}

void Index::put_mac(OfKind& kind, Id id, std::string_view digits) {
  for (std::size_t i = 0; i < digits.size(); ++i)
    kind.texts[run_key(digits.substr(i, run_length), 0)].insert(id);
}

bool Index::mac_lists(const OfKind& kind, std::string_view digits, Sources& out) {
  if (digits.size() < run_length) {
    auto set = std::make_shared<IdSet>();
    const auto end = kind.texts.upper_bound(run_key(digits, 31));
    for (auto at = kind.texts.lower_bound(run_key(digits, 0)); at != end; ++at)
      set->add(at->second);
    if (set->size() == 0) return false;
    out.push_back({nullptr, std::move(set)});
    return true;
  }
  for (std::size_t i = 0; i + run_length <= digits.size(); ++i) {
    const auto found = kind.texts.find(run_key(digits.substr(i, run_length), 0));
    if (found == kind.texts.end()) return false;
    out.push_back({&found->second, nullptr});
  }
  return true;
}

void Index::add_all(Sources lists, IdSet& out) {
  Candidates both;
  both.begin(std::move(lists));
  for (Id id = both.next(0); id != none; id = both.next(id + 1))
    out.add(id);
}

void Index::put(Kind which, Id id, const json::object& body) {
  if (!is_searched(which)) return;
  OfKind& kind = kinds_[static_cast<std::size_t>(which)];
  ++puts_;
  if (id <= kind.last) ++stale_;
  kind.last = std::max(kind.last, id);
  each_leaf(which, body, [&](const Leaf& leaf) {
    switch (leaf.sort) {
    case Leaf::Sort::reference:
      kind.references[reference_key(leaf.member, leaf.number)].insert(id);
      return;
    case Leaf::Sort::place:
      kind.places.add(leaf.space, id);
      return;
    case Leaf::Sort::text:
      put_text(kind, id, fold(leaf.text));
      return;
    case Leaf::Sort::mac:
      put_mac(kind, id, mac_digits(leaf.text));
      return;
    case Leaf::Sort::number:
      put_text(kind, id, wide(leaf.text));
      return;
    }
  });
  if (which != Kind::organisation) return;
  if (const auto before = organisations_.find(id); before != organisations_.end())
    std::erase(below_[before->second.parent], id);
  const std::string name = text_of(body, "name");
  const Id parent = number_of(body, "parent");
  organisations_[id] = {parent, fold(name), name};
  below_[parent].push_back(id);
}

void Index::remove(Kind which, Id id) {
  if (!is_searched(which)) return;
  stale_ += 2; // it was taken in, and is no more
  if (which != Kind::organisation) return;
  if (const auto before = organisations_.find(id); before != organisations_.end()) {
    std::erase(below_[before->second.parent], id);
    organisations_.erase(before);
  }
}

void Index::settle() {
  for (auto& kind : kinds_)
    kind.places.settle();
}

std::size_t Index::bytes() const {
  constexpr std::size_t node = 4 * sizeof(void*) + sizeof(std::uint64_t) + 16;
  std::size_t sum = 0;
  for (const auto& kind : kinds_) {
    for (const auto& [key, postings] : kind.texts)
      sum += node + sizeof postings + postings.bytes();
    for (const auto& [key, postings] : kind.references)
      sum += node + sizeof postings + postings.bytes();
    sum += kind.places.bytes();
  }
  return sum;
}

bool Index::text_lists(const OfKind& kind, const std::u32string& text, bool whole, Sources& out) {
  if (text.size() == 1 && !whole) {
    auto set = std::make_shared<IdSet>();
    add_text(kind, text, whole, *set);
    if (set->size() == 0) return false;
    out.push_back({nullptr, std::move(set)});
    return true;
  }
  for (std::size_t i = 0; i + (whole ? 0 : 1) < text.size(); ++i) {
    const auto found = kind.texts.find(pair(text[i], i + 1 < text.size() ? text[i + 1] : 0));
    if (found == kind.texts.end()) return false;
    if (std::ranges::none_of(out, [&](const auto& one) { return one.list == &found->second; }))
      out.push_back({&found->second, nullptr});
  }
  return true;
}

void Index::add_text(const OfKind& kind, const std::u32string& text, bool whole, IdSet& out) {
  if (text.empty()) return;
  if (text.size() == 1 && !whole) {
    // Every pair that begins with it: what ends with it is paired with 0.
    const auto end = kind.texts.lower_bound(pair(text[0] + 1, 0));
    for (auto at = kind.texts.lower_bound(pair(text[0], 0)); at != end; ++at)
      out.add(at->second);
    return;
  }
  Sources lists;
  if (text_lists(kind, text, whole, lists)) add_all(std::move(lists), out);
}

std::shared_ptr<IdSet> Index::belonging(const std::vector<Id>& organisations, const OfKind& kind) const {
  auto set = std::make_shared<IdSet>();
  for (const Id organisation : organisations)
    if (const auto found = kind.references.find(reference_key("organisation", organisation));
        found != kind.references.end())
      set->add(found->second);
  return set;
}

/// What a word or a member matches besides text.
void Index::add_others(const Clause& clause, const Meaning& meaning, const OfKind& kind, IdSet& out) const {
  if (clause.space) {
    kind.places.inside(*clause.space, [&](Id id) { out.add(id); });
    if (clause.sort == Clause::Sort::word && !clause.part)
      kind.places.around(*clause.space, [&](Id id) { out.add(id); });
  }
  if (Sources lists; !clause.mac.empty() && mac_lists(kind, clause.mac, lists))
    add_all(std::move(lists), out);
  for (const Id id : meaning.ids)
    if (const auto found = kind.references.find(reference_key(clause.member, id));
        found != kind.references.end())
      out.add(found->second);
}

bool Index::clause_sources(const Clause& clause, const Meaning& meaning, Kind which, const OfKind& kind,
                           Sources& out) const {
  auto set = std::make_shared<IdSet>();
  switch (clause.sort) {
  case Clause::Sort::kind:
    return true;
  case Clause::Sort::word:
  case Clause::Sort::member:
    if (!clause.space && clause.mac.empty() && meaning.ids.empty())
      return text_lists(kind, clause.folded, clause.whole, out);
    add_text(kind, clause.folded, clause.whole, *set);
    add_others(clause, meaning, kind, *set);
    break;
  case Clause::Sort::in:
    kind.places.inside(*clause.space, [&](Id id) { set->add(id); });
    break;
  case Clause::Sort::around:
    kind.places.around(*clause.space, [&](Id id) { set->add(id); });
    break;
  case Clause::Sort::mac:
    return mac_lists(kind, clause.mac, out);
  case Clause::Sort::number:
    if (clause.number <= kind.last) set->add(clause.number);
    break;
  case Clause::Sort::ticket:
    for (const auto& ref : meaning.refs)
      if (ref.kind == which && ref.id <= kind.last) set->add(ref.id);
    break;
  case Clause::Sort::subtree:
    set = belonging(meaning.ids, kind);
    if (which == Kind::organisation)
      for (const Id id : meaning.ids)
        set->add(id);
    break;
  }
  if (set->size() == 0) return false;
  out.push_back({nullptr, std::move(set)});
  return true;
}

Candidates Index::candidates(const Query& query, const std::vector<Meaning>& meaning, Kind which,
                             const std::vector<Id>* organisations) const {
  Candidates out;
  const OfKind& kind = kinds_[static_cast<std::size_t>(which)];
  Sources sources;
  for (std::size_t i = 0; i < query.clauses.size() && !out.empty_; ++i)
    if (!query.clauses[i].negated)
      out.empty_ = !clause_sources(query.clauses[i], meaning[i], which, kind, sources);
  if (organisations != nullptr && !out.empty_) {
    auto set = belonging(*organisations, kind);
    out.empty_ = set->size() == 0;
    sources.push_back({nullptr, std::move(set)});
  }
  if (!out.empty_) out.begin(std::move(sources));
  return out;
}

std::vector<Id> Index::organisations(const std::string& text) const {
  if (text.find_first_not_of("0123456789") == std::string::npos && text.size() < 17) {
    const Id id = std::stoull(text);
    return organisations_.contains(id) ? std::vector<Id>{id} : std::vector<Id>{};
  }
  // A path: the last name is looked for, and those before it above.
  std::vector<std::u32string> names;
  for (std::size_t from = 0; from <= text.size();) {
    const auto slash = std::min(text.find('/', from), text.size());
    if (auto name = fold(std::string_view(text).substr(from, slash - from)); !name.empty())
      names.push_back(std::move(name));
    from = slash + 1;
  }
  if (names.empty()) return {};
  std::vector<Id> same, alike;
  for (const auto& [id, organisation] : organisations_) {
    if (organisation.name.find(names.back()) == std::u32string::npos) continue;
    Id above = organisation.parent;
    std::size_t matched = 1;
    for (std::size_t depth = 0; matched < names.size() && depth < deepest_tree; ++depth) {
      const auto next = organisations_.find(above);
      if (next == organisations_.end()) break;
      if (next->second.name == names[names.size() - 1 - matched]) ++matched;
      above = next->second.parent;
    }
    if (matched < names.size()) continue;
    (organisation.name == names.back() ? same : alike).push_back(id);
  }
  return same.empty() ? alike : same;
}

std::vector<Id> Index::with_all_below(std::vector<Id> organisations) const {
  std::vector<Id> out;
  IdSet seen;
  while (!organisations.empty()) {
    const Id id = organisations.back();
    organisations.pop_back();
    if (id > organisations_.rbegin()->first || seen.has(id)) continue;
    seen.add(id);
    out.push_back(id);
    if (const auto found = below_.find(id); found != below_.end())
      organisations.insert(organisations.end(), found->second.begin(), found->second.end());
  }
  std::ranges::sort(out);
  return out;
}

} // namespace assent::search
