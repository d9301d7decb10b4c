#include "daemon/registry/state.hpp"

namespace assent::registry {
namespace {

/// Adds or removes one pair of a multimap.
template <class Map, class Key>
void change(Map& map, const Key& key, Id id, bool add) {
  if (add) {
    map.emplace(key, id);
    return;
  }
  auto [at, end] = map.equal_range(key);
  for (; at != end; ++at)
    if (at->second == id) {
      map.erase(at);
      return;
    }
}

template <class Set, class Entry>
void change_set(Set& set, Entry entry, bool add) {
  if (add) {
    set.insert(std::move(entry));
  } else {
    set.erase(entry);
  }
}

} // namespace

bool State::exists(Ref ref) const {
  bool found = false;
  record::with_kind(ref.kind,
                    [&]<class Row>(std::type_identity<Row>) { found = find<Row>(ref.id) != nullptr; });
  return found;
}

std::optional<Id> State::by_name(Kind kind, std::string_view name) const {
  const auto& known = names[static_cast<std::size_t>(kind)];
  const auto found = known.find(name);
  if (found == known.end()) return std::nullopt;
  return found->second;
}

std::uint32_t State::used(Ref ref) const {
  const auto found = uses.find(ref);
  std::uint32_t sum = 0;
  if (found != uses.end())
    for (const auto count : found->second)
      sum += count;
  return sum;
}

void State::rename(Kind kind, Id id, std::string_view name, bool add) {
  change(names[static_cast<std::size_t>(kind)], std::string(name), id, add);
}

void State::change_index(Id id, const record::Organisation& row, const record::Organisation*, bool add) {
  rename(Kind::organisation, id, row.name, add);
  change_set(children_of, std::pair(row.parent, id), add);
}

void State::change_index(Id id, const record::Person& row, const record::Person*, bool add) {
  rename(Kind::person, id, row.handle, add);
  for (const auto& account : row.accounts)
    change(accounts, account, id, add);
}

void State::change_index(Id id, const record::Key& row, const record::Key*, bool add) {
  rename(Kind::key, id, row.fingerprint, add);
  change(keys_of, row.person, id, add);
}

void State::change_index(Id id, const record::Role& row, const record::Role*, bool add) {
  change(roles_of, row.person, id, add);
}

void State::change_index(Id id, const record::Network& row, const record::Network*, bool add) {
  rename(Kind::network, id, row.name, add);
}

void State::change_index(Id id, const record::Block& row, const record::Block* other, bool add) {
  if (other != nullptr && other->prefix == row.prefix) return;
  Space& in = space(row.network, row.prefix.first.v4);
  if (add) {
    in.insert(row.prefix, id, true, false);
  } else {
    in.remove(row.prefix, true);
  }
}

void State::change_index(Id id, const record::Prefixed& row, const record::Prefixed* other, bool add) {
  change_set(holdings, std::tuple(row.organisation, row.network, row.prefix, id), add);
  Space& in = space(row.network, row.prefix.first.v4);
  // The hosts of a deprecated prefix still live by its network and broadcast address.
  const bool active = row.status == record::prefix_active || row.status == record::prefix_deprecated;
  if (other != nullptr && other->prefix == row.prefix) {
    in.set_active(row.prefix, active);
  } else if (add) {
    in.insert(row.prefix, id, false, active);
  } else {
    in.remove(row.prefix, false);
  }
}

void State::change_index(Id id, const record::Addressed& row, const record::Addressed* other, bool add) {
  if (other != nullptr && other->address == row.address) return;
  Space& in = space(row.network, row.address.v4);
  if (add) {
    in.insert_address(row.address.bits, id);
  } else {
    in.remove_address(row.address.bits);
  }
}

void State::change_index(Id id, const record::Agent& row, const record::Agent*, bool add) {
  rename(Kind::agent, id, row.name, add);
}

void State::change_index(Id id, const record::Profile& row, const record::Profile*, bool add) {
  rename(Kind::profile, id, row.name, add);
}

void State::change_index(Id id, const record::Device& row, const record::Device*, bool add) {
  rename(Kind::device, id, row.name, add);
  change_set(endpoints, std::tuple(row.network, row.address, row.port, id), add);
  if (row.agent != 0) change_set(devices_of, std::pair(row.agent, id), add);
}

void State::change_index(Id id, const record::Link& row, const record::Link*, bool add) {
  rename(Kind::link, id, row.name, add);
}

bool State::within(Id organisation, Id subtree) const {
  for (const record::Organisation* row = nullptr; organisation != 0; organisation = row->parent) {
    if (organisation == subtree) return true;
    if ((row = find<record::Organisation>(organisation)) == nullptr) return false;
  }
  return false;
}

std::string State::path(Id organisation) const {
  std::string out;
  for (const auto* row = find<record::Organisation>(organisation); row != nullptr;
       row = find<record::Organisation>(row->parent))
    out = out.empty() ? row->name : row->name + "/" + out;
  return out;
}

Id State::common(Id one, Id other) const {
  while (one != 0 && !within(other, one)) {
    const auto* row = find<record::Organisation>(one);
    one = row != nullptr ? row->parent : 0;
  }
  return one;
}

std::string State::name(Ref ref) const {
  switch (ref.kind) {
  case Kind::organisation:
    return path(ref.id);
  case Kind::person:
    if (const auto* row = find<record::Person>(ref.id)) return row->handle;
    break;
  case Kind::key:
    if (const auto* row = find<record::Key>(ref.id)) return row->fingerprint;
    break;
  case Kind::network:
    if (const auto* row = find<record::Network>(ref.id)) return row->name;
    break;
  case Kind::agent:
    if (const auto* row = find<record::Agent>(ref.id)) return row->name;
    break;
  case Kind::profile:
    if (const auto* row = find<record::Profile>(ref.id)) return row->name;
    break;
  case Kind::device:
    if (const auto* row = find<record::Device>(ref.id)) return row->name;
    break;
  default:
    break;
  }
  return std::to_string(ref.id);
}

template <class Row>
std::string State::label_of(Id id, const Row& row) const {
  std::string out(name_of(Row::kind));
  const auto add = [&](std::string_view word) {
    if (!word.empty()) out.append(" ").append(word);
  };
  const auto net = [&](Id network) { return name({Kind::network, network}); };
  if constexpr (Row::kind == Kind::organisation) {
    add(row.parent != 0 ? path(row.parent) + "/" + row.name : row.name);
  } else if constexpr (Row::kind == Kind::person) {
    add(row.handle), add(path(row.organisation));
  } else if constexpr (Row::kind == Kind::key) {
    add(row.fingerprint), add(name({Kind::person, row.person}));
  } else if constexpr (Row::kind == Kind::role) {
    add(row.role), add(name({Kind::person, row.person})), add(path(row.organisation));
  } else if constexpr (Row::kind == Kind::network || Row::kind == Kind::policy) {
    add(row.name);
  } else if constexpr (Row::kind == Kind::block || Row::kind == Kind::prefix) {
    add(net(row.network)), add(row.prefix.text()), add(path(row.organisation));
  } else if constexpr (Row::kind == Kind::address) {
    add(net(row.network)), add(row.address.text()), add(row.name.view()), add(path(row.organisation));
  } else if constexpr (Row::kind == Kind::agent) {
    add(row.name), add(net(row.network));
  } else if constexpr (Row::kind == Kind::profile) {
    add(row.name), add(std::to_string(row.revision));
  } else if constexpr (Row::kind == Kind::device || Row::kind == Kind::link) {
    add(net(row.network)), add(row.name), add(path(row.organisation));
  } else if constexpr (Row::kind == Kind::baseline) {
    add(name({Kind::device, row.device}));
  }
  static_cast<void>(id);
  return out;
}

template std::string State::label_of(Id, const record::Organisation&) const;
template std::string State::label_of(Id, const record::Person&) const;
template std::string State::label_of(Id, const record::Key&) const;
template std::string State::label_of(Id, const record::Role&) const;
template std::string State::label_of(Id, const record::Network&) const;
template std::string State::label_of(Id, const record::Block&) const;
template std::string State::label_of(Id, const record::Prefixed&) const;
template std::string State::label_of(Id, const record::Addressed&) const;
template std::string State::label_of(Id, const record::Agent&) const;
template std::string State::label_of(Id, const record::Profile&) const;
template std::string State::label_of(Id, const record::Device&) const;
template std::string State::label_of(Id, const record::Link&) const;
template std::string State::label_of(Id, const record::Policy&) const;
template std::string State::label_of(Id, const record::Baseline&) const;

std::string State::label(Ref ref) const {
  std::string out;
  record::with_kind(ref.kind, [&]<class Row>(std::type_identity<Row>) {
    if (const Row* row = find<Row>(ref.id)) out = label_of(ref.id, *row);
  });
  return out.empty() ? std::string(name_of(ref.kind)) + " " + std::to_string(ref.id) : out;
}

} // namespace assent::registry
