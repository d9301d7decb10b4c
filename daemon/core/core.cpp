#include <algorithm>

#include "daemon/core/alarm_news.hpp"
#include "daemon/core/events.hpp"
#include "daemon/core/thread.hpp"

namespace assent::core {
namespace {
constexpr auto answers_kept = std::chrono::hours{24};

/// An answer about a ticket says which version of its row it speaks of.
void tell_version(const Step& step, json::object& answer) {
  const Id ticket = number_of(answer, "ticket");
  if (ticket == 0 || answer.contains("version")) return;
  const auto found = step.state.tickets.find(ticket);
  std::uint64_t version = found == step.state.tickets.end() ? 0 : found->second.version;
  for (const auto& entry : step.batch.entries)
    for (const auto& row : entry.rows)
      if (row.kind == Kind::ticket && row.id == ticket) version = std::max(version, row.version);
  if (version != 0) answer["version"] = version;
}
} // namespace

Result<std::unique_ptr<Core>> Core::start(Options options, std::unique_ptr<store::Store> store, Clock& clock,
                                          std::function<void(const Event&)> follow) {
  auto model = model::Model::load(options.policy_directory);
  if (!model) return model.error();
  auto reader = store->read();
  if (!reader) return reader.error();
  auto state = load_state(**reader, **model, clock.wall());
  if (!state) return state.error();
  if (auto loaded = load_alarms(**state, **reader, {clock.wall(), clock.monotonic()}); !loaded)
    return loaded.error();
  if (auto restored = restore_traffic(**state, **reader, clock.wall()); !restored) return restored.error();
  std::unique_ptr<trust::Signer> signer;
  if (!options.checkpoint_key.empty()) {
    auto loaded = trust::Signer::load(options.checkpoint_key);
    if (!loaded) return loaded.error();
    signer = std::move(*loaded);
  }
  auto core = std::make_unique<CoreThread>(std::move(options), std::move(store), clock, std::move(*model),
                                           std::move(*state), std::move(signer), std::move(follow));
  core->begin();
  return std::unique_ptr<Core>(std::move(core));
}

CoreThread::CoreThread(Options options, std::unique_ptr<store::Store> store, Clock& clock,
                       std::unique_ptr<model::Model> model, std::unique_ptr<State> state,
                       std::unique_ptr<trust::Signer> signer, std::function<void(const Event&)> follow)
    : options_(std::move(options)), store_(std::move(store)), clock_(clock), model_(std::move(model)),
      state_(std::move(state)), signer_(std::move(signer)), follow_(std::move(follow)) {
  // Versions of the plan must differ from those of an earlier run, which an agent may still know.
  state_->plan_version = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(clock_.wall().time_since_epoch()).count());
}

CoreThread::~CoreThread() {
  queue_.put(Stop{});
  if (thread_.joinable()) thread_.join();
  work_over_ = true;
  work_.put([] {});
  comparing_.put([] {});
  if (worker_.joinable()) worker_.join();
  if (examiner_.joinable()) examiner_.join();
  // The store's own end commits what still waits; its callbacks need only the followers.
  store_.reset();
}

void CoreThread::begin() {
  {
    Step step = step_for({});
    if (const auto from = store_->migrated_from(); from != 0)
      step.note(journal::Stream::records, "store-migrated", {{"from", from}, {"version", ASSENT_VERSION}});
    step.note(journal::Stream::records, "started",
              {{"config-sha256", options_.config_sha256}, {"version", ASSENT_VERSION}});
    compare_proposed(step);
    static_cast<void>(device_series_.names(*state_)); // all of them now, so that no step has to
    raise_open_findings(step);
    alarms_after_start(step);
    for (const auto& [id, ticket] : state_->tickets)
      if (ticket.state == tickets::State::open || ticket.state == tickets::State::verifying)
        for (const Id device : devices_of(*state_, ticket))
          order_reading(step, device);
    finish(step, json::object{}, [](const Answer&) {});
  }
  last_second_ = clock_.monotonic();
  last_checkpoint_ = last_second_ - std::chrono::hours{1}; // the first one comes within a second
  thread_ = std::thread([this] { run(); });
  const auto serve = [this](Queue<std::function<void()>>& queue) {
    while (!work_over_)
      for (auto& work : queue.take(std::chrono::seconds{1}))
        work();
  };
  worker_ = std::thread([this, serve] { serve(work_); });
  examiner_ = std::thread([this, serve] { serve(comparing_); });
}

