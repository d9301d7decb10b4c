// The register: organisations, people, keys, roles, networks, blocks, prefixes, addresses, agents, profiles,
// devices, links, policy and baselines, as typed objects in memory with their indexes. Pure: no sockets, no
// SQLite, no clock. Owned by core's thread. Object bodies: docs/architecture.md, "Objects".
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/ids.hpp"
#include "common/json.hpp"
#include "common/result.hpp"
#include "daemon/journal/entry.hpp"
#include "daemon/registry/net.hpp"

namespace assent::registry {

enum class Operation : std::uint8_t { create, modify, remove };
std::string_view name_of(Operation operation); ///< `create`, `modify`, `delete`

/// One wanted change of one object. As a person gives it: names may stand for ids and free space may be asked
/// for. As a ticket stores it (resolved): ids only, or `"$N"` for the object that edit N (from 1) of the same
/// ticket makes, and the concrete address or prefix.
struct Edit {
  Operation operation{};
  Kind kind{};
  Id id = 0;                ///< of the object; 0 for create
  std::string name;         ///< what a person wrote in place of `id`; empty once resolved
  std::uint64_t before = 0; ///< the version that is modified or removed; 0 for create
  json::object value; ///< create: the body; modify: only what changes (null removes a member); delete: empty
};
json::object to_json(const Edit& edit);
/// Refuses unknown members and wrong types. `id` may be a number or what a person writes for the object.
Result<Edit> edit_from_json(const json::object& object);

/// What an edit touches, for policy, for rights and for conflicts.
struct Touch {
  Ref object; ///< id 0 where it is yet to be created
  Operation operation{};
  Id organisation = 0; ///< whose object it is or becomes
  Id holder = 0;       ///< who holds the space or the parent that it comes from (0: the root's founders)
  Id network = 0;      ///< 0 where the kind has none
  Id device = 0;       ///< of a link, an address, a baseline; the device itself
  /// Who is concerned besides: of a person and of a key every organisation in which the person holds a role.
  std::vector<Id> also;
  std::optional<Prefix> space;     ///< address or prefix concerned
  std::vector<std::string> labels; ///< of the device
  std::string label;               ///< one readable line: `prefix extranet 10.3.0.0/16 九江市/浔阳区`
  /// Where the thing was before a modify that gives it another network or other labels, and before other
  /// edits of the same ticket gave its device other labels: the rules of those places hold for the change,
  /// too.
  struct Place {
    Id network = 0;
    std::vector<std::string> labels;
  };
  std::vector<Place> left;
};

/// Is this the row of a baseline that was removed? It keeps its number and has no other content.
bool is_removed(Kind kind, const json::object& body);

class Registry;
struct State; // state.hpp

/// A trial of several edits: each sees the effect of those before it. Nothing lasts unless keep() is called;
/// the destructor undoes. At most one lives at a time.
class Transaction {
 public:
  explicit Transaction(Registry& registry);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// What is wanted at once as edits that are resolved and applied one after the other: `count` addresses or
  /// prefixes, and the room that a prefix is to keep. Where several are wanted at once every wanted edit goes
  /// through here first, in order: `$N` then counts what was wanted (of several, the first; of a prefix with
  /// room, the prefix).
  Result<std::vector<Edit>> expand(Edit wanted, Id ticket);

  /// Names become ids, free space is chosen, defaults are filled in; what is refused is refused with evidence
  /// (what overlaps, who holds it, what is still in use). `ticket` may use what it holds itself.
  Result<Edit> resolve(const Edit& wanted, Id ticket);

  /// Applies a resolved edit and gives the new row. Numbers new objects; `version` is one more than before.
  Result<journal::Row> apply(const Edit& resolved, Id ticket);

  /// What the edit touches, seen after it was applied here.
  Result<Touch> touch(const Edit& resolved) const;

  /// After the last edit: what changed hands has a holder that fits its place, and so has what lies in it.
  /// This is asked only here, so that a subtree can change hands edit by edit.
  Status settle();

