// Inside of Transaction; for transaction.cpp, resolve.cpp and touch.cpp only.
#pragma once

#include <map>
#include <set>

#include "daemon/registry/rules.hpp"

namespace assent::registry {

/// A body whose member is not what it should be.
Error member_wrong(Kind kind, std::string_view member, std::string expected);
/// N of `"$N"`, or 0.
std::size_t edit_number(const json::value& value);

struct Transaction::Impl {
  explicit Impl(State& registry) : state(registry) {}

  /// How to take one applied edit back.
  struct Undo {
    Operation operation{};
    Ref object;
    std::uint64_t version = 0;
    json::object body;         ///< before; empty for create
    Id last = 0;               ///< the table's last number before a create
    std::uint64_t removed = 0; ///< of a baseline: the version under which it stood as removed; 0: it did not
  };

  State& state;
  std::vector<Ref> made;       ///< by each applied edit; id 0 where it made nothing
  std::map<Ref, Id> edit_of;   ///< which edit made it (from 1)
  std::set<Ref> edited;        ///< changed or removed here
  std::map<Ref, Touch> before; ///< what modify and delete touched, as it was before
  std::vector<Undo> undo;
  std::set<Id> lifted; ///< tickets whose holds are given back for this trial
  bool over = false;
  std::vector<std::size_t> first_of; ///< which applied edit (from 1) `$N` means, of each that was expanded
  bool moved_numbers = false;        ///< one of them became several

  void lift(Id ticket) {
    if (ticket != 0 && lifted.insert(ticket).second) state.lift(ticket);
  }
  void finish(bool keep);

  json::value reference(Ref ref) const;                 ///< its number, or `"$N"` where edit N makes it
  Id actual(const json::value* value, Kind kind) const; ///< the number behind a resolved reference, or 0

  Result<json::value> resolve_reference(std::string_view member, const json::value& value, Kind kind) const;
  Status resolve_references(Kind kind, json::object& value) const;
  // choose.cpp
  struct Ask;
  static bool asks(const json::object& value);
  static Result<Ask> read_ask(Kind kind, json::object& value);
  Status choose_space(Kind kind, json::object& value);
  Result<Space::Node*> source(std::string_view member, const json::value& from, Id network);
  Result<std::vector<Space::Node*>> delegated(Kind kind, const json::object& value);
  Result<std::vector<Space::Node*>> sources(Kind kind, json::object& value);
  static std::optional<U128> find_room(const Ask& ask, Space& in, Space::Node& node, int host_bits);
  static bool better(const Ask& ask, const FreeSpace& free, int host_bits, std::optional<int>& so_far);
  static bool may_hold(const Space::Node& node, const Ask& ask, int place);
  Result<Prefix> choose(const Ask& ask, const std::vector<Space::Node*>& from, Id network);
  Error no_room(const Ask& ask, const std::vector<Space::Node*>& from, Id network);
  Status in_a_row(const Edit& wanted, std::vector<Edit>& out);
  Status with_room(const Edit& wanted, std::vector<Edit>& out);
  void renumber(Kind kind, json::object& value) const;
  Status defaults(Kind kind, json::object& value) const;
  Status default_holder(Kind kind, json::object& value) const;
  Status target(const Edit& wanted, Edit& out) const;

  template <class Row>
  Result<journal::Row> create(const Edit& edit);
  template <class Row>
  Result<journal::Row> modify(const Edit& edit);
  template <class Row>
  Result<journal::Row> remove(const Edit& edit);

  template <class Row>
  Touch touch_of(Id id, const Row& row) const;
  Touch touch_of(Ref ref) const;
  Result<Touch> touch_alone(const Edit& resolved) const; ///< not looking at other edits of the trial
};

} // namespace assent::registry
