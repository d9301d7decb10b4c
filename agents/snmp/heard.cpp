#include "agents/snmp/heard.hpp"

#include <algorithm>
#include <cstring>

namespace assent::snmp {

SeenMessages::Said SeenMessages::take(usm::EngineStamp stamp, std::string_view mac) {
  Mac digest{};
  std::memcpy(digest.data(), mac.data(), std::min(mac.size(), digest.size()));
  if (kept_.contains({stamp, digest})) return Said::again;
  if (stamp <= lost_) return Said::lost;
  kept_.emplace(stamp, digest);
  newest_ = std::max(newest_, stamp);
  // What the time window refuses need not be known; it moves with the newest, and both ways for our own
  // engine.
  constexpr std::uint32_t span = 2 * usm::time_window;
  if (newest_.time > span)
    forget({newest_.boots, newest_.time - span - 1});
  else if (newest_.boots > 0)
    forget({newest_.boots - 1, usm::max_boots});
  if (kept_.size() > most_) {
    lost_ = std::max(lost_, kept_.begin()->first);
    forget(lost_);
  }
  return Said::now;
}

void SeenMessages::forget(usm::EngineStamp up_to) {
  while (!kept_.empty() && kept_.begin()->first <= up_to)
    kept_.erase(kept_.begin());
}

bool WorkBudget::take(usm::Steady now) {
  const double passed = std::chrono::duration<double>(std::max(usm::Steady{}, now - at_)).count();
  left_ = std::min<double>(burst, left_ + passed * per_second);
  at_ = now;
  if (left_ < 1) return false;
  left_ -= 1;
  return true;
}

} // namespace assent::snmp
