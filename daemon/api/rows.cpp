#include "daemon/api/rows.hpp"

#include <algorithm>
#include <span>

namespace assent::api {

namespace {

using Names = std::span<const std::string_view>;

constexpr std::string_view organisation[] = {"name", "tier", "parent"};
constexpr std::string_view network[] = {"name", "separation", "description"};
constexpr std::string_view block[] = {"network", "prefix", "organisation", "source", "description"};
constexpr std::string_view prefix[] = {"network", "prefix", "organisation", "status", "description"};
constexpr std::string_view address[] = {"network", "address",   "organisation", "name",
                                        "device",  "interface", "description"};
constexpr std::string_view agent[] = {"name", "network"};
constexpr std::string_view profile[] = {"name", "revision", "sha256"};
constexpr std::string_view device[] = {"name",         "network", "address", "port",
                                       "organisation", "agent",   "profile", "labels"};
constexpr std::string_view link[] = {"name",           "network",          "organisation", "device",
                                     "interface",      "enabled",          "uplink",       "entitlement",
                                     "entitlement-up", "entitlement-down", "towards",      "capacity",
                                     "service",        "raised",           "raised-from",  "raised-until"};
constexpr std::string_view policy[] = {"name", "sha256"};
constexpr std::string_view baseline[] = {"device", "profile", "revision", "fingerprint", "ticket"};
constexpr std::string_view ticket[] = {
    "revision",  "kind",    "state",    "outcome", "template", "window",  "stages",      "policy-version",
    "submitted", "expires", "approved", "opened",  "closed",   "permits", "permit-used", "made"};
constexpr std::string_view finding[] = {"device", "kind",     "path",   "operation", "before",
                                        "after",  "earliest", "latest", "verdict",   "state",
                                        "opened", "closed",   "nearest"};

Names monitor_members(Kind kind) {
  switch (kind) {
  case Kind::organisation:
    return organisation;
  case Kind::network:
    return network;
  case Kind::block:
    return block;
  case Kind::prefix:
    return prefix;
  case Kind::address:
    return address;
  case Kind::agent:
    return agent;
  case Kind::profile:
    return profile;
  case Kind::device:
    return device;
  case Kind::link:
    return link;
  case Kind::policy:
    return policy;
  case Kind::baseline:
    return baseline;
  case Kind::ticket:
    return ticket;
  case Kind::finding:
    return finding;
  case Kind::person:
  case Kind::key:
  case Kind::role:
  case Kind::act:
    break;
  }
  return {};
}

constexpr std::string_view personal[] = {"person", "handle",    "who", "account",      "accounts", "key",
                                         "reason", "requester", "by",  "on-behalf-of", "approver", "persons"};

/// Of approvals only that they were given: stage and time.
json::array approvals_given(const json::array& approvals) {
  json::array out;
  for (const auto& one : approvals) {
    json::object given;
    for (const std::string_view name : {"stage", "at"})
      if (const auto* value = one.is_object() ? one.get_object().if_contains(name) : nullptr)
        given[name] = *value;
    out.push_back(std::move(given));
  }
  return out;
}

std::string monitor_body(Kind kind, const std::string& body) {
  auto parsed = parse_json(body, 64u << 20, "row");
  ASSENT_CHECK(parsed.ok() && parsed->is_object());
  json::object out;
  for (const auto name : monitor_members(kind))
    if (const auto* value = parsed->get_object().if_contains(name)) out[name] = *value;
  if (kind == Kind::ticket)
    if (const auto& given = array_of(parsed->get_object(), "approvals"); !given.empty())
      out["approvals"] = approvals_given(given);
  return canonical(out);
}

} // namespace

bool whole(View view) {
  return view == View::full || view == View::scoped;
}

bool may_read(View view, Kind kind) {
  return whole(view) || (view == View::monitor && !monitor_members(kind).empty());
}

std::string row_text(View view, Kind kind, const store::StoredRow& row) {
  const std::string seen = whole(view) ? row.body : monitor_body(kind, row.body);
  std::string out = "{\"id\":" + std::to_string(row.id) + ",\"version\":" + std::to_string(row.version);
  if (seen.size() > 2)
    out.append(",").append(seen, 1);
  else
    out.append("}");
  return out;
}

bool may_follow(View view, std::string_view msgid) {
  if (whole(view)) return true;
  if (view != View::monitor) return false;
  for (const std::string_view area : {"finding-", "alarm-", "started", "stopped", "change-covered",
                                      "profile-followed", "stamp-moved", "link-", "uplink-"})
    if (msgid.substr(0, area.size()) == area) return true;
  return false;
}

Message shown(View view, const Message& message) {
  if (whole(view)) return message;
  Message out{message.id, {}};
  for (const auto& [name, value] : message.args)
    out.args.emplace_back(name, std::ranges::find(personal, name) == std::end(personal) ? value : "…");
  return out;
}

} // namespace assent::api
