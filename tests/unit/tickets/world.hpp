// A small city for the tests of tickets: organisations, people with keys and roles, space, two switches, a
// policy.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "daemon/registry/registry.hpp"
#include "daemon/tickets/policy.hpp"
#include "daemon/tickets/ticket.hpp"

namespace assent::tickets::test {

inline constexpr Id city = 1, xunyang = 2, lianxi = 3, bureau = 4;
inline constexpr Id wang = 1, zhao = 2, li = 3, chen = 4, sun = 5, zhou = 6, wu = 7;
inline constexpr Id extranet = 1, intranet = 2;

struct TestKey {
  std::string text, fingerprint;
};
const std::vector<TestKey>& test_keys(); ///< the key of person N is test_keys()[N - 1]
inline const std::string& key_of(Id person) {
  return test_keys()[person - 1].fingerprint;
}

Instant at(int minute);
json::object parse(std::string_view text);
const std::string& policy_text(); ///< the YAML, for the lines of rules
json::object policy_content();    ///< as the model would bind it
Policy demo_policy(std::uint64_t version = 1);
Policy policy_of(const json::object& content, std::uint64_t version = 1);

/// The city's rows; `change` may alter one before it is loaded (by `kind ID`).
registry::Registry world(const std::map<std::string, std::string>& change = {});

/// A resolved edit.
registry::Edit edit(std::string_view operation, Kind kind, std::string_view value, Id id = 0,
                    std::uint64_t before = 0);

/// What edits touch, by applying them in a trial.
std::vector<registry::Touch> touches(registry::Registry& registry, const std::vector<registry::Edit>& edits);

Permit permit(Id device, std::string_view path, std::string_view label = "");

/// A submitted ticket of li: one address in 浔阳区's space, waiting for its holder's approval.
Ticket address_ticket(registry::Registry& registry, const Policy& policy);

} // namespace assent::tickets::test
