// GET, answered from a snapshot of the store; and what is made of core's figures.
#include <optional>

#include "daemon/api/cursor.hpp"
#include "daemon/api/discovery.hpp"
#include "daemon/api/history.hpp"
#include "daemon/api/links.hpp"
#include "daemon/api/metrics.hpp"
#include "daemon/api/recent.hpp"
#include "daemon/api/rows.hpp"
#include "daemon/api/service.hpp"

namespace assent::api {

namespace {

using What = Route::What;

constexpr std::size_t answer_bytes = 8u << 20; ///< where a listing ends early, with `next`
constexpr std::size_t rows_at_once = 256;
constexpr std::size_t most_looked_at = 20'000; ///< rows for one page, readable or not

HttpResponse text_answer(std::string text, unsigned status = 200) {
  HttpResponse out;
  out.status = status;
  out.content_type = "text/plain; charset=utf-8";
  out.body = std::move(text);
  return out;
}

std::string verbose_check(const core::Check& check, const Catalogue& catalogue, Language language) {
  return (check.good ? "[+] " : "[-] ") + check.name + ": " + catalogue.text(language, check.text) + "\n";
}

} // namespace

HttpResponse Service::read(Call& call) {
  if (call.peer.door == core::Peer::Door::agent)
    return no(call, fail(Fault::refused, "api.agents-read-nothing"));
  call.scope = scope_of(call);
  if (call.route.what == What::root)
    return [] {
      HttpResponse out;
      out.body =
          R"({"ietf-restconf:restconf":{"data":{},"operations":{},"yang-library-version":"2016-06-21"}})";
      return out;
    }();
  if (call.route.what == What::operations) return operations(call);
  auto reader = core_.store().read();
  if (!reader) return no(call, reader.error());
  switch (call.route.what) {
  case What::listing:
    return listing(call, **reader);
  case What::object:
    return object(call, **reader);
  case What::tree:
    return tree(call, **reader);
  case What::journal:
    return journal(call, **reader);
  case What::events:
    return events(call, **reader);
  case What::recent:
    return recent(call, **reader);
  case What::discovery:
    return discovery(call, **reader);
  default:
    return no(call, fail(Fault::not_found, "api.nothing-here"));
  }
}

HttpResponse Service::listing(const Call& call, store::Reader& reader) {
  if (!may_read(call.scope.view, call.route.kind))
    return no(call, fail(Fault::refused, "api.not-for-monitors"));
  auto query = list_query(call.route);
  if (!query) return no(call, query.error());
  HttpResponse out;
  out.body = "{\"assent-registry:" + std::string(name_of(call.route.kind)) + "\":[";
  std::size_t rows = 0, looked_at = 0;
  Id after = query->after, next = 0;
  Sight sight(call.scope, reader);
  do {
    const std::size_t wanted = std::min(query->limit - rows, rows_at_once);
    auto page = reader.list(call.route.kind, query->filter, after, wanted);
    if (!page) return no(call, page.error());
    next = page->next;
    for (const auto& row : page->rows) {
      ++looked_at;
      if (!sight.reads(call.route.kind, row.id, row.body)) continue;
      if (rows++ > 0) out.body += ',';
      out.body += row_text(call.scope.view, call.route.kind, row);
    }
    after = next;
    // Whoever may see little of much gets a short page, soon.
  } while (next != 0 && rows < query->limit && out.body.size() < answer_bytes && looked_at < most_looked_at);
  out.body += next != 0 ? "],\"next\":" + std::to_string(next) + "}" : "]}";
  return out;
}

HttpResponse Service::object(const Call& call, store::Reader& reader) {
  if (!may_read(call.scope.view, call.route.kind))
    return no(call, fail(Fault::refused, "api.not-for-monitors"));
  auto row = reader.get(call.route.kind, call.route.id);
  if (!row) return no(call, row.error());
  // What lies in others' subtrees is as if it were not there.
  if (!Sight(call.scope, reader).reads(call.route.kind, row->id, row->body))
    return no(call, fail(Fault::not_found, "api.nothing-here"));
  HttpResponse out;
  out.etag = "\"" + std::to_string(row->version) + "\"";
  if (!call.request.if_match.empty() && call.request.if_match != "*" && call.request.if_match != out.etag)
    return no(call, fail(Fault::conflict, "api.other-version", {{"version", std::to_string(row->version)}}),
              412, "operation-failed");
  if (call.request.if_none_match == out.etag) {
    out.status = 304;
    return out;
  }
  out.body = "{\"assent-registry:" + std::string(name_of(call.route.kind)) + "\":[" +
             row_text(call.scope.view, call.route.kind, *row) + "]}";
  return out;
}

HttpResponse Service::tree(const Call& call, store::Reader& reader) {
  if (!whole(call.scope.view)) return no(call, fail(Fault::refused, "api.not-for-monitors"));
  if (!Sight(call.scope, reader).reads_tree(call.route.name))
    return no(call, fail(Fault::not_found, "api.nothing-here"));
  auto text = reader.tree(call.route.name);
  if (!text) return no(call, text.error());
  return text_answer(std::move(text).value());
}

HttpResponse Service::journal(const Call& call, store::Reader& reader) {
  if (!whole(call.scope.view)) return no(call, fail(Fault::refused, "api.not-for-monitors"));
  auto query = journal_query(call.route);
  if (!query) return no(call, query.error());
  // The journal as a whole is everybody's; of it, a person reads the entries of what he may read.
  if (call.scope.view == View::scoped) {
    if (query->ticket == 0) return no(call, fail(Fault::refused, "api.journal-by-ticket"));
    if (!Sight(call.scope, reader).reads(Kind::ticket, query->ticket))
      return no(call, fail(Fault::not_found, "api.nothing-here"));
  }
  HttpResponse out;
  out.body = "{\"assent-status:journal\":[";
  std::size_t count = 0;
  std::optional<std::uint64_t> next;
  // The body is RFC 8785 text already: it goes out byte for byte, so that its hash can be checked.
  const auto add = [&](store::StoredEntry&& entry) {
    if (count == query->limit || out.body.size() > answer_bytes) {
      next = entry.number;
      return false;
    }
    if (count++ > 0) out.body += ',';
    out.body += "{\"stream\":\"" + std::string(journal::name_of(entry.stream)) +
                "\",\"number\":" + std::to_string(entry.number) +
                ",\"header\":" + json::serialize(json::string(entry.header)) + ",\"body\":" + entry.body +
                "}";
    return true;
  };
  const auto stream = query->decisions ? journal::Stream::decisions : journal::Stream::records;
  const auto done = query->ticket != 0 ? reader.entries_of_ticket(query->ticket, add)
                                       : reader.entries(stream, query->from, query->limit + 1, add);
  if (!done) return no(call, done.error());
  out.body += next ? "],\"next\":" + std::to_string(*next) + "}" : "]}";
  return out;
}

/// Devices change by decisions only: until the next one all who see all of them get one text.
HttpResponse Service::discovery(const Call& call, store::Reader& reader) {
  if (!call.route.query.empty())
    return no(call,
              fail(Fault::invalid, "api.bad-parameter",
                   {{"name", call.route.query.front().first}, {"value", call.route.query.front().second}}));
  const auto head = reader.head(journal::Stream::decisions);
  if (!head) return no(call, head.error());
  const bool all = call.scope.view != View::scoped;
  auto shared = all && devices_head_ == *head ? devices_ : nullptr;
  if (!shared) {
    auto text = discovered_devices(reader, call.scope);
    if (!text) return no(call, text.error());
    shared = std::make_shared<const std::string>(std::move(text).value());
    if (all) devices_ = shared, devices_head_ = *head;
  }
  HttpResponse out;
  out.content_type = "application/json";
  out.shared = std::move(shared);
  return out;
}

HttpResponse Service::recent(const Call& call, store::Reader& reader) {
  std::uint64_t limit = 100;
  for (const auto& [name, value] : call.route.query)
    if (name != "limit" || !read_number(value, limit) || limit > 500)
      return no(call, fail(Fault::invalid, "api.bad-parameter", {{"name", name}, {"value", value}}));
  auto body = recent_events(reader, limit, call.scope, options_.catalogue, call.language);
  if (!body) return no(call, body.error());
  HttpResponse out;
  out.body = std::move(body).value();
  return out;
}

std::optional<HttpResponse> Service::space(Call& call, std::function<void(Later)> later) {
  if (call.peer.door == core::Peer::Door::agent)
    return no(call, fail(Fault::refused, "api.agents-read-nothing"));
  call.scope = scope_of(call);
  auto query = atlas_query(call.route.query);
  if (!query) return no(call, query.error());
  atlas_.ask(*query, call.scope, [later = std::move(later)](Result<json::object> answer) {
    later(core::Answer(std::move(answer)));
  });
  return std::nullopt;
}

std::optional<HttpResponse> Service::search(Call& call, std::function<void(Later)> later) {
  if (call.peer.door == core::Peer::Door::agent)
    return no(call, fail(Fault::refused, "api.agents-read-nothing"));
  call.scope = scope_of(call);
  auto query = search_query(call.route.query);
  if (!query) return no(call, query.error());
  ask(std::move(later),
      [query = std::move(query).value(), scope = call.scope](const Indexed& indexed, store::Reader& reader) {
        return answer_search(indexed, reader, scope, query);
      });
  return std::nullopt;
}

void Service::ask(std::function<void(Later)> later, Search::Work work) {
  search_->ask(std::move(work), [later = std::move(later)](Result<json::object> answer) {
    later(core::Answer(std::move(answer)));
  });
}

std::optional<HttpResponse> Service::history(Call& call, std::function<void(Later)> later) {
  Ref object;
  for (const auto& [name, value] : call.route.query) {
    const auto kind = name == "kind" ? kind_of(value) : std::nullopt;
    if (kind) object.kind = *kind;
    if (!kind && (name != "id" || !read_number(value, object.id)))
      return no(call, fail(Fault::invalid, "api.bad-parameter", {{"name", name}, {"value", value}}));
  }
  if (object.id == 0 || call.route.query.size() != 2)
    return no(call, fail(Fault::invalid, "api.bad-parameter", {{"name", "id"}, {"value", ""}}));
  ask(std::move(later), [object, scope = call.scope](const Indexed& indexed, store::Reader& reader) {
    return answer_history(indexed, reader, scope, object);
  });
  return std::nullopt;
}

/// An object or a listing with `at`: as it was then.
std::optional<HttpResponse> Service::past(Call& call, const std::string& at,
                                          std::function<void(Later)> later) {
  const auto moment = moment_of(at);
  if (!moment) return no(call, moment.error());
  if (*moment > clock_.wall()) return no(call, fail(Fault::invalid, "api.not-yet", {{"time", at}}));
  if (call.route.what == What::object) {
    if (call.route.query.size() != 1)
      return no(call, fail(Fault::invalid, "api.bad-parameter", {{"name", "at"}, {"value", at}}));
    ask(std::move(later), [object = Ref{call.route.kind, call.route.id}, scope = call.scope,
                           moment = *moment](const Indexed& indexed, store::Reader& reader) {
      return answer_past_object(indexed, reader, scope, object, moment);
    });
    return std::nullopt;
  }
  std::erase_if(call.route.query, [](const auto& one) { return one.first == "at"; });
  auto query = list_query(call.route);
  if (!query) return no(call, query.error());
  ask(std::move(later), [kind = call.route.kind, query = std::move(query).value(), scope = call.scope,
                         moment = *moment](const Indexed& indexed, store::Reader& reader) {
    return answer_past_list(indexed, reader, scope, kind, query, moment);
  });
  return std::nullopt;
}

HttpResponse Service::events(const Call& call, store::Reader& reader) {
  auto cursor = head_of(reader);
  if (!cursor) return no(call, cursor.error());
  // A browser cannot send the field with its first request: `after` stands for it until it does.
  std::string from = call.request.last_event_id;
  for (const auto& [name, value] : call.route.query)
    if (name == "after" && from.empty()) from = value;
  if (!from.empty()) {
    auto given = parse_cursor(from);
    if (!given) return no(call, given.error());
    if (given->decisions > cursor->decisions || given->records > cursor->records)
      return no(call, fail(Fault::conflict, "api.cursor-beyond-end",
                           {{"cursor", from}, {"end", to_text(*cursor)}}));
    cursor = *given;
  }
  HttpResponse out;
  out.content_type = "text/event-stream";
  out.stream = true;
  // Carries the cursor, so that a follower who breaks off before the first event can resume.
  out.body = "retry: 2000\nid: " + to_text(*cursor) + "\n\n";
  out.etag = to_text(*cursor);
  return out;
}

HttpResponse Service::with_figures(const Call& call, core::Figures figures) {
  switch (call.route.what) {
  case What::livez:
    return text_answer("ok\n");
  case What::readyz:
    return readiness_page(call, figures);
  case What::status:
    return status_list(call, figures);
  case What::links:
  case What::link:
    return links(call, figures);
  default:
    break;
  }
  if (auto recent = recent_metrics()) return std::move(*recent); // made while this one waited for core
  if (options_.add_figures) options_.add_figures(figures);
  add_link_metrics(figures.links, figures);
  figures.gauges.emplace_back("assent_ready", figures.ready ? 1 : 0);
  figures.gauges.emplace_back(labelled("assent_build_info", {{"version", ASSENT_VERSION}}), 1);
  metrics_ = std::make_shared<const std::string>(metrics_text(figures));
  metrics_made_ = clock_.monotonic();
  return metrics_answer();
}

HttpResponse Service::metrics_answer() const {
  HttpResponse out;
  out.content_type = "text/plain; version=0.0.4; charset=utf-8";
  out.shared = metrics_;
  return out;
}

std::optional<HttpResponse> Service::recent_metrics() const {
  constexpr auto recent = std::chrono::milliseconds{100};
  if (!metrics_ || clock_.monotonic() - metrics_made_ >= recent) return std::nullopt;
  return metrics_answer();
}

HttpResponse Service::links(const Call& call, const core::Figures& figures) {
  HttpResponse out;
  auto seen = figures.links;
  keep_readable(seen, call.scope);
  if (call.route.what == What::links) {
    auto query = list_query(call.route);
    if (!query) return no(call, query.error());
    if (!query->filter.empty())
      return no(call, fail(Fault::invalid, "api.bad-parameter",
                           {{"name", query->filter.front().first}, {"value", query->filter.front().second}}));
    out.body = json::serialize(links_json(std::move(seen), *query));
    return out;
  }
  auto hours = hours_of(call.route);
  if (!hours) return no(call, hours.error());
  auto reader = core_.store().read();
  if (!reader) return no(call, reader.error());
  auto link = link_json(figures, std::move(seen), call.route.id, *hours, **reader);
  if (!link) return no(call, link.error());
  out.body = json::serialize(json::object{{"assent-status:links", json::array{std::move(*link)}}});
  return out;
}

HttpResponse Service::readiness_page(const Call& call, const core::Figures& figures) {
  std::string text;
  const bool verbose = !call.route.query.empty() && call.route.query.front().first == "verbose";
  for (const auto& check : figures.checks)
    if (verbose || !check.good) text += verbose_check(check, options_.catalogue, call.language);
  text += figures.ready ? "ready\n" : "not ready\n";
  HttpResponse out = text_answer(std::move(text), figures.ready ? 200 : 503);
  out.retry_later = !figures.ready;
  return out;
}

/// What there is how many of, out of the figures of /metrics; and where the journal ends.
HttpResponse Service::summary(const Call& call, const core::Figures& figures) {
  json::object content{{"version", ASSENT_VERSION},
                       {"installation", core_.store().installation()},
                       {"time", assent::to_text(clock_.wall())},
                       {"ready", figures.ready}};
  json::object objects, tickets;
  const auto label = [](std::string_view text) {
    const auto from = text.find('"') + 1;
    return text.substr(from, text.rfind('"') - from);
  };
  for (const auto& [name, value] : figures.gauges) {
    const auto count = static_cast<std::uint64_t>(std::max(value, 0.0));
    if (name.starts_with("register_objects{")) objects[label(name)] = count;
    if (name.starts_with("tickets{")) tickets[label(name)] = count;
    if (name == "findings_open") content["findings"] = count;
    if (name == "read_only") content["read-only"] = value != 0;
  }
  content["objects"] = std::move(objects);
  content["tickets"] = std::move(tickets);
  auto reader = core_.store().read();
  if (!reader) return no(call, reader.error());
  const auto head = head_of(**reader);
  if (!head) return no(call, head.error());
  content["journal"] = json::object{{"decisions", head->decisions}, {"records", head->records}};
  json::object last;
  for (const Kind kind : {Kind::ticket, Kind::finding}) {
    const auto id = (**reader).last_id(kind);
    if (!id) return no(call, id.error());
    last[name_of(kind)] = *id;
  }
  content["last"] = std::move(last);
  HttpResponse out;
  out.body = json::serialize(json::object{{"assent-status:summary", std::move(content)}});
  return out;
}

HttpResponse Service::status_list(const Call& call, const core::Figures& figures) {
  if (call.route.name == "summary") return summary(call, figures);
  json::value content;
  std::unique_ptr<store::Reader> reader;
  if (call.scope.view == View::scoped) {
    auto opened = core_.store().read();
    if (!opened) return no(call, opened.error());
    reader = *std::move(opened);
  }
  const auto seen = [&](const json::object& item) {
    if (!reader) return true;
    Sight sight(call.scope, *reader);
    if (call.route.name == "devices") return sight.reads(Kind::device, number_of(item, "id"));
    return call.route.name != "alarms" || sight.reads_resource(text_of(item, "resource"));
  };
  const auto with_texts = [&](const json::array& list) {
    json::array out;
    for (const auto& item : list) {
      if (item.is_object() && !seen(item.get_object())) continue;
      json::value copy = item;
      if (copy.is_object() && copy.get_object().contains("text") && copy.at("text").is_object())
        copy.get_object()["text"] =
            to_json(shown(call.scope.view, message_from_json(copy.at("text").get_object())),
                    options_.catalogue, call.language);
      out.push_back(std::move(copy));
    }
    return out;
  };
  if (call.route.name == "alarms") {
    content = with_texts(figures.alarms);
  } else if (call.route.name == "devices") {
    content = with_texts(figures.devices);
  } else if (call.route.name == "agents") {
    content = with_texts(figures.agents);
  } else {
    json::array checks;
    for (const auto& check : figures.checks)
      checks.push_back(json::object{{"name", check.name},
                                    {"good", check.good},
                                    {"text", to_json(check.text, options_.catalogue, call.language)}});
    content =
        json::object{{"ready", figures.ready}, {"checks", std::move(checks)}, {"waivers", figures.waivers}};
  }
  HttpResponse out;
  out.body = json::serialize(json::object{{"assent-status:" + call.route.name, std::move(content)}});
  return out;
}

} // namespace assent::api
