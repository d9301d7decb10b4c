#include "daemon/watch/stamps.hpp"

namespace assent::watch {
namespace {

/// sysUpTime, hundredths of a second in 32 bits, begins again after 497 days (RFC 3418).
constexpr Duration wrap = std::chrono::milliseconds{10} * (std::int64_t{1} << 32);

Duration of_ticks(std::uint64_t ticks) {
  // Nothing that is longer than the 32 bits of TimeTicks is an uptime.
  return std::chrono::milliseconds{10} * static_cast<std::int64_t>(std::min(ticks, std::uint64_t{1} << 32));
}

Instant instant_of(const json::object& object, std::string_view name) {
  const auto at = parse_instant(text_of(object, name));
  return at ? *at : Instant{};
}

std::optional<std::uint64_t> maybe(const json::object& object, std::string_view name) {
  if (!object.contains(name)) return std::nullopt;
  return number_of(object, name);
}

} // namespace

/// Two witnesses are best, but either one is reason enough to accuse nobody.
bool Stamps::restarted(const Observation& observation) const {
  if (observation.boots && boots_ && *observation.boots != *boots_) return true;
  if (!observation.uptime || !uptime_) return false;
  // Where no engine boots contradict, a device that started later than it had is another run of it.
  const Duration later = (observation.ended - of_ticks(*observation.uptime)) - (ended_ - of_ticks(*uptime_));
  const Duration slack = std::chrono::minutes{1} + (observation.ended - ended_) / 100;
  const bool wrapped = later > wrap - slack && later < wrap + slack;
  if (*observation.uptime < *uptime_) return !wrapped;
  return !(observation.boots && boots_) && later > slack;
}

void Stamps::learn(const Observation& observation, const std::vector<std::string>& reported) {
  changed_ = true;
  stood_.clear();
  for (const auto& stamp : observation.stamps)
    stood_[stamp.name] = {stamp.value, observation.started};
  fingerprint_ = observation.fingerprint;
  profile_ = observation.profile;
  revision_ = observation.revision;
  reported_ = reported;
}

std::vector<StampMove> Stamps::next(const Observation& observation,
                                    const std::vector<std::string>& reported) {
  std::vector<StampMove> moves;
  changed_ = false;
  const bool other_profile = profile_ != observation.profile || revision_ != observation.revision;
  // What could not be read may hide the difference or make it: such a reading proves nothing here.
  if (!stood_.empty() && !other_profile && reported_ != reported) return moves;
  if (stood_.empty() || other_profile || fingerprint_ != observation.fingerprint || restarted(observation)) {
    if (!stood_.empty() || !observation.stamps.empty()) learn(observation, reported);
  } else {
    for (const auto& stamp : observation.stamps) {
      const auto [known, fresh] = stood_.try_emplace(stamp.name, Stood{stamp.value, observation.started});
      changed_ = changed_ || fresh || known->second.value != stamp.value;
      if (known->second.value != stamp.value)
        moves.push_back({stamp.name, known->second.value, stamp.value, stamp.entering,
                         std::min(known->second.started, observation.started), observation.ended});
      known->second = {stamp.value, observation.started};
    }
  }
  if (observation.uptime) {
    uptime_ = observation.uptime;
    ended_ = observation.ended;
  }
  if (observation.boots) boots_ = observation.boots;
  return moves;
}

json::object Stamps::to_json() const {
  if (stood_.empty()) return {};
  json::array stood;
  for (const auto& [name, each] : stood_)
    stood.push_back(json::object{{"name", name}, {"value", each.value}, {"started", to_text(each.started)}});
  json::object out{{"stood", std::move(stood)},
                   {"fingerprint", fingerprint_},
                   {"profile", profile_},
                   {"revision", revision_},
                   {"reported", json::array(reported_.begin(), reported_.end())},
                   {"ended", to_text(ended_)}};
  if (uptime_) out["uptime"] = *uptime_;
  if (boots_) out["boots"] = *boots_;
  return out;
}

void Stamps::load(const json::object& stored) {
  *this = {};
  for (const json::value& value : array_of(stored, "stood"))
    if (value.is_object())
      stood_[text_of(value.get_object(), "name")] = {text_of(value.get_object(), "value"),
                                                     instant_of(value.get_object(), "started")};
  fingerprint_ = text_of(stored, "fingerprint");
  profile_ = text_of(stored, "profile");
  revision_ = number_of(stored, "revision");
  for (const json::value& value : array_of(stored, "reported"))
    if (value.is_string()) reported_.emplace_back(value.get_string());
  uptime_ = maybe(stored, "uptime");
  boots_ = maybe(stored, "boots");
  ended_ = instant_of(stored, "ended");
}

} // namespace assent::watch