void CoreThread::post(Request request, Reply reply) {
  if (store_->waiting() > options_.queue_bound) return reply(fail(Fault::busy, "core.busy"));
  // The reply is kept aside because a refused put() has consumed the message.
  Reply refused = reply;
  if (!queue_.put(Message{Asked{std::move(request), std::move(reply)}}, options_.queue_bound))
    refused(fail(Fault::busy, "core.busy"));
}

void CoreThread::refused(Peer peer, std::string what, Error error) {
  Request request;
  request.peer = std::move(peer);
  request.operation = std::move(what);
  error.fault = Fault::refused;
  queue_.put(Message{Turned{std::move(request), std::move(error)}}, options_.queue_bound);
}

void CoreThread::probe(std::function<void()> answer) {
  queue_.put(Probe{std::move(answer)});
}

void CoreThread::reload(Renewal renewal) {
  queue_.put(Reread{std::move(renewal)});
}

std::chrono::nanoseconds CoreThread::patience() const {
  // Never longer than a second, so that a step of the wall clock is noticed.
  std::chrono::nanoseconds longest = std::chrono::seconds{1};
  if (!state_->samples.empty() && !read_only_) return std::chrono::nanoseconds{0};
  if (!state_->due.empty() && !read_only_ && !store_->cramped()) {
    const auto until = state_->due.begin()->first - clock_.wall();
    longest = std::clamp<std::chrono::nanoseconds>(until, std::chrono::milliseconds{1}, longest);
  }
  return longest;
}

void CoreThread::run() {
  while (!stopping_) {
    auto messages = queue_.take(patience());
    const auto timed = [&](auto&& work) {
      const auto begun = clock_.monotonic();
      work();
      const auto spent = clock_.monotonic() - begun;
      step_seconds_ += std::chrono::duration<double>(spent).count();
      constexpr std::chrono::nanoseconds bounds[] = {
          std::chrono::microseconds{10}, std::chrono::microseconds{100}, std::chrono::milliseconds{1},
          std::chrono::milliseconds{2}, std::chrono::milliseconds{10}};
      ++step_buckets_[static_cast<std::size_t>(std::lower_bound(std::begin(bounds), std::end(bounds), spent) -
                                               bounds)];
    };
    for (auto& message : messages)
      timed([&] { std::visit([this](auto& one) { handle(one); }, message); });
    if (!state_->samples.empty() && !read_only_) timed([&] { judge_samples(); });
    if (!state_->due.empty() && state_->due.begin()->first <= clock_.wall() && !read_only_ &&
        !store_->cramped()) {
      Step step = step_for({});
      tick(step);
      finish(step, json::object{}, [](const Answer&) {});
    }
    if (clock_.monotonic() - last_second_ >= std::chrono::seconds{1}) timed([&] { each_second(); });
    answer_plans();
  }
  for (auto& waiting : waiting_)
    waiting.reply(fail(Fault::unavailable, "core.stopping"));
  Step step = step_for({});
  keep_all_traffic(step);
  step.note(journal::Stream::records, "stopped");
  finish(step, json::object{}, [](const Answer&) {});
}

Step CoreThread::step_for(const Peer& peer) {
  return Step{*state_, *model_, *store_, options_, clock_.wall(), clock_.monotonic(), peer, {}};
}

std::optional<Answer> CoreThread::answered_before(const std::string& owner, const Request& request,
                                                  Instant now) {
  if (request.idempotency_key.empty()) return std::nullopt;
  const auto judged = [&](const std::string& hash, const auto& answer) {
    return hash == request.request_hash ? answer() : Answer(fail(Fault::conflict, "core.key-used-otherwise"));
  };
  // In memory is what may not be durable yet; what is older, or of an earlier run, is in the store.
  if (const auto known = remembered_.find(owner + "\n" + request.idempotency_key); known != remembered_.end())
    return judged(known->second.hash, [&] { return Answer(known->second.answer); });
  auto reader = store_->read();
  if (!reader) return Answer(reader.error());
  auto kept = (*reader)->answered(owner, request.idempotency_key);
  if (!kept) return Answer(kept.error());
  if (!*kept || (*kept)->at < now - answers_kept) return std::nullopt;
  return judged((*kept)->request_hash, [&]() -> Answer {
    auto answer = parse_json((*kept)->answer, 64u << 20);
    if (!answer || !answer->is_object())
      return fail(Fault::outside, "core.damaged-row", {{"kind", "answer"}, {"id", request.idempotency_key}});
    return answer->get_object();
  });
}

