// Values on a page: text that cannot lie, references with their names (docs/formats/page.md). Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/json.hpp"
#include "daemon/registry/registry.hpp"

namespace assent::tickets {

std::string page_text(std::string_view value);   ///< TEXT
std::string page_string(std::string_view value); ///< STRING
/// `#7 "九江市/浔阳区"`, or `#7` where the registry does not know it.
std::string page_ref(Kind kind, Id id, const registry::Registry& registry);
/// MEMBERS of an edit's value.
std::string page_members(const json::object& value, const registry::Registry& registry);

} // namespace assent::tickets
