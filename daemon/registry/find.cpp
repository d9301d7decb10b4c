// From what a person writes to an object.
#include <algorithm>
#include <charconv>

#include "common/text.hpp"
#include "daemon/registry/rules.hpp"

namespace assent::registry {
namespace {

constexpr std::size_t most_compared = 20'000; // names; a typo is not worth more time than that

Error missing(Kind kind, std::string_view text) {
  return fail(Fault::not_found, "registry.no-such",
              {{"kind", std::string(name_of(kind))}, {"name", std::string(text.substr(0, 256))}});
}

/// A not-found that says what could have been meant.
Error unknown(const State& state, Kind kind, std::string_view text, std::string_view word) {
  Error error = missing(kind, text);
  std::vector<std::string_view> known;
  Evidence similar;
  for (const auto& [name, id] : state.names[static_cast<std::size_t>(kind)]) {
    if (known.size() == most_compared) break;
    if (known.empty() || known.back() != name) known.push_back(name);
    if (word.size() > 1 && name.find(word) != name.npos) similar.object(state, {kind, id});
  }
  const std::string meant = nearest(word, known.data(), known.size());
  if (!meant.empty()) {
    const auto id = state.by_name(kind, meant);
    error.next = Message{"registry.perhaps", {{"meant", id ? state.name({kind, *id}) : meant}}};
  }
  return std::move(similar).with(std::move(error));
}

Result<Id> only(const State& state, Kind kind, std::string_view text, const std::vector<Id>& found) {
  if (found.size() == 1) return found.front();
  if (found.empty()) return unknown(state, kind, text, text);
  Evidence evidence;
  for (const Id id : found)
    evidence.object(state, {kind, id});
  return std::move(evidence).with(fail(Fault::conflict, "registry.ambiguous",
                                       {{"kind", std::string(name_of(kind))},
                                        {"name", std::string(text)},
                                        {"count", std::to_string(found.size())}}));
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> out;
  while (true) {
    const auto slash = path.find('/');
    out.push_back(path.substr(0, slash));
    if (slash == path.npos) return out;
    path.remove_prefix(slash + 1);
  }
}

/// A name, a whole path, or the end of a path: `浔阳区`, `九江市/浔阳区`.
Result<Id> find_organisation(const State& state, std::string_view text) {
  const auto words = split(text);
  if (words.size() > 64) return missing(Kind::organisation, text);
  std::vector<Id> found, whole;
  const auto [begin, end] =
      state.names[static_cast<std::size_t>(Kind::organisation)].equal_range(words.back());
  for (auto each = begin; each != end; ++each) {
    Id at = each->second;
    bool fits = true;
    for (auto word = words.rbegin(); fits && word != words.rend(); ++word) {
      const auto* row = state.find<record::Organisation>(at);
      fits = row != nullptr && row->name == *word;
      if (row != nullptr) at = row->parent;
    }
    if (!fits) continue;
    found.push_back(each->second);
    if (at == 0) whole.push_back(each->second);
  }
  if (found.empty()) return unknown(state, Kind::organisation, text, words.back());
  if (whole.size() == 1) return whole.front();
  std::sort(found.begin(), found.end());
  return only(state, Kind::organisation, text, found);
}

/// The networks meant: the one given, the one written before the space, or all.
Result<std::vector<Id>> networks_meant(const State& state, std::string_view& text, Id network) {
  if (const auto space = text.rfind(' '); space != text.npos) {
    auto named = state.find_text(Kind::network, text.substr(0, space), 0);
    if (!named) return std::move(named).error();
    network = *named;
    text.remove_prefix(space + 1);
  }
  if (network != 0) return std::vector<Id>{network};
  std::vector<Id> all;
  state.table<record::Network>().each([&](Id id, const record::Network&) {
    all.push_back(id);
    return true;
  });
  return all;
}

Result<Id> find_space(State& state, Kind kind, std::string_view text, Id network) {
  const std::string_view whole = text;
  auto networks = networks_meant(state, text, network);
  if (!networks) return std::move(networks).error();
  std::vector<Id> found;
  Evidence around;
  Prefix wanted;
  if (kind == Kind::address) {
    auto address = parse_address(text);
    if (!address) return std::move(address).error();
    wanted = {*address, address->width()};
  } else {
    auto prefix = parse_prefix(text);
    if (!prefix) return std::move(prefix).error();
    wanted = *prefix;
  }
  for (const Id each : *networks) {
    Space* in = state.space_if(each, wanted.first.v4);
    if (in == nullptr) continue;
    Id id = 0;
    if (kind == Kind::address) {
      id = in->address_at(wanted.first.bits);
    } else if (const auto* node = kind == Kind::block ? in->block_at(wanted) : in->prefix_at(wanted)) {
      id = node->id;
    }
    if (id != 0) {
      found.push_back(id);
    } else if (const auto* node = in->over(wanted, kind != Kind::address)) {
      around.object(state, {node->block ? Kind::block : Kind::prefix, node->id});
    }
  }
  if (found.empty()) return std::move(around).with(missing(kind, whole));
  return only(state, kind, whole, found);
}

Result<Id> find_link(const State& state, std::string_view text, Id network) {
  std::string_view name = text;
  std::vector<Id> found;
  for (const bool shortened : {false, true}) {
    if (shortened) {
      const auto space = text.find(' ');
      if (!found.empty() || space == text.npos) break;
      const auto named = state.by_name(Kind::network, text.substr(0, space));
      if (!named) break;
      network = *named;
      name = text.substr(space + 1);
    }
    const auto [begin, end] = state.names[static_cast<std::size_t>(Kind::link)].equal_range(name);
    for (auto each = begin; each != end; ++each)
      if (network == 0 || state.find<record::Link>(each->second)->network == network)
        found.push_back(each->second);
  }
  return only(state, Kind::link, text, found);
}

} // namespace

Result<Id> State::find_text(Kind kind, std::string_view text, Id network) const {
  if (text.empty() || text.size() > 1024) return missing(kind, text);
  Id number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && stop == text.data() + text.size())
    return exists({kind, number}) ? Result<Id>(number) : missing(kind, text);
  switch (kind) {
  case Kind::organisation:
    return find_organisation(*this, text);
  case Kind::block:
  case Kind::prefix:
  case Kind::address:
    return find_space(const_cast<State&>(*this), kind, text, network);
  case Kind::link:
    return find_link(*this, text, network);
  case Kind::person:
  case Kind::key:
  case Kind::network:
  case Kind::agent:
  case Kind::profile:
  case Kind::device: {
    const auto found = by_name(kind, text);
    return found ? Result<Id>(*found) : unknown(*this, kind, text, text);
  }
  case Kind::baseline: {
    auto device = find_text(Kind::device, text, network);
    if (device && !exists({Kind::baseline, *device})) return missing(kind, text);
    return device;
  }
  case Kind::policy: {
    const auto* policy = find<record::Policy>(1);
    return policy != nullptr && policy->name == text ? Result<Id>(Id{1}) : missing(kind, text);
  }
  case Kind::role:
  case Kind::ticket:
  case Kind::act:
  case Kind::finding:
    break;
  }
  return missing(kind, text);
}

Result<Id> Registry::find(Kind kind, std::string_view text, Id network) const {
  return impl_->find_text(kind, text, network);
}

} // namespace assent::registry
