// The one owner of state. Requests and observations come in as messages; decisions leave through the store;
// answers are given when they are durable. One thread runs every step; no step is longer than 2 ms besides
// start and reload.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/json.hpp"
#include "common/result.hpp"
#include "common/time.hpp"
#include "daemon/store/store.hpp"
#include "daemon/trust/signer.hpp"
#include "daemon/watch/traffic.hpp"

namespace assent::core {

/// Who is on the other end of a connection, as the transport proves it; never what it claims.
struct Peer {
  enum class Door : std::uint8_t {
    person, ///< the control socket
    agent,  ///< the socket of one agent (mode 0600)
    status, ///< the status port: reads as monitor
  } door = Door::status;
  std::string account; ///< Unix account of the peer's uid (door person)
  std::string agent;   ///< name of the agent whose socket it is (door agent)
};

/// An operation, already validated against its YANG rpc.
struct Request {
  Peer peer;
  std::string operation; ///< `assent-ticket:prepare`, …
  json::object input;
  std::string idempotency_key; ///< empty: none
  std::string request_hash;    ///< SHA-256 of operation and input, with an idempotency key
  std::uint64_t if_match = 0;  ///< the version that the ticket's row must have; 0: any
};

using Answer = Result<json::object>;
using Reply = std::function<void(Answer)>;

/// What is told to followers (event stream, syslog): one for each journal entry, after it is durable.
struct Event {
  journal::Stream stream{};
  std::uint64_t number = 0;
  std::string msgid;
  std::string severity; ///< `alert`, `critical`, `error`, `warning`, `notice`, `info`
  Instant time{};
  Message text;
  json::object detail; ///< ids and what the text names; no personal data
};

/// Figures for /metrics and checks for /readyz.
struct Check {
  std::string name;
  bool good = false;
  Message text;
};
/// One family with many members. `labels` (`{name="value"}`, escaped) are shared and never change; `values`
/// has as many, NaN where a member has none now.
struct Series {
  std::string family; ///< the whole name, a counter's ended by `_total`
  bool counter = false;
  std::shared_ptr<const std::vector<std::string>> labels;
  std::vector<double> values;
};
struct Figures {
  std::vector<Series> series;
  std::vector<std::pair<std::string, double>> gauges; ///< names of docs/metrics.md
  std::vector<std::pair<std::string, double>> counters;
  std::vector<std::uint64_t> step_buckets; ///< core steps ≤ 10 µs, 100 µs, 1 ms, 2 ms, 10 ms, more
  double step_seconds = 0;
  std::vector<Check> checks;
  bool ready = false;
  json::array alarms;                 ///< those that hold: assent-status:alarms
  json::array devices;                ///< id, name, reachable, reason, last-reading, findings, baseline
  json::array agents;                 ///< name, connected, heard
  json::array waivers;                ///< in force: name, weaknesses, devices, expires, reason
  std::vector<watch::LinkView> links; ///< in no order
  // Of the link that was asked for:
  std::vector<watch::Stretch> recent;
  watch::Month month; ///< that it is now, in the policy's zone
  Instant now{};
};

/// Something outside core about which an alarm holds now.
struct Condition {
  std::string type, resource; ///< a kind of daemon/alarms/kinds.cpp, and whom it is about
  std::vector<std::pair<std::string, std::string>> args;
};

class Core {
 public:
  struct Options {
    std::string policy_directory;      ///< YANG modules
    std::vector<std::string> proposed; ///< policy and profile files that may differ from what is in force
    std::vector<std::string> agents;   ///< names of agents that have a socket
    std::string checkpoint_key;        ///< private key file, or empty
    std::string checkpoint_file;       ///< lines are appended
    std::string config_sha256;
    std::size_t queue_bound = 4096;
    std::function<bool()> clock_sure; ///< is the kernel's clock synchronised? asked where policy requires it
    /// What holds outside core now; asked once a second on core's thread, so it must not wait.
    std::function<std::vector<Condition>()> conditions;
  };
  /// Verifies chain head, authority and references, loads state, starts the thread.
  static Result<std::unique_ptr<Core>> start(Options options, std::unique_ptr<store::Store> store,
                                             Clock& clock, std::function<void(const Event&)> follow);
  virtual ~Core() = default; ///< finishes the step at hand, commits, stops

  /// Any thread. `reply` runs once, on some thread of core or store, and must not block. Fault::busy at once
  /// where the queue is full.
  virtual void post(Request request, Reply reply) = 0;
  /// Any thread. A door refused this before it became a Request; it is journalled as core's own refusals are,
  /// up to the same rate. `what` names what was tried, in printable ASCII. Dropped where the queue is full.
  virtual void refused(Peer peer, std::string what, Error error) = 0;
  /// Any thread; the answer comes on core's thread, within one round. With a `link`, Figures::recent and what
  /// follows it are filled too.
  virtual void figures(std::function<void(Figures)> answer, Id link = 0) = 0;
  /// The same without the lists of alarms, devices and agents: what /metrics (with the series), /livez,
  /// /readyz and the watchdog (without) need.
  virtual void numbers(bool series, std::function<void(Figures)> answer) {
    static_cast<void>(series);
    figures(std::move(answer));
  }
  /// The watchdog's question. Any thread; the answer comes on the store's thread, after core has made a step
  /// and the store has taken a batch from it, whether it could write it or not. Dropped where core stops.
  virtual void probe(std::function<void()> answer) = 0;
  /// SIGHUP: takes over what can change in a running core; proposed files are read again and compared. The
  /// journal gets a record of it.
  struct Renewal {
    std::vector<std::string> proposed;
    std::unique_ptr<trust::Signer> signer; ///< of checkpoint_key; none where there is no such key
    std::string checkpoint_file;
    std::string config_sha256;
    std::vector<std::string> restart; ///< options that differ in the file and wait for a restart
  };
  virtual void reload(Renewal renewal) = 0;
  virtual store::Store& store() = 0; ///< for readers
};

} // namespace assent::core
