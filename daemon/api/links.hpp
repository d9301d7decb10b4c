// What links carry, for those who look: `assent-status:links` and the metrics. Pure.
#pragma once

#include <vector>

#include "daemon/api/route.hpp"
#include "daemon/api/scope.hpp"
#include "daemon/core/core.hpp"

namespace assent::api {

/// Only the links that lie in the reader's subtrees stay: what hangs on another is then as if it hung on
/// none.
void keep_readable(std::vector<watch::LinkView>& links, const Scope& scope);

/// `{"assent-status:links": […], "next": ID}`; by id, after `query.after`, at most `query.limit`.
json::object links_json(std::vector<watch::LinkView> links, const ListQuery& query);

/// How many hours of samples are asked for: 1 to 840, 24 where nothing is said.
Result<unsigned> hours_of(const Route& route);

/// One link with `recent`, `series` and `percentile`; Fault::not_found where it is none, or not among
/// `links`.
Result<json::object> link_json(const core::Figures& figures, std::vector<watch::LinkView> links, Id link,
                               unsigned hours, store::Reader& reader);

/// Adds to `figures` what there is of each link and direction, and how many links are in which state.
void add_link_metrics(const std::vector<watch::LinkView>& links, core::Figures& figures);

} // namespace assent::api
