#include "daemon/api/atlas.hpp"

#include <algorithm>
#include <cmath>

#include "daemon/api/route.hpp"
#include "daemon/api/rows.hpp"

namespace assent::api {

namespace {

using registry::Prefix;
using registry::U128;

bool before(const Atlas::Node& a, const Atlas::Node& b) {
  if (a.prefix.first.v4 != b.prefix.first.v4) return a.prefix.first.v4;
  if (a.prefix.first.bits != b.prefix.first.bits) return a.prefix.first.bits < b.prefix.first.bits;
  if (a.prefix.length != b.prefix.length) return a.prefix.length < b.prefix.length;
  return a.block && !b.block; // a block and the prefix that fills it
}

int host_bits(const Prefix& prefix) {
  return prefix.first.width() - prefix.length;
}

/// The share of `outer` that `inner`, which lies inside, takes.
double share(const Prefix& inner, const Prefix& outer) {
  return std::ldexp(1.0, host_bits(inner) - host_bits(outer));
}

/// The innermost of sorted nodes that contains a space; parents lead outwards.
std::size_t innermost(const std::vector<Atlas::Node>& nodes, const Prefix& space) {
  const auto above =
      std::upper_bound(nodes.begin(), nodes.end(), space, [](const Prefix& wanted, const Atlas::Node& node) {
        if (wanted.first.v4 != node.prefix.first.v4) return wanted.first.v4;
        if (wanted.first.bits != node.prefix.first.bits) return wanted.first.bits < node.prefix.first.bits;
        return wanted.length < node.prefix.length;
      });
  if (above == nodes.begin()) return Atlas::none;
  auto at = static_cast<std::size_t>(above - nodes.begin()) - 1;
  while (at != Atlas::none && !nodes[at].prefix.contains(space))
    at = nodes[at].parent;
  return at;
}

/// Parents and subtree ends of sorted nodes, and what the prefixes inside each take.
void nest(std::vector<Atlas::Node>& nodes) {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    while (!open.empty() && !nodes[open.back()].prefix.contains(nodes[i].prefix)) {
      nodes[open.back()].end = i;
      open.pop_back();
    }
    if (!open.empty()) {
      nodes[i].parent = open.back();
      nodes[open.back()].given += share(nodes[i].prefix, nodes[open.back()].prefix);
    }
    open.push_back(i);
  }
  for (const auto i : open)
    nodes[i].end = nodes.size();
}

Prefix one(const registry::Address& address) {
  return {address, address.width()};
}

/// Marks what `inner` takes of the cells of `outer`.
void mark(std::vector<double>& cells, const Prefix& inner, const Prefix& outer) {
  const int cell_bits = std::countr_zero(cells.size());
  const int cell_host = host_bits(outer) - cell_bits;
  const U128 offset = inner.first.bits - outer.first.bits;
  const auto first = static_cast<std::size_t>(offset >> cell_host);
  if (host_bits(inner) < cell_host) {
    cells[first] += std::ldexp(1.0, host_bits(inner) - cell_host);
    return;
  }
  const std::size_t count = std::size_t{1} << (host_bits(inner) - cell_host);
  for (std::size_t i = first; i < std::min(first + count, cells.size()); ++i)
    cells[i] = 1;
}

/// Shares as they are shown: in ten-thousandths, but never 0 where something is and never 1 where not all is.
double rounded(double value) {
  if (value <= 0) return 0;
  if (value >= 1) return 1;
  return std::clamp(std::round(value * 10'000) / 10'000, 0.0001, 0.9999);
}

} // namespace

Result<AtlasQuery> atlas_query(const std::vector<std::pair<std::string, std::string>>& query) {
  AtlasQuery out;
  for (const auto& [name, value] : query) {
    bool good = false;
    if (name == "network") {
      good = read_number(value, out.network);
    } else if (name == "prefix") {
      auto prefix = registry::parse_prefix(value);
      if (!prefix) return std::move(prefix).error();
      out.prefix = *prefix;
      good = true;
    }
    if (!good) return fail(Fault::invalid, "api.bad-parameter", {{"name", name}, {"value", value}});
  }
  if (out.network == 0)
    return fail(Fault::invalid, "api.bad-parameter", {{"name", "network"}, {"value", ""}});
  return out;
}

Result<Atlas> Atlas::read(store::Reader& reader, Id network) {
  Atlas atlas;
  atlas.network_ = network;
  for (const Kind kind : {Kind::block, Kind::prefix}) {
    auto done = reader.each_place(kind, network, [&](Id id, std::string_view text) {
      if (auto prefix = registry::parse_prefix(text)) {
        Node node;
        node.prefix = *prefix;
        node.id = id;
        node.block = kind == Kind::block;
        atlas.nodes_.push_back(node);
      }
    });
    if (!done) return std::move(done).error();
  }
  auto& nodes = atlas.nodes_;
  std::ranges::sort(nodes, before);
  nest(nodes);
  auto done = reader.each_place(Kind::address, network, [&](Id, std::string_view text) {
    const auto address = registry::parse_address(text);
    const auto at = address ? innermost(nodes, one(*address)) : none;
    if (at != none) ++nodes[at].direct;
  });
  if (!done) return std::move(done).error();
  for (std::size_t i = nodes.size(); i-- > 0;) {
    nodes[i].addresses += nodes[i].direct;
    nodes[i].given += static_cast<double>(nodes[i].direct) * std::ldexp(1.0, -host_bits(nodes[i].prefix));
    if (nodes[i].parent != none) nodes[nodes[i].parent].addresses += nodes[i].addresses;
  }
  return atlas;
}

std::size_t Atlas::around(const Prefix& space) const {
  return innermost(nodes_, space);
}

Result<store::StoredRow> Atlas::row(const Eyes& eyes, const Node& node) const {
  return eyes.reader.get(node.block ? Kind::block : Kind::prefix, node.id);
}

Result<json::object> Atlas::shown(const Node& node, const store::StoredRow& row, View view) const {
  const Kind kind = node.block ? Kind::block : Kind::prefix;
  auto seen = parse_json(row_text(view, kind, row), 1u << 20, "row");
  if (!seen) return std::move(seen).error();
  json::object out = std::move(seen->as_object());
  const auto index = static_cast<std::size_t>(&node - nodes_.data());
  out["kind"] = name_of(kind);
  out["share"] = rounded(node.given);
  out["prefixes"] = node.end - index - 1;
  out["addresses"] = node.addresses;
  return out;
}

/// The nodes around, outermost first; where the reader may not read the innermost, there is nothing.
Result<json::array> Atlas::path_to(const Eyes& eyes, std::size_t inner) const {
  json::array path;
  for (auto at = inner; at != none; at = nodes_[at].parent) {
    const auto stored = row(eyes, nodes_[at]);
    if (!stored) return stored.error();
    if (!eyes.sight.reads(nodes_[at].block ? Kind::block : Kind::prefix, stored->id, stored->body)) break;
    auto one = shown(nodes_[at], *stored, eyes.scope.view);
    if (!one) return std::move(one).error();
    path.insert(path.begin(), std::move(one).value());
  }
  if (path.empty()) return fail(Fault::not_found, "api.no-space", {{"prefix", nodes_[inner].prefix.text()}});
  return path;
}

/// The nodes directly inside `outer` (none: the blocks) that lie in `within`. Where one may not be read,
/// those in it stand in its place, if its holder is one from whom the reader's organisations have their
/// space.
Result<json::array> Atlas::children(const Eyes& eyes, std::size_t outer, const Prefix* within,
                                    std::size_t& left_out) const {
  json::array list;
  const std::size_t end = outer == none ? nodes_.size() : nodes_[outer].end;
  for (std::size_t i = outer == none ? 0 : outer + 1; i < end;) {
    const Node& node = nodes_[i];
    i = node.end;
    if (within != nullptr && !within->contains(node.prefix)) continue;
    if (list.size() == most_children) {
      // How many more there are is told to those who see all.
      if (eyes.scope.view != View::scoped || outer != none) ++left_out;
      continue;
    }
    const auto stored = row(eyes, node);
    if (!stored) return stored.error();
    if (!eyes.sight.reads(node.block ? Kind::block : Kind::prefix, stored->id, stored->body)) {
      const auto body = parse_json(stored->body, 1u << 20, "row");
      if (body && body->is_object() && eyes.scope.below(number_of(body->get_object(), "organisation")))
        i = static_cast<std::size_t>(&node - nodes_.data()) + 1;
      continue;
    }
    auto one = shown(node, *stored, eyes.scope.view);
    if (!one) return std::move(one).error();
    list.push_back(std::move(one).value());
  }
  return list;
}

/// The registered addresses in a space: a small one is asked for address by address, of a large one the index
/// of the whole network is read.
Status Atlas::places_in(store::Reader& reader, const Prefix& space,
                        const std::function<void(Id, const registry::Address&)>& place) const {
  constexpr int small = 9;
  if (host_bits(space) > small)
    return reader.each_place(Kind::address, network_, [&](Id id, std::string_view text) {
      const auto address = registry::parse_address(text);
      if (address && space.contains(*address)) place(id, *address);
    });
  for (U128 bits = space.first.bits;; ++bits) {
    const registry::Address address{space.first.v4, bits};
    auto page = reader.list(Kind::address,
                            {{"network", std::to_string(network_)}, {"address", address.text()}}, 0, 1);
    if (!page) return std::move(page).error();
    for (const auto& row : page->rows)
      place(row.id, address);
    if (bits == space.last()) return Done{};
  }
}

/// The addresses that lie in the space and in no deeper prefix: on the cells, and as a list.
Status Atlas::add_addresses(const Eyes& eyes, const AtlasQuery& query, std::size_t outer,
                            std::vector<double>& cells, json::object& out) const {
  std::vector<std::pair<registry::Address, Id>> found;
  std::size_t count = 0;
  if (nodes_[outer].direct > 0) {
    auto done = places_in(eyes.reader, *query.prefix, [&](Id id, const registry::Address& address) {
      if (innermost(nodes_, one(address)) != outer) return;
      mark(cells, one(address), *query.prefix);
      ++count;
      found.emplace_back(address, id);
      if (found.size() < 2 * most_addresses) return;
      std::ranges::nth_element(found, found.begin() + most_addresses);
      found.resize(most_addresses);
    });
    if (!done) return done;
  }
  std::ranges::sort(found);
  if (found.size() > most_addresses) found.resize(most_addresses);
  json::array list;
  for (const auto& [address, id] : found) {
    auto row = eyes.reader.get(Kind::address, id);
    if (!row) return std::move(row).error();
    if (!eyes.sight.reads(Kind::address, row->id, row->body)) continue;
    auto seen = parse_json(row_text(eyes.scope.view, Kind::address, *row), 1u << 20, "row");
    if (!seen) return std::move(seen).error();
    list.push_back(std::move(seen).value());
  }
  out["addresses"] = std::move(list);
  out["addresses-left-out"] = count - found.size();
  return Done{};
}

Result<json::object> Atlas::answer(store::Reader& reader, const AtlasQuery& query, const Scope& scope) const {
  Sight sight(scope, reader);
  const Eyes eyes{reader, sight, scope};
  json::object out{{"network", network_}};
  std::size_t outer = none, left_out = 0;
  if (query.prefix) {
    outer = around(*query.prefix);
    if (outer == none) return fail(Fault::not_found, "api.no-space", {{"prefix", query.prefix->text()}});
    out["prefix"] = query.prefix->text();
    auto path = path_to(eyes, outer);
    if (!path && path.error().fault == Fault::not_found)
      return fail(Fault::not_found, "api.no-space", {{"prefix", query.prefix->text()}});
    if (!path) return std::move(path).error();
    out["path"] = std::move(path).value();
  }
  auto list = children(eyes, outer, query.prefix ? &*query.prefix : nullptr, left_out);
  if (!list) return std::move(list).error();
  out["children"] = std::move(list).value();
  out["children-left-out"] = left_out;
  if (!query.prefix) return out;
  std::vector<double> cells(std::min(most_cells, std::size_t{1} << std::min(host_bits(*query.prefix), 8)), 0);
  for (std::size_t i = outer + 1; i < nodes_[outer].end; i = nodes_[i].end)
    if (query.prefix->contains(nodes_[i].prefix)) mark(cells, nodes_[i].prefix, *query.prefix);
  if (auto done = add_addresses(eyes, query, outer, cells, out); !done) return std::move(done).error();
  json::array shares;
  for (const double cell : cells)
    shares.emplace_back(rounded(cell));
  out["cells"] = std::move(shares);
  return out;
}

// --- AtlasThread

AtlasThread::~AtlasThread() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    waiting_.clear();
  }
  rung_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void AtlasThread::ask(AtlasQuery query, Scope scope, std::function<void(Result<json::object>)> reply) {
  constexpr std::size_t most_waiting = 16;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < most_waiting) {
      waiting_.push_back({query, std::move(scope), std::move(reply)});
      if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
      rung_.notify_one();
      return;
    }
  }
  reply(fail(Fault::busy, "api.map-busy"));
}

