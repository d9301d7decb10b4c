// Prometheus text format 0.0.4 over figures. Pure. Names: docs/metrics.md.
#pragma once

#include <string>

#include "daemon/core/core.hpp"

namespace assent::api {

/// One family for each name before `{`, sorted, each with HELP and TYPE; label values in
/// `name{label="value"}` must be escaped already (label()). Figures that are not finite are left out.
std::string metrics_text(const core::Figures& figures);

/// `name{label="value",…}` with values escaped: backslash, quote and line feed.
std::string labelled(std::string_view name,
                     const std::vector<std::pair<std::string_view, std::string_view>>& labels);

} // namespace assent::api
