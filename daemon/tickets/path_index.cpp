#include "daemon/tickets/path_index.hpp"

#include <algorithm>

#include "common/result.hpp"

namespace assent::tickets {

PathIndex& PathIndex::child(const std::string& segment) {
  auto& next = (is_wild(segment) ? wild_ : literal_)[segment];
  if (!next) next = std::make_unique<PathIndex>();
  return *next;
}

void PathIndex::add(const std::vector<std::string>& segments, bool below, Entry entry) {
  auto* node = this;
  for (const auto& segment : segments)
    node = &node->child(segment);
  (below ? node->below_ : node->here_).push_back(entry);
}

void PathIndex::remove(const std::vector<std::string>& segments, bool below, Entry entry) {
  std::vector<PathIndex*> chain{this};
  for (const auto& segment : segments)
    chain.push_back(&chain.back()->child(segment));
  auto& list = below ? chain.back()->below_ : chain.back()->here_;
  const auto found = std::find(list.begin(), list.end(), entry);
  ASSENT_CHECK(found != list.end());
  *found = list.back();
  list.pop_back();
  for (std::size_t i = segments.size(); i > 0 && chain[i]->empty(); --i) {
    auto& children = is_wild(segments[i - 1]) ? chain[i - 1]->wild_ : chain[i - 1]->literal_;
    children.erase(segments[i - 1]);
  }
}

} // namespace assent::tickets
