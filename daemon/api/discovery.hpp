// What there is to look after, as Prometheus asks for it: HTTP service discovery
// (prometheus.io/docs/prometheus/latest/http_sd). Pure besides the reader.
#pragma once

#include "daemon/api/scope.hpp"

namespace assent::api {

/// `[{"targets": ["ADDRESS:PORT"], "labels": {"__meta_assent_…": text}}]`: the devices that the reader may
/// read, by number, one group for each. IPv6 addresses stand in brackets. Every value of a label is text, as
/// Prometheus wants it; `__meta_assent_labels` has a comma before, between and after the device's labels.
Result<std::string> discovered_devices(store::Reader& reader, const Scope& scope);

} // namespace assent::api
