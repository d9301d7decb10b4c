#include "agents/ctl/session.hpp"

#include <algorithm>

#include "agents/ctl/kinds.hpp"
#include "agents/ctl/past.hpp"
#include "common/client.hpp"
#include "common/text.hpp"

namespace assent::ctl {

namespace {

/// One page of a listing; small enough for one answer, large enough for few of them.
constexpr std::size_t page_size = 1000;

/// After so many single look-ups of a kind the whole kind is read at once.
constexpr std::size_t single_lookups = 8;

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 16 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

} // namespace

std::string Session::say(std::string id, std::vector<std::pair<std::string, std::string>> args) const {
  for (auto& [name, value] : args)
    value = for_terminal(value);
  return catalogue.text(language, Message{std::move(id), std::move(args)});
}

void Session::tell(std::string id, std::vector<std::pair<std::string, std::string>> args) const {
  console.err(say(std::move(id), std::move(args)) + "\n");
}

std::string Session::safe(std::string_view text) const {
  return for_terminal(text);
}

Exit Session::refuse(const Error& error) const {
  const std::string whole = catalogue.text(language, error);
  std::string safe;
  std::size_t begin = 0;
  while (begin <= whole.size()) {
    const auto end = std::min(whole.find('\n', begin), whole.size());
    safe += for_terminal(std::string_view(whole).substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  console.err("assentctl: " + safe);
  if (error.what.id == "common.daemon-unreachable" || error.what.id == "ctl.no-ssh") return Exit::unreachable;
  return exit_of(error);
}

Result<json::array> Session::rows(std::string_view kind,
                                  const std::vector<std::pair<std::string, std::string>>& filter,
                                  std::size_t limit) const {
  json::array all;
  const std::string name = "assent-registry:" + std::string(kind);
  const auto at = moment_asked(*this);
  if (!at.ok()) return at.error();
  std::uint64_t after = 0;
  for (;;) {
    const std::size_t want = limit == 0 ? page_size : std::min(page_size, limit - all.size());
    std::string path = name + "?limit=" + std::to_string(want);
    if (after != 0) path += "&after=" + std::to_string(after);
    for (const auto& [column, value] : filter)
      path += "&" + column + "=" + percent_encoded(value);
    if (!at->empty()) path += "&at=" + percent_encoded(*at);
    auto page = api.get(path);
    if (!page.ok()) return std::move(page).error();
    const auto& rows = array_of(*page, name);
    for (const auto& row : rows) {
      if (!row.is_object()) return fail(Fault::outside, "ctl.strange-answer", {{"path", path}});
      all.push_back(row);
    }
    const auto next = number_of(*page, "next");
    if (next <= after || (limit != 0 && all.size() >= limit)) return all;
    after = next;
  }
}

Result<json::object> Session::row(std::string_view kind, std::uint64_t id) const {
  const std::string name = "assent-registry:" + std::string(kind);
  const auto at = moment_asked(*this);
  if (!at.ok()) return at.error();
  auto answer = api.get(name + "=" + std::to_string(id) + (at->empty() ? "" : "?at=" + percent_encoded(*at)));
  if (!answer.ok()) return std::move(answer).error();
  const auto& found = array_of(*answer, name);
  if (found.empty() || !found[0].is_object())
    return fail(Fault::not_found, "ctl.no-such", {{"kind", std::string(kind)}, {"text", std::to_string(id)}});
  return found[0].as_object();
}

Result<json::object> Session::find(std::string_view kind, const std::string& text,
                                   const std::string& network) const {
  const KindRow* shape = kind_row(kind);
  const auto missing = [&] {
    Error error = fail(Fault::not_found, "ctl.no-such", {{"kind", std::string(kind)}, {"text", text}});
    error.next = Message{"ctl.next-list", {{"kind", std::string(kind)}}};
    return error;
  };
  if (is_number(text)) return row(kind, std::stoull(text));
  if (!shape || shape->primary.empty() || shape->primary == "device") return missing();
  json::array hits;
  if (kind == "organisation") {
    for (const auto& [id, object] : known(kind))
      if (path_of(id) == text || text_of(object, "name") == text) hits.push_back(object);
    if (const bool exact = text.find('/') != std::string::npos; exact && hits.size() > 1) hits.resize(1);
  } else {
    std::vector<std::pair<std::string, std::string>> filter{{std::string(shape->primary), text}};
    if (!network.empty()) {
      auto net = find("network", network);
      if (!net.ok()) return std::move(net).error();
      filter.emplace_back("network", std::to_string(number_of(*net, "id")));
    }
    auto found = rows(kind, filter, 10);
    if (!found.ok()) return std::move(found).error();
    hits = std::move(*found);
  }
  if (hits.empty()) return missing();
  if (hits.size() == 1) return hits[0].as_object();
  Error error = fail(Fault::conflict, "ctl.several", {{"kind", std::string(kind)}, {"text", text}});
  for (const auto& hit : hits) {
    const auto& object = hit.as_object();
    const auto id = number_of(object, "id");
    const std::string where =
        kind == "organisation" ? path_of(id) : name_of("network", number_of(object, "network"));
    error.evidence.push_back({"ctl.candidate", {{"id", std::to_string(id)}, {"name", where}}});
  }
  error.next = Message{"ctl.next-number", {}};
  return error;
}

const std::map<std::uint64_t, json::object>& Session::known(std::string_view kind) const {
  const std::string key = std::string(kind) + "*";
  if (const auto hit = known_.find(key); hit != known_.end()) return hit->second;
  auto& all = known_[key];
  // Names only decorate: where they cannot be read, numbers are shown and the listing itself reports the
  // failure.
  if (auto found = rows(kind); found.ok())
    for (auto& object : *found)
      all.emplace(number_of(object.as_object(), "id"), std::move(object.as_object()));
  return all;
}

std::string Session::path_of(std::uint64_t organisation) const {
  const auto& all = known("organisation");
  std::string path;
  for (std::size_t depth = 0; depth < 32; ++depth) {
    const auto hit = all.find(organisation);
    if (hit == all.end()) break;
    path = text_of(hit->second, "name") + (path.empty() ? "" : "/" + path);
    organisation = number_of(hit->second, "parent");
    if (organisation == 0) break;
  }
  return path;
}

std::string Session::name_of(std::string_view kind, std::uint64_t id) const {
  if (id == 0) return {};
  const std::string number = std::to_string(id);
  if (kind == "organisation") {
    auto path = path_of(id);
    return path.empty() ? number : path;
  }
  const KindRow* shape = kind_row(kind);
  if (!shape || shape->primary.empty()) return number;
  const auto named = [&](const json::object& object) { return text_of(object, shape->primary, number); };
  if (const auto hit = known_.find(std::string(kind) + "*"); hit != known_.end()) {
    const auto object = hit->second.find(id);
    return object == hit->second.end() ? number : named(object->second);
  }
  auto& few = known_[std::string(kind)];
  if (const auto hit = few.find(id); hit != few.end())
    return hit->second.empty() ? number : named(hit->second);
  if (few.size() >= single_lookups) {
    const auto& all = known(kind);
    const auto object = all.find(id);
    return object == all.end() ? number : named(object->second);
  }
  auto single = row(kind, id);
  auto& kept = few[id];
  if (single.ok()) kept = std::move(*single);
  return kept.empty() ? number : named(kept);
}

} // namespace assent::ctl