void AtlasThread::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    rung_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (ending_) return;
    const Question question = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    question.reply(answer(question));
    lock.lock();
  }
}

Status AtlasThread::read(store::Reader& reader, Id network, std::uint64_t head) {
  const auto begin = std::chrono::steady_clock::now();
  kept_.reset();
  auto read = Atlas::read(reader, network);
  if (!read) return std::move(read).error();
  kept_ = std::move(read).value();
  kept_network_ = network;
  kept_head_ = head;
  const auto end = std::chrono::steady_clock::now();
  constexpr std::chrono::milliseconds short_reading{100};
  good_until_ = end - begin > short_reading ? end + 10 * (end - begin) : end;
  return Done{};
}

/// A network is read again only where decisions have been made since; where reading takes long, for at most a
/// tenth of the time: the map of a large register that changes all the time is a few seconds old.
Result<json::object> AtlasThread::answer(const Question& question) {
  auto reader = store_.read();
  if (!reader) return std::move(reader).error();
  const auto head = (*reader)->head(journal::Stream::decisions);
  if (!head) return head.error();
  const bool same = kept_ && kept_network_ == question.query.network;
  const bool newest = same && kept_head_ == *head;
  if (!newest && (!same || std::chrono::steady_clock::now() >= good_until_)) {
    if (auto done = read(**reader, question.query.network, *head); !done) return std::move(done).error();
    return kept_->answer(**reader, question.query, question.scope);
  }
  auto out = kept_->answer(**reader, question.query, question.scope);
  if (out.ok() || newest || out.error().fault != Fault::not_found) return out;
  // Something has gone, or come, since.
  if (auto done = read(**reader, question.query.network, *head); !done) return std::move(done).error();
  return kept_->answer(**reader, question.query, question.scope);
}

} // namespace assent::api
