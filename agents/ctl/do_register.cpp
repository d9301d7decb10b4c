#include "agents/ctl/handlers.hpp"
#include "agents/ctl/kinds.hpp"
#include "agents/ctl/print.hpp"
#include "agents/ctl/submit.hpp"
#include "agents/ctl/values.hpp"

namespace assent::ctl {

namespace {

/// Which rows of a listing are wanted: what the daemon filters by, and what is left to look at here.
struct Chosen {
  std::vector<std::pair<std::string, std::string>> sent;
  std::vector<std::pair<std::string, std::string>> here;
};

Result<Chosen> chosen(Session& session, const KindRow& kind) {
  Chosen filter;
  for (const auto& field : kind.fields) {
    const std::string option = "--" + std::string(field.name);
    if (!session.asked.has(option)) continue;
    std::string value = session.asked.text(option);
    if (field.type == FieldType::reference && !value.empty()) {
      auto object = session.find(field.of, value);
      if (!object.ok()) return std::move(object).error();
      value = std::to_string(number_of(*object, "id"));
    }
    (field.indexed ? filter.sent : filter.here).emplace_back(field.name, value);
  }
  return filter;
}

bool matches(const json::object& row, const std::vector<std::pair<std::string, std::string>>& filter) {
  for (const auto& [name, value] : filter) {
    const auto* member = row.if_contains(name);
    if (!member) return false;
    if (const auto* list = member->if_array()) {
      bool in = false;
      for (const auto& one : *list)
        in = in || plain(one) == value;
      if (!in) return false;
    } else if (plain(*member) != value) {
      return false;
    }
  }
  return true;
}

json::value reference(const std::string& text) {
  if (!text.empty() && text.size() <= 15 && text.find_first_not_of("0123456789") == std::string::npos)
    return std::stoull(text);
  return json::value(text);
}

/// `modify` and `delete` name their object; `--network` tells apart what has the same name in several
/// networks.
Result<json::object> edit_of(Session& session, const std::string& operation) {
  json::object edit{{"operation", operation}, {"kind", session.noun()}};
  auto object = session.find(session.noun(), session.argument(0), session.asked.text("--network"));
  if (!object.ok()) return std::move(object).error();
  edit["id"] = number_of(*object, "id");
  edit["before"] = number_of(*object, "version");
  return edit;
}

} // namespace

Exit list_objects(Session& session) {
  const KindRow* kind = kind_row(session.noun());
  std::size_t limit = 0;
  if (session.asked.has("--limit")) {
    auto given = value_of({"limit", FieldType::number, {}}, session.asked.all("--limit"));
    if (!given.ok()) return session.refuse(given.error());
    limit = given->to_number<std::size_t>();
  }
  auto filter = chosen(session, *kind);
  if (!filter.ok()) return session.refuse(filter.error());
  auto rows = session.rows(session.noun(), filter->sent, filter->here.empty() ? limit : 0);
  if (!rows.ok()) return session.refuse(rows.error());
  Listing listing = listing_of(session, session.noun());
  for (auto& row : *rows)
    if (matches(row.as_object(), filter->here) && (limit == 0 || listing.rows.size() < limit))
      listing.rows.push_back(std::move(row));
  print(session, listing);
  return Exit::done;
}

Exit show_object(Session& session) {
  auto object = session.find(session.noun(), session.argument(0), session.asked.text("--network"));
  if (!object.ok()) return session.refuse(object.error());
  print_one(session, listing_of(session, session.noun()), *object);
  return Exit::done;
}

Exit create_object(Session& session) {
  const KindRow* kind = kind_row(session.noun());
  auto body = body_of(session, *kind);
  if (!body.ok()) return session.refuse(body.error());
  if (!session.asked.arguments.empty() && !kind->primary.empty()) {
    const Field* first = field_of(*kind, kind->primary == "fingerprint" ? "public-key" : kind->primary);
    auto value = value_of(*first, {session.argument(0)});
    if (!value.ok()) return session.refuse(value.error());
    (*body)[first->name] = std::move(*value);
  }
  Wanted wanted;
  wanted.edits.push_back({{"operation", "create"}, {"kind", session.noun()}, {"value", std::move(*body)}});
  return submit(session, std::move(wanted));
}

Exit modify_object(Session& session) {
  const KindRow* kind = kind_row(session.noun());
  auto body = body_of(session, *kind);
  if (!body.ok()) return session.refuse(body.error());
  body->erase("network"); // it only says which object is meant: nothing moves between networks
  if (body->empty()) {
    Error error = fail(Fault::invalid, "ctl.nothing-to-modify");
    error.next = Message{"ctl.next-help", {{"command", session.noun() + " modify"}}};
    return session.refuse(error);
  }
  auto edit = edit_of(session, "modify");
  if (!edit.ok()) return session.refuse(edit.error());
  (*edit)["value"] = std::move(*body);
  Wanted wanted;
  wanted.edits.push_back(std::move(*edit));
  return submit(session, std::move(wanted));
}

Exit delete_object(Session& session) {
  auto edit = edit_of(session, "delete");
  if (!edit.ok()) return session.refuse(edit.error());
  Wanted wanted;
  wanted.edits.push_back(std::move(*edit));
  return submit(session, std::move(wanted));
}

Exit revoke_key(Session& session) {
  auto edit = edit_of(session, "modify");
  if (!edit.ok()) return session.refuse(edit.error());
  (*edit)["value"] = json::object{{"state", "revoked"}};
  Wanted wanted;
  wanted.edits.push_back(std::move(*edit));
  return submit(session, std::move(wanted));
}

Exit allocate_space(Session& session) {
  const KindRow* kind = kind_row(session.noun());
  auto body = body_of(session, *kind);
  if (!body.ok()) return session.refuse(body.error());
  // Without a prefix: wherever something is delegated to the organisation.
  const auto& from = session.asked.arguments;
  if (from.size() > 1) {
    json::array any;
    for (const auto& one : from)
      any.push_back(reference(one));
    (*body)["from-any"] = std::move(any);
  } else {
    (*body)["from"] = from.empty() ? json::value("delegated") : reference(from.front());
  }
  if (session.noun() == "prefix" && !session.asked.has("--length"))
    return session.refuse(fail(Fault::invalid, "ctl.wrong-value",
                               {{"option", "--length"}, {"value", ""}, {"expected", "1…128"}}));
  for (const char* name : {"length", "count", "grow", "start", "at"}) {
    const std::string option = "--" + std::string(name);
    if (!session.asked.has(option)) continue;
    const auto text = session.asked.text(option);
    const bool back = std::string_view(name) == "at" && text.starts_with('-');
    auto value = value_of({name, FieldType::number, {}}, {back ? text.substr(1) : text});
    if (!value.ok()) return session.refuse(value.error());
    (*body)[name] = back ? json::value(-value->to_number<std::int64_t>()) : *value;
  }
  if (session.asked.has("--fit")) (*body)["fit"] = session.asked.text("--fit");
  for (const char* name : {"contiguous", "nibble"})
    if (session.asked.has("--" + std::string(name))) (*body)[name] = true;
  Wanted wanted;
  wanted.edits.push_back({{"operation", "create"}, {"kind", session.noun()}, {"value", std::move(*body)}});
  return submit(session, std::move(wanted));
}

} // namespace assent::ctl
