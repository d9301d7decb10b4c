// How a body is put together from rows that were already printed: the store prints each row once and keeps
// the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/journal/entry.hpp"

namespace assent::journal {

inline constexpr std::uint64_t max_number = (std::uint64_t{1} << 53) - 1; ///< exact in JSON

/// One row as it stands in a body; `body` is canonical JSON, ignored where gone.
std::string row_text(Kind kind, Id id, std::uint64_t version, bool gone, std::string_view body);

/// The body of a draft whose rows are the given texts (Draft::rows is not read).
std::string body_from(const Draft& draft, const std::vector<std::string>& rows);

} // namespace assent::journal
