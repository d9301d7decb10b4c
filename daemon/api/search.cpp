#include "daemon/api/search.hpp"

#include <algorithm>
#include <chrono>

#include "daemon/api/route.hpp"
#include "daemon/api/rows.hpp"
#include "daemon/search/leaves.hpp"

namespace assent::api {

namespace {

constexpr std::size_t most_waiting = 64;
constexpr std::size_t rows_at_once = 1000, entries_at_once = 256;
constexpr std::size_t largest_body = 64u << 20;
/// An index is made anew when this much of it is of earlier versions, and half of it.
constexpr std::size_t stale_enough = 100'000;
constexpr auto looks_around = std::chrono::seconds(2), tries_again = std::chrono::seconds(10);

Result<json::object> object_of_text(const std::string& text) {
  auto parsed = parse_json(text, largest_body, "row");
  if (!parsed) return std::move(parsed).error();
  if (!parsed->is_object()) return fail(Fault::outside, "common.bad-json", {{"file", "row"}});
  return std::move(parsed->get_object());
}

/// What one reader sees of a snapshot.
class SeenRows final : public search::Rows {
 public:
  SeenRows(store::Reader& reader, const Scope& scope, const search::Index& index)
      : reader_(reader), scope_(scope), sight_(scope, reader),
        organisations_(index.with_all_below(scope.subtrees)) {}

  Result<std::optional<search::Row>> get(Kind kind, Id id) override {
    using Seen = std::optional<search::Row>;
    auto row = reader_.get(kind, id);
    if (!row && row.error().fault == Fault::not_found) return Seen();
    if (!row) return std::move(row).error();
    if (!sight_.reads(kind, id, row->body)) return Seen();
    auto body = object_of_text(whole(scope_.view) ? row->body : row_text(scope_.view, kind, *row));
    if (!body) return std::move(body).error();
    body->erase("id");
    body->erase("version");
    return Seen({row->version, std::move(*body)});
  }
  Result<std::vector<Id>> ids(Kind kind, Id after, std::size_t limit) override {
    auto page = reader_.list(kind, {}, after, limit);
    if (!page) return std::move(page).error();
    std::vector<Id> out;
    for (const auto& row : page->rows)
      out.push_back(row.id);
    return out;
  }
  Result<std::vector<Ref>> of_ticket(Id ticket) override {
    std::vector<Ref> out;
    std::optional<Error> failed;
    auto done = reader_.entries_of_ticket(ticket, [&](store::StoredEntry&& entry) {
      auto body = object_of_text(entry.body);
      if (!body) {
        failed = body.error();
        return false;
      }
      for (const auto& row : array_of(*body, "rows"))
        if (const auto kind = row.is_object() ? kind_of(text_of(row.get_object(), "kind")) : std::nullopt)
          out.push_back({*kind, number_of(row.get_object(), "id")});
      return true;
    });
    if (failed) return *failed;
    if (!done) return std::move(done).error();
    return out;
  }
  bool reads(Kind kind) override { return may_read(scope_.view, kind); }
  const std::vector<Id>* organisations(Kind kind) override {
    const bool each_belongs = kind == Kind::block || kind == Kind::prefix || kind == Kind::address ||
                              kind == Kind::device || kind == Kind::link;
    return scope_.view == View::scoped && each_belongs ? &organisations_ : nullptr;
  }

