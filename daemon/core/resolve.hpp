// From what a person wants to what a ticket says: names become ids, free space is chosen, texts are checked.
#pragma once

#include <string>
#include <vector>

#include "daemon/core/state.hpp"

namespace assent::core {

inline constexpr std::size_t edits_limit = 100'000; ///< in one ticket, once resolved

struct Resolved {
  std::vector<registry::Edit> edits;
  std::vector<registry::Touch>
      touched;                    ///< organisations that the ticket itself makes are replaced by their parent
  std::vector<journal::Row> rows; ///< what would be written; numbers are not used up
};

/// Tries all edits in a transaction that is thrown away. `ticket` may use what it holds.
Result<Resolved> resolve(Step& step, const json::array& wanted, Id ticket);

/// The same in the caller's transaction, which may keep what was tried.
Result<Resolved> resolve(Step& step, registry::Transaction& transaction, const json::array& wanted,
                         Id ticket);

/// The same for edits that are resolved already (a prepared or stored ticket).
Result<Resolved> retry(Step& step, const std::vector<registry::Edit>& edits, Id ticket);

/// Permits as a person gives them (device by id, name, or label) to permits as a ticket stores them.
Result<std::vector<tickets::Permit>> resolve_permits(const State& state, const json::array& wanted);

/// The stages that a change needs, judged by the state before the change.
Result<std::vector<tickets::Stage>> stages_of(const State& state, Id requester, const Resolved& resolved,
                                              const std::vector<tickets::Permit>& permits,
                                              std::string_view kind);

/// Addresses and prefixes that one organisation may hold while its tickets wait.
Status within_held_limit(const State& state, const Resolved& resolved);

/// Edits as JSON, for answers.
json::array to_json(const std::vector<registry::Edit>& edits);
json::array to_json(const std::vector<tickets::Stage>& stages, const registry::Registry& registry);

} // namespace assent::core
