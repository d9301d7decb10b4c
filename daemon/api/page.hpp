// The page for browsers: files of daemon/api/page, compressed and built into the program. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "daemon/api/http.hpp"

namespace assent::api {

/// A file of the page, gzip-coded, as `/` (empty name) or `/page/NAME` gives it, with the header fields that
/// keep a browser from running or loading anything else (CSP level 3); 304 where the browser has it already.
/// Nothing where there is no such file.
std::optional<HttpResponse> page_file(std::string_view name, std::string_view if_none_match);

} // namespace assent::api
