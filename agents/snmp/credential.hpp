// What a device is asked with: an SNMPv2c community, or an SNMPv3 user.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agents/snmp/secret.hpp"
#include "agents/snmp/usm_keys.hpp"

namespace assent::snmp {

struct Credential {
  enum class Version : std::uint8_t { v2c, v3 };

  Credential() = default;
  explicit Credential(Secret of_v2c) : community(std::move(of_v2c)) {}
  explicit Credential(usm::UserKeys user, std::string in_context = {})
      : version(Version::v3), keys(std::move(user)), context(std::move(in_context)) {}

  Version version = Version::v2c;
  Secret community;    ///< of v2c
  usm::UserKeys keys;  ///< of v3
  std::string context; ///< of v3: contextName, mostly empty

  /// What a waiver of the policy must permit before anything is sent with it (`v2c`, `no-authentication`,
  /// `no-privacy`, `md5`, `des`); nothing for authPriv with SHA and AES.
  [[nodiscard]] std::vector<std::string_view> weaknesses() const;
  /// The first weakness that is not among these; empty where all are.
  [[nodiscard]] std::string_view not_waived(const std::vector<std::string>& waived) const;
};

} // namespace assent::snmp
