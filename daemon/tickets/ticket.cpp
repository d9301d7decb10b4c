#include "daemon/tickets/ticket.hpp"

#include "common/hash.hpp"
#include "daemon/tickets/lifecycle.hpp"

namespace assent::tickets {
namespace {

constexpr std::array<std::string_view, 9> state_names = {
    "submitted", "approved", "open", "verifying", "closed", "rejected", "withdrawn", "expired", "revoked"};
constexpr std::array<std::string_view, 9> event_names = {
    "approve-last", "open", "end-window", "finish", "verify", "reject", "withdraw", "expire", "revoke"};

void put(json::object& object, std::string_view name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}
void put(json::object& object, std::string_view name, Instant at) {
  if (at != Instant{}) object[name] = to_text(at);
}

template <class List, class Print>
void put_list(json::object& object, std::string_view name, const List& list, const Print& print) {
  if (list.empty()) return;
  json::array array;
  for (const auto& item : list)
    array.emplace_back(print(item));
  object[name] = std::move(array);
}

json::object stage_json(const Stage& stage) {
  json::object object{{"name", stage.name},
                      {"right", stage.right},
                      {"organisation", stage.organisation},
                      {"quorum", stage.quorum},
                      {"rule", stage.rule}};
  if (stage.due != Duration{})
    object["due"] = std::chrono::duration_cast<std::chrono::seconds>(stage.due).count();
  return object;
}

json::object approval_json(const Approval& approval) {
  return {{"act", approval.act},
          {"stage", approval.stage},
          {"person", approval.person},
          {"key", approval.key},
          {"at", to_text(approval.at)}};
}

json::object ref_json(const Ref& ref) {
  return {{"kind", name_of(ref.kind)}, {"id", ref.id}};
}

/// Reads a stored row; remembers the first thing that is wrong with it.
class Reader {
 public:
  explicit Reader(const json::object& body) : body_(body) {}

  Instant time(const json::object& from, std::string_view name) {
    if (!from.contains(name)) return {};
    const auto at = parse_instant(text_of(from, name));
    if (!at) wrong(name);
    return at ? *at : Instant{};
  }
  Instant time(std::string_view name) { return time(body_, name); }

  template <class T, class Parse>
  std::vector<T> list(std::string_view name, const Parse& parse) {
    std::vector<T> items;
    for (const auto& value : array_of(body_, name)) {
      if (!value.is_object()) {
        wrong(name);
        break;
      }
      Result<T> item = parse(value.get_object());
      if (!item) {
        wrong(name);
        break;
      }
      items.push_back(*std::move(item));
    }
    return items;
  }

  void wrong(std::string_view name) {
    if (wrong_.empty()) wrong_ = name;
  }
  const std::string& mistake() const { return wrong_; }