void CoreThread::handle(Asked& asked) {
  ++requests_;
  const Request& request = asked.request;
  if (request.operation == "assent-agent:plan" && request.peer.door == Peer::Door::agent) {
    const auto wait = number_of(request.input, "version") == state_->plan_version ? std::chrono::seconds{25}
                                                                                  : std::chrono::seconds{0};
    waiting_.push_back({request.peer, number_of(request.input, "version"), clock_.monotonic() + wait,
                        std::move(asked.reply)});
    return;
  }
  if (request.operation == "assent-admin:backup" && request.peer.door == Peer::Door::person)
    return backup(asked);
  if (!examine_elsewhere(asked)) answer(asked, nullptr);
}

void CoreThread::answer(Asked& asked, std::vector<watch::Examined>* examined) {
  const Request& request = asked.request;
  const std::string owner = "account:" + request.peer.account + request.peer.agent;
  Step step = step_for(request.peer);
  step.examined = examined;
  if (auto before = answered_before(owner, request, step.now))
    return finish(step, std::move(*before), std::move(asked.reply));
  const auto why_not = not_now(step, request);
  Answer answer = why_not ? Answer(*why_not) : dispatch(step, request);
  if (answer) tell_version(step, *answer);
  if (!answer) {
    // What was refused changed nothing; only alarms that it raised and the refusal itself are kept.
    std::erase_if(step.batch.entries,
                  [](const auto& entry) { return entry.stream == journal::Stream::decisions; });
    step.batch.trees.clear();
    step.batch.readings.clear();
    step.batch.links_gone.clear();
    if (!read_only_) note_refusal(step, request, answer.error());
  } else if (!request.idempotency_key.empty()) {
    step.batch.answered =
        store::Answered{owner, request.idempotency_key, request.request_hash, canonical(*answer), step.now};
    remembered_[owner + "\n" + request.idempotency_key] = {request.request_hash, *answer,
                                                           clock_.monotonic() + std::chrono::minutes{1}};
  }
  finish(step, std::move(answer), std::move(asked.reply));
}

std::optional<Error> CoreThread::not_now(Step& step, const Request& request) {
  if (read_only_) return fail(Fault::unavailable, "core.read-only");
  const auto claim = request.operation == "assent-ticket:act"
                         ? tickets::read_page(text_of(request.input, "page"))
                         : Result<tickets::PageClaim>(fail(Fault::not_found, "core.read-only"));
  if (store_->cramped()) {
    // What is left is for taking permission away.
    static constexpr std::string_view reads[] = {"assent-ticket:page", "assent-ticket:explain",
                                                 "assent-ticket:status", "assent-admin:check",
                                                 "assent-admin:checkpoint"};
    const bool revokes = claim && claim->head.word == tickets::Word::revoke;
    if (!revokes && std::find(std::begin(reads), std::end(reads), request.operation) == std::end(reads))
      return fail(Fault::unavailable, "core.disk-full");
  }
  if (request.if_match == 0) return std::nullopt;
  const Id ticket = claim ? claim->ticket : number_of(request.input, "ticket");
  const auto found = state_->tickets.find(ticket);
  std::uint64_t version = found == state_->tickets.end() ? 0 : found->second.version;
  if (version == 0) {
    auto reader = step.store.read();
    if (!reader) return reader.error();
    if (auto row = (*reader)->get(Kind::ticket, ticket)) version = row->version;
  }
  if (version == request.if_match) return std::nullopt;
  return fail(Fault::conflict, "core.other-version",
              {{"ticket", std::to_string(ticket)}, {"version", std::to_string(version)}});
}

Answer CoreThread::dispatch(Step& step, const Request& request) {
  switch (request.peer.door) {
  case Peer::Door::person:
    return person_operation(step, request);
  case Peer::Door::agent:
    return agent_operation(step, request);
  case Peer::Door::status:
    break;
  }
  return fail(Fault::refused, "core.status-reads-only");
}

