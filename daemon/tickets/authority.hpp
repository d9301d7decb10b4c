// Authority comes from the journal: people, keys, roles, organisations and policies are rebuilt from the
// founding on, entry by entry, each change justified by signatures that were valid then. Pure besides
// OpenSSL.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.hpp"
#include "daemon/journal/entry.hpp"
#include "daemon/registry/registry.hpp"
#include "daemon/tickets/policy.hpp"

namespace assent::tickets {

/// A signed page as its `act` row holds it.
struct SignedAct {
  Id id = 0;
  Id ticket = 0;
  std::string word, stage;
  Id person = 0;
  std::string key; ///< fingerprint
  std::string page, signature;
};

/// Rebuilds authority from the entries that touch it (in order), and tells whether each was justified.
class AuthorityReplay {
 public:
  /// Turns a policy row's text into a Policy; given by the caller because it needs the model room.
  using ParsePolicy = std::function<Result<Policy>(const json::object& body, std::uint64_t version)>;
  /// All acts of a ticket, oldest first.
  using ActsOf = std::function<Result<std::vector<SignedAct>>(Id ticket)>;

  AuthorityReplay(std::string installation, ParsePolicy parse, ActsOf acts);
  ~AuthorityReplay();

  /// Number 0: the founding file's exact text and its signatures (namespace assent-founding); every founder
  /// signed.
  Status founding(const json::object& body);

  /// A later entry's body. Its rows of authority kinds must come from `ticket-opened`, with a request page
  /// signed by the requester's key, approvals by others that meet the stages the policy of that time asks
  /// for, and edits whose hash is the signed one and whose effect is exactly these rows.
  Status next(std::uint64_t number, const json::object& body);

  /// Done where the registry's organisations, people, keys, roles and policy are exactly those rebuilt here;
  /// else a refusal that names the first object that differs.
  Status same_as(const registry::Registry& registry) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// True for the kinds that decide who may decide.
bool is_authority(Kind kind);

} // namespace assent::tickets
