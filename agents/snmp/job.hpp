// One cycle of one device as a sequence of exchanges; no sockets, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agents/snmp/codec.hpp"
#include "agents/snmp/names.hpp"

namespace assent::snmp {

inline const Oid sys_uptime{1, 3, 6, 1, 2, 1, 1, 3, 0};
inline const Oid engine_boots{1, 3, 6, 1, 6, 3, 10, 2, 1, 2, 0};

/// What an agent remembers of a device for as long as it runs; losing it costs nothing but a reading.
struct Memory {
  std::set<Oid> seen;                 ///< columns and scalars that had values in a state reading
  std::set<std::string> empty_tables; ///< that the last state reading proved to be empty
  InterfaceNames names;               ///< of the last state reading
  std::optional<std::uint64_t> uptime, boots;
  std::map<std::string, std::string> stamps; ///< hints as they were last
  std::vector<std::uint32_t> counter_rows;   ///< ifIndexes of the last counters, and their names
  std::shared_ptr<const std::vector<std::string>> counter_names;
  std::map<std::string, bool> otherwise; ///< counters: true where `otherwise` is what the device has
};

class Job {
 public:
  virtual ~Job() = default;
  /// What to ask next; false where the job is over. `repetitions`: the most rows of a GETBULK.
  virtual bool next(Request& request, int repetitions) = 0;
  /// The answer to the last request, of `bytes` bytes.
  virtual void answered(const Answer& answer, std::size_t bytes) = 0;
  /// Nobody answered the last request, however small; the rest of the cycle is skipped.
  virtual void silent() = 0;
};

} // namespace assent::snmp
