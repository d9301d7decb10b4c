// The answers of `assent-alarm:list` and `assent-alarm:show` as their reader may see them.
#pragma once

#include "daemon/api/scope.hpp"

namespace assent::api {

/// Takes out of core's answer (`alarms` or `alarm`) what lies outside the reader's subtrees and, for a
/// monitor, who did what (docs/api.md, "Who reads what").
void show_alarms(json::object& answer, const Scope& scope, store::Reader& reader);

} // namespace assent::api
