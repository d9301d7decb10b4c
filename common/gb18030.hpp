// GB18030, in which devices of China often keep their names. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace assent {

/// GB18030 (as libc knows it) to UTF-8, all or nothing.
std::optional<std::string> from_gb18030(std::string_view octets);

} // namespace assent
