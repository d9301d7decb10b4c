// The parts of a running assentd, in the order in which they are made and the reverse order in which they
// end.
#pragma once

#include <memory>
#include <mutex>

#include "daemon/options.hpp"

namespace assent {

/// Where events leave: the bell of the API and the syslog receivers, which a reload may replace.
class Outlets {
 public:
  Outlets(const Catalogue& catalogue, const Config& config);
  void follow(const core::Event& event); ///< any thread, never blocks
  void replace(const Config& config);    ///< other syslog receivers, when they differ
  void add_figures(core::Figures& figures) const;
  /// Receivers that are away, refused, or losing messages. Any thread.
  std::vector<core::Condition> conditions() const;
  api::Bell& bell() { return bell_; }

 private:
  std::shared_ptr<syslog::Sender> sender() const;
  std::shared_ptr<syslog::Sender> start_sender(const std::vector<syslog::Target>& targets);

  const Catalogue catalogue_;
  api::Bell bell_;
  mutable std::mutex mutex_;
  Language language_;
  std::vector<syslog::Target> targets_;
  std::shared_ptr<syslog::Sender> sender_;
};

/// Is the kernel's clock synchronised, to within a second (adjtimex)?
bool clock_sure();

/// Starts core over an opened store.
Result<std::unique_ptr<core::Core>> start_core(const Config& config, Clock& clock, Outlets& outlets);

/// Opens the doors.
Result<std::unique_ptr<api::Server>> start_server(const Config& config, const Catalogue& catalogue,
                                                  core::Core& core, Clock& clock, Outlets& outlets);

/// Waits for signals until one asks to stop; asks core and store all the time whether they are alive, and
/// feeds the service manager's watchdog with each of their answers (Core::probe).
class Vigil {
 public:
  enum class Woken : std::uint8_t { stop, reload };
  Vigil(); ///< blocks the signals; before any thread is made
  Woken wait(core::Core& core);

 private:
  std::shared_ptr<std::atomic<bool>> asked_ = std::make_shared<std::atomic<bool>>(false);
};

} // namespace assent
