// Alarms about what is outside core: the receivers of events.
#include "daemon/core/thread.hpp"

namespace assent::core {

void CoreThread::watch_conditions(Step& step) {
  if (!options_.conditions) return;
  auto before = std::exchange(conditions_, {});
  for (auto& condition : options_.conditions()) {
    auto key = std::pair(condition.type, condition.resource);
    raise(step, condition.type, condition.resource, std::move(condition.args));
    before.erase(key);
    conditions_.insert(std::move(key));
  }
  for (const auto& [type, resource] : before)
    clear(step, type, resource);
}

} // namespace assent::core
