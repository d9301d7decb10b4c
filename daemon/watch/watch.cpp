#include "daemon/watch/watch.hpp"

#include <unordered_map>

#include "daemon/watch/device.hpp"

namespace assent::watch {

struct Watch::Impl {
  std::unordered_map<Id, DeviceWatch> devices;
  std::unordered_map<Id, std::pair<Id, const Finding*>>
      numbered; ///< by finding: device, and the open finding
  std::size_t open = 0;
  Duration state_interval = std::chrono::minutes(5);

  const DeviceWatch* device(Id id) const {
    const auto at = devices.find(id);
    return at == devices.end() ? nullptr : &at->second;
  }

  static std::map<std::string, Finding>& place(DeviceWatch& device, const Finding& finding) {
    if (finding.kind == "watch-blinded") return device.blinded;
    return finding.path == other_path ? device.unseen : device.deviations;
  }

  void forget(const Finding& finding) {
    const auto at = devices.find(finding.device);
    if (at == devices.end()) return;
    auto& findings = place(at->second, finding);
    const auto open_one = findings.find(finding.path);
    if (open_one == findings.end() || open_one->second.id != finding.id) return;
    findings.erase(open_one);
    numbered.erase(finding.id);
    --open;
  }
};

Watch::Watch() : impl_(std::make_unique<Impl>()) {}
Watch::~Watch() = default;
Watch::Watch(Watch&&) noexcept = default;
Watch& Watch::operator=(Watch&&) noexcept = default;

void Watch::set_state_interval(Duration interval) {
  impl_->state_interval = interval;
}

void Watch::set_baseline(const Baseline& baseline) {
  impl_->devices[baseline.device].baseline = baseline;
}

std::vector<Finding> Watch::drop_baseline(Id device) {
  const auto at = impl_->devices.find(device);
  if (at == impl_->devices.end()) return {};
  auto taken = at->second.take_findings();
  for (const Finding& finding : taken)
    impl_->numbered.erase(finding.id);
  impl_->open -= taken.size();
  at->second.drop_baseline();
  return taken;
}

std::vector<Finding> Watch::drop_device(Id device) {
  auto taken = drop_baseline(device);
  impl_->devices.erase(device);
  return taken;
}

void Watch::load_finding(const Finding& finding) {
  impl_->forget(finding);
  if (finding.state != FindingState::open) return;
  auto& findings = Impl::place(impl_->devices[finding.device], finding);
  if (const auto old = findings.find(finding.path); old != findings.end())
    impl_->numbered.erase(old->second.id);
  const auto [at, is_new] = findings.insert_or_assign(finding.path, finding);
  if (is_new) ++impl_->open;
  impl_->numbered[finding.id] = {finding.device, &at->second};
}

void Watch::load_reading(Id device, const std::string& fingerprint, Instant started, Instant ended,
                         const json::object& detail) {
  impl_->devices[device].load_last(fingerprint, started, ended, detail);
}

Outcome Watch::observe(const Observation& observation, const tickets::Permits& permits,
                       const std::vector<std::string>& labels, Instant now, const TreeOf& tree_of,
                       const Revised* revised, Examined* examined) {
  DeviceWatch& device = impl_->devices[observation.device];
  Outcome out =
      device.observe({observation, permits, labels, now, tree_of, impl_->state_interval, revised, examined});
  impl_->open += out.opened.size();
  impl_->open -= out.cleared.size();
  for (const Finding& finding : out.cleared)
    impl_->numbered.erase(finding.id);
  return out;
}

std::optional<Baseline> Watch::baseline(Id device) const {
  const DeviceWatch* known = impl_->device(device);
  return known ? known->baseline : std::nullopt;
}

const Finding* Watch::finding(Id id) const {
  const auto at = impl_->numbered.find(id);
  return at == impl_->numbered.end() ? nullptr : at->second.second;
}

std::vector<const Finding*> Watch::open_findings(Id device) const {
  std::vector<const Finding*> out;
  const DeviceWatch* known = impl_->device(device);
  if (known == nullptr) return out;
  for (const auto* findings : {&known->deviations, &known->blinded, &known->unseen})
    for (const auto& [path, finding] : *findings)
      out.push_back(&finding);
  return out;
}

void Watch::close_finding(Id id) {
  const auto at = impl_->numbered.find(id);
  if (at != impl_->numbered.end()) impl_->forget(Finding(*at->second.second));
}

void Watch::adopt_number(Id id, const Finding& finding) {
  const auto device = impl_->devices.find(finding.device);
  if (device == impl_->devices.end()) return;
  auto& findings = Impl::place(device->second, finding);
  const auto at = findings.find(finding.path);
  // One that was cleared is gone from here, and its path may have a new finding already.
  if (finding.state != FindingState::open || at == findings.end()) return;
  ASSENT_CHECK(at->second.id == 0 || at->second.id == id);
  at->second.id = id;
  at->second.version = finding.version;
  at->second.who = finding.who;
  at->second.how = finding.how;
  impl_->numbered[id] = {finding.device, &at->second};
}

json::object Watch::reading_detail(Id device) const {
  const DeviceWatch* known = impl_->device(device);
  return known ? known->detail() : json::object{};
}

std::size_t Watch::open_count() const {
  return impl_->open;
}

std::optional<Watch::LastReading> Watch::last_reading(Id device) const {
  const DeviceWatch* known = impl_->device(device);
  return known ? known->last : std::nullopt;
}

} // namespace assent::watch
