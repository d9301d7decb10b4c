// Does a rule's match apply to something that a ticket touches? Pure.
#pragma once

#include "daemon/tickets/policy.hpp"

namespace assent::tickets {

/// A rule that may apply, but not surely to all of it (a permit's pattern reaches beyond the rule's, the rule
/// names an organisation that does not exist), restricts and does not permit: its stages and its `forbid`
/// count, but something else must match the touched object as a whole.
enum class Applies : std::uint8_t { no, perhaps, yes };

/// A permit on one device, as policy sees it.
struct PermitOn {
  const Permit* permit = nullptr;
  registry::Device device;
};

Applies applies(const Match& match, const registry::Touch& touch, const registry::Registry& registry);
Applies applies(const Match& match, const PermitOn& permit, const registry::Registry& registry);

/// Surely about this device: by network, organisation and labels; names that point nowhere cover nothing.
bool covers(const Match& match, const registry::Device& device, const registry::Registry& registry);

/// The organisation whose object it is; the root's where the kind has none.
Id owner_of(const registry::Touch& touch, const registry::Registry& registry);
Id holder_of(const registry::Touch& touch, const registry::Registry& registry);

} // namespace assent::tickets
