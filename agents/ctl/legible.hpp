// What a device said in bytes that are no UTF-8, for people to read. For display beside the bytes only:
// nothing is compared, stored or sent by it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace assent::ctl {

/// A value of the canonical form (docs/formats/canonical.md) read as GB18030; nothing where it is UTF-8, is
/// not GB18030 as a whole, or has over 4,096 bytes.
std::optional<std::string> read_as_gb18030(std::string_view value);

} // namespace assent::ctl
