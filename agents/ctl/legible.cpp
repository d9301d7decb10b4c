#include "agents/ctl/legible.hpp"

#include "common/gb18030.hpp"
#include "common/text.hpp"
#include "daemon/watch/canonical.hpp"

namespace assent::ctl {

std::optional<std::string> read_as_gb18030(std::string_view value) {
  constexpr std::size_t longest = 4096;
  if (value.find("\\x") == std::string_view::npos) return std::nullopt;
  const auto bytes = watch::unescaped(value);
  if (!bytes || bytes->size() > longest || is_utf8(*bytes)) return std::nullopt;
  return from_gb18030(*bytes);
}

} // namespace assent::ctl
