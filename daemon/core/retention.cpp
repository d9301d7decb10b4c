// Findings that were closed longer ago than policy keeps them leave the tables. Which they are is an entry of
// the journal, so that a replay gives the same tables; what they were stays in the entries before it.
#include "daemon/core/thread.hpp"

namespace assent::core {
namespace {

constexpr std::size_t most_at_once = 100; ///< findings of one step
constexpr std::size_t rows_of_page = 250; ///< of one reading
constexpr int pages = 8;                  ///< of one look
constexpr auto between_passes = std::chrono::hours{1};

} // namespace

CoreThread::Retired CoreThread::find_retired(Instant before, Id after) {
  Retired out;
  out.before = before;
  auto reader = store_->read();
  if (!reader) return out;
  for (int i = 0; i < pages; ++i) {
    const auto rows = (*reader)->list(Kind::finding, {}, after, rows_of_page);
    if (!rows) return out; // the next pass looks again
    for (const auto& row : rows->rows) {
      after = row.id;
      const auto body = parse_json(row.body, 1u << 20, "store");
      if (!body || !body->is_object()) continue;
      const auto finding = watch::finding_from_json(row.id, row.version, body->get_object());
      if (!finding || finding->state == watch::FindingState::open || finding->closed == Instant{} ||
          finding->closed >= before)
        continue;
      out.findings.emplace_back(row.id, row.version);
      if (out.findings.size() == most_at_once) {
        out.next = after;
        return out;
      }
    }
    if (rows->next == 0) return out;
    out.next = after;
  }
  return out;
}

void CoreThread::look_for_retired() {
  // A clock that may be years ahead decides on nothing that is to be kept for years.
  const bool sure =
      state_->policy.clock_require() == "none" || (options_.clock_sure && options_.clock_sure());
  if (!sure || retiring_.exchange(true)) return;
  const Instant before = clock_.wall() - state_->policy.findings_kept();
  work_.put([this, before, after = retired_up_to_] { queue_.put(find_retired(before, after)); });
}

void CoreThread::handle(Retired& retired) {
  retired_up_to_ = retired.next;
  if (retired.next == 0) next_retirement_ = clock_.monotonic() + between_passes;
  Step step = step_for({});
  std::vector<journal::Row> rows;
  // The policy may keep them longer since, and an open one is never among them.
  if (!read_only_ && !store_->cramped() && retired.before <= step.now - state_->policy.findings_kept())
    for (const auto& [id, version] : retired.findings)
      if (state_->watch.finding(id) == nullptr) rows.push_back({Kind::finding, id, version + 1, true, {}});
  if (rows.empty()) {
    retiring_ = false;
    return;
  }
  const std::size_t count = rows.size();
  step.note(journal::Stream::decisions, "findings-retired",
            {{"count", count},
             {"before", to_text(retired.before)},
             {"first", rows.front().id},
             {"last", rows.back().id}})
      .rows = std::move(rows);
  retired_ += count;
  // The same ones must not be found again before they are gone.
  finish(step, json::object{}, [this](const Answer&) { retiring_ = false; });
}

} // namespace assent::core
