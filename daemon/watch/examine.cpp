#include "daemon/watch/examine.hpp"

#include <algorithm>

namespace assent::watch {
namespace {

bool is_of(const Baseline& baseline, const Examining& what) {
  return baseline.profile == what.profile && baseline.revision == what.revision;
}

} // namespace

Examining examining(const Observation& observation, const std::optional<Baseline>& baseline,
                    const Revised* revised) {
  Examining what{observation.device,
                 observation.fingerprint,
                 observation.profile,
                 observation.revision,
                 unknown_roots(observation.unknown),
                 empty_paths(observation.empty),
                 baseline,
                 {}};
  if (baseline && revised != nullptr && !is_of(*baseline, what)) what.reread = revised->reread;
  return what;
}

Examined examine(Examining what, const std::string& text, const TreeOf& tree_of) {
  Examined out;
  const auto failed = [&](Error error) {
    out.failed = std::move(error);
    return std::move(out);
  };
  out.of = std::move(what);
  const Examining& of = out.of;
  if (fingerprint(text) != of.fingerprint)
    return failed(fail(Fault::invalid, "watch.fingerprint-differs", {{"device", std::to_string(of.device)}}));
  const auto reading = leaves(text);
  if (!reading) return failed(reading.error());
  if (std::any_of(reading->begin(), reading->end(),
                  [](const Leaf& leaf) { return is_under(schema_path(leaf.path), other_path); }))
    return failed(fail(Fault::invalid, "watch.reserved-path", {{"path", std::string(other_path)}}));
  if (!of.baseline) return out;
  auto before = tree_of(of.baseline->fingerprint);
  if (!before) return failed(before.error());
  out.before = std::move(*before);
  const auto approved = leaves(out.before);
  if (!approved) return failed(approved.error());
  out.comparison = compare(*approved, *reading, of.reported, of.empty, is_of(*of.baseline, of),
                           of.reread ? &*of.reread : nullptr);
  return out;
}

bool is_for(const Examined& examined, const Examining& what) {
  const Examining& of = examined.of;
  const bool same_baseline = of.baseline.has_value() == what.baseline.has_value() &&
                             (!of.baseline || (of.baseline->fingerprint == what.baseline->fingerprint &&
                                               of.baseline->profile == what.baseline->profile &&
                                               of.baseline->revision == what.baseline->revision));
  return same_baseline && of.device == what.device && of.fingerprint == what.fingerprint &&
         of.profile == what.profile && of.revision == what.revision && of.reported == what.reported &&
         of.empty == what.empty && of.reread.has_value() == what.reread.has_value();
}

} // namespace assent::watch
