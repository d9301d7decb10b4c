// A profile as values: which SNMP objects mean what on which device (docs/formats/profile.md).
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/snmp/oid.hpp"
#include "common/json.hpp"
#include "common/result.hpp"

namespace assent::snmp {

enum class As : std::uint8_t {
  text,
  number,
  boolean,
  enumeration,
  mac_address,
  object_id,
  interface,
  ports,
  netmask,
  prefix_pointer,
  address,
  hex
};
enum class Index : std::uint8_t { interface, join, number, time_filter, ipv4, inet_address };
enum class Encoding : std::uint8_t { utf8, gb18030 };

struct ValueRule {
  Oid oid;
  As as = As::text;
  std::map<std::int64_t, std::string> names; ///< of an enumeration
};

struct ScalarRule {
  std::string path;
  ValueRule value;
};

struct ColumnRule {
  std::string leaf;
  ValueRule value;
  std::optional<Oid> untagged;
  std::string ports_join;
  unsigned first_bit = 1;
  std::string mode;
};

struct OnlyRule {
  Oid oid;
  std::vector<std::int64_t> values;
};

struct TableRule {
  std::string name, path, key;
  Index index = Index::number;
  std::string join;
  std::string when_empty; ///< a table's name, or empty
  std::optional<Oid>
      counted_by; ///< an object that says how many rows it has, or 0 at least where it has none
  std::vector<OnlyRule> only;
  std::vector<ColumnRule> columns;

  /// Schema path of one leaf; for ports, of the mode.
  [[nodiscard]] std::string leaf_path(const ColumnRule& column) const;
  /// The columns that must be read for it: values and `only`.
  [[nodiscard]] std::vector<Oid> oids() const;
};

struct HintRule {
  std::string name;
  Oid oid;
  bool trusted_stamp = false;
  bool proves = false; ///< its `moves-on` says more than `anything`: each reading of the state brings it
};

/// A trap or inform that devices of the profile send.
struct NotificationRule {
  std::string name;
  Oid oid;          ///< snmpTrapOID
  bool hint = true; ///< may mean that something was configured
  struct Field {
    std::string says; ///< `who`, `from`, `command`
    ValueRule value;  ///< of the varbind whose OID begins so
  };
  std::vector<Field> fields;
};

struct CounterRule {
  std::string name;
  Oid oid;
  std::optional<Oid> otherwise;
  std::uint64_t times = 1;
};

struct Profile {
  std::string name;
  std::uint64_t revision = 0;
  Encoding encoding = Encoding::utf8;
  int repetitions = 20;
  std::vector<Oid> names; ///< columns by ifIndex
  std::optional<Oid> mac, changed;
  std::vector<std::string> passing;        ///< names, with `*`, of interfaces that come and go by themselves
  std::optional<std::uint32_t> fixed_from; ///< ifIndexes from here on say the place and never move
  std::chrono::seconds staleness{0};       ///< what the device answers may be as old as this
  std::map<std::string, Oid> joins;
  std::vector<HintRule> hints;
  std::vector<ScalarRule> scalars;
  std::vector<TableRule> tables;
  std::vector<CounterRule> counters;
  std::vector<NotificationRule> notifications;
};

/// From the content of `assent-policy:profile`. Refuses what the schema cannot: a join or table that is not
/// there, `when-empty` that names no earlier table, values of the wrong `as`.
Result<std::shared_ptr<const Profile>> profile_from_json(const json::object& content);

} // namespace assent::snmp
