#include "agents/snmp/probe.hpp"

#include "agents/snmp/udp.hpp"

namespace assent::snmp {
namespace {

class OneReading final : public Sink {
 public:
  void seen(StateSeen seen) override { state = std::move(seen); }
  void seen(ReachSeen reach) override {
    if (!reach.reachable) silence = reach.reason;
  }
  void seen(HintsSeen) override {}
  void seen(CountersSeen) override {}

  std::optional<StateSeen> state;
  std::optional<std::string> silence;
};

} // namespace

Result<Probed> probe(const Endpoint& at, std::shared_ptr<const Profile> profile, Credential credential,
                     PollLimits limits, const Clock& clock) {
  Result<std::unique_ptr<Udp>> udp = Udp::open();
  if (!udp) return std::move(udp).error();
  const std::unique_ptr<Codec> codec = make_v2c_codec();
  OneReading reading;
  limits.failed_cycles = 1;
  std::vector<std::string> waived;
  for (const std::string_view weak : credential.weaknesses())
    waived.emplace_back(weak);
  std::map<std::string, Credential> credentials;
  credentials.emplace("probe", std::move(credential));
  Poller poller(
      limits, std::move(credentials), *codec,
      [&](const Endpoint& to, std::string_view bytes) { return (*udp)->send(to, bytes); }, reading,
      static_cast<std::uint64_t>(clock.monotonic().count()));
  const auto now = [&] { return Moment{clock.monotonic(), clock.wall()}; };
  Plan plan;
  PlanDevice device;
  device.id = 1;
  device.credential = "probe";
  device.port = at.port;
  device.address = at.text().substr(0, at.text().rfind(':'));
  if (device.address.starts_with('[')) device.address = device.address.substr(1, device.address.size() - 2);
  device.profile = std::move(profile);
  device.waived = std::move(waived);
  plan.devices.push_back(std::move(device));
  plan.counters_interval = plan.state_interval = std::chrono::hours(24);
  poller.set_plan(std::move(plan), now());
  for (;;) {
    const Steady next = poller.run(now());
    if (reading.state || reading.silence) break;
    (*udp)->wait(
        next - clock.monotonic(), {}, -1,
        [&](const Endpoint& from, std::string_view bytes) { poller.datagram(from, bytes, now()); },
        [&](const Endpoint& from) { poller.refused(from); });
  }
  if (!reading.state) {
    const std::string& why = *reading.silence;
    const bool keys = why != "refused" && why != "timeout";
    return fail(Fault::outside,
                keys               ? "snmp.probe-keys"
                : why == "refused" ? "snmp.probe-refused"
                                   : "snmp.probe-silent",
                {{"device", at.text()}, {"why", why}});
  }
  return Probed{*std::move(reading.state), poller.figures()};
}

std::string probed_text(const Probed& probed) {
  std::string text = probed.state.text;
  text += "# fingerprint " + probed.state.fingerprint + "\n";
  for (const std::string& path : probed.state.unknown)
    text += "# unknown " + path + "\n";
  for (const std::string& path : probed.state.invisible)
    text += "# not-visible " + path + "\n";
  for (const std::string& note : probed.state.notes)
    text += "# note " + watch::escaped(note) + "\n";
  const PollFigures& figures = probed.figures;
  text += "# requests " + std::to_string(figures.requests) + ", answers " + std::to_string(figures.answers) +
          ", time-outs " + std::to_string(figures.timeouts) + ", oddities " +
          std::to_string(figures.oddities) + "\n";
  return text;
}

} // namespace assent::snmp
