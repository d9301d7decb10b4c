// Indexes become names: they move after a reboot, names do not. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agents/snmp/gathered.hpp"
#include "agents/snmp/profile.hpp"

namespace assent::snmp {

struct InterfaceName {
  std::string said;     ///< as the device says it, before two of one name are told apart; text
  std::string name;     ///< unique on the device, but for members of a set
  bool passing = false; ///< comes and goes by itself (`volatile` of the profile): never shown, never counted
  bool in_set = false;  ///< one of several that nothing tells apart; they share `name`
};

struct InterfaceNames {
  std::map<std::uint32_t, InterfaceName> by_index;
  std::set<std::string> sets; ///< names that several rows share, because nothing tells them apart
  bool known = false;         ///< all columns that name could be read
  bool shared = false;        ///< some rows say one name and are told apart, or are a set

  /// Nothing where there is no such row, or it comes and goes by itself.
  [[nodiscard]] const InterfaceName* shown(std::uint64_t index) const {
    const auto found = index > UINT32_MAX ? by_index.end() : by_index.find(static_cast<std::uint32_t>(index));
    return found == by_index.end() || found->second.passing ? nullptr : &found->second;
  }
  [[nodiscard]] bool passing(std::uint64_t index) const {
    const auto found = index > UINT32_MAX ? by_index.end() : by_index.find(static_cast<std::uint32_t>(index));
    return found != by_index.end() && found->second.passing;
  }
};

/// The rule is in docs/formats/profile.md, "Names".
InterfaceNames interface_names(const Profile& profile, const Gathered& gathered);

/// What rows say of themselves, without those that come and go by themselves.
std::map<std::uint32_t, std::string> said_names(const Profile& profile, const Gathered& gathered);

/// True where the profile calls interfaces of this name volatile.
bool is_passing(const Profile& profile, std::string_view said);

/// `*` stands for any text.
bool matches_glob(std::string_view text, std::string_view pattern);

} // namespace assent::snmp
