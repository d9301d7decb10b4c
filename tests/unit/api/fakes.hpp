// Core, store and model as the API's tests need them: in memory, answering as told.
#pragma once

#include <atomic>
#include <map>
#include <mutex>

#include "daemon/api/service.hpp"

namespace assent::fake {

inline const Catalogue& catalogue() {
  static const Catalogue loaded = [] {
    auto result = Catalogue::load(ASSENT_BUILD_DIR "/share/locale");
    ASSENT_CHECK(result.ok());
    return std::move(result).value();
  }();
  return loaded;
}

/// Rows and entries that a test puts in; shared by all readers.
struct Contents {
  std::mutex mutex;
  std::map<Kind, std::map<Id, store::StoredRow>> rows;
  std::vector<store::StoredEntry> decisions, records;
  std::map<std::string, std::string, std::less<>> trees;
  std::vector<store::Sample> samples;

  void put(Kind kind, Id id, std::uint64_t version, std::string body) {
    const std::lock_guard lock(mutex);
    rows[kind][id] = {id, version, std::move(body)};
  }
};

class Reader final : public store::Reader {
 public:
  explicit Reader(Contents& contents) : contents_(contents) {}
  std::string installation() const override { return std::string(64, 'a'); }
  Result<store::StoredRow> get(Kind kind, Id id) override {
    const std::lock_guard lock(contents_.mutex);
    const auto& rows = contents_.rows[kind];
    const auto found = rows.find(id);
    if (found == rows.end()) return fail(Fault::not_found, "api.nothing-here");
    return found->second;
  }
  Result<store::Page> list(Kind kind, const store::Filter& filter, Id after, std::size_t limit) override {
    const std::lock_guard lock(contents_.mutex);
    store::Page page;
    const auto& rows = contents_.rows[kind];
    for (auto at = rows.upper_bound(after); at != rows.end(); ++at) {
      if (!passes(at->second, filter)) continue;
      if (page.rows.size() == limit) {
        page.next = page.rows.back().id;
        break;
      }
      page.rows.push_back(at->second);
    }
    return page;
  }
  Status each(Kind kind, const std::function<void(store::StoredRow&&)>& row) override {
    const std::lock_guard lock(contents_.mutex);
    for (const auto& [id, stored] : contents_.rows[kind])
      row(store::StoredRow(stored));
    return Done{};
  }
  Status each_place(Kind kind, Id network, const std::function<void(Id, std::string_view)>& place) override {
    const std::lock_guard lock(contents_.mutex);
    for (const auto& [id, stored] : contents_.rows[kind]) {
      const auto body = json::parse(stored.body).as_object();
      if (number_of(body, "network") != network) continue;
      place(id, text_of(body, kind == Kind::address ? "address" : "prefix"));
    }
    return Done{};
  }
  Result<std::uint64_t> head(journal::Stream stream) override {
    const std::lock_guard lock(contents_.mutex);
    const auto& entries = of(stream);
    return entries.empty() ? std::uint64_t{0} : entries.back().number;
  }
  Status entries(journal::Stream stream, std::uint64_t from, std::size_t limit,
                 const std::function<bool(store::StoredEntry&&)>& entry) override {
    std::vector<store::StoredEntry> copy;
    {
      const std::lock_guard lock(contents_.mutex);
      copy = of(stream);
    }
    for (auto& one : copy)
      if (one.number >= from && limit > 0) {
        --limit;
        if (!entry(std::move(one))) break;
      }
    return Done{};
  }
  Status entries_of_ticket(Id, const std::function<bool(store::StoredEntry&&)>&) override { return Done{}; }
  Status authority_entries(const std::function<bool(store::StoredEntry&&)>&) override { return Done{}; }
  Result<std::string> tree(std::string_view fingerprint) override {
    const auto found = contents_.trees.find(fingerprint);
    if (found == contents_.trees.end()) return fail(Fault::not_found, "api.nothing-here");
    return found->second;
  }
  Status each_reading(const std::function<void(store::Reading&&)>&) override { return Done{}; }
  Status each_kept(std::string_view, const std::function<void(store::Kept&&)>&) override { return Done{}; }
  Status samples(Id link, std::int64_t from, std::int64_t until,
                 const std::function<void(const store::Sample&)>& sample) override {
    for (const auto& one : contents_.samples)
      if (one.link == link && one.slot >= from && one.slot < until) sample(one);
    return Done{};
  }
  Result<std::optional<store::Answered>> answered(std::string_view, std::string_view) override {
    return std::optional<store::Answered>{};
  }
  Result<Id> last_id(Kind) override { return Id{0}; }

