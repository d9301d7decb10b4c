// The devices in one order and their labels for metrics: what core copies for a scrape is numbers, the names
// are made once and shared. Core's thread only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/core/state.hpp"

namespace assent::core {

/// Never changes; whoever holds it goes on with what was there.
struct DeviceNames {
  std::vector<Id> devices; ///< rising; the order of all columns
  std::shared_ptr<const std::vector<std::string>> labels =
      std::make_shared<const std::vector<std::string>>(); ///< `{device="NAME"}`
};

class DeviceSeries {
 public:
  /// As they are now. Cost: nothing where no device has changed since the last call; else a copy, and the
  /// names of those that have. Of all devices only after a start or a reload.
  std::shared_ptr<const DeviceNames> names(State& state);

 private:
  std::shared_ptr<const DeviceNames> names_ = std::make_shared<const DeviceNames>();
};

} // namespace assent::core
