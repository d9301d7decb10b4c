#include "agents/snmp/plan.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace assent::snmp {
namespace {

constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

} // namespace

bool Endpoint::is_v4() const {
  return std::equal(mapped.begin(), mapped.end(), address.begin());
}

std::string Endpoint::text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v4())
    ::inet_ntop(AF_INET, address.data() + mapped.size(), text.data(), text.size());
  else
    ::inet_ntop(AF_INET6, address.data(), text.data(), text.size());
  return (is_v4() ? std::string(text.data()) : "[" + std::string(text.data()) + "]") + ":" +
         std::to_string(port);
}

std::optional<Endpoint> Endpoint::of(std::string_view address, std::uint16_t port) {
  Endpoint endpoint;
  endpoint.port = port;
  const std::string text(address);
  if (::inet_pton(AF_INET, text.c_str(), endpoint.address.data() + mapped.size()) == 1) {
    std::ranges::copy(mapped, endpoint.address.begin());
    return endpoint;
  }
  if (::inet_pton(AF_INET6, text.c_str(), endpoint.address.data()) == 1) return endpoint;
  return std::nullopt;
}

std::size_t EndpointHash::operator()(const Endpoint& endpoint) const noexcept {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, endpoint.address.data(), 8);
  std::memcpy(&low, endpoint.address.data() + 8, 8);
  std::uint64_t mixed = (high ^ (low * 0x9e3779b97f4a7c15U)) + endpoint.port * 0xff51afd7ed558ccdU;
  mixed ^= mixed >> 32;
  return static_cast<std::size_t>(mixed * 0xc4ceb9fe1a85ec53U);
}

Result<std::shared_ptr<const Profile>> bind_profile(model::Model& model, std::string_view text,
                                                    std::string_view file) {
  Result<json::object> content = model.bind_yaml(text, file, "assent-policy:profile");
  if (!content) return std::move(content).error();
  return profile_from_json(*content);
}

Result<Plan> PlanReader::read(const json::object& output, const std::function<void(const Error&)>& trouble) {
  Plan plan;
  plan.version = number_of(output, "version");
  plan.network = text_of(output, "network");
  const auto seconds = [&](std::string_view name, std::uint64_t otherwise) {
    return std::chrono::seconds(std::clamp<std::uint64_t>(number_of(output, name, otherwise), 1, 86'400));
  };
  plan.counters_interval = seconds("counters-interval", 60);
  plan.state_interval = seconds("state-interval", 300);
  std::map<std::string, Bound> bound;
  for (const json::value& each : array_of(output, "profiles")) {
    if (!each.is_object()) return fail(Fault::invalid, "snmp.plan-malformed");
    const std::string name = text_of(each.as_object(), "name");
    const std::string text = text_of(each.as_object(), "text");
    if (const auto known = bound_.find(name); known != bound_.end() && known->second.text == text) {
      bound.emplace(name, known->second);
      continue;
    }
    Result<std::shared_ptr<const Profile>> profile = bind_profile(model_, text, name);
    if (!profile) trouble(profile.error());
    bound.emplace(name, Bound{text, profile ? *profile : nullptr});
  }
  bound_ = std::move(bound);
  for (const json::value& each : array_of(output, "devices")) {
    if (!each.is_object()) return fail(Fault::invalid, "snmp.plan-malformed");
    const json::object& from = each.as_object();
    PlanDevice device{number_of(from, "id"),
                      text_of(from, "name"),
                      text_of(from, "address"),
                      text_of(from, "credential"),
                      static_cast<std::uint16_t>(number_of(from, "port", 161)),
                      text_of(from, "profile"),
                      nullptr,
                      {}};
    if (const auto found = bound_.find(device.profile_name); found != bound_.end())
      device.profile = found->second.profile;
    for (const json::value& word : array_of(from, "waived"))
      if (word.is_string()) device.waived.emplace_back(word.get_string());
    plan.devices.push_back(std::move(device));
  }
  for (const json::value& each : array_of(output, "read-now"))
    if (each.is_object())
      plan.read_now[number_of(each.as_object(), "device")] = number_of(each.as_object(), "order");
  return plan;
}

} // namespace assent::snmp
