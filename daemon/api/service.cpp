#include "daemon/api/service.hpp"

#include <algorithm>
#include <vector>

#include "common/hash.hpp"
#include "common/text.hpp"
#include "daemon/api/alarms_seen.hpp"
#include "daemon/api/page.hpp"

namespace assent::api {

namespace {

using What = Route::What;

HttpResponse json_answer(const json::value& value) {
  HttpResponse out;
  out.body = json::serialize(value);
  return out;
}

/// RFC 8040 3.6.1: the body is {"MODULE:input": {…}}; no body means no input.
Result<json::value> input_of(const std::string& operation, const std::string& body) {
  if (body.find_first_not_of(" \t\r\n") == std::string::npos) return json::value(json::object{});
  auto parsed = parse_json(body, 64u << 20);
  if (!parsed) return std::move(parsed).error();
  const std::string member = operation.substr(0, operation.find(':')) + ":input";
  if (!parsed->is_object() || parsed->get_object().size() != 1 || !parsed->get_object().contains(member))
    return fail(Fault::invalid, "api.wrong-envelope", {{"member", member}});
  return std::move(parsed->get_object().at(member));
}

bool good_key(std::string_view key) {
  return key.size() <= 64 && std::ranges::all_of(key, [](char c) { return c > 0x20 && c < 0x7f; });
}

/// If-Match of an operation: the version of the ticket that it is about (RFC 9110 13.1.1).
bool read_if_match(std::string_view operation, std::string_view given, std::uint64_t& version) {
  if (given.empty()) return true;
  if (operation != "assent-ticket:act" && operation != "assent-ticket:page" &&
      operation != "assent-ticket:status")
    return false;
  return given.size() > 2 && given.front() == '"' && given.back() == '"' &&
         read_number(given.substr(1, given.size() - 2), version);
}

bool read_only(const Route& route) {
  return route.what != What::operation && route.what != What::nothing && route.what != What::not_allowed;
}

} // namespace

Service::Service(Options options, core::Core& core, Clock& clock, std::unique_ptr<model::Model> model)
    : options_(std::move(options)), core_(core), clock_(clock), model_(std::move(model)),
      atlas_(core.store()),
      search_(options_.search ? options_.search : std::make_shared<Search>(core.store())) {
  for (auto& name : model_->operations())
    operations_.insert(std::move(name));
}

HttpResponse Service::refuse(const Error& error, Language language, unsigned status, std::string_view tag) {
  return refusal(error, options_.catalogue, language, status, tag);
}

HttpResponse Service::no(const Call& call, const Error& error, unsigned status, std::string_view tag) {
  return refuse(error, call.language, status, tag);
}

Scope Service::scope_of(const Call& call) {
  Scope scope;
  switch (call.peer.door) {
  case core::Peer::Door::agent:
    scope.view = View::agent;
    return scope;
  case core::Peer::Door::status:
    return scope;
  case core::Peer::Door::person:
    break;
  }
  if (call.trusted) {
    scope.view = View::full;
    return scope;
  }
  const std::uint64_t authority = options_.authority ? options_.authority() : 0;
  return readers_.of(call.peer.account, authority, clock_, core_.store(), *model_);
}

std::optional<HttpResponse> Service::hidden(Call& call, const json::value& input) {
  if (call.route.name.starts_with("assent-alarm:") && input.is_object())
    return hidden_alarm(call, input.get_object());
  const bool finding = call.route.name == "assent-ticket:explain";
  const bool space = call.route.name == "assent-ticket:restructure"; // core looks whose it is
  if ((!finding && !space && call.route.name != "assent-ticket:status") || !input.is_object())
    return std::nullopt;
  call.scope = scope_of(call);
  if (call.scope.view == View::full) return std::nullopt;
  if (call.scope.view != View::scoped) return no(call, fail(Fault::refused, "api.not-for-monitors"));
  if (space) return std::nullopt;
  auto reader = core_.store().read();
  if (!reader) return no(call, reader.error());
  Sight sight(call.scope, **reader);
  const Kind kind = finding ? Kind::finding : Kind::ticket;
  const Id id = number_of(input.get_object(), finding ? "finding" : "ticket");
  // Whether there is one outside somebody's subtrees is nobody's business either.
  if (sight.reads(kind, id)) return std::nullopt;
  return no(call, fail(Fault::not_found, "api.nothing-here"));
}

std::optional<HttpResponse> Service::hidden_alarm(Call& call, const json::object& input) {
  call.scope = scope_of(call);
  const std::string resource = text_of(input, "resource");
  if (call.scope.view != View::scoped || resource.empty()) return std::nullopt;
  auto reader = core_.store().read();
  if (!reader) return no(call, reader.error());
  if (Sight(call.scope, **reader).reads_named_resource(resource)) return std::nullopt;
  // As core says it where there is none.
  return no(call,
            fail(Fault::not_found, "alarm.none", {{"type", text_of(input, "type")}, {"resource", resource}}));
}

HttpResponse Service::no_write(const Call& call, const Error& error, unsigned status, std::string_view tag) {
  constexpr std::size_t longest = 200;
  const std::string_view method = call.request.method, target = call.request.target;
  if (method != "GET" && method != "HEAD")
    core_.refused(call.peer,
                  std::string(method) + " " +
                      std::string(target.substr(0, std::min(target.find('?'), longest))),
                  error);
  return no(call, error, status, tag);
}

std::optional<HttpResponse> Service::handle(Call& call, std::function<void(Later)> later) {
  call.language = accepted_language(call.request.accept_language, options_.language);
  if (call.peer.door == core::Peer::Door::status && !is_local_host(call.request.host))
    return no(call, fail(Fault::invalid, "api.foreign-host"), 421, "invalid-value");
  auto routed = route(call.request.method, call.request.target);
  if (!routed) return no(call, routed.error());
  call.route = std::move(routed).value();
  // A browser's EventSource cannot set Accept-Language.
  for (const auto& [name, value] : call.route.query)
    if (name == "language" && call.route.what == What::events)
      call.language = language_of(value, call.language);
  if (call.route.what == What::nothing) return no_write(call, fail(Fault::not_found, "api.nothing-here"));
  if (call.route.what == What::not_allowed) {
    auto out = no_write(call, fail(Fault::invalid, "api.method-not-allowed", {{"methods", call.route.name}}),
                        405, "operation-not-supported");
    out.allow = call.route.name;
    return out;
  }
  if (call.route.what == What::operation) return operate(call, std::move(later));
  if (read_only(call.route) && !call.request.body.empty())
    return no(call, fail(Fault::invalid, "api.body-unexpected"));
  switch (call.route.what) {
  case What::page:
    // Only where no account stands behind a request: what a browser asks for must not act for anybody.
    if (call.peer.door != core::Peer::Door::status)
      return no(call, fail(Fault::not_found, "api.nothing-here"));
    if (auto file = page_file(call.route.name, call.request.if_none_match)) return std::move(*file);
    return no(call, fail(Fault::not_found, "api.nothing-here"));
  case What::space:
    return space(call, std::move(later));
  case What::search:
    return search(call, std::move(later));
  case What::history:
    if (call.peer.door == core::Peer::Door::agent) break;
    call.scope = scope_of(call);
    return history(call, std::move(later));
  case What::listing:
  case What::object:
    if (call.peer.door == core::Peer::Door::agent) break;
    for (const auto& [name, value] : call.route.query)
      if (name == "at") {
        call.scope = scope_of(call);
        return past(call, std::string(value), std::move(later));
      }
    break;
  case What::metrics:
  case What::livez:
  case What::readyz:
    if (call.peer.door == core::Peer::Door::agent) break;
    if (call.route.what == What::metrics)
      if (auto recent = recent_metrics()) return recent;
    core_.numbers(call.route.what == What::metrics,
                  [later = std::move(later)](core::Figures figures) { later(std::move(figures)); });
    return std::nullopt;
  case What::status:
  case What::links:
  case What::link:
    if (call.peer.door == core::Peer::Door::agent) break;
    call.scope = scope_of(call);
    if (call.route.name == "summary") {
      core_.numbers(false, [later = std::move(later)](core::Figures figures) { later(std::move(figures)); });
      return std::nullopt;
    }
    core_.figures([later = std::move(later)](core::Figures figures) { later(std::move(figures)); },
                  call.route.what == What::link ? call.route.id : 0);
    return std::nullopt;
  default:
    break;
  }
  return read(call);
}

std::optional<HttpResponse> Service::operate(Call& call, std::function<void(Later)> later) {
  const std::string& name = call.route.name;
  const bool of_agents = name.rfind("assent-agent:", 0) == 0;
  const auto door = call.peer.door;
  if (door == core::Peer::Door::status)
    return no_write(call, fail(Fault::invalid, "api.status-door-reads-only"), 405, "operation-not-supported");
  if (!operations_.contains(name)) {
    Error error = fail(Fault::not_found, "api.no-such-operation", {{"operation", name}});
    const std::vector<std::string_view> known(operations_.begin(), operations_.end());
    if (const auto near = nearest(name, known.data(), known.size()); !near.empty())
      error.next = Message{"api.did-you-mean", {{"word", near}}};
    return no(call, error);
  }
  if (of_agents != (door == core::Peer::Door::agent))
    return no_write(call, fail(Fault::refused, of_agents ? "api.agents-door-only" : "api.not-for-agents",
                               {{"operation", name}}));
  if (call.request.content_type.find("xml") != std::string::npos)
    return no(call, fail(Fault::invalid, "api.json-only"), 415, "invalid-value");
  if (!good_key(call.request.idempotency_key))
    return no(call, fail(Fault::invalid, "api.bad-idempotency-key"));
  std::uint64_t version = 0;
  if (!read_if_match(name, call.request.if_match, version))
    return no(call, fail(Fault::invalid, "api.no-if-match"));
  auto input = input_of(name, call.request.body);
  if (!input) return no(call, input.error());
  auto bound = model_->bind_input(name, *input);
  if (!bound) return no(call, bound.error());
  if (auto out = hidden(call, *bound)) return out;
  core::Request request;
  request.peer = call.peer;
  request.operation = name;
  request.input = std::move(bound).value();
  request.if_match = version;
  if (!call.request.idempotency_key.empty()) {
    request.idempotency_key = call.request.idempotency_key;
    request.request_hash = sha256_hex(name + "\n" + canonical(request.input));
  }
  // The body is not needed any more and may be large; the call may wait 25 s.
  call.request.body = {};
  core_.post(std::move(request),
             [later = std::move(later)](core::Answer answer) { later(std::move(answer)); });
  return std::nullopt;
}

HttpResponse Service::finish(const Call& call, Later later) {
  if (auto* figures = std::get_if<core::Figures>(&later)) return with_figures(call, std::move(*figures));
  auto& answer = std::get<core::Answer>(later);
  if (!answer && answer.error().what.id == "core.other-version")
    return no(call, answer.error(), 412, "operation-failed");
  if (!answer) return no(call, answer.error());
  HttpResponse out;
  if (const auto version = number_of(*answer, "version"); version != 0)
    out.etag = "\"" + std::to_string(version) + "\"";
  const std::string& name = call.route.name;
  if (name == "assent-alarm:list" || name == "assent-alarm:show") {
    auto reader = core_.store().read();
    if (!reader) return no(call, reader.error());
    show_alarms(*answer, call.scope, **reader);
  }
  if (call.route.what == What::space) {
    out.body = json::serialize(json::object{{"assent-status:space", std::move(answer).value()}});
    return out;
  }
  if (call.route.what != What::operation) {
    out.body = json::serialize(*answer);
    return out;
  }
  out.body = "{\"" + name.substr(0, name.find(':')) + ":output\":" + json::serialize(*answer) + "}";
  return out;
}

HttpResponse Service::operations(const Call& call) {
  json::object list;
  for (const auto& name : operations_)
    if (call.peer.door == core::Peer::Door::person && name.rfind("assent-agent:", 0) != 0)
      list[name] = json::array{nullptr};
  return json_answer(json::object{{"ietf-restconf:operations", std::move(list)}});
}

} // namespace assent::api
