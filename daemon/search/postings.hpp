// Sets of object numbers, small in memory and quick to intersect.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/ids.hpp"

namespace assent::search {

inline constexpr Id none = UINT64_MAX; ///< behind the last number

/// Numbers in order, as differences of one or few bytes in blocks of 256. Adding at the end is cheap, in
/// between one block is written again. Nothing is ever taken out.
class Postings {
 public:
  bool insert(Id id); ///< false where it was in already
  std::size_t size() const { return count_; }
  std::size_t bytes() const;

  /// Goes through the numbers; must not be used after an insert().
  class Cursor {
   public:
    explicit Cursor(const Postings& postings) : postings_(&postings) {}
    /// The first number not below `least`, or `none`. `least` never falls from call to call.
    Id seek(Id least);

   private:
    void open(std::size_t block);
    const Postings* postings_;
    std::size_t block_ = 0, at_ = 0, count_ = 0;
    std::array<Id, 256> ids_{};
  };

 private:
  static constexpr std::size_t full = 256;
  struct Block {
    Id first = 0, last = 0;
    std::uint16_t count = 0;
    std::string rest; ///< differences, base 128
  };
  static std::size_t read(const Block& block, std::array<Id, full>& ids);
  static Block written(const Id* from, const Id* end);
  void insert_into(std::size_t at, Id id);

  std::vector<Block> blocks_;
  std::size_t count_ = 0;
};

/// A set of any numbers, made for one question: a bit for each in chunks of 65,536.
class IdSet {
 public:
  void add(Id id);
  void add(const Postings& postings);
  bool has(Id id) const;
  Id next(Id least) const; ///< the first not below, or `none`
  std::size_t size() const { return count_; }

 private:
  static constexpr std::size_t words = 1024;
  std::vector<std::unique_ptr<std::array<std::uint64_t, words>>> chunks_;
  std::size_t count_ = 0;
};

} // namespace assent::search
