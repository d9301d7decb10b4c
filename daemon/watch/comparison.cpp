#include "daemon/watch/comparison.hpp"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "daemon/watch/unknown.hpp"

namespace assent::watch {
namespace {

using Schemas = std::unordered_set<std::string>;

Schemas schemas_of(const std::vector<Leaf>& leaves) {
  Schemas out;
  for (const Leaf& leaf : leaves)
    out.insert(schema_path(leaf.path));
  return out;
}

/// The schemas with everything above them.
Schemas with_ancestors(const Schemas& schemas) {
  Schemas out = schemas;
  for (const std::string& schema : schemas)
    for (std::size_t slash = schema.rfind('/'); slash != 0 && slash != std::string::npos;
         slash = schema.rfind('/', slash - 1))
      if (!out.insert(schema.substr(0, slash)).second) break;
  return out;
}

/// The topmost ancestor of which the reading shows nothing: a lost table is one unknown path, not one for
/// each column.
std::string lifted(const std::string& schema, const Schemas& shown) {
  for (std::size_t slash = schema.find('/', 1); slash != std::string::npos;
       slash = schema.find('/', slash + 1))
    if (std::string above = schema.substr(0, slash); !shown.contains(above)) return above;
  return schema;
}

bool under_any(std::string_view schema, const std::vector<std::string>& roots) {
  return std::any_of(roots.begin(), roots.end(),
                     [&](const std::string& root) { return is_under(schema, root); });
}

/// Calls `with` for each list entry that the path lies in or is, the outermost first.
template <class With>
void each_entry(std::string_view path, const With& with) {
  bool quoted = false;
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (quoted && path[at] == '\\')
      ++at;
    else if (path[at] == '\'')
      quoted = !quoted;
    else if (path[at] == ']' && !quoted && (at + 1 == path.size() || path[at + 1] != '['))
      with(path.substr(0, at + 1));
  }
}

/// List entries of the baseline that the reading certainly does not have any more: at least one of their
/// leaves is of a schema path that was read, and the entry is nowhere. All that was below them went with
/// them, also what no other entry has.
class GoneEntries {
 public:
  GoneEntries(const std::vector<Leaf>& baseline, const std::vector<Leaf>& reading, const Schemas& read,
              const std::vector<std::string>& reported) {
    std::unordered_set<std::string_view> here;
    for (const Leaf& leaf : reading)
      each_entry(leaf.path, [&](std::string_view entry) { here.insert(entry); });
    for (const Leaf& leaf : baseline) {
      const std::string schema = schema_path(leaf.path);
      if (!read.contains(schema) || under_any(schema, reported)) continue;
      each_entry(leaf.path, [&](std::string_view entry) {
        if (!here.contains(entry)) gone_.insert(entry);
      });
    }
  }

  bool holds(std::string_view path) const {
    bool held = false;
    if (!gone_.empty())
      each_entry(path, [&](std::string_view entry) { held = held || gone_.contains(entry); });
    return held;
  }

 private:
  std::unordered_set<std::string_view> gone_;
};

} // namespace

Comparison compare(const std::vector<Leaf>& baseline, const std::vector<Leaf>& reading,
                   const std::vector<std::string>& reported, const std::vector<std::string>& empty,
                   bool same_profile, const Reread* reread) {
  Comparison out;
  const Schemas promised = schemas_of(baseline);
  Schemas read = schemas_of(reading);
  for (const std::string& schema : empty)
    if (promised.contains(schema) && !under_any(schema, reported)) read.insert(schema);
  const Schemas shown = with_ancestors(read);
  // What the new revision does not read, or reads by other rules, is not missing where it is not there. It is
  // no evidence either that an entry has gone.
  const auto not_owed = [&](const std::string& schema) {
    return reread != nullptr && !under_any(schema, reported) &&
           (reread->no_longer.contains(schema) || reread->otherwise.contains(schema));
  };
  Schemas missing;
  for (const std::string& schema : promised)
    if (!read.contains(schema) && !not_owed(schema)) missing.insert(schema);
  std::optional<GoneEntries> gone;
  Schemas left; // missing, and not only because its entries are gone
  if (!missing.empty()) {
    gone.emplace(baseline, reading, read, reported);
    for (const Leaf& leaf : baseline)
      if (std::string schema = schema_path(leaf.path); missing.contains(schema) && !gone->holds(leaf.path))
        left.insert(std::move(schema));
  }
  std::vector<std::string> roots;
  for (const std::string& path : reported)
    if (!missing.contains(path) || left.contains(path)) roots.push_back(lifted(path, shown));
  for (const std::string& schema : left)
    if (!under_any(schema, reported)) roots.push_back(lifted(schema, shown));
  std::sort(roots.begin(), roots.end());
  for (const std::string& root : roots)
    if (!under_any(root, out.roots)) out.roots.push_back(root);

  for (Difference& difference : watch::difference(baseline, reading)) {
    const std::string schema = schema_path(difference.path);
    if (under_any(schema, out.roots) && !(gone && !difference.after && gone->holds(difference.path)))
      continue;
    if (reread != nullptr && reread->explains(schema, difference))
      out.revised.push_back(std::move(difference));
    else if (reread == nullptr && !same_profile && !promised.contains(schema))
      out.ignored.insert(std::move(difference.path));
    else
      out.deviations.push_back(std::move(difference));
  }
  return out;
}

} // namespace assent::watch
