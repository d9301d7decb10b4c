#include "daemon/watch/device.hpp"

#include "daemon/watch/examine.hpp"

#include <algorithm>

namespace assent::watch {
namespace {

constexpr std::string_view surplus_path = "/";
constexpr unsigned store_every = 10;

tickets::PathOperation operation_of(const Difference& difference) {
  if (!difference.before) return tickets::PathOperation::create;
  return difference.after ? tickets::PathOperation::modify : tickets::PathOperation::remove;
}

std::optional<std::string> value_of(const std::vector<Leaf>& leaves, std::string_view path) {
  const auto at =
      std::lower_bound(leaves.begin(), leaves.end(), path,
                       [](const Leaf& leaf, std::string_view wanted) { return leaf.path < wanted; });
  if (at == leaves.end() || at->path != path) return std::nullopt;
  return std::string(at->value);
}

Finding closed(Finding finding, Instant now, std::string_view how, Id ticket = 0) {
  finding.state = FindingState::cleared;
  finding.closed = now;
  finding.ended = how;
  finding.ticket = ticket;
  return finding;
}

std::vector<std::string> texts_of(const json::array& array) {
  std::vector<std::string> out;
  for (const json::value& value : array)
    if (value.is_string()) out.emplace_back(value.get_string());
  return out;
}

json::array array_from(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

} // namespace

/// A tree that came after a newer reading was judged. A clock that was set back is no such thing: then the
/// last reading lies in the future.
bool DeviceWatch::is_late(const Observation& observation, Instant now) const {
  return last && observation.ended < last->ended && last->ended <= now;
}

bool DeviceWatch::is_as_before(const Observation& observation,
                               const std::vector<std::string>& reported) const {
  return last && last->fingerprint == observation.fingerprint && last->profile == observation.profile &&
         last->revision == observation.revision && reported_ == reported &&
         empty_ == empty_paths(observation.empty) && surplus_ == 0 &&
         against_ == (baseline ? baseline->fingerprint : std::string());
}

Outcome DeviceWatch::observe(const Case& given) {
  const Observation& observation = given.observation;
  Outcome out;
  if (is_late(observation, given.now)) return out;
  const std::vector<std::string> reported = unknown_roots(observation.unknown);
  const bool same = is_as_before(observation, reported);
  if (!same) {
    Examining what = examining(observation, baseline, given.revised);
    if (given.examined != nullptr && !given.examined->failed && is_for(*given.examined, what)) {
      judge(given, *given.examined, out);
    } else {
      const auto stored =
          observation.text.empty() ? given.tree_of(observation.fingerprint) : observation.text;
      if (!stored) {
        out.want_tree = true;
        return out;
      }
      Examined examined = examine(std::move(what), *stored, given.tree_of);
      judge(given, examined, out);
    }
    if (out.failed || out.want_tree) return out;
  }
  unknown_.next(roots_, last ? std::min(last->started, observation.started) : Instant{}, observation.started);
  judge_blindness(given, out);
  judge_stamps(given, reported, out);
  last = Watch::LastReading{observation.fingerprint, observation.started,  observation.ended,
                            observation.profile,     observation.revision, reported.empty()};
  out.reading_changed =
      !same || !out.opened.empty() || !out.cleared.empty() || stamps_.changed() || ++quiet_ >= store_every;
  if (out.reading_changed) quiet_ = 0;
  return out;
}

/// Settles every path. Changes nothing where `out.failed` is set.
void DeviceWatch::judge(const Case& given, Examined& examined, Outcome& out) {
  if (examined.failed) {
    out.failed = std::move(examined.failed);
    return;
  }
  const std::vector<std::string>& reported = examined.of.reported;
  if (!baseline) {
    empty_ = std::move(examined.of.empty);
    reported_ = roots_ = reported;
    against_.clear();
    return;
  }
  Comparison& comparison = examined.comparison;
  const Reread* reread = examined.of.reread ? &*examined.of.reread : nullptr;
  Outcome::Move move;
  move.revised = reread != nullptr && may_follow(*reread, reported);
  const std::vector<Difference> adopted = take_revised(comparison, move.revised);
  std::set<std::string> deviating;
  for (const Difference& difference : comparison.deviations)
    deviating.insert(difference.path);

  std::vector<Judged> judged = judge_new(given, comparison.deviations);
  for (Judged& one : judged) {
    if (one.judgement.verdict != tickets::Verdict::covered) continue;
    move.used.emplace_back(one.judgement.ticket, one.judgement.permit);
    move.changes.push_back(one.difference);
  }
  if (!move.changes.empty() || move.revised) {
    if (auto moved = move_baseline(given, examined.before, adopted, move); !moved) {
      out.failed = moved.error();
      return;
    }
    out.moved = std::move(move);
  }
  surplus_ = 0;
  clear_gone(comparison, deviating, given.now, out);
  for (Judged& one : judged)
    settle(one, given.now, out);
  count_surplus(given, out);
  reported_ = reported;
  empty_ = std::move(examined.of.empty);
  roots_ = std::move(comparison.roots);
  against_ = baseline->fingerprint;
}

void DeviceWatch::clear_gone(const Comparison& comparison, const std::set<std::string>& deviating,
                             Instant now, Outcome& out) {
  for (auto at = deviations.begin(); at != deviations.end();) {
    const std::string schema = schema_path(at->first);
    const bool unknown = std::any_of(comparison.roots.begin(), comparison.roots.end(),
                                     [&](const std::string& root) { return is_under(schema, root); });
    if (at->first == surplus_path || unknown || deviating.contains(at->first) ||
        comparison.ignored.contains(at->first)) {
      ++at;
      continue;
    }
    out.cleared.push_back(closed(std::move(at->second), now, "returned"));
    at = deviations.erase(at);
  }
}

/// When the last reading that still showed another value began. Between two readings judged against one
/// baseline, every deviation of the first one is an open finding, so a path without one was as in the
/// baseline; after a new baseline only the text of the last reading can tell.
Instant DeviceWatch::earliest_of(const Case& given, const Difference& difference, const std::string& schema,
                                 LastTree& tree) const {
  if (!last) return Instant{};
  const Instant started = std::min(last->started, given.observation.started);
  if (against_ == baseline->fingerprint && surplus_ == 0) return unknown_.known(schema, started);
  if (unknown_.is_unknown(schema)) return Instant{};
  if (!tree.read) {
    tree.read = true;
    auto text = given.tree_of(last->fingerprint);
    if (text) tree.text = std::move(*text);
    if (auto known = leaves(tree.text)) tree.leaves = std::move(*known);
  }
  if (tree.text.empty() || value_of(tree.leaves, difference.path) == difference.after) return Instant{};
  return started;
}

/// The verdicts on what is not a finding already.
std::vector<DeviceWatch::Judged> DeviceWatch::judge_new(const Case& given,
                                                        std::vector<Difference>& differences) const {
  const Observation& observation = given.observation;
  std::vector<Judged> out;
  LastTree tree;
  for (Difference& difference : differences) {
    const auto open = deviations.find(difference.path);
    const bool is_same = open != deviations.end() && open->second.after == difference.after;
    if (is_same && open->second.before == difference.before) continue;
    tickets::Deviation deviation;
    deviation.device = observation.device;
    deviation.labels = given.labels;
    deviation.path = difference.path;
    deviation.operation = operation_of(difference);
    deviation.before = difference.before;
    deviation.after = difference.after;
    if (is_same) {
      // Only the baseline moved under it: the change is the one that was seen then.
      deviation.earliest = open->second.earliest;
      deviation.latest = open->second.latest;
    } else {
      deviation.earliest = earliest_of(given, difference, schema_path(difference.path), tree);
      deviation.latest = observation.ended;
      if (deviation.earliest != Instant{} && observation.stamp && *observation.stamp > deviation.earliest &&
          *observation.stamp < observation.ended)
        deviation.latest = *observation.stamp;
    }
    tickets::Judgement judgement = given.permits.judge(deviation);
    out.push_back({std::move(difference), std::move(deviation), std::move(judgement)});
  }
  return out;
}

/// Brings the findings up to date with one verdict.
void DeviceWatch::settle(Judged& judged, Instant now, Outcome& out) {
  const auto open = deviations.find(judged.difference.path);
  const bool is_open = open != deviations.end();
  if (judged.judgement.verdict == tickets::Verdict::covered) {
    if (!is_open) return;
    out.cleared.push_back(closed(std::move(open->second), now, "covered", judged.judgement.ticket));
    deviations.erase(open);
    return;
  }
  if (!is_open && deviations.size() - deviations.count(std::string(surplus_path)) >= max_findings) {
    ++surplus_;
    return;
  }
  Finding& finding = is_open ? open->second : deviations[judged.difference.path];
  finding.device = judged.deviation.device;
  finding.path = std::move(judged.difference.path);
  finding.operation = judged.deviation.operation;
  finding.before = std::move(judged.difference.before);
  finding.after = std::move(judged.difference.after);
  finding.earliest = judged.deviation.earliest;
  finding.latest = judged.deviation.latest;
  finding.verdict = judged.judgement.verdict;
  finding.nearest = std::move(judged.judgement.nearest);
  if (!is_open) finding.opened = now;
  (is_open ? out.changed : out.opened).push_back(finding);
}

/// The one finding for what exceeds max_findings.
void DeviceWatch::count_surplus(const Case& given, Outcome& out) {
  const std::string path(surplus_path);
  const auto open = deviations.find(path);
  if (surplus_ == 0) {
    if (open == deviations.end()) return;
    out.cleared.push_back(closed(std::move(open->second), given.now, "returned"));
    deviations.erase(open);
    return;
  }
  const std::string count = std::to_string(surplus_);
  if (open != deviations.end() && open->second.after == count) return;
  const bool is_open = open != deviations.end();
  Finding& finding = deviations[path];
  finding.device = given.observation.device;
  finding.path = path;
  finding.after = count;
  finding.latest = given.observation.ended;
  if (!is_open) finding.opened = given.now;
  (is_open ? out.changed : out.opened).push_back(finding);
}

void DeviceWatch::judge_blindness(const Case& given, Outcome& out) {
  for (auto at = blinded.begin(); at != blinded.end();) {
    if (unknown_.contains(at->first)) {
      ++at;
      continue;
    }
    out.cleared.push_back(closed(std::move(at->second), given.now, "seen-again"));
    at = blinded.erase(at);
  }
  if (!baseline) return;
  // A new revision of the profile may have dropped leaves: that was approved, and blinds nobody.
  const bool same_profile =
      baseline->profile == given.observation.profile && baseline->revision == given.observation.revision;
  for (const std::string& path : unknown_.blinded(given.observation.ended, given.state_interval)) {
    const bool told = std::any_of(blinded.begin(), blinded.end(),
                                  [&](const auto& entry) { return is_under(path, entry.first); });
    const bool reported = std::any_of(reported_.begin(), reported_.end(), [&](const std::string& root) {
      return is_under(path, root) || is_under(root, path);
    });
    if (told || (!same_profile && !reported)) continue;
    const UnknownPath& unknown = unknown_.all().find(path)->second;
    Finding finding;
    finding.device = given.observation.device;
    finding.kind = "watch-blinded";
    finding.path = path;
    finding.earliest = unknown.known;
    finding.latest = unknown.since;
    finding.opened = given.now;
    blinded.emplace(path, finding);
    out.blinded.push_back(path);
    out.opened.push_back(std::move(finding));
  }
}

/// Opens, or counts on, the one finding of what changed and cannot be seen. A covered move leaves an open one
/// as it is: what was changed before is still there.
void DeviceWatch::judge_stamps(const Case& given, const std::vector<std::string>& reported, Outcome& out) {
  auto moves = stamps_.next(given.observation, reported);
  if (moves.empty() || !baseline) return;
  if (std::all_of(moves.begin(), moves.end(), [](const StampMove& move) { return move.entering; })) {
    out.information = std::move(moves);
    return;
  }
  tickets::Deviation deviation;
  deviation.device = given.observation.device;
  deviation.labels = given.labels;
  deviation.path = other_path;
  std::string before, after;
  for (const StampMove& move : moves) {
    before += (before.empty() ? "" : "; ") + move.name + "=" + escaped(move.before);
    after += (after.empty() ? "" : "; ") + move.name + "=" + escaped(move.after);
    deviation.earliest =
        deviation.earliest == Instant{} ? move.earliest : std::min(deviation.earliest, move.earliest);
    deviation.latest = std::max(deviation.latest, move.latest);
  }
  deviation.before = before;
  deviation.after = after;
  tickets::Judgement judgement = given.permits.judge(deviation);
  if (judgement.verdict == tickets::Verdict::covered) {
    out.covered_unseen =
        Outcome::Unseen{std::move(before), std::move(after), judgement.ticket, judgement.permit};
    return;
  }
  const auto [at, fresh] = unseen.try_emplace(std::string(other_path));
  Finding& finding = at->second;
  if (fresh) {
    finding.device = deviation.device;
    finding.path = other_path;
    finding.before = std::move(before);
    finding.earliest = deviation.earliest;
    finding.opened = given.now;
  }
  finding.after = std::move(after);
  finding.latest = deviation.latest;
  finding.verdict = judgement.verdict;
  finding.nearest = std::move(judgement.nearest);
  (fresh ? out.opened : out.changed).push_back(finding);
}

std::vector<Finding> DeviceWatch::take_findings() {
  std::vector<Finding> taken;
  for (auto* findings : {&deviations, &blinded, &unseen}) {
    for (auto& [path, finding] : *findings)
      taken.push_back(std::move(finding));
    findings->clear();
  }
  return taken;
}

void DeviceWatch::drop_baseline() {
  baseline.reset();
  against_.clear();
  surplus_ = 0;
}

json::object DeviceWatch::detail() const {
  json::object out;
  if (!last) return out;
  out["profile"] = last->profile;
  out["revision"] = last->revision;
  out["against"] = against_;
  out["reported"] = array_from(reported_);
  if (!empty_.empty()) out["empty"] = array_from(empty_);
  out["roots"] = array_from(roots_);
  out["unknown"] = unknown_.to_json();
  out["surplus"] = surplus_;
  if (auto stamps = stamps_.to_json(); !stamps.empty()) out["stamps"] = std::move(stamps);
  return out;
}

void DeviceWatch::load_last(const std::string& print, Instant started, Instant ended,
                            const json::object& stored) {
  reported_ = texts_of(array_of(stored, "reported"));
  empty_ = texts_of(array_of(stored, "empty"));
  roots_ = texts_of(array_of(stored, "roots"));
  against_ = text_of(stored, "against");
  surplus_ = number_of(stored, "surplus");
  unknown_.load(array_of(stored, "unknown"));
  stamps_.load(object_of(stored, "stamps"));
  last = Watch::LastReading{
      print, started, ended, text_of(stored, "profile"), number_of(stored, "revision"), reported_.empty()};
}

} // namespace assent::watch
