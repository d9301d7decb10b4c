#include "daemon/api/route.hpp"

#include <algorithm>
#include <optional>

namespace assent::api {

namespace {

using What = Route::What;

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte <= 0x20 || byte >= 0x7f || byte == '#') return std::nullopt;
    if (byte != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex(text[i + 1]), low = hex(text[i + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

Error malformed() {
  return fail(Fault::invalid, "api.malformed-target");
}

Status read_query(std::string_view text, Route& route) {
  while (!text.empty()) {
    const auto end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    const auto equals = pair.find('=');
    auto name = decoded(pair.substr(0, equals));
    auto value = decoded(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
    if (!name || name->empty() || !value || route.query.size() >= 32) return malformed();
    for (const auto& [known, ignored] : route.query)
      if (known == *name) return fail(Fault::invalid, "api.parameter-twice", {{"name", *name}});
    route.query.emplace_back(std::move(*name), std::move(*value));
  }
  return Done{};
}

bool take(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

void route_data(std::string_view name, Route& route) {
  if (take(name, "assent-status:")) {
    route.name = name;
    if (name == "journal") route.what = What::journal;
    if (name == "links") route.what = What::links;
    if (take(name, "links=") && read_number(name, route.id)) route.what = What::link;
    if (name == "events") route.what = What::recent;
    if (name == "space") route.what = What::space;
    if (name == "search") route.what = What::search;
    if (name == "history") route.what = What::history;
    if (name == "alarms" || name == "readiness" || name == "devices" || name == "agents" || name == "summary")
      route.what = What::status;
    return;
  }
  if (!take(name, "assent-registry:")) return;
  const auto equals = name.find('=');
  const std::string_view kind = name.substr(0, equals);
  const std::string_view key =
      equals == std::string_view::npos ? std::string_view{} : name.substr(equals + 1);
  if (kind == "tree" && !key.empty()) {
    route.what = What::tree;
    route.name = key;
    return;
  }
  const auto known = kind_of(kind);
  if (!known) return;
  route.kind = *known;
  if (equals == std::string_view::npos)
    route.what = What::listing;
  else if (read_number(key, route.id))
    route.what = What::object;
}

void route_path(std::string_view path, Route& route) {
  struct Fixed {
    std::string_view path;
    What what;
  };
  static constexpr Fixed fixed[] = {
      {"/restconf", What::root},
      {"/restconf/operations", What::operations},
      {"/restconf/streams/events", What::events},
      {"/sd/devices", What::discovery},
      {"/metrics", What::metrics},
      {"/livez", What::livez},
      {"/healthz", What::livez},
      {"/readyz", What::readyz},
  };
  for (const auto& one : fixed)
    if (one.path == path) route.what = one.what;
  if (path == "/" || path.substr(0, 6) == "/page/") {
    route.what = What::page;
    route.name = path.substr(path == "/" ? 1 : 6);
  }
  if (take(path, "/restconf/operations/") && !path.empty()) {
    route.what = What::operation;
    route.name = path;
  } else if (take(path, "/restconf/data/")) {
    route_data(path, route);
  }
}

Error bad_parameter(const std::string& name, const std::string& value) {
  return fail(Fault::invalid, "api.bad-parameter", {{"name", name}, {"value", value}});
}

} // namespace

bool read_number(std::string_view text, std::uint64_t& number, bool zero_too) {
  if (text.empty() || text.size() > 16) return false;
  number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return number < (1ull << 53) && (zero_too || number > 0);
}

Result<Route> route(std::string_view method, std::string_view target) {
  if (target.empty() || target[0] != '/' || target.size() > 2048) return malformed();
  const auto question = target.find('?');
  auto path = decoded(target.substr(0, question));
  if (!path) return malformed();
  Route out;
  if (question != std::string_view::npos)
    if (auto read = read_query(target.substr(question + 1), out); !read) return std::move(read).error();
  route_path(*path, out);
  out.head = method == "HEAD";
  if (out.what == What::nothing) return out;
  const bool post = out.what == What::operation;
  if (post ? method != "POST" : (method != "GET" && method != "HEAD")) {
    out.name = post ? "POST" : "GET, HEAD";
    out.what = What::not_allowed;
  }
  return out;
}

Result<ListQuery> list_query(const Route& route) {
  ListQuery out;
  for (const auto& [name, value] : route.query) {
    std::uint64_t number = 0;
    if (name == "limit") {
      if (!read_number(value, number) || number > 10'000) return bad_parameter(name, value);
      out.limit = number;
    } else if (name == "after") {
      if (!read_number(value, out.after, true)) return bad_parameter(name, value);
    } else {
      out.filter.emplace_back(name, value);
    }
  }
  return out;
}

Result<JournalQuery> journal_query(const Route& route) {
  JournalQuery out;
  for (const auto& [name, value] : route.query) {
    std::uint64_t number = 0;
    bool good = true;
    if (name == "stream") {
      good = value == "decisions" || value == "records";
      out.decisions = value == "decisions";
    } else if (name == "from") {
      good = read_number(value, out.from, true);
    } else if (name == "ticket") {
      good = read_number(value, out.ticket);
    } else if (name == "limit") {
      good = read_number(value, number) && number <= 1000;
      out.limit = number;
    } else {
      good = false;
    }
    if (!good) return bad_parameter(name, value);
  }
  return out;
}

} // namespace assent::api