 private:
  static bool passes(const store::StoredRow& row, const store::Filter& filter) {
    if (filter.empty()) return true;
    const auto body = json::parse(row.body).as_object();
    return std::ranges::all_of(filter, [&](const auto& one) {
      const auto* value = body.if_contains(one.first);
      if (value == nullptr) return false;
      return (value->is_string() ? std::string(value->get_string()) : json::serialize(*value)) == one.second;
    });
  }
  std::vector<store::StoredEntry>& of(journal::Stream stream) {
    return stream == journal::Stream::decisions ? contents_.decisions : contents_.records;
  }
  Contents& contents_;
};

class Store final : public store::Store {
 public:
  void commit(store::Batch, std::function<void(store::Committed)> done) override { done({}); }
  std::size_t waiting() const override { return 0; }
  Status resume() override { return Done{}; }
  Result<std::unique_ptr<store::Reader>> read() override {
    return std::unique_ptr<store::Reader>(new Reader(contents));
  }
  Status backup(const std::string&) override { return Done{}; }
  const std::string& installation() const override { return installation_; }
  Counters counters() const override { return {}; }
  Contents contents;

 private:
  std::string installation_ = std::string(64, 'a');
};

/// Answers each request by `respond`, on the caller's thread.
class Core final : public core::Core {
 public:
  void post(core::Request request, core::Reply reply) override {
    {
      const std::lock_guard lock(mutex);
      posted.push_back(request);
    }
    if (hold) return;
    reply(respond(request));
  }
  void refused(core::Peer, std::string what, Error error) override {
    const std::lock_guard lock(mutex);
    turned.push_back(std::move(what) + ": " + error.what.id);
  }
  void figures(std::function<void(core::Figures)> answer, Id) override {
    if (!hold) return answer(present);
    const std::lock_guard lock(mutex);
    held.push_back(std::move(answer));
  }
  void probe(std::function<void()> answer) override { answer(); }
  void reload(Renewal) override {}
  store::Store& store() override { return kept; }

  fake::Store kept;
  std::mutex mutex;
  std::vector<core::Request> posted;
  std::vector<std::string> turned; ///< what doors refused
  std::vector<std::function<void(core::Figures)>> held;
  core::Figures present;
  std::atomic<bool> hold = false; ///< requests get no answer; questions for figures are held
  std::function<core::Answer(const core::Request&)> respond = [](const core::Request& request) {
    return core::Answer(json::object{{"echo", request.input}});
  };
};

/// Knows some operations and accepts every object that has no member `wrong`; its policy knows three roles.
class Model final : public model::Model {
 public:
  Result<json::object> bind_yaml(std::string_view, std::string_view, std::string_view) override {
    auto content = parse_json(R"({"name":"demo","roles":[
      {"name":"administrator","rights":["request","read"]},
      {"name":"approver","rights":["approve","read"]},
      {"name":"auditor","rights":["read","read-all"],"excludes":["administrator","approver"]}]})");
    return std::move(content->get_object());
  }
  Result<json::object> bind_input(std::string_view operation, std::string_view text) override {
    auto value = parse_json(text);
    if (!value) return std::move(value).error();
    return bind_input(operation, *value);
  }
  Result<json::object> bind_input(std::string_view, const json::value& value) override {
    if (!value.is_object() || value.get_object().contains("wrong")) {
      Error error = fail(Fault::invalid, "api.malformed-target");
      error.mistakes.push_back({{"request", 1, 2}, "/wrong", {"api.malformed-target", {}}, {}});
      return error;
    }
    return value.get_object();
  }
  Result<json::object> bind_object(std::string_view, const json::value&, bool) override {
    return json::object{};
  }
  std::vector<std::string> operations() const override {
    return {"assent-ticket:prepare",   "assent-ticket:standard", "assent-ticket:explain",
            "assent-agent:report",     "assent-alarm:list",      "assent-alarm:show",
            "assent-alarm:acknowledge"};
  }
};

} // namespace assent::fake
