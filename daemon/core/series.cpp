#include "daemon/core/series.hpp"

#include <algorithm>
#include <utility>

namespace assent::core {
namespace {

/// `{device="NAME"}` (text format 0.0.4: backslash, quote and line feed are escaped).
std::string label_of(std::string_view name) {
  std::string out = "{device=\"";
  for (const char c : name) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + "\"}";
}

} // namespace

std::shared_ptr<const DeviceNames> DeviceSeries::names(State& state) {
  if (!state.all_devices_changed && state.changed_devices.empty()) return names_;
  const bool anew = std::exchange(state.all_devices_changed, false);
  auto devices = anew ? std::vector<Id>() : names_->devices;
  auto labels = anew ? std::vector<std::string>() : *names_->labels;
  if (anew)
    state.registry.each(Kind::device, [&](const registry::Object& object) {
      devices.push_back(object.id);
      labels.push_back(label_of(text_of(object.body, "name")));
    });
  else
    for (const Id id : state.changed_devices) {
      const auto device = state.registry.device(id);
      const auto at = std::ranges::lower_bound(devices, id);
      const auto index = at - devices.begin();
      const bool known = at != devices.end() && *at == id;
      if (!device && known) {
        devices.erase(at);
        labels.erase(labels.begin() + index);
      } else if (device && known) {
        labels[static_cast<std::size_t>(index)] = label_of(device->name);
      } else if (device) {
        devices.insert(at, id);
        labels.insert(labels.begin() + index, label_of(device->name));
      }
    }
  state.changed_devices.clear();
  names_ = std::make_shared<const DeviceNames>(
      DeviceNames{std::move(devices), std::make_shared<const std::vector<std::string>>(std::move(labels))});
  return names_;
}

} // namespace assent::core
