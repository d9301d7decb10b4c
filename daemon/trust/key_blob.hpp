// A public key out of its wire format. Inside the room only.
#pragma once

#include <string_view>

#include "daemon/trust/ssh_signature.hpp"

namespace assent::trust {

/// Refuses what parse_public_key refuses.
Result<PublicKey> public_key_from(std::string_view blob);

} // namespace assent::trust
