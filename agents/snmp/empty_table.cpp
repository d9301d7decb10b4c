#include "agents/snmp/empty_table.hpp"

#include <algorithm>

namespace assent::snmp {
namespace {

constexpr std::uint64_t settled = 300 * 100;     ///< sysUpTime from which on tables are filled
constexpr std::uint32_t no_such_column = 65'534; ///< of no table

/// Rows that belong to an interface lose leaves, not themselves: what they say is judged with the interface.
bool has_rows_of_its_own(const TableRule& table) {
  return table.index == Index::number || table.index == Index::time_filter || table.index == Index::ipv4 ||
         table.index == Index::inet_address;
}

bool shows_no_row(const TableRule& table, const Gathered& gathered) {
  const std::vector<Oid> oids = table.oids();
  return has_rows_of_its_own(table) && !oids.empty() && std::ranges::all_of(oids, [&](const Oid& oid) {
           const auto found = gathered.columns.find(oid);
           return found != gathered.columns.end() && found->second.complete && found->second.rows.empty();
         });
}

Oid instance(Oid column) {
  column.push_back(0);
  return column;
}

Oid unknown_instance(Oid column) {
  column.back() = no_such_column;
  return instance(std::move(column));
}

} // namespace

std::vector<Oid> questions_about_empty(const Profile& profile, const Gathered& gathered) {
  std::vector<Oid> out;
  const auto add = [&](Oid oid) {
    if (std::ranges::find(out, oid) == out.end()) out.push_back(std::move(oid));
  };
  for (const TableRule& table : profile.tables) {
    if (!shows_no_row(table, gathered)) continue;
    if (table.counted_by) add(*table.counted_by);
    add(instance(table.oids().front()));
    add(unknown_instance(table.oids().front()));
  }
  return out;
}

std::set<std::string> proved_empty(const Profile& profile, const Gathered& gathered, const Gets& answers) {
  std::set<std::string> out;
  const std::optional<std::uint64_t> uptime = answers.number(sys_uptime);
  if (!uptime || *uptime < settled) return out;
  for (const TableRule& table : profile.tables) {
    if (!shows_no_row(table, gathered)) continue;
    const auto count = table.counted_by ? answers.number(*table.counted_by) : std::nullopt;
    const Oid column = table.oids().front();
    const bool known = answers.exception(instance(column)) == Type::no_instance &&
                       answers.exception(unknown_instance(column)) == Type::no_object;
    if (count ? *count == 0 : known) out.insert(table.name);
  }
  return out;
}

} // namespace assent::snmp
