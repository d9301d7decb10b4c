// What a device's own change stamps prove: configuration changed, though nothing visible differs. Pure; part
// of the watch.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/json.hpp"
#include "common/time.hpp"
#include "daemon/watch/watch.hpp"

namespace assent::watch {

class Stamps {
 public:
  /// Another reading. Gives the stamps that have moved since the last one that showed them, where both
  /// readings are clean, of one profile revision and one boot of the device, and all trees from the one to
  /// the other are equal. A reading whose tree differs, or that follows a restart, only says how the stamps
  /// stand from now on: the tree's deviations explain the move. `reported`: what the reading could not see.
  std::vector<StampMove> next(const Observation& observation, const std::vector<std::string>& reported);
  /// Did the last next() change what is to be stored?
  bool changed() const { return changed_; }

  json::object to_json() const;
  void load(const json::object& stored);

 private:
  struct Stood {
    std::string value;
    Instant started{}; ///< of the last reading that showed it
  };
  bool restarted(const Observation& observation) const;
  void learn(const Observation& observation, const std::vector<std::string>& reported);

  std::map<std::string, Stood> stood_; ///< by name; empty: nothing is known
  std::string fingerprint_, profile_;
  std::uint64_t revision_ = 0;
  std::vector<std::string> reported_;
  std::optional<std::uint64_t> uptime_, boots_;
  Instant ended_{};
  bool changed_ = false;
};

} // namespace assent::watch
