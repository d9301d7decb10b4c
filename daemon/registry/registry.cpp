#include "daemon/registry/registry.hpp"

#include <algorithm>

#include "daemon/registry/rules.hpp"

namespace assent::registry {
namespace {

Error damaged(Kind kind, Id id, std::string why) {
  return fail(Fault::outside, "registry.damaged-row",
              {{"kind", std::string(name_of(kind))}, {"id", std::to_string(id)}, {"why", std::move(why)}});
}

registry::Key key_of(Id id, const record::Key& row) {
  return {id, row.person, row.text, row.fingerprint, row.state == 0};
}

/// Is the row's place in its space taken by another?
template <class Row>
bool place_taken(State& state, const Row& row) {
  if constexpr (std::is_same_v<Row, record::Block>) {
    return state.space(row.network, row.prefix.first.v4).block_at(row.prefix) != nullptr;
  } else if constexpr (std::is_same_v<Row, record::Prefixed>) {
    return state.space(row.network, row.prefix.first.v4).prefix_at(row.prefix) != nullptr;
  } else if constexpr (std::is_same_v<Row, record::Addressed>) {
    return state.space(row.network, row.address.v4).address_at(row.address.bits) != 0;
  }
  return false;
}

} // namespace

Registry::Registry() : impl_(std::make_unique<State>()) {}
Registry::~Registry() = default;
Registry::Registry(Registry&&) noexcept = default;
Registry& Registry::operator=(Registry&&) noexcept = default;

Status Registry::load(Kind kind, Id id, std::uint64_t version, const json::object& body) {
  Status status = Done{};
  if (is_removed(kind, body)) {
    if (id == 0 || version < 2 || !impl_->removed_baselines.emplace(id, version).second)
      return damaged(kind, id, "number");
    return Done{};
  }
  const bool known = record::with_kind(kind, [&]<class Row>(std::type_identity<Row>) {
    auto row = decode<Row>(body);
    if (!row) {
      Error error = damaged(kind, id, "body");
      error.mistakes = std::move(row.error().mistakes);
      status = std::move(error);
    } else if (id == 0 || version == 0) {
      status = damaged(kind, id, "number");
    } else if (impl_->find<Row>(id) != nullptr || place_taken(*impl_, *row)) {
      status = damaged(kind, id, "twice");
    } else {
      row->version = version;
      impl_->put(id, std::move(*row));
    }
  });
  return known ? status : damaged(kind, id, "kind");
}

Status Registry::loaded() {
  std::optional<Error> error;
  for (std::size_t kind = 0; kind < kind_names.size() && !error; ++kind)
    record::with_kind(static_cast<Kind>(kind), [&]<class Row>(std::type_identity<Row>) {
      impl_->table<Row>().each([&](Id id, const Row& row) {
        each_reference(
            row,
            [&](std::string_view member, Kind to, Id target) {
              if (!error && !impl_->exists({to, target})) error = damaged(Row::kind, id, std::string(member));
            },
            [&](std::string_view member, Kind to, std::string_view name) {
              if (!error && !impl_->by_name(to, name)) error = damaged(Row::kind, id, std::string(member));
            });
        return !error;
      });
    });
  if (error) return std::move(*error);
  const auto& organisations = impl_->table<record::Organisation>();
  Id root = 0;
  organisations.each([&](Id id, const record::Organisation& row) {
    std::size_t steps = 0;
    Id at = id;
    while (at != 0 && steps++ <= organisations.count())
      at = impl_->find<record::Organisation>(at)->parent;
    if (at != 0 || (row.parent == 0 && root != 0)) error = damaged(Kind::organisation, id, "parent");
    if (row.parent == 0) root = id;
    return !error;
  });
  if (error) return std::move(*error);
  for (auto& [where, space] : impl_->spaces)
    if (const auto lost = space.complete()) return damaged(Kind::network, where.first, lost->text());
  return Done{};
}

void Registry::set_last_id(Kind kind, Id last) {
  record::with_kind(kind, [&]<class Row>(std::type_identity<Row>) {
    auto& table = impl_->table<Row>();
    table.set_last(std::max(table.last(), last));
  });
}

std::optional<Object> Registry::get(Kind kind, Id id) const {
  std::optional<Object> out;
  record::with_kind(kind, [&]<class Row>(std::type_identity<Row>) {
    if (const Row* row = impl_->find<Row>(id)) out = Object{id, row->version, encode(*row)};
  });
  return out;
}

std::uint64_t Registry::version(Ref ref) const {
  std::uint64_t out = 0;
  record::with_kind(ref.kind, [&]<class Row>(std::type_identity<Row>) {
    if (const Row* row = impl_->find<Row>(ref.id)) out = row->version;
  });
  return out;
}

void Registry::each(Kind kind, const std::function<void(const Object&)>& object) const {
  record::with_kind(kind, [&]<class Row>(std::type_identity<Row>) {
    impl_->table<Row>().each([&](Id id, const Row& row) {
      object({id, row.version, encode(row)});
      return true;
    });
  });
}

std::size_t Registry::count(Kind kind) const {
  std::size_t out = 0;
  record::with_kind(kind, [&]<class Row>(std::type_identity<Row>) { out = impl_->table<Row>().count(); });
  return out;
}

Id Registry::root() const {
  const auto root = impl_->children_of.lower_bound({0, 0});
  return root != impl_->children_of.end() && root->first == 0 ? root->second : 0;
}

bool Registry::within(Id organisation, Id subtree) const {
  return impl_->within(organisation, subtree);
}
std::string Registry::path(Id organisation) const {
  return impl_->path(organisation);
}
Id Registry::parent(Id organisation) const {
  const auto* row = impl_->find<record::Organisation>(organisation);
  return row != nullptr ? row->parent : 0;
}

std::optional<Person> Registry::person(Id id) const {
  const auto* row = impl_->find<record::Person>(id);
  if (row == nullptr) return std::nullopt;
  return Person{id, row->handle, row->organisation, row->state == 0, row->accounts};
}

std::optional<Id> Registry::person_of_account(std::string_view account) const {
  const auto [begin, end] = impl_->accounts.equal_range(account);
  if (begin == end || std::next(begin) != end) return std::nullopt;
  return begin->second;
}

std::optional<Key> Registry::key(std::string_view fingerprint) const {
  const auto id = impl_->by_name(Kind::key, fingerprint);
  if (!id) return std::nullopt;
  return key_of(*id, *impl_->find<record::Key>(*id));
}

std::vector<Key> Registry::keys_of(Id person) const {
  std::vector<Key> out;
  const auto [begin, end] = impl_->keys_of.equal_range(person);
  for (auto each = begin; each != end; ++each)
    out.push_back(key_of(each->second, *impl_->find<record::Key>(each->second)));
  std::sort(out.begin(), out.end(), [](const Key& a, const Key& b) { return a.id < b.id; });
  return out;
}

std::vector<Grant> Registry::grants_of(Id person) const {
  std::vector<std::pair<Id, Grant>> found;
  const auto [begin, end] = impl_->roles_of.equal_range(person);
  for (auto each = begin; each != end; ++each) {
    const auto* row = impl_->find<record::Role>(each->second);
    found.emplace_back(each->second, Grant{row->person, row->role, row->organisation});
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Grant> out;
  for (auto& [id, grant] : found)
    out.push_back(std::move(grant));
  return out;
}

std::vector<Id> Registry::people_with(std::string_view role, Id organisation) const {
  std::vector<Id> out;
  impl_->table<record::Role>().each([&](Id, const record::Role& row) {
    if (row.role == role && impl_->within(organisation, row.organisation) &&
        impl_->find<record::Person>(row.person)->state == 0)
      out.push_back(row.person);
    return true;
  });
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::optional<Device> Registry::device(Id id) const {
  const auto* row = impl_->find<record::Device>(id);
  if (row == nullptr) return std::nullopt;
  return Device{id,
                row->name,
                row->network,
                row->address,
                static_cast<std::uint16_t>(row->port),
                row->organisation,
                row->agent,
                row->profile,
                row->credential,
                row->labels};
}

std::vector<Id> Registry::devices_of_agent(Id agent) const {
  std::vector<Id> out;
  for (auto each = impl_->devices_of.lower_bound({agent, 0});
       each != impl_->devices_of.end() && each->first == agent; ++each)
    out.push_back(each->second);
  return out;
}

Status Registry::hold(Id ticket, const std::vector<Edit>& resolved) {
  ASSENT_CHECK(!impl_->in_transaction);
  return impl_->hold(ticket, resolved);
}
void Registry::release(Id ticket) {
  ASSENT_CHECK(!impl_->in_transaction);
  impl_->release(ticket);
}
std::size_t Registry::held(Id organisation) const {
  const auto found = impl_->held.find(organisation);
  return found == impl_->held.end() ? 0 : found->second;
}

std::size_t Registry::holding(Id ticket) const {
  const auto found = impl_->holds.find(ticket);
  return found == impl_->holds.end() ? 0 : found->second.size();
}

Id Registry::covering_prefix(Id network, const Prefix& space) const {
  Space* in = impl_->space_if(network, space.first.v4);
  const auto* node = in != nullptr ? in->prefix_over(space, false) : nullptr;
  return node != nullptr ? node->id : 0;
}

} // namespace assent::registry
