// Checkpoints: signed lines that say how far each chain has come, to be kept where the daemon's root cannot
// reach.
#pragma once

#include <string>

#include "common/json.hpp"
#include "common/time.hpp"
#include "daemon/store/store.hpp"
#include "daemon/trust/signer.hpp"

namespace assent::core {

/// {"decisions": {line, signature}, "records": {…}} of what is durable now.
Result<json::object> checkpoints(store::Store& store, const trust::Signer& signer, Instant now);

/// Appends both lines, each followed by its signature on one line (base64 without armour), to the file.
Status append_checkpoints(const std::string& path, const json::object& lines);

} // namespace assent::core
