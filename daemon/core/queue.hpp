// Messages to one thread: many may put, one takes everything at once.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

namespace assent::core {

template <class Item>
class Queue {
 public:
  /// False, and nothing is kept, where `bound` items wait already (0: no bound).
  bool put(Item item, std::size_t bound = 0) {
    {
      const std::lock_guard lock(mutex_);
      if (bound != 0 && items_.size() >= bound) return false;
      items_.push_back(std::move(item));
      if (items_.size() > 1) return true; // the taker was told already
    }
    filled_.notify_one();
    return true;
  }

  /// Everything that waits; empty after `longest` without any.
  std::vector<Item> take(std::chrono::nanoseconds longest) {
    std::unique_lock lock(mutex_);
    filled_.wait_for(lock, longest, [&] { return !items_.empty(); });
    std::vector<Item> taken;
    taken.swap(items_);
    return taken;
  }

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::vector<Item> items_;
};

} // namespace assent::core
