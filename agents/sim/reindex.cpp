#include <algorithm>
#include <array>
#include <map>

#include "agents/sim/device.hpp"

namespace assent::sim {
namespace {

const Oid if_index = {1, 3, 6, 1, 2, 1, 2, 2, 1, 1}; // IF-MIB ifIndex

/// Tables of which the first number behind the column is an ifIndex.
const std::array<Oid, 2> tables = {{
    {1, 3, 6, 1, 2, 1, 2, 2, 1},     // IF-MIB ifEntry
    {1, 3, 6, 1, 2, 1, 31, 1, 1, 1}, // IF-MIB ifXEntry
}};

/// Columns of which the value is an ifIndex.
const std::array<Oid, 5> columns = {{
    {1, 3, 6, 1, 2, 1, 2, 2, 1, 1},     // IF-MIB ifIndex
    {1, 3, 6, 1, 2, 1, 17, 1, 4, 1, 2}, // BRIDGE-MIB dot1dBasePortIfIndex
    {1, 3, 6, 1, 2, 1, 4, 20, 1, 2},    // IP-MIB ipAdEntIfIndex
    {1, 3, 6, 1, 2, 1, 4, 34, 1, 3},    // IP-MIB ipAddressIfIndex
    // HUAWEI-L2IF-MIB hwL2IfPortIfIndex
    {1, 3, 6, 1, 4, 1, 2011, 5, 25, 42, 1, 1, 1, 3, 1, 2},
}};

bool is_below(const Oid& oid, const Oid& prefix) {
  return oid.size() > prefix.size() && std::equal(prefix.begin(), prefix.end(), oid.begin());
}

} // namespace

/// The order of the interfaces is turned round, and no index stays what it was.
void Device::reindex() {
  std::vector<Object> objects = tree_.all();
  std::vector<std::uint32_t> indexes;
  for (const Object& object : objects)
    if (is_below(object.oid, if_index)) indexes.push_back(object.oid.back());
  if (indexes.empty()) return;
  const std::uint32_t most = *std::max_element(indexes.begin(), indexes.end());
  std::map<std::uint32_t, std::uint32_t> fresh;
  for (std::size_t i = 0; i < indexes.size(); ++i)
    fresh[indexes[i]] = most + static_cast<std::uint32_t>(indexes.size() - i);

  for (Object& object : objects) {
    Oid oid = object.oid;
    Value value = object.value;
    for (const Oid& table : tables)
      if (is_below(oid, table) && oid.size() > table.size() + 1)
        if (const auto at = fresh.find(oid[table.size() + 1]); at != fresh.end())
          oid[table.size() + 1] = at->second;
    for (const Oid& column : columns)
      if (is_below(object.oid, column))
        if (const auto at = fresh.find(static_cast<std::uint32_t>(number_of(value.content)));
            at != fresh.end())
          value.content = integer_content(at->second);
    object = make_object(std::move(oid), std::move(value));
  }
  tree_.replace(std::move(objects));
}

} // namespace assent::sim
