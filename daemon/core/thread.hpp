// Core's thread: takes messages, runs steps, hands batches to the store, answers when they are durable.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "daemon/core/checkpoint.hpp"
#include "daemon/core/gathering.hpp"
#include "daemon/core/queue.hpp"
#include "daemon/core/state.hpp"
#include "daemon/trust/signer.hpp"

namespace assent::core {

class CoreThread final : public Core {
 public:
  CoreThread(Options options, std::unique_ptr<store::Store> store, Clock& clock,
             std::unique_ptr<model::Model> model, std::unique_ptr<State> state,
             std::unique_ptr<trust::Signer> signer, std::function<void(const Event&)> follow);
  ~CoreThread() override;

  void begin();
  void post(Request request, Reply reply) override;
  void refused(Peer peer, std::string what, Error error) override;
  void figures(std::function<void(Figures)> answer, Id link) override;
  void numbers(bool series, std::function<void(Figures)> answer) override;
  void probe(std::function<void()> answer) override;
  void reload(Renewal renewal) override;
  store::Store& store() override { return *store_; }

 private:
  struct Asked {
    Request request;
    Reply reply;
  };
  /// A request whose readings were compared beside this thread.
  struct Examined {
    Asked asked;
    std::vector<watch::Examined> results;
  };
  struct Turned {
    Request request;
    Error error;
  };
  struct WantFigures {
    std::function<void(Figures)> answer;
    bool lists = true, series = false;
    Id link = 0;
  };
  /// Figures of many devices and links on their way.
  struct Gather {
    std::function<void(Figures)> answer;
    std::unique_ptr<Gathering> work;
  };
  struct Probe {
    std::function<void()> answer;
  };
  struct Reread {
    Renewal renewal;
  };
  struct CommitFailed {
    Error error;
  };
  struct Recovered {};
  /// Closed findings whose time is over, as a look at the store found them.
  struct Retired {
    std::vector<std::pair<Id, std::uint64_t>> findings; ///< number and version
    Instant before{};                                   ///< closed before
    Id next = 0;                                        ///< where the next look goes on; 0: at the end
  };
  struct Stop {};
  using Message = std::variant<Asked, Examined, Turned, WantFigures, Gather, Probe, Reread, CommitFailed,
                               Recovered, Retired, Stop>;

  /// An agent that waits for a newer plan than it knows.
  struct Waiting {
    Peer peer;
    std::uint64_t known = 0;
    std::chrono::nanoseconds until{};
    Reply reply;
  };
  struct Remembered {
    std::string hash;
    json::object answer;
    std::chrono::nanoseconds until{};
  };

  void run();
  void handle(Asked& asked);
  void handle(Examined& examined);
  /// True where the request comes back as Examined: large trees are compared by another thread, which sees
  /// only the store and what it is given.
  bool examine_elsewhere(Asked& asked);
  void answer(Asked& asked, std::vector<watch::Examined>* examined);
  void handle(Turned& turned);
  void handle(WantFigures& want);
  void handle(Gather& gather);
  void handle(Probe& probe);
  void handle(Reread& reread);
  void handle(CommitFailed& failed);
  void handle(Recovered&);
  void handle(Retired& retired);
  void handle(Stop&) { stopping_ = true; }

  Step step_for(const Peer& peer);
  /// What the same idempotency key answered within 24 h, also in an earlier run.
  std::optional<Answer> answered_before(const std::string& owner, const Request& request, Instant now);
  Answer dispatch(Step& step, const Request& request);
  /// Nothing, or why the request may not be tried now: read-only, no room on the disk, another version.
  std::optional<Error> not_now(Step& step, const Request& request);
  Answer person_operation(Step& step, const Request& request);
  Answer agent_operation(Step& step, const Request& request);
  Answer admin_operation(Step& step, const Request& request);
  /// Runs beside core's thread: it may take minutes and touches only the store's readers.
  void backup(Asked& asked);
  /// Journals a refusal, up to a rate per identity.
  void note_refusal(Step& step, const Request& request, const Error& error);
  /// Commits what the step made and answers when it is durable.
  void finish(Step& step, Answer answer, Reply reply);
  void answer_plans();
  void each_second();
  void watch_agents(Step& step);
  void watch_conditions(Step& step);
  void count_refusals(Step& step);
  void checkpoint();
  void purge();
  /// Has the store looked through for closed findings that are older than policy keeps them, a part at a
  /// time, beside core's thread.
  void look_for_retired();
  Retired find_retired(Instant before, Id after);
  /// Keeps the alarm about a full disk in step with the disk, and takes the ballast back.
  void watch_disk(Step& step);
  Figures make_figures(const WantFigures& want);
  void judge_samples();
  std::chrono::nanoseconds patience() const;

  Options options_;
  std::unique_ptr<store::Store> store_;
  Clock& clock_;
  std::unique_ptr<model::Model> model_;
  std::unique_ptr<State> state_;
  std::unique_ptr<trust::Signer> signer_;
  std::function<void(const Event&)> follow_;
  Queue<Message> queue_;
  std::vector<Waiting> waiting_;
  std::unordered_map<std::string, Remembered> remembered_;
  std::atomic<std::size_t> in_flight_{0};
  bool stopping_ = false;
  bool read_only_ = false;
  bool probing_ = false;
  std::atomic<bool> retiring_{false}; ///< a look or its removal is under way
  Id retired_up_to_ = 0;              ///< where the next look begins
  std::uint64_t retired_ = 0;
  std::chrono::nanoseconds last_second_{}, last_checkpoint_{}, last_purge_{}, last_ballast_{}, last_look_{},
      next_retirement_{};
  std::uint64_t told_plan_ = 0;
  DeviceSeries device_series_;
  std::set<std::pair<std::string, std::string>> conditions_; ///< type and resource of those that hold
  std::vector<std::uint64_t> step_buckets_ = std::vector<std::uint64_t>(6);
  double step_seconds_ = 0;
  std::uint64_t requests_ = 0, refused_ = 0, reloads_ = 0;
  std::thread thread_, worker_, examiner_;
  Queue<std::function<void()>> work_;      ///< may take minutes: backups
  Queue<std::function<void()>> comparing_; ///< of trees: milliseconds
  std::atomic<bool> work_over_{false};
};

} // namespace assent::core
