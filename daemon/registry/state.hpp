// The register's memory: one table for each kind, and the indexes over them. Keeps what it is given
// consistent with its indexes; whether it may be given is decided in rules.cpp.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>

#include "daemon/registry/codec.hpp"
#include "daemon/registry/records.hpp"
#include "daemon/registry/registry.hpp"
#include "daemon/registry/space.hpp"

namespace assent::registry {

struct State {
  // A space for each network and family.
  using Spaces = std::map<std::pair<Id, bool>, Space>;
  using Names = std::multimap<std::string, Id, std::less<>>;
  struct HashRef {
    std::size_t operator()(const Ref& ref) const { return ref.id * 31 + static_cast<std::size_t>(ref.kind); }
  };
  using Uses = std::array<std::uint32_t, kind_names.size()>;

  std::tuple<Table<record::Organisation>, Table<record::Person>, Table<record::Key>, Table<record::Role>,
             Table<record::Network>, Table<record::Block>, Table<record::Prefixed>, Table<record::Addressed>,
             Table<record::Agent>, Table<record::Profile>, Table<record::Device>, Table<record::Link>,
             Table<record::Policy>, Table<record::Baseline>>
      tables;
  std::array<Names, kind_names.size()> names;                     ///< by name, handle or fingerprint
  Names accounts;                                                 ///< account -> person
  std::multimap<Id, Id> keys_of, roles_of;                        ///< of a person
  std::set<std::tuple<Id, Address, std::uint64_t, Id>> endpoints; ///< network, address, port, device
  std::set<std::pair<Id, Id>> devices_of;                         ///< agent, device
  std::set<std::pair<Id, Id>> children_of;                        ///< organisation, organisation below
  std::set<std::tuple<Id, Id, Prefix, Id>> holdings; ///< organisation, network, prefix and its number
  std::unordered_map<Ref, Uses, HashRef> uses;       ///< how many objects of each kind refer to it
  Spaces spaces;
  /// One thing that a waiting ticket asks for. It is `placed` where it is out of free space by itself, and
  /// not because it lies in something larger that the same ticket asks for.
  struct Held {
    Id network = 0;
    Space::Hold hold;
    bool placed = false;
    bool lifted = false; ///< was placed, and its own ticket is on trial
  };
  std::map<Id, std::vector<Held>> holds; ///< of a ticket
  std::map<Id, std::size_t> held;        ///< by organisation
  /// Versions of baselines that were removed. Their number is their device's, and a journal never uses a
  /// number twice: the row stays, as `removed`, and a new baseline is its next version.
  std::map<Id, std::uint64_t> removed_baselines;
  bool in_transaction = false;
  /// Prefixes and addresses that changed hands in the trial that lives: whether they fit is asked at its end.
  std::set<Ref> unsettled;

  template <class Row>
  Table<Row>& table() {
    return std::get<Table<Row>>(tables);
  }
  template <class Row>
  const Table<Row>& table() const {
    return std::get<Table<Row>>(tables);
  }
  template <class Row>
  const Row* find(Id id) const {
    return table<Row>().find(id);
  }

  Space& space(Id network, bool v4) { return spaces.try_emplace({network, v4}, v4).first->second; }
  Space* space_if(Id network, bool v4) {
    const auto found = spaces.find({network, v4});
    return found == spaces.end() ? nullptr : &found->second;
  }

  bool exists(Ref ref) const;
  std::optional<Id> by_name(Kind kind, std::string_view name) const; ///< the first of that name
  std::uint32_t used(Ref ref) const;                                 ///< by how many objects

  /// Puts a row in, new or in place of the old one, and keeps the indexes.
  template <class Row>
  void put(Id id, Row row) {
    if (Row* old = table<Row>().find(id)) {
      unindex(id, *old, &row);
      std::swap(*old, row);
      index(id, *old, &row);
    } else {
      const Row& placed = table<Row>().put(id, std::move(row));
      index(id, placed, static_cast<const Row*>(nullptr));
    }
  }
  template <class Row>
  void erase(Id id) {
    unindex(id, *table<Row>().find(id), static_cast<const Row*>(nullptr));
    table<Row>().erase(id);
  }

  /// `other` is the row before or after where one replaces the other: what both have in common stays in the
  /// indexes.
  template <class Row>
  void index(Id id, const Row& row, const Row* other) {
    count_uses(row, 1);
    change_index(id, row, other, true);
  }
  template <class Row>
  void unindex(Id id, const Row& row, const Row* other) {
    count_uses(row, ~std::uint32_t{0});
    change_index(id, row, other, false);
  }

  std::string path(Id organisation) const;
  bool within(Id organisation, Id subtree) const;
  Id common(Id one, Id other) const; ///< the lowest organisation above both, or one of them
  std::string name(Ref ref) const;   ///< how a person would call it: name, path, handle, prefix
  std::string label(Ref ref) const;  ///< `prefix extranet 10.3.0.0/16 九江市/浔阳区`
  template <class Row>
  std::string label_of(Id id, const Row& row) const;

  /// By what a person wrote; see Registry::find().
  Result<Id> find_text(Kind kind, std::string_view text, Id network) const;

  Status hold(Id ticket, const std::vector<Edit>& resolved);
  void release(Id ticket);
  void lift(Id ticket);  ///< gives a ticket's holds back for the time of its own transaction
  void lower(Id ticket); ///< takes them again, as far as they are still free

 private:
  template <class Row>
  void count_uses(const Row& row, std::uint32_t by);
  void rename(Kind kind, Id id, std::string_view name, bool add);
  void change_index(Id id, const record::Organisation& row, const record::Organisation*, bool add);
  void change_index(Id id, const record::Person& row, const record::Person*, bool add);
  void change_index(Id id, const record::Key& row, const record::Key*, bool add);
  void change_index(Id id, const record::Role& row, const record::Role*, bool add);
  void change_index(Id id, const record::Network& row, const record::Network*, bool add);
  void change_index(Id id, const record::Block& row, const record::Block* other, bool add);
  void change_index(Id id, const record::Prefixed& row, const record::Prefixed* other, bool add);
  void change_index(Id id, const record::Addressed& row, const record::Addressed* other, bool add);
  void change_index(Id id, const record::Agent& row, const record::Agent*, bool add);
  void change_index(Id id, const record::Profile& row, const record::Profile*, bool add);
  void change_index(Id id, const record::Device& row, const record::Device*, bool add);
  void change_index(Id id, const record::Link& row, const record::Link*, bool add);
  void change_index(Id, const record::Policy&, const record::Policy*, bool) {}
  void change_index(Id, const record::Baseline&, const record::Baseline*, bool) {}
};

template <class Row>
void State::count_uses(const Row& row, std::uint32_t by) {
  each_reference(
      row,
      [&](std::string_view, Kind kind, Id id) {
        uses[{kind, id}][static_cast<std::size_t>(Row::kind)] += by;
      },
      [&](std::string_view, Kind kind, std::string_view name) {
        if (const auto id = by_name(kind, name)) uses[{kind, *id}][static_cast<std::size_t>(Row::kind)] += by;
      });
}

} // namespace assent::registry
