// What an agent is to read, as the daemon says it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agents/snmp/profile.hpp"
#include "common/ids.hpp"
#include "common/json.hpp"
#include "common/result.hpp"
#include "daemon/model/model.hpp"

namespace assent::snmp {

/// Where a device listens: an IPv4 (as v4-mapped) or IPv6 address and a UDP port.
struct Endpoint {
  std::array<unsigned char, 16> address{};
  std::uint16_t port = 0;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
  [[nodiscard]] bool is_v4() const;
  [[nodiscard]] std::string text() const;
  /// An address without a name look-up; nothing where it is none.
  static std::optional<Endpoint> of(std::string_view address, std::uint16_t port);
};

struct EndpointHash {
  std::size_t operator()(const Endpoint& endpoint) const noexcept;
};

struct PlanDevice {
  Id id = 0;
  std::string name, address, credential;
  std::uint16_t port = 161;
  std::string profile_name;
  std::shared_ptr<const Profile> profile; ///< empty where the plan's text could not be used
  std::vector<std::string> waived{};      ///< weaknesses that the policy's waivers permit for it
};

struct Plan {
  std::uint64_t version = 0;
  std::string network;
  std::vector<PlanDevice> devices;
  std::chrono::seconds counters_interval{60}, state_interval{300};
  std::map<Id, std::uint64_t> read_now; ///< device to order
};

/// Reads `assent-agent:plan` answers. Keeps the profiles that it has bound by the text's revision, so that an
/// unchanged profile is the same object in the next plan. One thread.
class PlanReader {
 public:
  explicit PlanReader(model::Model& model) : model_(model) {}
  /// `trouble` hears about profiles that cannot be used; their devices stay in the plan without one.
  Result<Plan> read(const json::object& output, const std::function<void(const Error&)>& trouble);

 private:
  struct Bound {
    std::string text;
    std::shared_ptr<const Profile> profile;
  };
  model::Model& model_;
  std::map<std::string, Bound> bound_;
};

/// Binds a profile's YAML text.
Result<std::shared_ptr<const Profile>> bind_profile(model::Model& model, std::string_view text,
                                                    std::string_view file);

} // namespace assent::snmp
