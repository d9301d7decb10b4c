// A founded installation with a running core, a clock that the test moves, and people who sign.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/time.hpp"
#include "daemon/core/core.hpp"
#include "daemon/core/founding.hpp"
#include "daemon/trust/signer.hpp"

namespace assent::test {

class World {
 public:
  World();
  ~World();

  /// Starts (or starts again) the daemon's core on the same store.
  void start();
  void stop();

  core::Answer ask(const std::string& operation, json::object input, core::Peer peer);
  core::Answer ask(const std::string& operation, json::object input) {
    return ask(operation, std::move(input), person_peer("root"));
  }
  static core::Peer person_peer(const std::string& account);
  static core::Peer agent_peer(const std::string& agent);
  core::Figures figures();
  void advance(Duration by); ///< moves the clock and waits until core has noticed

  std::string sign(const std::string& handle, std::string_view name_space, const std::string& text);
  std::string public_key(const std::string& handle);

  /// prepare, sign, act.
  core::Answer request(const std::string& handle, json::object input);
  core::Answer decide(const std::string& handle, Id ticket, const std::string& word);
  /// request by one founder, approval by the other; requires that it is closed or open then.
  json::object done(json::array edits, json::array permits = {}, const std::string& closes = "");

  /// One message of an agent's session.
  core::Answer report(const std::string& agent, json::object message);
  core::Answer send_tree(const std::string& agent, Id device, const std::string& text);
  /// A complete state reading with these leaves; sends the tree where it is wanted.
  void reading(const std::string& agent, Id device,
               const std::vector<std::pair<std::string, std::string>>& leaves,
               std::vector<std::string> unknown = {});
  /// The same of another time than now.
  void reading(const std::string& agent, Id device,
               const std::vector<std::pair<std::string, std::string>>& leaves,
               std::vector<std::string> unknown, Instant started, Instant ended);

  std::vector<core::Event> events(const std::string& msgid);
  std::vector<json::object> rows(Kind kind);
  json::object row(Kind kind, Id id);

  std::string directory;
  FakeClock clock;
  std::unique_ptr<core::Core> core;
  std::function<bool()> fail_commit; ///< for the store; set before start()
  std::string installation;
  /// What each reading brings besides its leaves; nothing where empty.
  std::vector<std::pair<std::string, std::string>> stamps;
  std::optional<std::uint64_t> uptime, boots;
  std::string last_fingerprint; ///< of the last reading
  std::uint64_t revision = 1;   ///< of the profile, that the agent reads by
  std::string profile_text;     ///< revision 1 of the profile standard, as founded

 private:
  std::map<std::string, std::unique_ptr<trust::Signer>> signers_;
  std::mutex mutex_;
  std::vector<core::Event> events_;
  std::map<std::string, std::uint64_t> sequences_;
  int session_ = 0;
};

/// `{"operation":"create","kind":KIND,"value":VALUE}`
json::object create(std::string kind, json::object value);

} // namespace assent::test
