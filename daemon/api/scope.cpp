#include "daemon/api/scope.hpp"

#include <algorithm>

#include "daemon/api/route.hpp"
#include "daemon/api/rows.hpp"

namespace assent::api {
namespace {

constexpr auto renewed_after = std::chrono::seconds(5);
constexpr std::size_t deepest = 64;

Result<json::object> object_in(const std::string& body) {
  auto parsed = parse_json(body, 64u << 20, "row");
  if (!parsed) return parsed.error();
  if (!parsed->is_object()) return fail(Fault::outside, "common.bad-json", {{"file", "row"}});
  return std::move(parsed->get_object());
}

Status each_body(store::Reader& reader, Kind kind, const std::function<void(Id, json::object&&)>& with) {
  std::optional<Error> failed;
  auto read = reader.each(kind, [&](store::StoredRow&& row) {
    auto body = object_in(row.body);
    if (body)
      with(row.id, *std::move(body));
    else
      failed = body.error();
  });
  if (failed) return *failed;
  return read;
}

bool always_told(std::string_view msgid) {
  for (const std::string_view known : {"started", "stopped", "store-migrated", "store-recovered"})
    if (msgid == known) return true;
  return false;
}

/// What everybody with a part of the tree needs to understand it.
bool everybodys(Kind kind) {
  return kind == Kind::organisation || kind == Kind::network || kind == Kind::agent ||
         kind == Kind::profile || kind == Kind::policy;
}

} // namespace

bool Scope::within(Id organisation) const {
  for (std::size_t i = 0; organisation != 0 && above && i < deepest; ++i) {
    if (std::find(subtrees.begin(), subtrees.end(), organisation) != subtrees.end()) return true;
    const auto next = above->find(organisation);
    organisation = next == above->end() ? 0 : next->second;
  }
  return false;
}

bool Scope::below(Id organisation) const {
  if (!above) return false;
  return std::ranges::any_of(subtrees, [&](Id own) {
    for (std::size_t i = 0; own != 0 && i < deepest; ++i) {
      const auto next = above->find(own);
      own = next == above->end() ? 0 : next->second;
      if (own == organisation && own != 0) return true;
    }
    return false;
  });
}

Status Readers::load(store::Store& store, model::Model& model) {
  auto reader = store.read();
  if (!reader) return reader.error();
  Known known;
  known.above = std::make_shared<Above>();
  auto done = each_body(**reader, Kind::organisation, [&](Id id, json::object&& body) {
    (*known.above)[id] = number_of(body, "parent");
    if (number_of(body, "parent") == 0) known.root = id;
  });
  if (!done) return done;
  done = each_body(**reader, Kind::person, [&](Id id, json::object&& body) {
    if (text_of(body, "state", "active") != "active") return;
    for (const auto& name : array_of(body, "accounts"))
      if (name.is_string()) known.people_of[std::string(name.get_string())].push_back(id);
  });
  if (!done) return done;
  done = each_body(**reader, Kind::role, [&](Id, json::object&& body) {
    known.roles_of[number_of(body, "person")].emplace_back(text_of(body, "role"),
                                                           number_of(body, "organisation"));
  });
  if (!done) return done;
  auto row = (*reader)->get(Kind::policy, 1);
  if (!row) return row.error();
  auto body = object_in(row->body);
  if (!body) return body.error();
  const std::string text = text_of(*body, "text");
  auto content = model.bind_yaml(text, "policy", "assent-policy:policy");
  if (!content) return content.error();
  auto policy = tickets::Policy::parse(*content, row->version, text);
  if (!policy) return policy.error();
  policy_ = *std::move(policy);
  known_ = std::move(known);
  return Done{};
}

Scope Readers::of(const std::string& account, std::uint64_t authority, Clock& clock, store::Store& store,
                  model::Model& model) {
  const auto now = clock.monotonic();
  if (!good_ || authority != authority_ || now - read_ > renewed_after) {
    good_ = load(store, model).ok();
    authority_ = authority;
    read_ = now;
  }
  Scope scope;
  const auto people = known_.people_of.find(account);
  if (!good_ || people == known_.people_of.end() || people->second.size() != 1) return scope;
  scope.person = people->second.front();
  const auto& held = known_.roles_of[scope.person];
  bool all = false;
  for (const auto& holding : held) {
    const auto& [role, organisation] = holding;
    // Roles that exclude each other give nothing, here as where they decide.
    if (std::any_of(held.begin(), held.end(), [&](const auto& other) {
          return policy_.exclude_each_other(holding.first, other.first);
        }))
      continue;
    const bool reads = policy_.grants(role, "read");
    all = all || policy_.grants(role, "read-all") || (reads && organisation == known_.root);
    if (reads) scope.subtrees.push_back(organisation);
  }
  if (!all && scope.subtrees.empty()) return scope;
  scope.view = all ? View::full : View::scoped;
  scope.above = known_.above;
  return scope;
}

bool Sight::reads(Kind kind, Id id, const std::string& body) {
  if (scope_.view != View::scoped) return may_read(scope_.view, kind);
  const auto parsed = object_in(body);
  return parsed && scoped_row(kind, id, *parsed);
}

bool Sight::reads(Kind kind, Id id) {
  if (id == 0) return false;
  const auto [known, fresh] = seen_.try_emplace({kind, id}, false);
  if (!fresh) return known->second;
  const auto row = reader_.get(kind, id);
  const bool readable = row && reads(kind, id, row->body);
  return seen_[{kind, id}] = readable;
}

bool Sight::scoped_row(Kind kind, Id id, const json::object& body) {
  if (everybodys(kind)) return true;
  switch (kind) {
  case Kind::organisation:
  case Kind::network:
  case Kind::agent:
  case Kind::profile:
  case Kind::policy:
    break;
  case Kind::block:
  case Kind::prefix:
  case Kind::address:
  case Kind::device:
  case Kind::link:
    return scope_.within(number_of(body, "organisation"));
  case Kind::person:
    return id == scope_.person || scope_.within(number_of(body, "organisation"));
  case Kind::key:
    return reads(Kind::person, number_of(body, "person"));
  case Kind::role:
    return number_of(body, "person") == scope_.person || scope_.within(number_of(body, "organisation"));
  case Kind::baseline:
    return reads(Kind::device, id);
  case Kind::finding:
    return reads(Kind::device, number_of(body, "device"));
  case Kind::ticket:
    return own_ticket(body);
  case Kind::act:
    return number_of(body, "person") == scope_.person || reads(Kind::ticket, number_of(body, "ticket"));
  }
  return false;
}

/// Who asked or decided, whose approval it needs, or whose things it touches.
bool Sight::own_ticket(const json::object& body) {
  const Id requester = number_of(body, "requester");
  if (requester == scope_.person || reads(Kind::person, requester)) return true;
  for (const auto& approval : array_of(body, "approvals"))
    if (number_of(approval.as_object(), "person") == scope_.person) return true;
  for (const auto& stage : array_of(body, "stages"))
    if (scope_.within(number_of(stage.as_object(), "organisation"))) return true;
  for (const auto& permit : array_of(body, "permits"))
    if (reads(Kind::device, number_of(permit.as_object(), "device"))) return true;
  for (const auto& edit : array_of(body, "edits"))
    if (touches(edit.as_object())) return true;
  return false;
}

bool Sight::touches(const json::object& edit) {
  const auto kind = kind_of(text_of(edit, "kind"));
  if (!kind) return false;
  const auto& value = object_of(edit, "value");
  for (const auto* member : {"organisation", "parent"})
    if (const auto* id = value.if_contains(member); id != nullptr && id->is_number())
      if (scope_.within(number_of(value, member))) return true;
  if (*kind == Kind::organisation) return scope_.within(number_of(edit, "id"));
  // What every reader may read makes no ticket anybody's own.
  if (everybodys(*kind)) return false;
  return number_of(edit, "id") != 0 && reads(*kind, number_of(edit, "id"));
}

bool Sight::reads_tree(const std::string& fingerprint) {
  if (scope_.view != View::scoped) return scope_.view == View::full;
  Id after = 0;
  do {
    auto page = reader_.list(Kind::baseline, {{"fingerprint", fingerprint}}, after, 100);
    if (!page) return false;
    for (const auto& row : page->rows)
      if (reads(Kind::baseline, row.id)) return true;
    after = page->next;
  } while (after != 0);
  bool shown = false;
  const auto read = reader_.each_reading([&](store::Reading&& reading) {
    shown = shown || (reading.fingerprint == fingerprint && reads(Kind::device, reading.device));
  });
  return read && shown;
}

std::optional<Id> Sight::device_of_name(const std::string& name) {
  const auto page = reader_.list(Kind::device, {{"name", name}}, 0, 1);
  if (!page || page->rows.empty()) return std::nullopt;
  return page->rows.front().id;
}

bool Sight::device_named(const std::string& name) {
  const auto id = device_of_name(name);
  return id && reads(Kind::device, *id);
}

bool Sight::reads_resource(const std::string& resource) {
  if (scope_.view != View::scoped) return true;
  const auto slash = resource.find('/');
  const auto kind = kind_of(std::string_view(resource).substr(0, slash));
  if (slash == std::string::npos || !kind || everybodys(*kind))
    return true; // also a word, a file, a receiver
  std::uint64_t id = 0;
  return read_number(std::string_view(resource).substr(slash + 1), id) && reads(*kind, id);
}

bool Sight::reads_named_resource(const std::string& resource) {
  if (scope_.view != View::scoped) return true;
  const auto slash = resource.find('/');
  const std::string_view sort = std::string_view(resource).substr(0, slash);
  if (slash == std::string::npos || sort == name_of(Kind::device))
    if (const auto id = device_of_name(resource.substr(slash == std::string::npos ? 0 : slash + 1)))
      return reads(Kind::device, *id);
  return reads_resource(resource);
}

bool Sight::follows(const core::Event& event) {
  if (scope_.view != View::scoped) return may_follow(scope_.view, event.msgid);
  if (always_told(event.msgid)) return true;
  if (const auto* several = event.detail.if_contains("alarms"); several != nullptr && several->is_array())
    return std::ranges::any_of(several->get_array(), [&](const json::value& one) {
      return one.is_object() && reads_resource(text_of(one.get_object(), "resource"));
    });
  if (event.msgid.starts_with("alarm-")) return reads_resource(text_of(event.detail, "resource"));
  if (const Id finding = number_of(event.detail, "finding"); finding != 0)
    return reads(Kind::finding, finding);
  if (const Id link = number_of(event.detail, "link-id"); link != 0) return reads(Kind::link, link);
  if (const auto device = text_of(event.detail, "device"); !device.empty() && device_named(device))
    return true;
  if (const Id ticket = number_of(event.detail, "ticket"); ticket != 0) return reads(Kind::ticket, ticket);
  return false;
}

core::Event Sight::told(core::Event event) {
  constexpr std::size_t most_named = 8;
  const auto& all = array_of(event.detail, "alarms");
  if (scope_.view != View::scoped || all.empty()) return event;
  json::array own;
  std::string names;
  for (const auto& one : all) {
    if (!one.is_object() || !reads_resource(text_of(one.get_object(), "resource"))) continue;
    if (own.size() < most_named)
      names += (own.empty() ? "" : ", ") + text_of(one.get_object(), "type") + " " +
               text_of(one.get_object(), "resource");
    else if (own.size() == most_named)
      names += ", …";
    own.push_back(one);
  }
  if (own.size() == all.size()) return event;
  // Sentence and counts speak of the others too.
  event.text = {"alarm.of-yours", {{"group", text_of(event.detail, "group")}, {"names", names}}};
  event.detail = json::object{{"group", text_of(event.detail, "group")},
                              {"repeat", flag_of(event.detail, "repeat")},
                              {"alarms", std::move(own)},
                              {"text", to_json(event.text)}};
  return event;
}

} // namespace assent::api
