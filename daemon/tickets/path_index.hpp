// Permits by path: a tree over the segments of their patterns, so that finding what matches a path costs the
// length of the path and not the number of permits. Part of the coverage library.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace assent::tickets {

struct Slot; // a ticket as coverage.cpp keeps it

/// One permit of one ticket.
struct Entry {
  const Slot* slot = nullptr;
  std::uint32_t permit = 0;
  friend bool operator==(const Entry&, const Entry&) = default;
};

class PathIndex {
 public:
  void add(const std::vector<std::string>& segments, bool below, Entry entry);
  void remove(const std::vector<std::string>& segments, bool below, Entry entry);
  bool empty() const { return here_.empty() && below_.empty() && literal_.empty() && wild_.empty(); }

  /// Calls `use(entry)` for every permit whose pattern matches the path from segment `depth` on; stops and
  /// gives false as soon as `use` gives false.
  template <class Use>
  bool match(const std::vector<std::string_view>& path, const Use& use, std::size_t depth = 0) const;

  /// Calls `use(entry, depth)` for permits that share the longest beginnings with the path, longest first,
  /// looking at no more than `budget` places.
  template <class Use>
  void near(const std::vector<std::string_view>& path, const Use& use, int& budget,
            std::size_t depth = 0) const;

 private:
  template <class Use>
  void all(const Use& use, int& budget, std::size_t depth) const;
  PathIndex& child(const std::string& segment);

  std::map<std::string, std::unique_ptr<PathIndex>, std::less<>> literal_;
  std::map<std::string, std::unique_ptr<PathIndex>, std::less<>> wild_;
  std::vector<Entry> here_, below_;
};

bool is_wild(std::string_view pattern_segment);
bool segment_matches(std::string_view pattern_segment, std::string_view segment);

template <class Use>
bool PathIndex::match(const std::vector<std::string_view>& path, const Use& use, std::size_t depth) const {
  for (const auto& entry : below_)
    if (!use(entry)) return false;
  if (depth == path.size()) {
    for (const auto& entry : here_)
      if (!use(entry)) return false;
    return true;
  }
  if (const auto found = literal_.find(path[depth]); found != literal_.end())
    if (!found->second->match(path, use, depth + 1)) return false;
  for (const auto& [segment, next] : wild_)
    if (segment_matches(segment, path[depth]) && !next->match(path, use, depth + 1)) return false;
  return true;
}

template <class Use>
void PathIndex::near(const std::vector<std::string_view>& path, const Use& use, int& budget,
                     std::size_t depth) const {
  if (budget <= 0) return;
  if (depth < path.size()) {
    if (const auto found = literal_.find(path[depth]); found != literal_.end())
      found->second->near(path, use, budget, depth + 1);
    for (const auto& [segment, next] : wild_)
      if (budget > 0 && segment_matches(segment, path[depth])) next->near(path, use, budget, depth + 1);
  }
  all(use, budget, depth);
}

template <class Use>
void PathIndex::all(const Use& use, int& budget, std::size_t depth) const {
  for (const auto* list : {&here_, &below_})
    for (const auto& entry : *list)
      if (budget-- > 0)
        use(entry, depth);
      else
        return;
  for (const auto* children : {&literal_, &wild_})
    for (const auto& [segment, next] : *children) {
      if (budget-- <= 0) return;
      next->all(use, budget, depth);
    }
}

} // namespace assent::tickets
