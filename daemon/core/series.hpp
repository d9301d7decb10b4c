// One line of figures for each device, as columns: what core copies for a scrape is numbers, the names are
// made once and shared. Core's thread only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/core/state.hpp"

namespace assent::core {

class DeviceSeries {
 public:
  /// Brings the names up to date and adds the columns. Cost: a few look-ups a device; names only of devices
  /// that have changed.
  void add(State& state, Figures& figures);

 private:
  void rename(State& state);

  std::vector<Id> devices_; ///< rising; the order of all columns
  std::shared_ptr<const std::vector<std::string>> labels_ =
      std::make_shared<const std::vector<std::string>>();
};

} // namespace assent::core
