// The agent's two conversations with its daemon, each on a thread of its own, so that neither a long poll nor
// a slow daemon holds up a reading.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>

#include "agents/snmp/outbox.hpp"
#include "agents/snmp/plan.hpp"
#include "common/json.hpp"
#include "common/time.hpp"

namespace assent::snmp {

/// The daemon behind a seam: one operation, blocking, with a deadline of its own.
class Daemon {
 public:
  virtual ~Daemon() = default;
  /// `input` is JSON text.
  virtual Result<json::object> call(std::string_view operation, const std::string& input) = 0;
};

/// Says what is logged; `event` is a stable word.
using Log = std::function<void(std::string_view event, const Error& error)>;
/// Waits, at most so long; false where the program is to end.
using Pause = std::function<bool(std::chrono::milliseconds)>;

class Reporter {
 public:
  Reporter(Daemon& daemon, Outbox& outbox, std::string session, const Clock& clock, Log log, Pause pause);

  /// Sends what the outbox gives until it is stopped, each message again until it is acknowledged. One that
  /// the daemon refuses as malformed is sent in halves, so that one device's nonsense costs nobody else a
  /// report.
  void run();

  [[nodiscard]] std::uint64_t sent() const { return sequence_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  void deliver(Batch batch);
  void split(Batch batch, const Error& error);
  void send_trees(const Batch& batch, const json::object& output);
  /// The answer, or the daemon's refusal; silence is tried again until the program ends.
  Result<json::object> insist(std::string_view operation, const std::string& input);

  Daemon& daemon_;
  Outbox& outbox_;
  const std::string session_;
  const Clock& clock_;
  Log log_;
  Pause pause_;
  std::uint64_t sequence_ = 0, refused_ = 0;
  bool ending_ = false;
};

/// Long-polls the plan until `pause` says no; gives each new one to `take`.
void follow_plan(Daemon& daemon, PlanReader& reader, const std::function<void(Plan)>& take,
                 const Clock& clock, const Log& log, const Pause& pause);

/// A random UUID (RFC 9562, version 4).
std::string new_session();

} // namespace assent::snmp
