// Single objects by GET: asked for in small groups, matched by OID, the one that fails dropped and the rest
// asked for again. Pure.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "agents/snmp/gathered.hpp"

namespace assent::snmp {

class Gets {
 public:
  explicit Gets(std::vector<Oid> wanted) : left_(std::move(wanted)) {}

  bool next(Request& request); ///< false: all have been answered or given up
  void answered(const Answer& answer);

  /// Nothing as the value: the device says that it has none. Not there: it would not say.
  [[nodiscard]] const std::map<Oid, std::optional<Value>>& results() const { return results_; }
  [[nodiscard]] std::optional<std::uint64_t> number(const Oid& oid) const;
  /// The exception that stood in its place (RFC 3416, 4.2.1): no_object where the device does not know the
  /// object, no_instance where only this row is not there; none where there was neither.
  [[nodiscard]] Type exception(const Oid& oid) const;

 private:
  void refused(const Answer& answer);

  std::vector<Oid> left_, asked_;
  std::size_t group_ = 12;
  std::map<Oid, std::optional<Value>> results_;
  std::map<Oid, Type> exceptions_;
};

} // namespace assent::snmp
