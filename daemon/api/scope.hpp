// Whose eyes: what a reader may see of the register, the findings, the tickets and the events. A person reads
// what lies in the subtrees in which a role gives the right `read`, and what every reader needs (docs/api.md,
// "Who reads what"). One Readers for each I/O thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/api/http.hpp"
#include "daemon/core/core.hpp"
#include "daemon/model/model.hpp"
#include "daemon/tickets/policy.hpp"

namespace assent::api {

/// The organisations as they were when the scope was made: each with the one above it.
using Above = std::unordered_map<Id, Id>;

struct Scope {
  View view = View::monitor;
  Id person = 0;            ///< View::scoped: who reads
  std::vector<Id> subtrees; ///< View::scoped: whose organisations
  std::shared_ptr<const Above> above;

  /// Does the organisation lie in one of the subtrees?
  bool within(Id organisation) const;
  /// Does one of the subtrees lie below the organisation?
  bool below(Id organisation) const;
};

/// Who may read what, from the people, roles and policy of the store; read again when authority may have
/// changed.
class Readers {
 public:
  /// The scope of an account at the person door. `authority` grows with every event that may have changed
  /// people; what is known is also renewed after 5 s. Monitor where anything is in doubt.
  Scope of(const std::string& account, std::uint64_t authority, Clock& clock, store::Store& store,
           model::Model& model);

 private:
  struct Known {
    std::map<std::string, std::vector<Id>> people_of; ///< active ones, by account
    std::map<Id, std::vector<std::pair<std::string, Id>>> roles_of;
    std::shared_ptr<Above> above;
    Id root = 0;
  };
  Status load(store::Store& store, model::Model& model);

  Known known_;
  tickets::Policy policy_;
  std::uint64_t authority_ = 0;
  std::chrono::nanoseconds read_{0};
  bool good_ = false;
};

/// Decides row by row; for one request or one piece of the event stream, with one Reader.
class Sight {
 public:
  Sight(const Scope& scope, store::Reader& reader) : scope_(scope), reader_(reader) {}

  /// May this row be read? Views other than scoped are decided by kind alone (may_read()).
  bool reads(Kind kind, Id id, const std::string& body);
  bool reads(Kind kind, Id id); ///< the same of a row that is looked up; false where it is not there
  /// A device's tree: one that a readable device has as its baseline or showed last.
  bool reads_tree(const std::string& fingerprint);
  /// May this reader be told of the event?
  bool follows(const core::Event& event);
  /// An event that may be followed, as this reader is told of it: a notification about several alarms names
  /// only those that he may read.
  core::Event told(core::Event event);
  /// Of an alarm: `device/7`, `finding/3`, `link/2`, `ticket/9`; what belongs to none is told to all.
  bool reads_resource(const std::string& resource);
  /// The same as people write it: also `device/NAME`, or a device's name alone.
  bool reads_named_resource(const std::string& resource);

 private:
  bool scoped_row(Kind kind, Id id, const json::object& body);
  bool own_ticket(const json::object& body);
  bool touches(const json::object& edit);
  std::optional<Id> device_of_name(const std::string& name);
  bool device_named(const std::string& name);

  const Scope& scope_;
  store::Reader& reader_;
  std::map<std::pair<Kind, Id>, bool> seen_;
};

} // namespace assent::api
