// Hints and counters of one device.
#pragma once

#include <memory>
#include <vector>

#include "agents/snmp/gets.hpp"
#include "agents/snmp/job.hpp"
#include "agents/snmp/profile.hpp"
#include "agents/snmp/seen.hpp"
#include "agents/snmp/walk.hpp"

namespace assent::snmp {

class CounterJob final : public Job {
 public:
  /// Counters are read only where the names of a state reading are known.
  CounterJob(std::shared_ptr<const Profile> profile, const Memory& memory);

  bool next(Request& request, int repetitions) override;
  void answered(const Answer& answer, std::size_t bytes) override;
  void silent() override;

  [[nodiscard]] bool heard() const { return heard_; }
  /// Takes the values into the memory. True where a hint moved, the device restarted or a row bears another
  /// name: a reading of the state is due.
  bool remember(Memory& memory) const;
  [[nodiscard]] HintsSeen hints(Id device) const;
  /// Moves the counters out; nothing where none was read whole. The names are those in `memory` where the
  /// rows are.
  std::optional<CountersSeen> take_counters(Id device, Instant at, Memory& memory);
  [[nodiscard]] std::size_t oddities() const { return walk_ ? walk_->oddities() : 0; }

 private:
  struct Series {
    std::string name;
    bool otherwise = false;
    std::uint64_t times = 1;
    std::vector<std::uint64_t> cells;
    bool any = false;
    bool narrow = false; ///< 32 bits, in its own unit
  };
  void take(std::size_t column, OidView index, const Varbind& varbind);
  void take_name(std::uint32_t index, const Varbind& varbind);

  std::shared_ptr<const Profile> profile_;
  const InterfaceNames& names_;
  std::map<std::uint32_t, InterfaceName>::const_iterator next_name_;
  Gets gets_;
  std::optional<Walk> walk_;
  bool walking_ = false, heard_ = false, silent_ = false, renamed_ = false, back_ = false;
  std::uint64_t uptime_ = 0;        ///< of the first page
  std::vector<std::uint32_t> rows_; ///< ifIndexes, rising
  std::vector<const std::string*> row_names_;
  std::vector<Series> series_; ///< column 1 and up of the walk; column 0 is the name
};

} // namespace assent::snmp
