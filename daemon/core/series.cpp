#include "daemon/core/series.hpp"

#include <algorithm>
#include <limits>

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

void DeviceSeries::rename(State& state) {
  if (!state.all_devices_changed && state.changed_devices.empty()) return;
  auto labels = state.all_devices_changed ? std::vector<std::string>() : *labels_;
  if (state.all_devices_changed) {
    devices_.clear();
    state.registry.each(Kind::device, [&](const registry::Object& object) {
      devices_.push_back(object.id);
      labels.push_back(label_of(text_of(object.body, "name")));
    });
    state.all_devices_changed = false;
  } else {
    for (const Id id : state.changed_devices) {
      const auto device = state.registry.device(id);
      const auto at = std::ranges::lower_bound(devices_, id);
      const auto index = at - devices_.begin();
      const bool known = at != devices_.end() && *at == id;
      if (!device && known) {
        devices_.erase(at);
        labels.erase(labels.begin() + index);
      } else if (device && known) {
        labels[static_cast<std::size_t>(index)] = label_of(device->name);
      } else if (device) {
        devices_.insert(at, id);
        labels.insert(labels.begin() + index, label_of(device->name));
      }
    }
  }
  state.changed_devices.clear();
  labels_ = std::make_shared<const std::vector<std::string>>(std::move(labels));
}

void DeviceSeries::add(State& state, Figures& figures) {
  rename(state);
  const double unknown = std::numeric_limits<double>::quiet_NaN(); // no sample
  std::vector<double> reachable, findings, read, samples;
  for (auto* column : {&reachable, &findings, &read, &samples})
    column->reserve(devices_.size());
  for (const Id id : devices_) {
    const auto live = state.devices.find(id);
    const bool heard = live != state.devices.end() && live->second.heard;
    reachable.push_back(!heard ? unknown : live->second.reachable ? 1 : 0);
    findings.push_back(static_cast<double>(state.watch.open_findings(id).size()));
    const bool complete = live != state.devices.end() && live->second.read != Instant{};
    read.push_back(complete ? static_cast<double>(live->second.read.time_since_epoch().count()) / 1e6
                            : unknown);
    samples.push_back(live == state.devices.end() ? 0 : static_cast<double>(live->second.samples));
  }
  figures.series.push_back({"assent_device_findings", false, labels_, std::move(findings)});
  figures.series.push_back({"assent_device_last_reading_timestamp_seconds", false, labels_, std::move(read)});
  figures.series.push_back({"assent_device_reachable", false, labels_, std::move(reachable)});
  figures.series.push_back({"assent_device_samples_total", true, labels_, std::move(samples)});
}

} // namespace assent::core
