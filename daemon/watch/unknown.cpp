#include "daemon/watch/unknown.hpp"

#include <algorithm>

#include "daemon/watch/canonical.hpp"

namespace assent::watch {
namespace {

constexpr std::size_t max_roots = 256;

bool under_any(std::string_view schema, const std::vector<std::string>& roots) {
  return std::any_of(roots.begin(), roots.end(),
                     [&](const std::string& root) { return is_under(schema, root); });
}

Instant instant_of(const json::object& object, std::string_view name) {
  const auto at = parse_instant(text_of(object, name));
  return at ? *at : Instant{};
}

} // namespace

std::vector<std::string> unknown_roots(const std::vector<std::string>& reported) {
  if (reported.size() > max_roots) return {"/"};
  std::vector<std::string> sorted;
  for (const std::string& path : reported) {
    if (!is_path(path) || path.find('[') != std::string::npos) return {"/"};
    sorted.push_back(path);
  }
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::string> out;
  for (const std::string& path : sorted)
    if (!under_any(path, out)) out.push_back(path);
  return out;
}

std::vector<std::string> empty_paths(const std::vector<std::string>& reported) {
  if (reported.size() > max_roots) return {};
  for (const std::string& path : reported)
    if (!is_path(path) || path.find('[') != std::string::npos) return {};
  std::vector<std::string> out = reported;
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void UnknownPaths::next(const std::vector<std::string>& roots, Instant last_started, Instant started) {
  std::map<std::string, UnknownPath, std::less<>> now;
  for (const auto& [path, old] : paths_)
    if (under_any(path, roots)) now.emplace(path, UnknownPath{old.known, old.since, old.count + 1});
  for (const std::string& root : roots) {
    if (now.contains(root)) continue;
    UnknownPath fresh{last_started, started, 1};
    for (const auto& [path, old] : paths_)
      if (is_under(root, path)) fresh = {old.known, old.since, old.count + 1};
    now.emplace(root, fresh);
  }
  paths_ = std::move(now);
}

bool UnknownPaths::is_unknown(std::string_view schema) const {
  return std::any_of(paths_.begin(), paths_.end(),
                     [&](const auto& entry) { return is_under(schema, entry.first); });
}

Instant UnknownPaths::known(std::string_view schema, Instant otherwise) const {
  for (const auto& [path, entry] : paths_)
    if (is_under(schema, path)) otherwise = std::min(otherwise, entry.known);
  return otherwise;
}

std::vector<std::string> UnknownPaths::blinded(Instant ended, Duration interval) const {
  std::vector<std::string> out;
  for (const auto& [path, entry] : paths_) {
    const Instant from = entry.known == Instant{} ? entry.since : entry.known;
    if (entry.count < 3 || ended - from < 3 * interval - interval / 10) continue;
    if (!under_any(path, out)) out.push_back(path);
  }
  return out;
}

json::array UnknownPaths::to_json() const {
  json::array out;
  for (const auto& [path, entry] : paths_) {
    json::object object{{"path", path}, {"since", to_text(entry.since)}, {"count", entry.count}};
    if (entry.known != Instant{}) object["known"] = to_text(entry.known);
    out.push_back(std::move(object));
  }
  return out;
}

void UnknownPaths::load(const json::array& stored) {
  paths_.clear();
  for (const json::value& value : stored) {
    if (!value.is_object()) continue;
    const json::object& object = value.get_object();
    paths_[text_of(object, "path")] = {instant_of(object, "known"), instant_of(object, "since"),
                                       static_cast<unsigned>(number_of(object, "count"))};
  }
}

} // namespace assent::watch
