#include "daemon/search/places.hpp"

#include <algorithm>

namespace assent::search {

namespace {

constexpr std::size_t most_late = 4096;

template <class Entry, class Bits>
Entry made(const Bits& bits, int length, Id id) {
  return {bits, static_cast<std::uint32_t>(id),
          static_cast<std::uint32_t>(id >> 32) << 8 | static_cast<std::uint32_t>(length)};
}

} // namespace

template <class Bits>
void Places::Sorted<Bits>::add(const Entry<Bits>& entry) {
  // In a row, as at a start: only what comes after settle() has to be found a place for.
  if (!settled) {
    all.push_back(entry);
    return;
  }
  const auto at = std::lower_bound(late.begin(), late.end(), entry);
  late.insert(at, entry);
  if (late.size() < most_late) return;
  const auto middle = static_cast<std::ptrdiff_t>(all.size());
  all.reserve(all.size() + late.size() + all.size() / 16);
  all.insert(all.end(), late.begin(), late.end());
  std::inplace_merge(all.begin(), all.begin() + middle, all.end());
  late.clear();
}

template <class Bits>
void Places::Sorted<Bits>::settle() {
  if (!settled) std::sort(all.begin(), all.end());
  settled = true;
  all.shrink_to_fit();
}

template <class Bits>
template <class With>
void Places::Sorted<Bits>::range(const Bits& first, const Bits& last, int least_length, With&& with) const {
  for (const auto* list : {&all, &late}) {
    auto at = std::lower_bound(list->begin(), list->end(), first,
                               [](const Entry<Bits>& entry, const Bits& bits) { return entry.first < bits; });
    for (; at != list->end() && !(last < at->first); ++at)
      if (at->length() >= least_length) with(at->id());
  }
}

template <class Bits>
template <class With>
void Places::Sorted<Bits>::exact(const Bits& first, int length, With&& with) const {
  const auto least = made<Entry<Bits>>(first, length, 0);
  for (const auto* list : {&all, &late})
    for (auto at = std::lower_bound(list->begin(), list->end(), least);
         at != list->end() && at->first == first && at->length() == length; ++at)
      with(at->id());
}

void Places::add(const registry::Prefix& place, Id id) {
  if (place.first.v4)
    four_.add(made<Entry<std::uint32_t>>(bits4(place.first.bits), place.length, id));
  else
    six_.add(made<Entry<Bits6>>(bits6(place.first.bits), place.length, id));
}

void Places::settle() {
  four_.settle();
  six_.settle();
}

template <class With>
void Places::each_inside(const registry::Prefix& space, With&& with) const {
  if (space.first.v4)
    four_.range(bits4(space.first.bits), bits4(space.last()), space.length, with);
  else
    six_.range(bits6(space.first.bits), bits6(space.last()), space.length, with);
}

void Places::inside(const registry::Prefix& space, const std::function<void(Id)>& with) const {
  each_inside(space, with);
}

std::size_t Places::count_inside(const registry::Prefix& space) const {
  std::size_t count = 0;
  each_inside(space, [&count](Id) { ++count; });
  return count;
}

void Places::around(const registry::Prefix& space, const std::function<void(Id)>& with) const {
  const int width = space.first.width();
  for (int length = 0; length <= space.length; ++length) {
    const int host = width - length;
    const registry::U128 first = host >= 128 ? 0 : space.first.bits >> host << host;
    if (space.first.v4)
      four_.exact(bits4(first), length, with);
    else
      six_.exact(bits6(first), length, with);
  }
}

std::size_t Places::bytes() const {
  return four_.bytes() + six_.bytes();
}

} // namespace assent::search