 private:
  store::Reader& reader_;
  const Scope& scope_;
  Sight sight_;
  std::vector<Id> organisations_;
};

std::string to_text(const Ref& ref) {
  return std::string(name_of(ref.kind)) + "." + std::to_string(ref.id);
}

std::optional<Ref> parse_ref(const std::string& text) {
  const auto dot = text.find('.');
  const auto kind = kind_of(text.substr(0, dot));
  Ref out;
  if (dot == std::string::npos || !kind || !search::is_searched(*kind) ||
      !read_number(text.substr(dot + 1), out.id, true))
    return std::nullopt;
  out.kind = *kind;
  return out;
}

Status read_kind(Indexed& indexed, store::Reader& reader, Kind kind, const std::function<bool()>& over) {
  Id after = 0;
  do {
    auto page = reader.list(kind, {}, after, rows_at_once);
    if (!page) return std::move(page).error();
    for (const auto& row : page->rows) {
      auto body = object_of_text(row.body);
      if (!body) return std::move(body).error();
      indexed.index.put(kind, row.id, *body);
      if (kind == Kind::ticket) indexed.touches.put(row.id, *body);
    }
    after = page->next;
  } while (after != 0 && !over());
  return Done{};
}

} // namespace

Result<SearchQuery> search_query(const std::vector<std::pair<std::string, std::string>>& parameters) {
  SearchQuery out;
  bool asked = false;
  for (const auto& [name, value] : parameters) {
    bool good = false;
    if (name == "q") {
      auto query = search::parse_query(value);
      if (!query) return std::move(query).error();
      out.query = std::move(query).value();
      good = asked = true;
    } else if (name == "limit") {
      std::uint64_t number = 0;
      good = read_number(value, number) && number <= search::most_hits;
      out.limit = number;
    } else if (name == "after") {
      out.after = parse_ref(value);
      good = out.after.has_value();
    }
    if (!good) return fail(Fault::invalid, "api.bad-parameter", {{"name", name}, {"value", value}});
  }
  if (!asked) return fail(Fault::invalid, "search.empty");
  return out;
}

Result<std::unique_ptr<Indexed>> build_index(store::Store& store, const std::function<bool()>& over) {
  auto reader = store.read();
  if (!reader) return std::move(reader).error();
  const auto head = (*reader)->head(journal::Stream::decisions);
  if (!head) return head.error();
  auto out = std::make_unique<Indexed>();
  out->upto = *head;
  for (std::size_t i = 0; i < kind_names.size() && !over(); ++i)
    if (const auto kind = static_cast<Kind>(i); search::is_searched(kind))
      if (auto done = read_kind(*out, **reader, kind, over); !done) return std::move(done).error();
  out->index.settle();
  out->touches.settle();
  return out;
}

Status catch_up(Indexed& indexed, store::Reader& reader) {
  const auto head = reader.head(journal::Stream::decisions);
  if (!head) return head.error();
  while (indexed.upto < *head) {
    std::optional<Error> failed;
    const auto take = [&](store::StoredEntry&& entry) {
      auto body = object_of_text(entry.body);
      auto rows = body ? journal::rows_of(*body) : Result<std::vector<journal::Row>>(body.error());
      if (!rows) {
        failed = rows.error();
        return false;
      }
      for (const auto& row : *rows) {
        if (row.gone)
          indexed.index.remove(row.kind, row.id);
        else
          indexed.index.put(row.kind, row.id, row.body);
        if (!row.gone && row.kind == Kind::ticket) indexed.touches.put(row.id, row.body);
      }
      indexed.upto = entry.number;
      return true;
    };
    const auto before = indexed.upto;
    auto done = reader.entries(journal::Stream::decisions, before + 1, entries_at_once, take);
    if (failed) return *failed;
    if (!done) return done;
    // The head is there: an entry before it that is not is a damaged store.
    if (indexed.upto == before) return fail(Fault::outside, "api.search-broken");
  }
  return Done{};
}

Result<json::object> answer_search(const Indexed& indexed, store::Reader& reader, const Scope& scope,
                                   const SearchQuery& query) {
  SeenRows rows(reader, scope, indexed.index);
  auto found = search::find(indexed.index, query.query, rows, query.after, query.limit);
  if (!found) return std::move(found).error();
  json::array list;
  for (auto& hit : found->hits) {
    json::object object{{"id", hit.id}, {"version", hit.row.version}};
    for (auto& member : hit.row.body)
      object.emplace(member.key(), std::move(member.value()));
    list.push_back(json::object{{"kind", name_of(hit.kind)},
                                {"object", std::move(object)},
                                {"matched", json::array(hit.matched.begin(), hit.matched.end())}});
  }
  json::object out{{"assent-status:search", std::move(list)}};
  if (found->next) out["next"] = to_text(*found->next);
  return out;
}

Search::~Search() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    waiting_.clear();
  }
  rung_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (builder_.joinable()) builder_.join();
}

void Search::start() {
  const std::lock_guard lock(mutex_);
  if (thread_.joinable() || ending_) return;
  launch();
  thread_ = std::thread([this] { run(); });
}

void Search::launch() {
  if (builder_.joinable()) builder_.join(); // it has ended: building_ was false
  building_ = true;
  builder_ = std::thread([this] { build(); });
}

void Search::ask(Work work, std::function<void(Result<json::object>)> reply) {
  start();
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < most_waiting) {
      waiting_.push_back({std::move(work), std::move(reply)});
      rung_.notify_all();
      return;
    }
  }
  reply(fail(Fault::busy, "api.search-busy"));
}

void Search::build() {
  const auto over = [this] {
    const std::lock_guard lock(mutex_);
    return ending_;
  };
  while (true) {
    auto made = build_index(store_, over);
    std::unique_lock lock(mutex_);
    if (made && !ending_) built_ = std::move(made).value();
    if (built_ || rung_.wait_for(lock, tries_again, [this] { return ending_; })) {
      building_ = false;
      rung_.notify_all();
      return;
    }
  }
}

void Search::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    rung_.wait_for(lock, looks_around,
                   [this] { return ending_ || built_ || (indexed_ && !waiting_.empty()); });
    if (ending_) return;
    if (built_) {
      auto old = std::exchange(indexed_, std::move(built_));
      lock.unlock();
      old.reset(); // a large one takes its time
      lock.lock();
    }
    if (!indexed_) continue;
    if (waiting_.empty()) {
      lock.unlock();
      look_around();
      lock.lock();
      continue;
    }
    const Question question = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    question.reply(answer(question));
    lock.lock();
  }
}

Result<json::object> Search::answer(const Question& question) {
  auto reader = store_.read();
  if (!reader) return std::move(reader).error();
  if (auto done = catch_up(*indexed_, **reader); !done) return std::move(done).error();
  return question.work(*indexed_, **reader);
}

/// So that no question has to wait for much. What cannot be read now is told to whoever asks.
void Search::look_around() {
  auto reader = store_.read();
  if (!reader || !catch_up(*indexed_, **reader)) return;
  const std::size_t stale = indexed_->index.stale();
  if (stale < stale_enough || stale * 2 < indexed_->index.size()) return;
  const std::lock_guard lock(mutex_);
  if (!building_ && !built_ && !ending_) launch();
}

} // namespace assent::api
