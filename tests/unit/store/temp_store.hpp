// A store in a temporary directory, founded and open, that vanishes with the test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "common/hash.hpp"
#include "daemon/store/store.hpp"

namespace assent::store::testing {

/// A directory of its own under TMPDIR, removed with everything in it.
class TempDirectory {
 public:
  TempDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "assent-test-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp failed");
    path_ = name;
  }
  ~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline const std::string& test_installation() {
  static const std::string text = sha256_hex("a founding file");
  return text;
}

inline Instant test_time(std::int64_t seconds = 0) {
  return Instant(std::chrono::seconds(1'800'000'000 + seconds));
}

inline journal::Row row(Kind kind, Id id, std::uint64_t version, json::object body) {
  return {kind, id, version, false, std::move(body)};
}
inline journal::Row gone(Kind kind, Id id, std::uint64_t version) {
  return {kind, id, version, true, {}};
}

inline journal::Draft decision(std::string event, std::vector<journal::Row> rows, Id ticket = 0) {
  journal::Draft draft;
  draft.event = std::move(event);
  draft.time = test_time();
  draft.ticket = ticket;
  draft.rows = std::move(rows);
  return draft;
}

inline journal::Draft record(std::string event, json::object detail = {}, Id ticket = 0) {
  journal::Draft draft;
  draft.stream = journal::Stream::records;
  draft.event = std::move(event);
  draft.time = test_time();
  draft.ticket = ticket;
  draft.detail = std::move(detail);
  return draft;
}

inline Batch batch(journal::Draft draft) {
  Batch out;
  out.entries.push_back(std::move(draft));
  return out;
}

inline json::object address(std::uint64_t network, const std::string& text, std::uint64_t organisation = 1) {
  return {{"network", network}, {"address", text}, {"organisation", organisation}};
}

/// The smallest founding: organisation 1 and network 1.
inline journal::Draft test_founding() {
  return decision("founding", {row(Kind::organisation, 1, 1, {{"name", "九江市"}, {"tier", "city"}}),
                               row(Kind::network, 1, 1, {{"name", "extranet"}})});
}

class TempStore {
 public:
  explicit TempStore(journal::Draft founding = test_founding()) {
    options.path = directory.file("assent.db");
    must(Store::create(options, test_installation(), founding));
    open();
  }
  void open() {
    auto opened = Store::open(options);
    must(opened);
    store = *std::move(opened);
  }
  void close() { store.reset(); }
  void reopen() {
    close();
    open();
  }
  /// Commits and waits until it is on disk or has failed.
  Committed commit(Batch what) {
    std::promise<Committed> promise;
    auto answer = promise.get_future();
    store->commit(std::move(what), [&promise](Committed done) { promise.set_value(std::move(done)); });
    return answer.get();
  }
  Committed commit(journal::Draft draft) { return commit(batch(std::move(draft))); }
  std::unique_ptr<Reader> read() {
    auto reader = store->read();
    must(reader);
    return *std::move(reader);
  }
  template <class T>
  static void must(const Result<T>& result) {
    if (result) return;
    std::string text = result.error().what.id;
    for (const auto& [name, value] : result.error().what.args)
      text += " " + name + "=" + value;
    throw std::runtime_error(text);
  }

  TempDirectory directory;
  Options options;
  std::unique_ptr<Store> store;
};

} // namespace assent::store::testing
