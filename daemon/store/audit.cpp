#include <map>

#include "common/hash.hpp"
#include "common/text.hpp"
#include "daemon/store/audit_tables.hpp"
#include "daemon/store/pack.hpp"
#include "daemon/store/snapshot.hpp"

namespace assent::store {

using journal::Stream;

namespace {

/// A journal that was rewritten breaks everywhere; nobody reads more than this.
constexpr std::size_t most_problems = 200;

class Problems {
 public:
  explicit Problems(std::vector<Message>& list) : list_(list) {}
  void add(Message problem) {
    if (list_.size() < most_problems)
      list_.push_back(std::move(problem));
    else if (list_.size() == most_problems)
      list_.push_back({"store.audit-more", {}});
  }
  void at(std::string id, Stream stream, std::uint64_t number) {
    add({std::move(id), {{"stream", std::string(name_of(stream))}, {"number", std::to_string(number)}}});
  }

 private:
  std::vector<Message>& list_;
};

/// One pass over a stream.
class StreamAudit {
 public:
  StreamAudit(Snapshot& snapshot, Stream stream, const std::vector<journal::Checkpoint>& checkpoints,
              Replay* replay, Problems& problems)
      : snapshot_(snapshot), stream_(stream), replay_(replay), problems_(problems),
        chain_(snapshot.installation(), stream) {
    for (const auto& checkpoint : checkpoints) {
      if (checkpoint.stream != stream) continue;
      if (checkpoint.installation != snapshot.installation())
        problems_.at("store.audit-checkpoint-installation", stream, checkpoint.number);
      else
        wanted_.emplace(checkpoint.number, checkpoint);
    }
  }

  Status run() {
    Statement all = snapshot_.database().prepare(
        std::string("SELECT number, header, body, hash, ticket, authority FROM ") +
        (stream_ == Stream::decisions ? "decision" : "record") + " ORDER BY number");
    if (!all.ready()) return snapshot_.database().failure();
    while (all.row())
      if (!entry(all)) return Done{};
    // A damaged page is a finding, not a reason to tell nothing.
    if (all.code() != SQLITE_DONE) problems_.add(snapshot_.database().failure().what);
    if (chain_.count() == 0) problems_.at("store.audit-no-founding", stream_, 0);
    for (const auto& [number, checkpoint] : wanted_)
      problems_.at("store.audit-checkpoint-cut", stream_, number);
    return Done{};
  }

  std::uint64_t count() const { return chain_.count(); }
  const std::string& head() const { return chain_.head_hash(); }
  const std::string& founding_body() const { return founding_body_; }

 private:
  /// False where the chain is broken: what follows cannot be placed.
  bool entry(const Statement& all) {
    const auto number = static_cast<std::uint64_t>(all.number_at(0));
    const auto header = all.view_at(1), body = all.view_at(2);
    auto status = chain_.next(header, body);
    if (!status && status.error().what.id == "journal.entry-body") {
      problems_.add(status.error().what);
      status = chain_.next(header, body, false);
    }
    if (!status) {
      problems_.add(status.error().what);
      return false;
    }
    if (number != chain_.count() - 1 || to_hex(all.view_at(3)) != chain_.head_hash())
      problems_.at("store.audit-columns", stream_, number);
    if (number == 0) founding_body_ = body;
    check_points(number);
    check_body(all, number, body);
    return true;
  }

  void check_points(std::uint64_t number) {
    const auto [from, to] = wanted_.equal_range(number);
    for (auto at = from; at != to; ++at)
      if (at->second.hash != chain_.head_hash())
        problems_.at("store.audit-checkpoint-differs", stream_, number);
    wanted_.erase(from, to);
  }

