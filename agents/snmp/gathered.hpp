// What one reading of a device brought, before anybody knows what it means. Pure values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "agents/snmp/codec.hpp"

namespace assent::snmp {

/// A value that outlives the answer it came in.
struct Value {
  Type type = Type::none;
  std::uint64_t number = 0;
  std::string octets;
  Oid object;

  static Value of(const Varbind& varbind) {
    return {varbind.type, varbind.number, std::string(varbind.octets),
            Oid(varbind.object.begin(), varbind.object.end())};
  }
  [[nodiscard]] bool is_number() const {
    return type == Type::integer || type == Type::counter32 || type == Type::gauge32 || type == Type::ticks ||
           type == Type::counter64;
  }
};

struct Column {
  bool complete = false; ///< the walk came to the column's end
  std::map<Oid, Value> rows;
};

struct Gathered {
  std::map<Oid, std::optional<Value>> scalars; ///< nothing: the device answered that it has none
  std::map<Oid, Column> columns;               ///< a column that is not there was never read
  std::set<std::string> empty_tables; ///< of the profile: that certainly have no row (empty_table.hpp)
};

} // namespace assent::snmp
