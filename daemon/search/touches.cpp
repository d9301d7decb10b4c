#include "daemon/search/touches.hpp"

#include <algorithm>

namespace assent::search {

namespace {

constexpr std::size_t most_late = 4096;

} // namespace

void Touches::add(const Touch& touch) {
  if (!settled_) {
    all_.push_back(touch);
    return;
  }
  if (std::ranges::binary_search(all_, touch)) return;
  const auto at = std::ranges::lower_bound(late_, touch);
  if (at != late_.end() && *at == touch) return;
  late_.insert(at, touch);
  if (late_.size() < most_late) return;
  const auto middle = static_cast<std::ptrdiff_t>(all_.size());
  all_.insert(all_.end(), late_.begin(), late_.end());
  std::inplace_merge(all_.begin(), all_.begin() + middle, all_.end());
  late_.clear();
}

void Touches::put(Id ticket, const json::object& body) {
  for (const std::string_view list : {"edits", "made"})
    for (const auto& one : array_of(body, list)) {
      if (!one.is_object()) continue;
      const auto kind = kind_of(text_of(one.get_object(), "kind"));
      const auto* id = one.get_object().if_contains("id");
      if (kind && id != nullptr && id->is_number() && number_of(one.get_object(), "id") != 0)
        add({{*kind, number_of(one.get_object(), "id")}, ticket});
    }
}

void Touches::settle() {
  std::ranges::sort(all_);
  const auto rest = std::ranges::unique(all_);
  all_.erase(rest.begin(), rest.end());
  all_.shrink_to_fit();
  settled_ = true;
}

std::vector<Id> Touches::tickets_of(Ref object) const {
  std::vector<Id> out;
  for (const auto* list : {&all_, &late_})
    for (auto at = std::ranges::lower_bound(*list, Touch{object, 0});
         at != list->end() && at->object == object; ++at)
      out.push_back(at->ticket);
  std::ranges::sort(out);
  return out;
}

} // namespace assent::search