 private:
  const json::object& body_;
  std::string wrong_;
};

Error damaged(std::string_view member) {
  return fail(Fault::outside, "ticket.damaged-row", {{"member", std::string(member)}});
}

Result<Stage> stage_of(const json::object& object) {
  Stage stage;
  stage.name = text_of(object, "name");
  stage.right = text_of(object, "right");
  stage.organisation = number_of(object, "organisation");
  stage.quorum = static_cast<unsigned>(number_of(object, "quorum"));
  stage.due = std::chrono::seconds{number_of(object, "due")};
  stage.rule = text_of(object, "rule");
  // A stage without a quorum would be met by nobody at all.
  if (stage.name.empty() || stage.right.empty() || stage.organisation == 0 || stage.quorum == 0)
    return damaged("stages");
  return stage;
}

Result<Approval> approval_of(const json::object& object) {
  const auto at = parse_instant(text_of(object, "at"));
  if (!at) return damaged("approvals");
  return Approval{number_of(object, "act"), text_of(object, "stage"), number_of(object, "person"),
                  text_of(object, "key"), *at};
}

Result<Ref> ref_of(const json::object& object) {
  const auto kind = kind_of(text_of(object, "kind"));
  if (!kind) return damaged("kind");
  return Ref{*kind, number_of(object, "id")};
}

Result<TouchedVersion> touched_of(const json::object& object) {
  auto ref = ref_of(object);
  if (!ref) return ref.error();
  return TouchedVersion{*ref, number_of(object, "version")};
}

} // namespace

std::string_view name_of(State state) {
  return state_names[static_cast<std::size_t>(state)];
}
std::string_view name_of(Event event) {
  return event_names[static_cast<std::size_t>(event)];
}

std::optional<State> state_of(std::string_view name) {
  for (const auto state : states)
    if (name_of(state) == name) return state;
  return std::nullopt;
}

std::optional<State> after(State state, Event event) {
  for (const auto& transition : life)
    if (transition.from == state && transition.event == event) return transition.to;
  return std::nullopt;
}

json::object to_json(const Ticket& ticket) {
  json::object body{{"revision", ticket.revision}, {"kind", ticket.kind}, {"state", name_of(ticket.state)}};
  put(body, "outcome", ticket.outcome);
  put(body, "template", ticket.template_name);
  if (ticket.requester != 0) body["requester"] = ticket.requester;
  put(body, "requester-key", ticket.requester_key);
  put(body, "account", ticket.account);
  put(body, "on-behalf-of", ticket.on_behalf_of);
  put(body, "reason", ticket.reason);
  put_list(body, "edits", ticket.edits, [](const auto& edit) { return registry::to_json(edit); });
  put_list(body, "permits", ticket.permits, [](const auto& permit) { return to_json(permit); });
  json::object window;
  put(window, "opens", ticket.window.opens);
  put(window, "closes", ticket.window.closes);
  if (!window.empty()) body["window"] = std::move(window);
  put_list(body, "stages", ticket.stages, stage_json);
  put_list(body, "approvals", ticket.approvals, approval_json);
  put_list(body, "touched", ticket.touched, [](const auto& touched) {
    auto object = ref_json(touched.object);
    object["version"] = touched.version;
    return object;
  });
  if (ticket.policy_version != 0) body["policy-version"] = ticket.policy_version;
  put(body, "submitted", ticket.submitted);
  put(body, "expires", ticket.expires);
  put(body, "approved", ticket.approved);
  put(body, "opened", ticket.opened);
  put(body, "closed", ticket.closed);
  put_list(body, "made", ticket.made, ref_json);
  put_list(body, "permit-used", ticket.permit_used, [](std::uint64_t used) { return json::value(used); });
  return body;
}

Result<Ticket> ticket_from_json(Id id, std::uint64_t version, const json::object& body) {
  Reader read(body);
  Ticket ticket;
  ticket.id = id;
  ticket.version = version;
  ticket.revision = number_of(body, "revision");
  ticket.kind = text_of(body, "kind");
  const auto state = state_of(text_of(body, "state"));
  if (!state) return damaged("state");
  if (ticket.kind != "normal" && ticket.kind != "standard") return damaged("kind");
  ticket.state = *state;
  ticket.outcome = text_of(body, "outcome");
  ticket.template_name = text_of(body, "template");
  ticket.requester = number_of(body, "requester");
  ticket.requester_key = text_of(body, "requester-key");
  ticket.account = text_of(body, "account");
  ticket.on_behalf_of = text_of(body, "on-behalf-of");
  ticket.reason = text_of(body, "reason");
  ticket.edits = read.list<registry::Edit>("edits", registry::edit_from_json);
  ticket.permits = read.list<Permit>("permits", permit_from_json);
  ticket.window = {read.time(object_of(body, "window"), "opens"),
                   read.time(object_of(body, "window"), "closes")};
  ticket.stages = read.list<Stage>("stages", stage_of);
  ticket.approvals = read.list<Approval>("approvals", approval_of);
  ticket.touched = read.list<TouchedVersion>("touched", touched_of);
  ticket.policy_version = number_of(body, "policy-version");
  ticket.submitted = read.time("submitted");
  ticket.expires = read.time("expires");
  ticket.approved = read.time("approved");
  ticket.opened = read.time("opened");
  ticket.closed = read.time("closed");
  ticket.made = read.list<Ref>("made", ref_of);
  for (const auto& used : array_of(body, "permit-used")) {
    boost::system::error_code error;
    ticket.permit_used.push_back(used.to_number<std::uint64_t>(error));
    if (error) return damaged("permit-used");
  }
  if (!read.mistake().empty()) return damaged(read.mistake());
  return ticket;
}

std::string edits_sha256(const Ticket& ticket) {
  json::array edits, permits;
  for (const auto& edit : ticket.edits)
    edits.emplace_back(registry::to_json(edit));
  for (const auto& permit : ticket.permits)
    permits.emplace_back(to_json(permit));
  return sha256_hex(canonical(json::object{{"edits", std::move(edits)}, {"permits", std::move(permits)}}));
}

} // namespace assent::tickets
