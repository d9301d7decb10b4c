// The whole of polling but for sockets and threads: devices, timetable, window, tries. Time is an argument;
// datagrams go out through a seam. One thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <queue>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agents/snmp/codec.hpp"
#include "agents/snmp/device.hpp"
#include "agents/snmp/engine_store.hpp"
#include "agents/snmp/seen.hpp"

namespace assent::snmp {

struct PollLimits {
  std::size_t in_flight = 256; ///< requests under way at once, over all devices
  Steady timeout = std::chrono::seconds(3);
  int tries = 3;
  int failed_cycles = 3; ///< until a device is reported as unreachable
};

/// What an operator may want to know of the poller; all only grow.
struct PollFigures {
  std::uint64_t requests = 0, answers = 0, retries = 0, timeouts = 0;
  std::uint64_t strays = 0;    ///< datagrams from nobody we asked, or with another request id
  std::uint64_t malformed = 0; ///< datagrams that are no answer with our community, or not authentic
  std::uint64_t skipped = 0;   ///< cycles that were due while the last one ran
  std::uint64_t moved = 0;     ///< readings thrown away because the device restarted meanwhile
  std::uint64_t oddities = 0;  ///< OIDs that did not grow, empty answers
  std::uint64_t dropped = 0;   ///< datagrams that the kernel had no room for
  std::uint64_t unsent = 0;    ///< datagrams that the kernel would not take
};

class Poller {
 public:
  /// Sends one datagram; false where the kernel would not take it.
  using Send = std::function<bool(const Endpoint& to, std::string_view bytes)>;

  /// `engines`: what is known of SNMPv3 engines and is kept there; null: in memory only.
  Poller(PollLimits limits, std::map<std::string, Credential> credentials, Codec& codec, Send send,
         Sink& sink, std::uint64_t seed, EngineStore* engines = nullptr);

  /// Takes a plan over: unchanged devices go on as they are.
  void set_plan(Plan plan, Moment now);

  /// A datagram that came in; `from` is its source.
  void datagram(const Endpoint& from, std::string_view bytes, Moment now);
  /// The network says that nobody listens there (ICMP). Only a reason for a time-out, because it can be
  /// forged.
  void refused(const Endpoint& at);

  /// Devices that are read at an address, whatever its port.
  [[nodiscard]] const std::vector<Id>& at_address(Endpoint address) const;
  /// Null where it is not in the plan.
  [[nodiscard]] Device* find(Id id);
  /// Something may have changed there: its state is read at once, or 30 s after the last time that this was
  /// said.
  void hinted(Device& device, Moment now);
  /// It sent an authentic notification: what its clock shows now survives a restart.
  void notified(const Device& device, Moment now);

  /// Does all that is due and says when to call again.
  Steady run(Moment now);

  [[nodiscard]] const PollFigures& figures() const { return figures_; }
  PollFigures& figures() { return figures_; }
  [[nodiscard]] std::size_t in_flight() const { return in_flight_; }
  [[nodiscard]] const V3Shared& v3_figures() const { return v3_; }

 private:
  void adopt(Device& device, const PlanDevice& plan, std::size_t rank, std::size_t count, Moment now);
  void drop(Device& device);
  void order(Device& device, std::uint64_t number, Moment now);
  void due(Device& device, Moment now);
  void expire(Device& device, Moment now);
  void start(Device& device, Moment now);
  void next_turn(Device& device, Steady& turn, Steady interval, Moment now);
  void step(Device& device, Moment now);
  void prepare(Device& device);
  void transmit(Device& device, Moment now);
  void fill_window(Moment now);
  void shrink(Device& device, Moment now);
  void finish(Device& device, Moment now);
  bool finish_state(Device& device, Moment now);
  bool finish_counters(Device& device, Moment now);
  void settle_order(Device& device, StateSeen& seen, Moment now);
  void report_state(Device& device, Moment now);
  void reached(Device& device, bool heard);
  void tell_reach(Device& device, std::string reason, std::string detail = {});
  // SNMPv3: poller_v3.cpp
  void open_session(Device& device, Moment now);
  std::string v3_message(Device& device, Moment now);
  bool take_v3(Device& device, std::string_view bytes, Moment now, Answer& answer);
  void learn_engine(Device& device, Moment now);
  void set_condition(Device& device, const std::string& condition, bool holds, std::string detail);
  void leave_engine(Device& device);
  void forget_engines(Moment now);
  void ask_state(Device& device, Moment now);
  void plan_wake(Device& device);
  Steady grid(const Device& device, Steady interval, Steady now) const;

  PollLimits limits_;
  std::map<std::string, Credential> credentials_;
  Codec& codec_;
  Send send_;
  Sink& sink_;
  std::mt19937_64 random_;
  std::map<Id, Device> devices_;
  std::unordered_map<Endpoint, Device*, EndpointHash> by_endpoint_;
  std::unordered_map<Endpoint, std::vector<Id>, EndpointHash> by_address_; ///< with port 0
  struct Entry {
    Steady when;
    Id device;
    friend bool operator>(const Entry& left, const Entry& right) { return left.when > right.when; }
  };
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> timetable_;
  std::deque<Id> waiting_; ///< devices with a request that has no room in the window yet
  std::size_t in_flight_ = 0;
  EngineStore own_engines_; ///< where no other was given
  EngineStore& engines_;
  V3Shared v3_;
  bool planned_ = false;                          ///< a plan was taken in this run
  std::map<std::string, std::set<Id>> by_engine_; ///< devices that have shown themselves with it
  std::chrono::seconds counters_interval_{60}, state_interval_{300};
  PollFigures figures_;
};

} // namespace assent::snmp
