// A secret without a printer: it can be used, not shown.
#pragma once

#include <string.h>

#include <string>
#include <string_view>

#include "common/result.hpp"

namespace assent::snmp {

/// An SNMP community or password. No stream operator, no formatter, no comparison; wiped when it goes.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(Secret&&) noexcept = default;
  Secret& operator=(Secret&&) noexcept = default;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { explicit_bzero(value_.data(), value_.size()); }

  /// For the codec alone.
  [[nodiscard]] std::string_view reveal() const { return value_; }

  /// The first line of a file of at most 4 KiB. Refuses a file that others than its owner and group may read,
  /// one that is no regular file, and an empty or overlong (above 255 bytes) secret.
  /// `credential:NAME` is a systemd credential (common/credential.hpp).
  static Result<Secret> from_file(const std::string& named);

 private:
  std::string value_;
};

} // namespace assent::snmp
