// Does an object answer a query? This decides; the index only saves looking at all of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/search/index.hpp"

namespace assent::search {

/// The members in which what was asked for stands (each once), or nothing where the object does not answer.
/// `body` is as much of the object as its reader may see. `meaning` has one for each clause.
std::optional<std::vector<std::string>> match(const Query& query, const std::vector<Meaning>& meaning,
                                              Kind kind, Id id, const json::object& body);

} // namespace assent::search
