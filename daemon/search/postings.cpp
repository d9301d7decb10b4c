#include "daemon/search/postings.hpp"

#include <algorithm>
#include <bit>

namespace assent::search {

namespace {

void write(std::string& out, Id difference) {
  while (difference >= 0x80) {
    out += static_cast<char>(difference | 0x80);
    difference >>= 7;
  }
  out += static_cast<char>(difference);
}

} // namespace

std::size_t Postings::read(const Block& block, std::array<Id, full>& ids) {
  ids[0] = block.first;
  std::size_t at = 0;
  for (std::size_t i = 1; i < block.count; ++i) {
    auto byte = static_cast<unsigned char>(block.rest[at++]);
    Id difference = byte & 0x7f;
    for (unsigned shift = 7; byte >= 0x80; shift += 7) {
      byte = static_cast<unsigned char>(block.rest[at++]);
      difference |= static_cast<Id>(byte & 0x7f) << shift;
    }
    ids[i] = ids[i - 1] + difference;
  }
  return block.count;
}

Postings::Block Postings::written(const Id* from, const Id* end) {
  Block block;
  block.first = *from;
  block.last = *(end - 1);
  block.count = static_cast<std::uint16_t>(end - from);
  for (const Id* id = from + 1; id < end; ++id)
    write(block.rest, *id - *(id - 1));
  block.rest.shrink_to_fit();
  return block;
}

bool Postings::insert(Id id) {
  if (blocks_.empty() || id > blocks_.back().last) {
    if (!blocks_.empty() && blocks_.back().count < full) {
      Block& block = blocks_.back();
      write(block.rest, id - block.last);
      block.last = id;
      if (++block.count == full) block.rest.shrink_to_fit();
    } else {
      // Many sets have one block only; those with many shall not keep half of their room free.
      if (blocks_.size() == blocks_.capacity()) blocks_.reserve(blocks_.size() + 1 + blocks_.size() / 8);
      blocks_.push_back({id, id, 1, {}});
    }
    ++count_;
    return true;
  }
  const auto at = std::ranges::lower_bound(blocks_, id, {}, &Block::last) - blocks_.begin();
  std::array<Id, full> ids{};
  const Block& block = blocks_[static_cast<std::size_t>(at)];
  const auto end = ids.begin() + static_cast<std::ptrdiff_t>(read(block, ids));
  if (std::binary_search(ids.begin(), end, id)) return false;
  insert_into(static_cast<std::size_t>(at), id);
  ++count_;
  return true;
}

void Postings::insert_into(std::size_t at, Id id) {
  std::array<Id, full> ids{};
  const std::size_t count = read(blocks_[at], ids);
  std::array<Id, full + 1> all{};
  const auto middle = std::lower_bound(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(count), id);
  auto to = std::copy(ids.begin(), middle, all.begin());
  *to++ = id;
  std::copy(middle, ids.begin() + static_cast<std::ptrdiff_t>(count), to);
  const std::size_t now = count + 1;
  if (now <= full) {
    blocks_[at] = written(all.data(), all.data() + now);
    return;
  }
  Block second = written(all.data() + now / 2, all.data() + now);
  blocks_[at] = written(all.data(), all.data() + now / 2);
  blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(at) + 1, std::move(second));
}

std::size_t Postings::bytes() const {
  std::size_t sum = blocks_.capacity() * sizeof(Block);
  for (const auto& block : blocks_)
    if (block.rest.capacity() >= sizeof(std::string) / 2) sum += block.rest.capacity() + 1;
  return sum;
}

void Postings::Cursor::open(std::size_t block) {
  block_ = block;
  at_ = 0;
  count_ = block < postings_->blocks_.size() ? read(postings_->blocks_[block], ids_) : 0;
}

Id Postings::Cursor::seek(Id least) {
  const auto& blocks = postings_->blocks_;
  if (count_ == 0 || least > ids_[count_ - 1]) {
    const auto from = blocks.begin() + static_cast<std::ptrdiff_t>(std::min(block_, blocks.size()));
    // Mostly it is this block or the next.
    auto at = from;
    if (at != blocks.end() && at->last < least) ++at;
    if (at != blocks.end() && at->last < least)
      at = std::ranges::lower_bound(at, blocks.end(), least, {}, &Block::last);
    if (at == blocks.end()) {
      block_ = blocks.size();
      count_ = 0;
      return none;
    }
    open(static_cast<std::size_t>(at - blocks.begin()));
  }
  const auto begin = ids_.begin() + static_cast<std::ptrdiff_t>(at_);
  const auto end = ids_.begin() + static_cast<std::ptrdiff_t>(count_);
  const auto found = begin != end && *begin >= least ? begin : std::lower_bound(begin, end, least);
  at_ = static_cast<std::size_t>(found - ids_.begin());
  return *found;
}

void IdSet::add(Id id) {
  const std::size_t chunk = id >> 16;
  if (chunk >= chunks_.size()) chunks_.resize(chunk + 1);
  if (!chunks_[chunk]) chunks_[chunk] = std::make_unique<std::array<std::uint64_t, words>>();
  auto& word = (*chunks_[chunk])[id >> 6 & (words - 1)];
  const std::uint64_t bit = std::uint64_t{1} << (id & 63);
  count_ += (word & bit) == 0 ? 1 : 0;
  word |= bit;
}

void IdSet::add(const Postings& postings) {
  Postings::Cursor cursor(postings);
  for (Id id = cursor.seek(0); id != none; id = cursor.seek(id + 1))
    add(id);
}

bool IdSet::has(Id id) const {
  const std::size_t chunk = id >> 16;
  return chunk < chunks_.size() && chunks_[chunk] &&
         ((*chunks_[chunk])[id >> 6 & (words - 1)] >> (id & 63) & 1) != 0;
}

Id IdSet::next(Id least) const {
  for (std::size_t chunk = least >> 16; chunk < chunks_.size(); ++chunk) {
    if (!chunks_[chunk]) continue;
    const auto& words_here = *chunks_[chunk];
    std::size_t word = chunk == least >> 16 ? least >> 6 & (words - 1) : 0;
    std::uint64_t bits = words_here[word];
    if (chunk == least >> 16) bits &= ~std::uint64_t{0} << (least & 63);
    while (bits == 0 && ++word < words)
      bits = words_here[word];
    if (bits != 0) return static_cast<Id>(chunk) << 16 | word << 6 | static_cast<Id>(std::countr_zero(bits));
  }
  return none;
}

} // namespace assent::search