  /// Makes what was applied last, and ends the trial; after settle(). Registry::hold() and release() wait
  /// until it has ended.
  void keep();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A change of a whole part of the space, which becomes the edits of one ticket.
struct Restructure {
  enum class Kind : std::uint8_t { split, merge, renumber, reassign, clear };
  Kind kind{};
  std::vector<Id> prefixes; ///< merge: at least two; else one
  int length = 0;           ///< split: of the pieces
  bool keep = false;        ///< split: the prefix stays around the pieces, as a container
  Prefix to;                ///< renumber: where the prefix and all in it goes
  Id organisation = 0;      ///< reassign: the new holder
};

/// One object as JSON with its version.
struct Object {
  Id id = 0;
  std::uint64_t version = 0;
  json::object body;
};

/// What a person may do: a role on a subtree, already checked for exclusion.
struct Person {
  Id id = 0;
  std::string handle;
  Id organisation = 0;
  bool active = true;
  std::vector<std::string> accounts;
};
struct Key {
  Id id = 0;
  Id person = 0;
  std::string text;        ///< `ssh-ed25519 AAAA…`
  std::string fingerprint; ///< `SHA256:…`
  bool active = true;
};
struct Grant {
  Id person = 0;
  std::string role;
  Id organisation = 0; ///< the subtree's root
};
struct Device {
  Id id = 0;
  std::string name;
  Id network = 0;
  Address address;
  std::uint16_t port = 161;
  Id organisation = 0;
  Id agent = 0;
  std::string profile;
  std::string credential;
  std::vector<std::string> labels;
};

class Registry {
 public:
  Registry();
  ~Registry();
  Registry(Registry&&) noexcept;
  Registry& operator=(Registry&&) noexcept;

  /// Puts a durable row in (start, reload, replay). Rows come in the order of Kind; within a kind in any
  /// order (an organisation may come before its parent). Fault::outside where the row contradicts another: a
  /// damaged store.
  Status load(Kind kind, Id id, std::uint64_t version, const json::object& body);
  /// To be called once after the last load(): builds free space and checks references.
  Status loaded();
  void set_last_id(Kind kind, Id last); ///< numbers of deleted objects are not used again

  std::optional<Object> get(Kind kind, Id id) const;
  std::uint64_t version(Ref ref) const; ///< 0 where it does not exist
  /// Finds an object by what a person writes: a number, a name, a path `九江市/浔阳区`, a handle, a prefix or
  /// address (with `network` where it would be ambiguous). Says what it could have meant where there is none
  /// or several.
  Result<Id> find(Kind kind, std::string_view text, Id network = 0) const;
  void each(Kind kind, const std::function<void(const Object&)>& object) const;
  std::size_t count(Kind kind) const;

  // Organisations
  Id root() const;
  bool within(Id organisation, Id subtree) const; ///< is `organisation` equal to or below `subtree`?
  std::string path(Id organisation) const;        ///< `九江市/浔阳区`
  Id parent(Id organisation) const;               ///< 0 for the root

  // People
  std::optional<Person> person(Id id) const;
  std::optional<Id>
  person_of_account(std::string_view account) const; ///< only where it belongs to exactly one
  std::optional<Key> key(std::string_view fingerprint) const;
  std::vector<Key> keys_of(Id person) const;
  std::vector<Grant> grants_of(Id person) const;
  std::vector<Id> people_with(std::string_view role,
                              Id organisation) const; ///< who hold it on it or above, active

  // Devices
  std::optional<Device> device(Id id) const;
  std::vector<Id> devices_of_agent(Id agent) const;

  // Space
  /// What a waiting ticket asked for, so that nobody else gets it. Released by the ticket's end or opening.
  Status hold(Id ticket, const std::vector<Edit>& resolved);
  void release(Id ticket);
  std::size_t held(Id organisation) const; ///< how many addresses or prefixes are held for it
  std::size_t holding(Id ticket) const;    ///< how many the ticket holds
  /// The edits that do it, in an order in which each can be applied, at most `limit` of them; refused where
  /// the pieces do not fit. Whether they may be applied is decided as of every edit.
  Result<std::vector<Edit>> restructure(const Restructure& wanted, std::size_t limit) const;
  /// The prefix that holds this space most closely; 0 where only a block or nothing does.
  Id covering_prefix(Id network, const Prefix& space) const;

 private:
  friend class Transaction;
  std::unique_ptr<State> impl_;
};

} // namespace assent::registry