  void check_body(const Statement& all, std::uint64_t number, std::string_view text) {
    auto body = parse_json(text, text.size() + 1, "journal");
    if (!body || !body->is_object() || canonical(*body) != text)
      return problems_.at("store.audit-not-canonical", stream_, number);
    const auto& object = body->get_object();
    auto rows = journal::rows_of(object);
    if (!rows) return problems_.at("store.audit-bad-rows", stream_, number);
    if (stream_ == Stream::records && number != 0 && !rows->empty())
      problems_.at("store.audit-bad-rows", stream_, number);
    bool authority = false;
    if (stream_ == Stream::decisions)
      for (const auto& row : *rows)
        authority = authority || is_authority_kind(row.kind);
    const auto ticket = number_of(object, "ticket");
    if ((all.number_at(5) != 0) != authority || static_cast<std::uint64_t>(all.number_at(4)) != ticket ||
        all.null_at(4) != (ticket == 0))
      problems_.at("store.audit-columns", stream_, number);
    if (!replay_) return;
    if (auto status = replay_->apply(*std::move(rows)); !status) {
      problems_.at("store.audit-replay", stream_, number);
      problems_.add(status.error().what);
    }
  }

  Snapshot& snapshot_;
  Stream stream_;
  Replay* replay_;
  Problems& problems_;
  journal::ChainVerifier chain_;
  std::multimap<std::uint64_t, journal::Checkpoint> wanted_;
  std::string founding_body_;
};

Status check_structure(Snapshot& snapshot, Problems& problems) {
  Statement check = snapshot.database().prepare("PRAGMA integrity_check(20)");
  if (!check.ready()) return snapshot.database().failure();
  while (check.row())
    if (const auto word = check.view_at(0); word != "ok")
      problems.add({"store.audit-structure", {{"why", for_terminal(to_utf8(word))}}});
  if (check.code() != SQLITE_DONE) problems.add(snapshot.database().failure().what);
  return Done{};
}

Status check_trees(Snapshot& snapshot, Audit& audit, Problems& problems) {
  Statement all = snapshot.database().prepare("SELECT fingerprint, size, packed FROM tree");
  if (!all.ready()) return snapshot.database().failure();
  std::string text;
  while (all.row()) {
    ++audit.trees;
    if (!unpack(all.view_at(2), static_cast<std::size_t>(all.number_at(1)), text) ||
        "sha256:" + sha256_hex(text) != all.view_at(0))
      problems.add({"store.tree-damaged", {{"fingerprint", for_terminal(to_utf8(all.view_at(0)))}}});
  }
  if (all.code() != SQLITE_DONE) problems.add(snapshot.database().failure().what);
  return Done{};
}

} // namespace

Result<Audit> audit(Reader& reader, const std::vector<journal::Checkpoint>& checkpoints) {
  auto* snapshot = dynamic_cast<Snapshot*>(&reader);
  ASSENT_CHECK(snapshot != nullptr);
  Audit audit;
  Problems problems(audit.problems);
  auto replay = Replay::make();
  if (!replay) return std::move(replay).error();
  StreamAudit decisions(*snapshot, Stream::decisions, checkpoints, replay->get(), problems);
  StreamAudit records(*snapshot, Stream::records, checkpoints, nullptr, problems);
  if (auto status = check_structure(*snapshot, problems); !status) return std::move(status).error();
  if (auto status = decisions.run(); !status) return std::move(status).error();
  if (auto status = records.run(); !status) return std::move(status).error();
  if (decisions.founding_body() != records.founding_body())
    problems.at("store.audit-two-foundings", Stream::records, 0);
  auto rows = (*replay)->compare(snapshot->database(),
                                 [&problems](Message problem) { problems.add(std::move(problem)); });
  if (!rows) return std::move(rows).error();
  if (auto status = check_trees(*snapshot, audit, problems); !status) return std::move(status).error();
  audit.rows = *rows;
  audit.decisions = decisions.count();
  audit.records = records.count();
  audit.head_decisions = decisions.head();
  audit.head_records = records.head();
  return audit;
}

} // namespace assent::store
