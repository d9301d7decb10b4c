#include "agents/snmp/names.hpp"

#include <algorithm>
#include <set>

#include "agents/snmp/values.hpp"

namespace assent::snmp {
namespace {

/// Gives each row of one name a name of its own.
void tell_apart(const std::vector<std::uint32_t>& rows, const Column* macs, InterfaceNames& names) {
  std::set<std::string> seen;
  std::vector<std::string> mac_of;
  for (const std::uint32_t row : rows) {
    const auto found = macs == nullptr ? std::map<Oid, Value>::const_iterator{} : macs->rows.find({row});
    const bool there = macs != nullptr && found != macs->rows.end();
    mac_of.push_back(there ? mac_value(found->second.octets) : "");
    if (!mac_of.back().empty()) seen.insert(mac_of.back());
  }
  const bool by_mac = seen.size() == rows.size();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    InterfaceName& name = names.by_index[rows[i]];
    name.name = by_mac ? name.said + " (" + mac_of[i] + ")" : name.said + "~" + std::to_string(i + 1);
  }
  if (!by_mac) names.ambiguous.push_back(names.by_index[rows.front()].said);
}

} // namespace

InterfaceNames interface_names(const Profile& profile, const Gathered& gathered) {
  InterfaceNames names;
  names.known = true;
  for (const Oid& oid : profile.names) {
    const auto column = gathered.columns.find(oid);
    if (column == gathered.columns.end()) continue;
    names.known = names.known && column->second.complete;
    for (const auto& [index, value] : column->second.rows) {
      if (index.size() != 1) continue;
      InterfaceName& name = names.by_index[index[0]];
      if (name.said.empty() && value.type == Type::octets)
        name.said = text_value(value.octets, profile.encoding);
    }
  }
  std::map<std::string, std::vector<std::uint32_t>> rows_of;
  for (auto& [index, name] : names.by_index) {
    if (name.said.empty()) name.said = "interface-" + std::to_string(index);
    name.name = name.said;
    rows_of[name.said].push_back(index);
  }
  const Column* macs = nullptr;
  if (profile.mac)
    if (const auto found = gathered.columns.find(*profile.mac); found != gathered.columns.end())
      macs = &found->second;
  for (const auto& [said, rows] : rows_of) {
    if (rows.size() == 1) continue;
    // Half a column of MAC addresses would give these rows other names than the whole one did.
    if (profile.mac && (macs == nullptr || !macs->complete)) names.known = false;
    tell_apart(rows, macs, names);
    names.shared = true;
  }
  return names;
}

} // namespace assent::snmp
