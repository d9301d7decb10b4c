#include <map>

#include "agents/snmp/trap_desk.hpp"
#include "tests/fuzz/targets/target.hpp"

namespace {

using namespace assent;
using namespace assent::snmp;

struct Quiet final : Sink {
  void seen(StateSeen) override {}
  void seen(ReachSeen) override {}
  void seen(HintsSeen) override {}
  void seen(CountersSeen) override {}
  void noticed(NoticeSeen notice) override {
    fuzz::promise(!notice.authentic || notice.version == "v3");
    fuzz::promise(notice.who.size() <= 300 && notice.command.size() <= 300 && notice.name.size() <= 2000);
  }
};

/// A desk with two devices behind one address, of v2c and v3, where the v3 user has no keys that a fuzzer
/// could guess: nothing in v3 may ever be heard, and whatever comes is counted exactly once.
struct Desk {
  Desk() {
    credentials.emplace("old", Credential(Secret("public")));
    credentials.emplace("new", Credential(usm::user_keys("reader", usm::Auth::sha256, "authpassword",
                                                         usm::Priv::aes128, "privpassword")));
    Plan plan;
    auto profile = std::make_shared<Profile>();
    for (const char* name : {"old", "new"}) {
      PlanDevice device;
      device.id = plan.devices.size() + 1;
      device.address = "10.0.0.1";
      device.port = static_cast<std::uint16_t>(161 + plan.devices.size());
      device.credential = name;
      device.waived = {"v2c"};
      device.profile = profile;
      plan.devices.push_back(device);
    }
    poller.emplace(
        PollLimits{}, std::move(credentials), *codec, [](const Endpoint&, std::string_view) { return true; },
        sink, 1);
    poller->set_plan(plan, now);
    std::vector<Secret> communities;
    communities.emplace_back("traps");
    desk.emplace(*poller, sink, std::move(communities), usm::LocalEngine("our engine", 2, {}));
  }
  [[nodiscard]] std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const auto& [name, count] : desk->figures().by_name())
      sum += count;
    return sum;
  }

  std::map<std::string, Credential> credentials;
  std::unique_ptr<Codec> codec = make_v2c_codec();
  Quiet sink;
  Moment now{std::chrono::seconds(1), Instant{}};
  std::optional<Poller> poller;
  std::optional<TrapDesk> desk;
};

} // namespace

// Datagrams at the socket for traps and informs, from a device's address.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Desk it;
  it.now.steady += std::chrono::milliseconds(100); // the budget for work lasts
  const std::string_view bytes = fuzz::text_of(data, size);
  const std::uint64_t before = it.total();
  const TrapFigures figures = it.desk->figures();
  const std::string answer = it.desk->take(*Endpoint::of("10.0.0.1", 162), bytes, it.now);
  fuzz::promise(it.total() == before + 1);
  // Nobody gets back much more than was sent.
  fuzz::promise(answer.size() <= bytes.size() + 256);
  if (usm::version_of(bytes) != 3) return 0;
  const TrapFigures& after = it.desk->figures();
  fuzz::promise(after.hint == figures.hint && after.no_hint == figures.no_hint &&
                after.again == figures.again);
  usm::Header header;
  if (!answer.empty()) fuzz::promise(usm::peek(answer, header) && header.level == usm::Level::none);
  return 0;
}
