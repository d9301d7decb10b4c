#include "agents/snmp/names.hpp"

#include <algorithm>
#include <functional>

#include "agents/snmp/values.hpp"

namespace assent::snmp {
namespace {

using Rows = std::vector<std::uint32_t>;

/// What a column says of each row, where it says something else of every one; else empty.
std::vector<std::string> witness(const Rows& rows, const Column* column,
                                 const std::function<std::string(const Value&)>& text) {
  std::vector<std::string> said;
  std::set<std::string> different;
  for (const std::uint32_t row : rows) {
    if (column == nullptr) return {};
    const auto found = column->rows.find({row});
    if (found == column->rows.end()) return {};
    said.push_back(text(found->second));
    if (said.back().empty() || !different.insert(said.back()).second) return {};
  }
  return said;
}

class Naming {
 public:
  Naming(const Profile& profile, const Gathered& gathered) : profile_(profile), gathered_(gathered) {}

  InterfaceNames run() {
    read_said();
    std::map<std::string, Rows> rows_of;
    for (auto& [index, name] : out_.by_index) {
      name.name = name.said;
      name.passing = is_passing(profile_, name.said);
      if (!name.passing) rows_of[name.said].push_back(index);
    }
    for (const auto& [said, rows] : rows_of)
      if (rows.size() > 1) tell_apart(said, rows);
    return std::move(out_);
  }

  void read_said() {
    out_.known = true;
    for (const Oid& oid : profile_.names) {
      const Column* found = column(oid);
      if (found == nullptr) continue;
      out_.known = out_.known && found->complete;
      for (const auto& [index, value] : found->rows) {
        if (index.size() != 1) continue;
        InterfaceName& name = out_.by_index[index[0]];
        if (name.said.empty() && value.type == Type::octets) name.said = text_of(value);
      }
    }
    for (auto& [index, name] : out_.by_index)
      if (name.said.empty()) name.said = "interface-" + std::to_string(index);
  }

  InterfaceNames out_;

 private:
  const Column* column(const Oid& oid) const {
    const auto found = gathered_.columns.find(oid);
    return found == gathered_.columns.end() ? nullptr : &found->second;
  }
  std::string text_of(const Value& value) const { return text_value(value.octets, profile_.encoding); }

  void tell_apart(const std::string& said, const Rows& rows) {
    out_.shared = true;
    const Column* macs = profile_.mac ? column(*profile_.mac) : nullptr;
    // Half a column of MAC addresses would give these rows other names than the whole one did.
    if (profile_.mac && (macs == nullptr || !macs->complete)) out_.known = false;
    std::vector<std::string> by =
        witness(rows, macs, [](const Value& value) { return mac_value(value.octets); });
    for (auto oid = profile_.names.begin(); by.empty() && oid != profile_.names.end(); ++oid)
      by = witness(rows, column(*oid), [&](const Value& value) { return text_of(value); });
    const bool fixed = profile_.fixed_from && *std::ranges::min_element(rows) >= *profile_.fixed_from;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      InterfaceName& name = out_.by_index[rows[i]];
      name.in_set = by.empty() && !fixed;
      name.name = !by.empty() ? said + " (" + by[i] + ")"
                  : fixed     ? said + "#" + std::to_string(rows[i])
                              : said + "~";
    }
    if (by.empty() && !fixed) out_.sets.insert(said + "~");
  }

  const Profile& profile_;
  const Gathered& gathered_;
};

} // namespace

InterfaceNames interface_names(const Profile& profile, const Gathered& gathered) {
  return Naming(profile, gathered).run();
}

std::map<std::uint32_t, std::string> said_names(const Profile& profile, const Gathered& gathered) {
  Naming naming(profile, gathered);
  naming.read_said();
  std::map<std::uint32_t, std::string> said;
  for (auto& [index, name] : naming.out_.by_index)
    if (!is_passing(profile, name.said)) said.emplace(index, std::move(name.said));
  return said;
}

bool is_passing(const Profile& profile, std::string_view said) {
  return std::ranges::any_of(profile.passing,
                             [&](const std::string& pattern) { return matches_glob(said, pattern); });
}

bool matches_glob(std::string_view text, std::string_view pattern) {
  std::size_t at = 0, in = 0, star = std::string_view::npos, retry = 0;
  while (at < text.size()) {
    if (in < pattern.size() && pattern[in] == '*') {
      star = in++;
      retry = at;
    } else if (in < pattern.size() && pattern[in] == text[at]) {
      ++in;
      ++at;
    } else if (star != std::string_view::npos) {
      in = star + 1;
      at = ++retry;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in) == std::string_view::npos;
}

} // namespace assent::snmp
