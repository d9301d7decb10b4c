#include "daemon/journal/entry.hpp"

#include <array>
#include <charconv>

#include "common/hash.hpp"
#include "daemon/journal/parts.hpp"

namespace assent::journal {

std::string_view name_of(Stream stream) {
  return stream == Stream::decisions ? "decisions" : "records";
}

namespace {

void quoted(std::string& out, std::string_view name, std::string_view text) {
  out += '"';
  out += name;
  out += "\":";
  out += canonical(json::value(json::string_view(text.data(), text.size())));
  out += ',';
}

void numbered(std::string& out, std::string_view name, std::uint64_t number) {
  out += '"';
  out += name;
  out += "\":";
  out += std::to_string(number);
  out += ',';
}

Error malformed_row(std::size_t index, std::string_view why) {
  return fail(Fault::invalid, "journal.bad-row",
              {{"row", std::to_string(index + 1)}, {"why", std::string(why)}});
}

/// A whole number between `least` and 2^53-1, or 0 where it is anything else.
std::uint64_t whole(const json::value* value, std::uint64_t least) {
  if (!value) return 0;
  std::uint64_t number = 0;
  if (value->is_uint64())
    number = value->get_uint64();
  else if (value->is_int64() && value->get_int64() > 0)
    number = static_cast<std::uint64_t>(value->get_int64());
  return number >= least && number <= max_number ? number : 0;
}

Result<Row> row_of(const json::value& value, std::size_t index) {
  const json::object* object = value.if_object();
  if (!object) return malformed_row(index, "object");
  for (const auto& member : *object)
    if (member.key() != "body" && member.key() != "gone" && member.key() != "id" && member.key() != "kind" &&
        member.key() != "version")
      return malformed_row(index, std::string_view(member.key()));
  Row row;
  const json::value* kind = object->if_contains("kind");
  if (!kind || !kind->is_string()) return malformed_row(index, "kind");
  auto known = kind_of(std::string_view(kind->get_string()));
  if (!known) return malformed_row(index, "kind");
  row.kind = *known;
  row.id = whole(object->if_contains("id"), 1);
  if (row.id == 0) return malformed_row(index, "id");
  row.version = whole(object->if_contains("version"), 1);
  if (row.version == 0) return malformed_row(index, "version");
  const json::value* gone = object->if_contains("gone");
  const json::value* body = object->if_contains("body");
  if (gone) {
    if (!gone->is_bool() || !gone->get_bool() || body || row.version < 2) return malformed_row(index, "gone");
    row.gone = true;
    return row;
  }
  if (!body || !body->is_object()) return malformed_row(index, "body");
  row.body = body->get_object();
  return row;
}

} // namespace

std::string row_text(Kind kind, Id id, std::uint64_t version, bool gone, std::string_view body) {
  std::string out;
  out.reserve(body.size() + 72);
  if (gone) {
    out += "{\"gone\":true,";
  } else {
    out += "{\"body\":";
    out += body;
    out += ',';
  }
  numbered(out, "id", id);
  out += "\"kind\":\"";
  out += name_of(kind);
  out += "\",";
  numbered(out, "version", version);
  out.back() = '}';
  return out;
}

std::string body_from(const Draft& draft, const std::vector<std::string>& rows) {
  std::string out = "{";
  std::size_t size = 256;
  for (const auto& row : rows)
    size += row.size() + 1;
  out.reserve(size);
  // In the order of RFC 8785: account, detail, event, key, person, rows, ticket.
  if (!draft.actor.account.empty()) quoted(out, "account", draft.actor.account);
  if (!draft.detail.empty()) {
    out += "\"detail\":";
    out += canonical(json::value(draft.detail));
    out += ',';
  }
  quoted(out, "event", draft.event);
  if (!draft.actor.key.empty()) quoted(out, "key", draft.actor.key);
  if (draft.actor.person != 0) numbered(out, "person", draft.actor.person);
  if (!rows.empty()) {
    out += "\"rows\":[";
    for (const auto& row : rows) {
      out += row;
      out += ',';
    }
    out.back() = ']';
    out += ',';
  }
  if (draft.ticket != 0) numbered(out, "ticket", draft.ticket);
  out.back() = '}';
  return out;
}

std::string body_text(const Draft& draft) {
  std::vector<std::string> rows;
  rows.reserve(draft.rows.size());
  for (const auto& row : draft.rows)
    rows.push_back(row_text(row.kind, row.id, row.version, row.gone,
                            row.gone ? std::string() : canonical(json::value(row.body))));
  return body_from(draft, rows);
}

Result<std::vector<Row>> rows_of(const json::object& body) {
  std::vector<Row> rows;
  const json::value* list = body.if_contains("rows");
  if (!list) return rows;
  const json::array* array = list->if_array();
  if (!array || array->empty()) return malformed_row(0, "rows");
  rows.reserve(array->size());
  for (std::size_t i = 0; i < array->size(); ++i) {
    auto row = row_of((*array)[i], i);
    if (!row) return std::move(row).error();
    rows.push_back(*std::move(row));
  }
  return rows;
}

} // namespace assent::journal
