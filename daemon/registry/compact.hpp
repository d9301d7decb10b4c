// What a million objects need to stay small: a text in one pointer, and tables in pages with stable places.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/ids.hpp"

namespace assent::registry {

/// An immutable text of up to 65,535 bytes that costs one pointer while it is empty.
class Text {
 public:
  Text() = default;
  Text(std::string_view text) {
    if (text.empty()) return;
    const auto size = static_cast<std::uint16_t>(std::min<std::size_t>(text.size(), 0xffff));
    bytes_ = std::make_unique<char[]>(sizeof size + size);
    std::memcpy(bytes_.get(), &size, sizeof size);
    std::memcpy(bytes_.get() + sizeof size, text.data(), size);
  }
  Text(const Text& other) : Text(other.view()) {}
  Text(Text&&) noexcept = default;
  Text& operator=(Text other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  std::string_view view() const {
    if (!bytes_) return {};
    std::uint16_t size = 0;
    std::memcpy(&size, bytes_.get(), sizeof size);
    return {bytes_.get() + sizeof size, size};
  }
  bool empty() const { return !bytes_; }

 private:
  std::unique_ptr<char[]> bytes_;
};

/// Rows by number. A row's place does not move while it exists; `version` 0 marks an empty place.
template <class Row>
class Table {
 public:
  Row* find(Id id) {
    const auto page = pages_.find(id / page_size);
    if (page == pages_.end()) return nullptr;
    Row& row = page->second->rows[id % page_size];
    return row.version == 0 ? nullptr : &row;
  }
  const Row* find(Id id) const { return const_cast<Table*>(this)->find(id); }

  Row& put(Id id, Row&& row) {
    auto& page = pages_[id / page_size];
    if (!page) page = std::make_unique<Page>();
    Row& place = page->rows[id % page_size];
    if (place.version == 0) ++count_, ++page->used;
    place = std::move(row);
    last_ = std::max(last_, id);
    return place;
  }

  void erase(Id id) {
    const auto page = pages_.find(id / page_size);
    if (page == pages_.end()) return;
    Row& row = page->second->rows[id % page_size];
    if (row.version == 0) return;
    row = Row{};
    --count_;
    if (--page->second->used == 0) pages_.erase(page);
  }

  /// In the order of numbers; `visit(id, row)` gives false to stop.
  template <class Visit>
  void each(Visit&& visit) const {
    std::vector<Id> numbers;
    numbers.reserve(pages_.size());
    for (const auto& [number, page] : pages_)
      numbers.push_back(number);
    std::sort(numbers.begin(), numbers.end());
    for (const Id number : numbers) {
      const auto& rows = pages_.at(number)->rows;
      for (std::size_t i = 0; i < page_size; ++i)
        if (rows[i].version != 0 && !visit(number * page_size + i, rows[i])) return;
    }
  }

  std::size_t count() const { return count_; }
  Id last() const { return last_; }
  void set_last(Id last) { last_ = last; }

 private:
  static constexpr std::size_t page_size = 64;
  struct Page {
    std::array<Row, page_size> rows{};
    std::size_t used = 0;
  };
  std::unordered_map<Id, std::unique_ptr<Page>> pages_;
  std::size_t count_ = 0;
  Id last_ = 0;
};

} // namespace assent::registry
