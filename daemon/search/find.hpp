// A whole question: names are looked up, candidates taken from the index, each looked at as its reader sees
// it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/search/index.hpp"

namespace assent::search {

/// An object as its reader may see it.
struct Row {
  std::uint64_t version = 0;
  json::object body;
};

/// The register, at one moment, with the eyes of one reader.
class Rows {
 public:
  virtual ~Rows() = default;
  /// Nothing where the object is not there or not for this reader.
  virtual Result<std::optional<Row>> get(Kind kind, Id id) = 0;
  /// The next numbers of a kind, whoever may see them.
  virtual Result<std::vector<Id>> ids(Kind kind, Id after, std::size_t limit) = 0;
  /// What the entries of a ticket made, changed or deleted.
  virtual Result<std::vector<Ref>> of_ticket(Id ticket) = 0;
  /// May this reader see objects of the kind at all?
  virtual bool reads(Kind kind) = 0;
  /// For kinds whose objects each belong to an organisation: those whose objects this reader sees (sorted);
  /// nullptr: not only those of some.
  virtual const std::vector<Id>* organisations(Kind kind) = 0;
};

struct Hit {
  Kind kind{};
  Id id = 0;
  Row row;
  std::vector<std::string> matched; ///< the members in which it stands
};

/// Where to go on: behind this object.
struct Answer {
  std::vector<Hit> hits;
  std::optional<Ref> next; ///< there may be more
};

/// Kinds in the order of answers: the tree and its space first, tickets and findings last.
const std::vector<Kind>& kinds_in_order();

inline constexpr std::size_t most_hits = 1000;
/// Candidates that are looked at for one answer; it may be short, or empty, and have a `next`.
inline constexpr std::size_t most_looked_at = 20'000;

/// Hits behind `after` in the order of kinds, within a kind by number; at most `limit`.
Result<Answer> find(const Index& index, const Query& query, Rows& rows, std::optional<Ref> after,
                    std::size_t limit);

} // namespace assent::search
