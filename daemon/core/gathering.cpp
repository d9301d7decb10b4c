#include "daemon/core/gathering.hpp"

#include <limits>

#include "daemon/core/events.hpp"

namespace assent::core {
namespace {

constexpr std::size_t at_once = 64; ///< devices or links, between two looks at the clock

} // namespace

Gathering::Gathering(Figures begun, bool lists, std::shared_ptr<const DeviceNames> names)
    : figures_(std::move(begun)), lists_(lists), names_(std::move(names)) {
  if (lists_) return;
  for (auto* column : {&findings_, &read_, &reachable_, &samples_})
    column->reserve(names_->devices.size());
}

void Gathering::add_columns(State& state, Id device) {
  const double unknown = std::numeric_limits<double>::quiet_NaN(); // no sample
  const auto live = state.devices.find(device);
  const bool known = live != state.devices.end();
  const bool complete = known && live->second.read != Instant{};
  reachable_.push_back(!known || !live->second.heard ? unknown : live->second.reachable ? 1 : 0);
  findings_.push_back(static_cast<double>(state.watch.open_findings(device).size()));
  read_.push_back(complete ? static_cast<double>(live->second.read.time_since_epoch().count()) / 1e6
                           : unknown);
  samples_.push_back(known ? static_cast<double>(live->second.samples) : 0);
}

void Gathering::add_item(State& state, Id id, Instant now) {
  const auto object = state.registry.get(Kind::device, id);
  if (!object) return;
  const auto& live = state.devices[id];
  json::object item{{"id", id},
                    {"name", text_of(object->body, "name")},
                    {"heard", live.heard},
                    {"reachable", live.reachable},
                    {"reason", live.reason},
                    {"findings", state.watch.open_findings(id).size()},
                    {"baseline", state.watch.baseline(id).has_value()},
                    {"samples", live.samples}};
  if (const auto device = state.registry.device(id)) {
    auto words = waived(state, *device, now);
    if (!words.empty()) item["waived"] = std::move(words);
  }
  if (live.read != Instant{}) item["last-reading"] = to_text(live.read);
  figures_.devices.push_back(std::move(item));
}

bool Gathering::go_on(State& state, Instant now, const std::function<bool()>& enough) {
  const auto& devices = names_->devices;
  while (next_device_ < devices.size()) {
    for (std::size_t i = 0; i < at_once && next_device_ < devices.size(); ++i, ++next_device_)
      lists_ ? add_item(state, devices[next_device_], now) : add_columns(state, devices[next_device_]);
    if (enough()) return false;
  }
  while (state.traffic.views(now, lists_, at_once, next_link_, figures_.links))
    if (enough()) return false;
  return true;
}

Figures Gathering::take() {
  if (!lists_) {
    const auto& labels = names_->labels;
    figures_.series.push_back({"assent_device_findings", false, labels, std::move(findings_)});
    figures_.series.push_back(
        {"assent_device_last_reading_timestamp_seconds", false, labels, std::move(read_)});
    figures_.series.push_back({"assent_device_reachable", false, labels, std::move(reachable_)});
    figures_.series.push_back({"assent_device_samples_total", true, labels, std::move(samples_)});
  }
  return std::move(figures_);
}

} // namespace assent::core
