// The address map of the page: what lies in a block or prefix, and how much of it is given out. Reads ids and
// texts of one network from a snapshot, on a thread of its own, so that a register of a million addresses
// holds up no connection.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "daemon/api/http.hpp"
#include "daemon/api/scope.hpp"
#include "daemon/registry/net.hpp"

namespace assent::api {

/// What is asked for: a part of a network's space, or, without `prefix`, its blocks.
struct AtlasQuery {
  Id network = 0;
  std::optional<registry::Prefix> prefix;
};

/// `network` (required) and `prefix` of a query; nothing else.
Result<AtlasQuery> atlas_query(const std::vector<std::pair<std::string, std::string>>& query);

/// The blocks and prefixes of one network and how they nest, and where addresses lie. Immutable once filled.
class Atlas {
 public:
  struct Node {
    registry::Prefix prefix;
    Id id = 0;
    bool block = false;
    std::size_t parent = none;   ///< the innermost node around it
    std::size_t end = 0;         ///< behind the last node inside
    std::uint64_t direct = 0;    ///< addresses in it and in nothing deeper
    std::uint64_t addresses = 0; ///< addresses at any depth
    double given = 0;            ///< share of it that lies in prefixes inside or is an address directly in it
  };
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  static constexpr std::size_t most_children = 4096, most_addresses = 512, most_cells = 256;

  /// Reads a network: linear in its rows. A text that is no prefix or address is skipped (the store checks).
  static Result<Atlas> read(store::Reader& reader, Id network);

  /// The answer as the reader may see it: the rows inside, shares of up to 256 cells, addresses directly
  /// inside (listed up to 512). Fault::not_found where no block or prefix is around `prefix`. Somebody with
  /// subtrees sees the outermost blocks and prefixes of these as if nothing were around them; what lies in
  /// one of them is his (a holder's space goes to himself and to those below him only), and is looked at
  /// again row by row.
  Result<json::object> answer(store::Reader& reader, const AtlasQuery& query, const Scope& scope) const;

  const std::vector<Node>& nodes() const { return nodes_; } ///< sorted: IPv4 first, outer before inner

 private:
  std::size_t around(const registry::Prefix& space) const; ///< the innermost node that contains it, or none
  /// Who asks, and the snapshot out of which he is answered.
  struct Eyes {
    store::Reader& reader;
    Sight& sight;
    const Scope& scope;
  };
  Result<store::StoredRow> row(const Eyes& eyes, const Node& node) const;
  Result<json::object> shown(const Node& node, const store::StoredRow& row, View view) const;
  Result<json::array> path_to(const Eyes& eyes, std::size_t inner) const;
  Result<json::array> children(const Eyes& eyes, std::size_t outer, const registry::Prefix* within,
                               std::size_t& left_out) const;
  Status places_in(store::Reader& reader, const registry::Prefix& space,
                   const std::function<void(Id, const registry::Address&)>& place) const;
  Status add_addresses(const Eyes& eyes, const AtlasQuery& query, std::size_t outer,
                       std::vector<double>& cells, json::object& out) const;

  Id network_ = 0;
  std::vector<Node> nodes_;
};

/// Answers atlas queries one after the other on its own thread. Destruction waits for the one at hand.
class AtlasThread {
 public:
  explicit AtlasThread(store::Store& store) : store_(store) {}
  ~AtlasThread();
  AtlasThread(const AtlasThread&) = delete;
  AtlasThread& operator=(const AtlasThread&) = delete;

  /// Any thread. `reply` runs once, on this object's thread, or at once with Fault::busy where 16 wait.
  void ask(AtlasQuery query, Scope scope, std::function<void(Result<json::object>)> reply);

 private:
  struct Question {
    AtlasQuery query;
    Scope scope;
    std::function<void(Result<json::object>)> reply;
  };
  void run();
  Result<json::object> answer(const Question& question);
  Status read(store::Reader& reader, Id network, std::uint64_t head);

  store::Store& store_;
  std::mutex mutex_;
  std::condition_variable rung_;
  std::deque<Question> waiting_;
  bool ending_ = false;
  std::thread thread_; ///< started by the first question
  // Of the thread alone: what was read last.
  std::optional<Atlas> kept_;
  Id kept_network_ = 0;
  std::uint64_t kept_head_ = 0;
  std::chrono::steady_clock::time_point good_until_{};
};

} // namespace assent::api
