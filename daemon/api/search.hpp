// Search over the register and its tickets: one index for all connections, in memory, on threads of its own.
// It follows the journal, so that an answer is of what is durable at that moment, and core never hears of it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "daemon/api/scope.hpp"
#include "daemon/search/find.hpp"
#include "daemon/search/touches.hpp"

namespace assent::api {

/// `q`, `limit` (1 to 1,000; 100 where left out) and `after` (the `next` of the page before) of a request.
struct SearchQuery {
  search::Query query;
  std::size_t limit = 100;
  std::optional<Ref> after;
};
Result<SearchQuery> search_query(const std::vector<std::pair<std::string, std::string>>& parameters);

/// The index with the place in the journal up to which it holds everything.
struct Indexed {
  search::Index index;
  search::Touches touches;
  std::uint64_t upto = 0;
};

/// Reads everything from one snapshot; stops, with nothing, when `over` says so. Some seconds for a million
/// objects.
Result<std::unique_ptr<Indexed>> build_index(store::Store& store, const std::function<bool()>& over);

/// Takes over the decisions since then, up to the reader's moment.
Status catch_up(Indexed& indexed, store::Reader& reader);

/// `{"assent-status:search": [{"kind", "object", "matched"}], "next"}`, as the scope may see it.
Result<json::object> answer_search(const Indexed& indexed, store::Reader& reader, const Scope& scope,
                                   const SearchQuery& query);

class Search {
 public:
  explicit Search(store::Store& store) : store_(store) {}
  ~Search(); ///< waits for the answer at hand
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;

  /// Begins to build the index; the first question does, too. Any thread.
  void start();
  using Work = std::function<Result<json::object>(const Indexed&, store::Reader&)>;
  /// Any thread. `work` gets the index and a snapshot that it is exact for; `reply` runs once, both on a
  /// thread of this object; or `reply` at once with Fault::busy where 64 wait. Questions wait until the index
  /// is built.
  void ask(Work work, std::function<void(Result<json::object>)> reply);

 private:
  struct Question {
    Work work;
    std::function<void(Result<json::object>)> reply;
  };
  void run();
  void build();
  void launch(); ///< under mutex_
  Result<json::object> answer(const Question& question);
  void look_around();

  store::Store& store_;
  std::mutex mutex_;
  std::condition_variable rung_;
  std::deque<Question> waiting_;
  std::unique_ptr<Indexed> built_; ///< made, not taken over yet
  bool ending_ = false, building_ = false;
  std::unique_ptr<Indexed> indexed_; ///< of thread_ alone
  std::thread thread_, builder_;
};

} // namespace assent::api