Answer CoreThread::person_operation(Step& step, const Request& request) {
  using Operation = Answer (*)(Step&, const json::object&);
  static constexpr std::pair<std::string_view, Operation> operations[] = {
      {"assent-ticket:prepare", core::prepare},
      {"assent-ticket:page", core::page},
      {"assent-ticket:act", core::act},
      {"assent-ticket:standard", core::standard},
      {"assent-ticket:explain", core::explain},
      {"assent-ticket:status", core::ticket_status},
      {"assent-ticket:restructure", core::restructure},
      {"assent-admin:check", core::check_policy},
      {"assent-alarm:acknowledge", core::acknowledge_alarm},
      {"assent-alarm:shelve", core::shelve_alarm},
      {"assent-alarm:unshelve", core::unshelve_alarm},
      {"assent-alarm:close", core::close_alarm},
      {"assent-alarm:show", core::show_alarm},
      {"assent-alarm:list", core::list_alarms}};
  for (const auto& [name, operation] : operations)
    if (name == request.operation) return operation(step, request.input);
  return admin_operation(step, request);
}

Answer CoreThread::agent_operation(Step& step, const Request& request) {
  const auto agent = state_->registry.find(Kind::agent, request.peer.agent);
  if (!agent) return fail(Fault::refused, "core.unknown-agent", {{"agent", request.peer.agent}});
  AgentLink& link = state_->agents[*agent];
  link.heard = step.now;
  link.heard_at = step.monotonic;
  const std::string session = text_of(request.input, "session");
  const std::uint64_t sequence = number_of(request.input, "sequence");
  if (session.empty()) return fail(Fault::invalid, "core.no-session");
  if (session != link.session)
    link = {session, sequence == 0 ? 0 : sequence - 1, {}, step.now, step.monotonic, false};
  if (sequence == link.sequence && !link.answer.empty()) return link.answer;
  if (sequence != link.sequence + 1)
    return fail(Fault::conflict, "core.sequence-gap",
                {{"expected", std::to_string(link.sequence + 1)}, {"got", std::to_string(sequence)}});
  Answer answer =
      request.operation == "assent-agent:report" ? core::report(step, *agent, request.input)
      : request.operation == "assent-agent:tree"
          ? core::tree(step, *agent, request.input)
          : Answer(fail(Fault::not_found, "core.unknown-operation", {{"operation", request.operation}}));
  if (!answer) return answer;
  (*answer)["sequence"] = sequence;
  link.sequence = sequence;
  link.answer = *answer;
  return answer;
}

void CoreThread::finish(Step& step, Answer answer, Reply reply) {
  if (step.batch.entries.empty() && step.batch.trees.empty() && step.batch.readings.empty() &&
      step.batch.kept.empty() && step.batch.samples.empty() && step.batch.links_gone.empty() &&
      !step.batch.answered && in_flight_.load() == 0)
    return reply(std::move(answer));
  std::vector<Event> events;
  events.reserve(step.batch.entries.size());
  for (const auto& entry : step.batch.entries)
    events.push_back(event_of(entry, 0));
  ++in_flight_;
  store_->commit(std::move(step.batch), [this, events = std::move(events), answer = std::move(answer),
                                         reply = std::move(reply)](store::Committed committed) mutable {
    if (committed.done) {
      for (std::size_t i = 0; i < events.size(); ++i) {
        events[i].number = committed.numbers.at(i);
        follow_(events[i]);
      }
      --in_flight_;
      return reply(std::move(answer));
    }
    --in_flight_;
    Error error = fail(Fault::unavailable, "core.not-done");
    error.evidence.push_back(committed.failed.what);
    queue_.put(CommitFailed{committed.failed});
    reply(std::move(error));
  });
}

void CoreThread::answer_plans() {
  if (told_plan_ == state_->plan_version &&
      std::none_of(waiting_.begin(), waiting_.end(),
                   [&](const Waiting& one) { return one.until <= clock_.monotonic(); }))
    return;
  told_plan_ = state_->plan_version;
  std::vector<Waiting> ready;
  std::erase_if(waiting_, [&](Waiting& one) {
    const bool answered = one.known != state_->plan_version || one.until <= clock_.monotonic();
    if (answered) ready.push_back(std::move(one));
    return answered;
  });
  for (auto& one : ready) {
    Step step = step_for(one.peer);
    const auto agent = state_->registry.find(Kind::agent, one.peer.agent);
    if (agent) {
      state_->agents[*agent].heard = step.now;
      state_->agents[*agent].heard_at = step.monotonic;
    }
    Answer answer = agent ? plan(step, *agent)
                          : Answer(fail(Fault::refused, "core.unknown-agent", {{"agent", one.peer.agent}}));
    finish(step, std::move(answer), std::move(one.reply));
  }
}

} // namespace assent::core
