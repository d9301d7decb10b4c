#include "daemon/api/history.hpp"

#include <algorithm>

#include "daemon/api/rows.hpp"
#include "daemon/store/schema.hpp"

namespace assent::api {

namespace {

constexpr std::size_t entries_at_once = 256, rows_at_once = 256, most_since = 200'000,
                      most_looked_at = 20'000;

bool has_history(Kind kind) {
  return kind != Kind::baseline && kind != Kind::act && kind != Kind::finding;
}

Result<json::object> body_of(const store::StoredEntry& entry) {
  auto parsed = parse_json(entry.body, entry.body.size() + 1, "journal");
  if (!parsed) return std::move(parsed).error();
  if (!parsed->is_object()) return fail(Fault::outside, "common.bad-json", {{"file", "journal"}});
  return std::move(parsed->get_object());
}

/// Cheaper than parsing: is the row of this object in the entry at all? Bodies are canonical JSON.
std::string row_mark(Ref object) {
  return "\"id\":" + std::to_string(object.id) + ",\"kind\":\"" + std::string(name_of(object.kind)) + "\"";
}

Status take(const store::StoredEntry& entry, Ref object, const std::string& mark,
            std::map<std::uint64_t, Change>& out) {
  if (entry.stream != journal::Stream::decisions || entry.body.find(mark) == std::string::npos) return Done{};
  auto body = body_of(entry);
  if (!body) return std::move(body).error();
  auto header = journal::parse_header(entry.header);
  if (!header) return std::move(header).error();
  auto rows = journal::rows_of(*body);
  if (!rows) return std::move(rows).error();
  for (auto& row : *rows)
    if (row.kind == object.kind && row.id == object.id)
      out[entry.number] = {entry.number,
                           to_text(header->time),
                           text_of(*body, "event"),
                           number_of(*body, "ticket"),
                           number_of(*body, "person"),
                           text_of(*body, "account"),
                           row.version,
                           row.gone,
                           std::move(row.body)};
  return Done{};
}

/// Versions 1, 2, … up to what is there now, or to where it went.
bool complete(const std::map<std::uint64_t, Change>& changes, const Result<store::StoredRow>& now) {
  std::uint64_t version = 0;
  bool gone = false;
  for (const auto& [number, change] : changes) {
    if (change.version != ++version || gone) return false;
    gone = change.gone;
  }
  return now.ok() ? !gone && now->version == version : gone;
}

Status scan(store::Reader& reader, std::uint64_t from,
            const std::function<Status(store::StoredEntry&&)>& with) {
  while (true) {
    std::uint64_t last = from;
    bool any = false;
    Status failed = Done{};
    auto done =
        reader.entries(journal::Stream::decisions, from, entries_at_once, [&](store::StoredEntry&& entry) {
          last = entry.number;
          any = true;
          failed = with(std::move(entry));
          return failed.ok();
        });
    if (!failed) return failed;
    if (!done) return done;
    if (!any) return Done{};
    from = last + 1;
  }
}

Result<Instant> time_of(store::Reader& reader, std::uint64_t number) {
  std::optional<Result<journal::Header>> header;
  auto done = reader.entries(journal::Stream::decisions, number, 1, [&](store::StoredEntry&& entry) {
    header = journal::parse_header(entry.header);
    return true;
  });
  if (!done) return std::move(done).error();
  if (!header) return fail(Fault::not_found, "api.nothing-here");
  if (!*header) return header->error();
  return (*header)->time;
}

const Change* at_entry(const std::vector<Change>& changes, std::uint64_t number) {
  const Change* out = nullptr;
  for (const auto& change : changes)
    if (change.number <= number) out = &change;
  return out == nullptr || out->gone ? nullptr : out;
}

/// Who asked for and who decided the ticket, as far as the reader may read it.
json::object people_of(store::Reader& reader, Sight& sight, Id ticket) {
  json::object out;
  const auto row =
      ticket == 0 ? Result<store::StoredRow>(fail(Fault::not_found, "")) : reader.get(Kind::ticket, ticket);
  if (!row || !sight.reads(Kind::ticket, ticket, row->body)) return out;
  const auto body = parse_json(row->body, row->body.size() + 1, "row");
  if (!body || !body->is_object()) return out;
  out["requester"] = number_of(body->get_object(), "requester");
  out["reason"] = text_of(body->get_object(), "reason");
  json::array approvers;
  for (const auto& one : array_of(body->get_object(), "approvals"))
    if (one.is_object()) approvers.emplace_back(number_of(one.get_object(), "person"));
  out["approvers"] = std::move(approvers);
  return out;
}

json::value row_json(View view, Kind kind, Id id, const Change& change) {
  auto parsed =
      parse_json(row_text(view, kind, {id, change.version, canonical(change.body)}), 64u << 20, "row");
  ASSENT_CHECK(parsed.ok());
  return std::move(*parsed);
}

/// Do the columns that the store filters by have these values in the body?
bool passes(Kind kind, const store::Filter& filter, const json::object& body) {
  const auto& table = store::table_of(kind);
  const auto cells = store::cells_of(table, body);
  return std::ranges::all_of(filter, [&](const auto& one) {
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      if (table.columns[i].name == one.first) {
        const auto wanted = store::cell_from(table.columns[i], one.second);
        return wanted && *wanted == cells[i];
      }
    return false;
  });
}

/// Objects of a kind that were changed after an entry, each with its first change then.
Result<std::map<Id, std::uint64_t>> changed_since(store::Reader& reader, Kind kind, std::uint64_t number) {
  const auto head = reader.head(journal::Stream::decisions);
  if (!head) return head.error();
  if (*head - number > most_since)
    return fail(Fault::refused, "api.too-long-ago", {{"entries", std::to_string(most_since)}});
  const std::string mark = "\"kind\":\"" + std::string(name_of(kind)) + "\"";
  std::map<Id, std::uint64_t> out;
  auto done = scan(reader, number + 1, [&](store::StoredEntry&& entry) -> Status {
    if (entry.body.find(mark) == std::string::npos) return Done{};
    auto body = body_of(entry);
    if (!body) return std::move(body).error();
    auto rows = journal::rows_of(*body);
    if (!rows) return std::move(rows).error();
    for (const auto& row : *rows)
      if (row.kind == kind) out.emplace(row.id, row.version);
    return Done{};
  });
  if (!done) return std::move(done).error();
  return out;
}

} // namespace

Result<std::vector<Change>> changes_of(const Indexed& indexed, store::Reader& reader, Ref object) {
  const auto last = reader.last_id(object.kind);
  if (!last) return last.error();
  if (!has_history(object.kind) || object.id == 0 || object.id > *last)
    return fail(Fault::not_found, "api.nothing-here");
  const std::string mark = row_mark(object);
  std::map<std::uint64_t, Change> found;
  Status failed = Done{};
  const auto each = [&](store::StoredEntry&& entry) {
    failed = take(entry, object, mark, found);
    return failed.ok();
  };
  auto tickets = indexed.touches.tickets_of(object);
  if (object.kind == Kind::ticket) tickets.push_back(object.id);
  auto done = reader.entries(journal::Stream::decisions, 0, 1, each); // the founding
  for (const Id ticket : tickets)
    if (done && failed) done = reader.entries_of_ticket(ticket, each);
  if (!done) return std::move(done).error();
  if (!failed) return std::move(failed).error();
  const auto now = reader.get(object.kind, object.id);
  if (!now && now.error().fault != Fault::not_found) return now.error();
  if (!complete(found, now)) {
    auto all = scan(reader, 0, [&](store::StoredEntry&& entry) { return take(entry, object, mark, found); });
    if (!all) return std::move(all).error();
  }
  std::vector<Change> out;
  for (auto& [number, change] : found)
    out.push_back(std::move(change));
  return out;
}

Result<std::uint64_t> entry_at(store::Reader& reader, Instant moment) {
  const auto head = reader.head(journal::Stream::decisions);
  if (!head) return head.error();
  auto time = time_of(reader, 0);
  if (!time) return std::move(time).error();
  if (*time > moment) return fail(Fault::not_found, "api.before-founding", {{"time", to_text(*time)}});
  std::uint64_t low = 0, high = *head + 1; // low is not later, high is later or behind the end
  while (high - low > 1) {
    const std::uint64_t middle = low + (high - low) / 2;
    time = time_of(reader, middle);
    if (!time) return std::move(time).error();
    (*time > moment ? high : low) = middle;
  }
  return low;
}

Result<Instant> moment_of(const std::string& text) {
  constexpr std::size_t day = 10;
  return parse_instant(text.size() == day ? text + "T23:59:59.999999Z" : text);
}

Result<json::object> answer_history(const Indexed& indexed, store::Reader& reader, const Scope& scope,
                                    Ref object) {
  if (!whole(scope.view)) return fail(Fault::refused, "api.not-for-monitors");
  auto changes = changes_of(indexed, reader, object);
  if (!changes) return std::move(changes).error();
  Sight sight(scope, reader);
  json::array list;
  const Change* before = nullptr;
  for (const auto& change : *changes) {
    const auto visible = [&](const Change* one) {
      return one != nullptr && !one->gone && sight.reads(object.kind, object.id, canonical(one->body));
    };
    const bool was = visible(before), is = visible(&change);
    if (was || is) {
      json::object item = people_of(reader, sight, change.ticket);
      item["number"] = change.number;
      item["time"] = change.time;
      item["event"] = change.event;
      item["version"] = change.version;
      if (change.ticket != 0) item["ticket"] = change.ticket;
      if (change.person != 0) item["person"] = change.person;
      if (!change.account.empty()) item["account"] = change.account;
      if (change.gone) item["gone"] = true;
      if (was) item["before"] = before->body;
      if (is) item["after"] = change.body;
      list.push_back(std::move(item));
    }
    before = &change;
  }
  if (list.empty()) return fail(Fault::not_found, "api.nothing-here");
  return json::object{{"assent-status:history", std::move(list)}};
}

Result<json::object> answer_past_object(const Indexed& indexed, store::Reader& reader, const Scope& scope,
                                        Ref object, Instant moment) {
  if (!may_read(scope.view, object.kind)) return fail(Fault::refused, "api.not-for-monitors");
  const auto number = entry_at(reader, moment);
  if (!number) return number.error();
  auto changes = changes_of(indexed, reader, object);
  if (!changes) return std::move(changes).error();
  const Change* change = at_entry(*changes, *number);
  if (change == nullptr || !Sight(scope, reader).reads(object.kind, object.id, canonical(change->body)))
    return fail(Fault::not_found, "api.nothing-here");
  return json::object{{"assent-registry:" + std::string(name_of(object.kind)),
                       json::array{row_json(scope.view, object.kind, object.id, *change)}}};
}

Result<json::object> answer_past_list(const Indexed& indexed, store::Reader& reader, const Scope& scope,
                                      Kind kind, const ListQuery& query, Instant moment) {
  if (!may_read(scope.view, kind)) return fail(Fault::refused, "api.not-for-monitors");
  if (!has_history(kind)) return fail(Fault::not_found, "api.nothing-here");
  const auto number = entry_at(reader, moment);
  if (!number) return number.error();
  const auto changed = changed_since(reader, kind, *number);
  if (!changed) return changed.error();
  Sight sight(scope, reader);
  json::array list;
  std::size_t looked_at = 0;
  Id after = query.after;
  const auto offer = [&](Id id, const Change& change) {
    if (sight.reads(kind, id, canonical(change.body))) list.push_back(row_json(scope.view, kind, id, change));
  };
  const auto full = [&] { return list.size() >= query.limit || looked_at >= most_looked_at; };
  bool more = true;
  while (more && !full()) {
    auto page = reader.list(kind, query.filter, after, rows_at_once);
    if (!page) return std::move(page).error();
    more = page->next != 0;
    // Both are in the order of numbers: what is as it was, and what was changed since.
    const Id upto = more ? page->rows.back().id : INT64_MAX;
    auto row = page->rows.begin();
    auto other = changed->upper_bound(after);
    while (!full()) {
      while (row != page->rows.end() && changed->contains(row->id))
        ++row;
      const bool others = other != changed->end() && other->first <= upto;
      if (row == page->rows.end() && !others) {
        after = upto;
        break;
      }
      ++looked_at;
      if (row != page->rows.end() && (!others || row->id < other->first)) {
        auto body = parse_json(row->body, 64u << 20, "row");
        if (!body) return std::move(body).error();
        Change as_it_is;
        as_it_is.version = row->version;
        as_it_is.body = std::move(body->as_object());
        offer(row->id, as_it_is);
        after = (row++)->id;
        continue;
      }
      // Version 1 came after the moment: it was not there.
      if (other->second > 1) {
        const auto changes = changes_of(indexed, reader, {kind, other->first});
        if (!changes) return changes.error();
        const Change* was = at_entry(*changes, *number);
        if (was != nullptr && passes(kind, query.filter, was->body)) offer(other->first, *was);
      }
      after = (other++)->first;
    }
    if (full()) more = true;
  }
  json::object out{{"assent-registry:" + std::string(name_of(kind)), std::move(list)}};
  if (more) out["next"] = after;
  return out;
}

} // namespace assent::api
