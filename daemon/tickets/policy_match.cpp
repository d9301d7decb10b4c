#include "daemon/tickets/policy_match.hpp"

#include <algorithm>

#include "daemon/tickets/path_text.hpp"

namespace assent::tickets {
namespace {

using registry::Registry;

template <class T>
bool has(const std::vector<T>& list, const T& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

Applies both(Applies a, Applies b) {
  return std::min(a, b);
}

/// The best answer of several names; a name that points nowhere may have meant it.
template <class Fits>
Applies any_of(Kind kind, const std::vector<std::string>& names, const Registry& registry, const Fits& fits) {
  auto best = names.empty() ? Applies::yes : Applies::no;
  for (const auto& name : names) {
    const auto id = registry.find(kind, name);
    best = std::max(best, !id ? Applies::perhaps : fits(*id) ? Applies::yes : Applies::no);
  }
  return best;
}

Applies in_place(const Match& match, Id network, Id owner, const Registry& registry) {
  // A kind without a network is in none, whatever the names of the rule point to.
  if (network == 0 && !match.networks.empty()) return Applies::no;
  const auto networks = any_of(Kind::network, match.networks, registry, [&](Id id) { return id == network; });
  const auto organisations = any_of(Kind::organisation, match.organisations, registry,
                                    [&](Id id) { return registry.within(owner, id); });
  return both(networks, organisations);
}

bool labelled(const Match& match, const std::vector<std::string>& labels) {
  return match.labels.empty() || std::any_of(labels.begin(), labels.end(), [&](const std::string& label) {
           return has(match.labels, label);
         });
}

bool segment_contains(const std::string& rule, const std::string& permit) {
  // `\*` in a rule is one literal star, which a permit's wildcard is not.
  return rule.find("\\*") == std::string::npos ? segment_matches(rule, permit) : rule == permit;
}

/// Do all paths that `permit` matches also match `rule`?
bool contains(const PathPattern& rule, const PathPattern& permit) {
  const auto &outer = rule.segments(), &inner = permit.segments();
  if (rule.below() ? inner.size() < outer.size() : inner.size() != outer.size() || permit.below())
    return false;
  for (std::size_t i = 0; i < outer.size(); ++i)
    if (!segment_contains(outer[i], inner[i])) return false;
  return true;
}

/// May some path match both? Says yes where it does not know.
bool may_overlap(const PathPattern& a, const PathPattern& b) {
  const auto common = std::min(a.segments().size(), b.segments().size());
  if (a.segments().size() > common && !b.below()) return false;
  if (b.segments().size() > common && !a.below()) return false;
  for (std::size_t i = 0; i < common; ++i) {
    const auto &left = a.segments()[i], &right = b.segments()[i];
    if (is_wild(left) && is_wild(right)) continue;
    if (is_wild(left) ? !segment_matches(left, right) : !segment_matches(right, left)) return false;
  }
  return true;
}

Applies by_path(const Match& match, const PathPattern& path) {
  auto best = match.paths.empty() ? Applies::yes : Applies::no;
  for (const auto& rule : match.paths)
    best = std::max(best, contains(rule, path)      ? Applies::yes
                          : may_overlap(rule, path) ? Applies::perhaps
                                                    : Applies::no);
  return best;
}

Applies by_operation(const Match& match, PathOperation operation) {
  if (match.operations.empty()) return Applies::yes;
  if (operation == PathOperation::any) return match.operations.size() == 3 ? Applies::yes : Applies::perhaps;
  const auto same = operation == PathOperation::create   ? registry::Operation::create
                    : operation == PathOperation::modify ? registry::Operation::modify
                                                         : registry::Operation::remove;
  return has(match.operations, same) ? Applies::yes : Applies::no;
}

} // namespace

Id owner_of(const registry::Touch& touch, const Registry& registry) {
  return touch.organisation != 0 ? touch.organisation : registry.root();
}

Id holder_of(const registry::Touch& touch, const Registry& registry) {
  return touch.holder != 0 ? touch.holder : registry.root();
}

bool covers(const Match& match, const registry::Device& device, const Registry& registry) {
  return labelled(match, device.labels) &&
         in_place(match, device.network, device.organisation, registry) == Applies::yes;
}

Applies applies(const Match& match, const registry::Touch& touch, const Registry& registry) {
  if (!has(match.kinds, touch.object.kind)) return Applies::no;
  if (!match.operations.empty() && !has(match.operations, touch.operation)) return Applies::no;
  if (!labelled(match, touch.labels)) return Applies::no;
  return in_place(match, touch.network, owner_of(touch, registry), registry);
}

Applies applies(const Match& match, const PermitOn& on, const Registry& registry) {
  if (!match.permits) return Applies::no;
  if (!labelled(match, on.device.labels)) return Applies::no;
  return both(both(by_path(match, on.permit->path), by_operation(match, on.permit->operation)),
              in_place(match, on.device.network, on.device.organisation, registry));
}

} // namespace assent::tickets
