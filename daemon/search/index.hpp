// The index of the register: for each kind, which objects hold which pairs of characters, refer to which
// objects and lie where. It narrows a question down; whoever asks looks at each candidate itself (match.hpp).
// Pure: one thread at a time.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/ids.hpp"
#include "common/json.hpp"
#include "daemon/search/places.hpp"
#include "daemon/search/postings.hpp"
#include "daemon/search/query.hpp"

namespace assent::search {

/// What the names and numbers of a query stand for, clause by clause.
struct Meaning {
  std::vector<Id> ids;   ///< member, subtree: objects referred to, sorted
  std::vector<Ref> refs; ///< ticket: itself and what it changed, sorted
};

/// Objects of one kind that may answer a query: all that do, and few others, in the order of their numbers.
/// Must not be used after the index has changed.
class Candidates {
 public:
  Id next(Id least);                ///< the first not below, or `none`; `least` never falls
  bool all() const { return all_; } ///< the index does not help: every object may

 private:
  friend class Index;
  struct Source {
    const Postings* list = nullptr;
    std::shared_ptr<const IdSet> set;
    std::size_t size() const { return list != nullptr ? list->size() : set->size(); }
  };
  void begin(std::vector<Source> sources);
  Id seek(std::size_t source, Id least);

  std::vector<Source> sources_; ///< the smallest first
  std::vector<std::unique_ptr<Postings::Cursor>> cursors_;
  bool all_ = false, empty_ = false;
};

class Index {
 public:
  /// An object as it is now. What an earlier version held stays findable by the index, and counts in stale().
  void put(Kind kind, Id id, const json::object& body);
  void remove(Kind kind, Id id);
  void settle(); ///< after the first filling

  /// `meaning` has one for each clause. With `subtrees`, only what belongs to one of these organisations
  /// (sorted); for kinds whose objects all belong to one.
  Candidates candidates(const Query& query, const std::vector<Meaning>& meaning, Kind kind,
                        const std::vector<Id>* organisations = nullptr) const;

  /// Organisations by number, path or name; where no name is the same, those whose name contains the text.
  /// Sorted.
  std::vector<Id> organisations(const std::string& text) const;
  /// These and all below, sorted.
  std::vector<Id> with_all_below(std::vector<Id> organisations) const;

  std::size_t size() const { return puts_; }   ///< versions taken in
  std::size_t stale() const { return stale_; } ///< versions that are no more; a reason to begin anew
  std::size_t bytes() const;                   ///< of memory, nearly

 private:
  /// By pair of characters, the last of a text with 0; and by four digits in a row of MAC addresses.
  using Texts = std::map<std::uint64_t, Postings>;
  struct OfKind {
    Texts texts;
    std::unordered_map<std::uint64_t, Postings> references;
    Places places;
    Id last = 0;
  };
  struct Organisation {
    Id parent = 0;
    std::u32string name;
    std::string text;
  };
  using Sources = std::vector<Candidates::Source>;

  static std::uint64_t pair(char32_t one, char32_t other) {
    return static_cast<std::uint64_t>(one) << 32 | other;
  }
  std::uint64_t reference_key(std::string_view member, Id id) const;
  void put_text(OfKind& kind, Id id, const std::u32string& text);
  /// False where no object holds it.
  static bool text_lists(const OfKind& kind, const std::u32string& text, bool whole, Sources& out);
  static void add_text(const OfKind& kind, const std::u32string& text, bool whole, IdSet& out);
  static void put_mac(OfKind& kind, Id id, std::string_view digits);
  static bool mac_lists(const OfKind& kind, std::string_view digits, Sources& out);
  static void add_all(Sources lists, IdSet& out); ///< what is in all of them
  bool clause_sources(const Clause& clause, const Meaning& meaning, Kind which, const OfKind& kind,
                      Sources& out) const;
  void add_others(const Clause& clause, const Meaning& meaning, const OfKind& kind, IdSet& out) const;
  std::shared_ptr<IdSet> belonging(const std::vector<Id>& organisations, const OfKind& kind) const;

  std::array<OfKind, kind_names.size()> kinds_;
  std::map<Id, Organisation> organisations_;
  std::map<Id, std::vector<Id>> below_;
  std::size_t puts_ = 0, stale_ = 0;
};

} // namespace assent::search
