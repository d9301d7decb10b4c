// What core does besides requests: once a second, and after a failed commit.
#include <algorithm>
#include <set>

#include "daemon/core/alarm_news.hpp"
#include "daemon/core/events.hpp"
#include "daemon/core/thread.hpp"

namespace assent::core {
namespace {
constexpr unsigned refusals_a_minute = 20;
constexpr auto silent_after = std::chrono::seconds{90};
constexpr auto checkpoint_every = std::chrono::hours{1};
constexpr auto purge_every = std::chrono::hours{1};
} // namespace

void CoreThread::note_refusal(Step& step, const Request& request, const Error& error) {
  // What somebody signed, or said that he did, is told also where it is malformed or meant for no ticket.
  const bool signed_act = request.operation == "assent-ticket:act" &&
                          (error.fault == Fault::invalid || error.fault == Fault::not_found);
  if (error.fault != Fault::refused && error.fault != Fault::conflict && !signed_act) return;
  ++refused_;
  const std::string identity = request.peer.account + "/" + request.peer.agent;
  const auto known = state_->refusals.find(identity);
  const bool fresh =
      known == state_->refusals.end() || step.monotonic - known->second.since >= std::chrono::minutes{1};
  // Counting forgets meters that have been quiet for long: this one is looked up afterwards.
  if (fresh) count_refusals(step);
  auto& meter = state_->refusals[identity];
  if (fresh) {
    meter.since = step.monotonic;
    meter.written = 0;
  }
  if (++meter.written > refusals_a_minute) {
    ++meter.counted;
    return;
  }
  json::object args;
  for (const auto& [name, value] : error.what.args)
    args[name] = value.substr(0, 256);
  json::object detail{{"operation", request.operation}, {"why", error.what.id}, {"args", std::move(args)}};
  detail["account"] = request.peer.account.empty() ? "-" : request.peer.account;
  if (!request.peer.agent.empty()) detail["agent"] = request.peer.agent;
  if (!error.rule.empty()) detail["rule"] = error.rule;
  step.note(journal::Stream::records, "refused", std::move(detail), number_of(request.input, "ticket"));
}

void CoreThread::count_refusals(Step& step) {
  for (auto& [identity, meter] : state_->refusals) {
    if (meter.counted == 0 || step.monotonic - meter.since < std::chrono::minutes{1}) continue;
    step.note(journal::Stream::records, "refusals-counted",
              {{"identity", identity}, {"count", meter.counted}});
    meter.counted = 0;
  }
  std::erase_if(state_->refusals, [&](const auto& entry) {
    return entry.second.counted == 0 && step.monotonic - entry.second.since > std::chrono::hours{1};
  });
}

void CoreThread::handle(Turned& turned) {
  if (read_only_) return;
  Step step = step_for(turned.request.peer);
  note_refusal(step, turned.request, turned.error);
  finish(step, json::object{}, [](const Answer&) {});
}

void CoreThread::handle(Probe& probe) {
  // An empty batch: a transaction without a write, so nothing to wait for but the store itself.
  store_->commit({}, [answer = std::move(probe.answer)](const store::Committed&) { answer(); });
}

void CoreThread::handle(Reread& reread) {
  Renewal& renewal = reread.renewal;
  Step step = step_for({});
  for (const auto& file : options_.proposed)
    if (std::find(renewal.proposed.begin(), renewal.proposed.end(), file) == renewal.proposed.end())
      clear(step, "proposed-file-differs", file);
  if (options_.checkpoint_file != renewal.checkpoint_file)
    clear(step, "checkpoint-not-written", options_.checkpoint_file);
  options_.proposed = std::move(renewal.proposed);
  options_.checkpoint_file = std::move(renewal.checkpoint_file);
  options_.config_sha256 = std::move(renewal.config_sha256);
  signer_ = std::move(renewal.signer);
  if (!read_only_) {
    std::string list;
    for (const auto& option : renewal.restart)
      list += (list.empty() ? "" : ", ") + option;
    step.note(journal::Stream::records, "configuration-read",
              {{"config-sha256", options_.config_sha256}, {"restart", list.empty() ? "-" : list}});
  }
  compare_proposed(step);
  finish(step, json::object{}, [](const Answer&) {});
}

void CoreThread::handle(CommitFailed& failed) {
  // Several batches of one failed group tell the same; pending state is thrown away once all have been
  // answered.
  if (in_flight_.load() != 0) {
    queue_.put(std::move(failed));
    return;
  }
  if (read_only_ && probing_) {
    probing_ = false;
    return;
  }
  if (read_only_) return;
  read_only_ = true;
  ++reloads_;
  auto reader = store_->read();
  auto fresh =
      reader ? load_state(**reader, *model_, clock_.wall()) : Result<std::unique_ptr<State>>(reader.error());
  if (!fresh) {
    // Nothing is known any more: the service manager starts us again, and start says what is wrong.
    bug("state can be loaded again after a failed commit", __FILE__, __LINE__);
  }
  State& old = *state_;
  State& now = **fresh;
  now.alarms = std::move(old.alarms);
  now.devices = std::move(old.devices);
  now.traffic = std::move(old.traffic);
  now.samples = std::move(old.samples);
  now.samples_made = old.samples_made;
  now.samples_dropped = old.samples_dropped;
  // Links that were changed in vain are as the register has them; those that were made in vain go.
  for (const Id id : now.traffic.where([&](const watch::LinkFacts& facts) {
         return now.registry.version({Kind::link, facts.id}) == 0;
       }))
    static_cast<void>(now.traffic.drop_link(id));
  load_traffic(now, clock_.wall());
  now.prepared = std::move(old.prepared);
  now.refusals = std::move(old.refusals);
  now.plan_version = old.plan_version + 1;
  now.next_order = old.next_order;
  now.next_ticket = std::max(now.next_ticket, old.next_ticket);
  state_ = std::move(*fresh);
  remembered_.clear();
  // Readings that only confirmed an older one were not kept: for open tickets they are needed again.
  Step step = step_for({});
  for (const auto& [id, ticket] : state_->tickets)
    if (ticket.state == tickets::State::open || ticket.state == tickets::State::verifying)
      for (const Id device : devices_of(*state_, ticket))
        order_reading(step, device);
  alarms_after_reload(step);
  // It is told at once and stands in the list; the journal gets it when it can be written again.
  state_->alarms.raise("store-failed", "store", {}, alarms::Severity::critical,
                       {"alarm.store-failed", {{"cause", failed.error.what.id}}}, moment_of(step));
  Event event;
  event.msgid = "store-failed";
  event.severity = "critical";
  event.time = clock_.wall();
  event.text = {"event.store-failed", {{"cause", failed.error.what.id}}};
  follow_(event);
}

void CoreThread::handle(Recovered&) {
  read_only_ = false;
  probing_ = false;
  Step step = step_for({});
  clear(step, "store-failed", "store");
  keep_all_traffic(step);
  finish(step, json::object{}, [](const Answer&) {});
}

void CoreThread::judge_samples() {
  Step step = step_for({});
  judge_traffic(step);
  finish(step, json::object{}, [](const Answer&) {});
}

void CoreThread::each_second() {
  last_second_ = clock_.monotonic();
  if (read_only_) {
    if (probing_ || in_flight_.load() != 0 || !store_->resume()) return;
    probing_ = true;
    store::Batch probe;
    Step step = step_for({});
    step.note(journal::Stream::records, "store-recovered");
    Event event = event_of(step.batch.entries.front(), 0);
    ++in_flight_;
    store_->commit(std::move(step.batch), [this, event](store::Committed committed) mutable {
      --in_flight_;
      if (!committed.done) return static_cast<void>(queue_.put(CommitFailed{committed.failed}));
      event.number = committed.numbers.at(0);
      follow_(event);
      queue_.put(Recovered{});
    });
    return;
  }
  Step step = step_for({});
  watch_disk(step);
  if (!store_->cramped()) {
    watch_agents(step);
    watch_conditions(step);
    count_refusals(step);
    clear_overdue(step);
  }
  tend_alarms(step);
  if (!store_->cramped()) follow_waivers(step);
  if (!store_->cramped() && clock_.monotonic() - last_look_ >= std::chrono::seconds{15}) {
    last_look_ = clock_.monotonic();
    look_at_traffic(step);
  }
  std::erase_if(state_->prepared, [&](const auto& entry) { return entry.second.until <= step.monotonic; });
  std::erase_if(remembered_, [&](const auto& entry) { return entry.second.until <= step.monotonic; });
  finish(step, json::object{}, [](const Answer&) {});
  if (clock_.monotonic() - last_purge_ >= purge_every && !store_->cramped()) purge();
  if (clock_.monotonic() >= next_retirement_ && !store_->cramped()) look_for_retired();
  if (signer_ && !options_.checkpoint_file.empty() &&
      clock_.monotonic() - last_checkpoint_ >= checkpoint_every)
    checkpoint();
}

namespace {
/// Trees that tickets name which are not open yet, or not even submitted.
std::vector<std::string> trees_of_tickets(const State& state) {
  std::vector<std::string> named;
  const auto add = [&](const tickets::Ticket& ticket) {
    for (const auto& edit : ticket.edits)
      if (edit.kind == Kind::baseline) named.push_back(text_of(edit.value, "fingerprint"));
  };
  for (const auto& [id, ticket] : state.tickets)
    add(ticket);
  for (const auto& [id, prepared] : state.prepared)
    add(prepared.ticket);
  return named;
}
} // namespace

void CoreThread::purge() {
  last_purge_ = clock_.monotonic();
  store::Batch batch;
  batch.purge_but = trees_of_tickets(*state_);
  ++in_flight_;
  store_->commit(std::move(batch), [this](const store::Committed& committed) {
    --in_flight_;
    if (!committed.done) queue_.put(CommitFailed{committed.failed});
  });
}

void CoreThread::watch_disk(Step& step) {
  if (!store_->cramped()) return clear(step, "disk-full", "store");
  raise(step, "disk-full", "store", {});
  if (clock_.monotonic() - last_ballast_ < std::chrono::seconds{5}) return;
  last_ballast_ = clock_.monotonic();
  work_.put([this] { store_->take_ballast(); });
}

void CoreThread::checkpoint() {
  last_checkpoint_ = clock_.monotonic();
  Step step = step_for({});
  auto lines = checkpoints(*store_, *signer_, step.now);
  auto written = lines ? append_checkpoints(options_.checkpoint_file, *lines) : Status(lines.error());
  if (!written) {
    const auto& args = written.error().what.args;
    const auto cause = std::ranges::find(args, "cause", &Args::value_type::first);
    raise(step, "checkpoint-not-written", options_.checkpoint_file,
          {{"file", options_.checkpoint_file},
           {"cause", cause == args.end() ? written.error().what.id : cause->second}});
  } else {
    clear(step, "checkpoint-not-written", options_.checkpoint_file);
    Event event;
    event.msgid = "checkpoint";
    event.severity = "info";
    event.time = step.now;
    event.text = {"event.checkpoint", {{"line", text_of(object_of(*lines, "decisions"), "line")}}};
    event.detail = *lines;
    follow_(event);
  }
  finish(step, json::object{}, [](const Answer&) {});
}

void CoreThread::watch_agents(Step& step) {
  // An agent that never comes is as silent as one that stopped: its time begins when it is first looked for.
  state_->registry.each(Kind::agent, [&](const registry::Object& object) {
    const auto [link, fresh] = state_->agents.try_emplace(object.id);
    if (fresh) link->second.heard_at = step.monotonic;
  });
  for (auto& [id, link] : state_->agents) {
    const std::string resource = "agent/" + std::to_string(id);
    const auto object = state_->registry.get(Kind::agent, id);
    link.silent = object && step.monotonic - link.heard_at > silent_after;
    if (link.silent)
      raise(step, "agent-silent", resource, {{"agent", text_of(object->body, "name")}});
    else if (!object || link.heard != Instant{}) // after a start: not before it has been heard
      clear(step, "agent-silent", resource);
  }
}

} // namespace assent::core
