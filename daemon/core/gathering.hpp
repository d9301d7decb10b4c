// Figures that grow with the number of devices and links, gathered a part at a time: no step of core is long
// however many there are, and others' requests are taken in between. Core's thread only.
#pragma once

#include <functional>
#include <memory>

#include "daemon/core/series.hpp"

namespace assent::core {

class Gathering {
 public:
  /// `begun` holds all that is the same work for any network. `lists`: devices as a list and links with their
  /// means; else columns of devices and links without means.
  Gathering(Figures begun, bool lists, std::shared_ptr<const DeviceNames> names);

  /// Goes on until all is there (true) or `enough` says so; asked after every few devices or links. What
  /// changes meanwhile is seen as it was when its turn came; a device that came is missing, one that went has
  /// no values.
  bool go_on(State& state, Instant now, const std::function<bool()>& enough);
  Figures take();

 private:
  void add_columns(State& state, Id device);
  void add_item(State& state, Id device, Instant now);

  Figures figures_;
  bool lists_;
  std::shared_ptr<const DeviceNames> names_;
  std::size_t next_device_ = 0;
  watch::Traffic::Place next_link_;
  std::vector<double> findings_, read_, reachable_, samples_;
};

} // namespace assent::core
