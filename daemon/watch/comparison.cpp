#include "daemon/watch/comparison.hpp"

#include <algorithm>
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

} // namespace

Comparison compare(const std::vector<Leaf>& baseline, const std::vector<Leaf>& reading,
                   const std::vector<std::string>& reported, bool same_profile) {
  Comparison out;
  const Schemas promised = schemas_of(baseline), read = schemas_of(reading), shown = with_ancestors(read);
  std::vector<std::string> roots = reported;
  for (const std::string& schema : promised)
    if (!read.contains(schema) && !under_any(schema, reported)) roots.push_back(lifted(schema, shown));
  std::sort(roots.begin(), roots.end());
  for (const std::string& root : roots)
    if (!under_any(root, out.roots)) out.roots.push_back(root);

  for (Difference& difference : watch::difference(baseline, reading)) {
    const std::string schema = schema_path(difference.path);
    if (under_any(schema, out.roots)) continue;
    if (!same_profile && !promised.contains(schema))
      out.ignored.insert(std::move(difference.path));
    else
      out.deviations.push_back(std::move(difference));
  }
  return out;
}

} // namespace assent::watch
