// What of SNMPv3 survives a restart: each device's engine and the latest time that was received from it, and
// our own engine with its boots. One small file, replaced as a whole. It holds no secret.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "agents/snmp/engine.hpp"
#include "common/result.hpp"

namespace assent::snmp {

struct EngineRecord {
  std::string engine;
  usm::EngineStamp stamp;    ///< nothing up to here is new after a restart
  std::int64_t received = 0; ///< wall clock, seconds since 1970
  friend bool operator==(const EngineRecord&, const EngineRecord&) = default;
};

/// The content of the file. Pure.
struct EngineBook {
  std::string own_engine; ///< 5 to 32 bytes
  std::uint32_t own_boots = 0;
  std::map<std::string, EngineRecord> devices; ///< by `address:port`

  [[nodiscard]] std::string text() const;
  /// Fault::invalid for anything that text() would not write.
  static Result<EngineBook> parse(std::string_view text);
};

/// Stamps are kept this much ahead of what was received, so that the file need not be written for each
/// message and still no crash makes old messages new. Less than the time window.
inline constexpr std::uint32_t stamps_ahead = 120;

/// The file, and a thread that writes it. All other functions belong to the polling thread.
class EngineStore {
 public:
  /// In memory only.
  EngineStore();
  /// Reads `directory`/engines.json. A file that is not there, or can't be understood (`trouble` says why),
  /// gives a new engine of our own; boots of our own are one more than the file's, and are on disk when this
  /// returns. Fault::outside where nothing can be written there.
  static Result<std::unique_ptr<EngineStore>> open(const std::string& directory, std::int64_t now,
                                                   std::optional<Error>& trouble);
  ~EngineStore(); ///< writes what was received, exactly
  EngineStore(const EngineStore&) = delete;
  EngineStore& operator=(const EngineStore&) = delete;

  [[nodiscard]] const EngineRecord* find(const std::string& device) const;
  /// An authentic message came. Costs nothing while it is well below what the file holds. `unasked`: nobody
  /// asked for it, so that it could be repeated after a crash: what the file does not cover yet is written
  /// within a second.
  void received(const std::string& device, const std::string& engine, usm::EngineStamp stamp,
                std::int64_t now, bool unasked = false);
  /// Devices that are not wanted are forgotten 30 days after their last message: a plan that has lost its
  /// devices for a while, or a device that moves away and back, must not make old messages new. Where more
  /// than 50,000 are not wanted, those that were silent the longest go first.
  void keep_only(const std::function<bool(const std::string&)>& wanted, std::int64_t now);
  /// Hands what changed to the writing thread, at most every ten seconds, or every second where it is urgent.
  void save(usm::Steady now);
  /// Waits until what was handed over is on disk, or its write has failed.
  void flush();
  /// For notifications that are addressed to us.
  [[nodiscard]] const std::string& own_engine() const { return book_.own_engine; }
  [[nodiscard]] std::uint32_t own_boots() const { return book_.own_boots; }
  /// How often a write has failed.
  [[nodiscard]] std::uint64_t failures() const;

 private:
  void write_loop();
  [[nodiscard]] bool write(const std::string& text) const;

  std::string file_;
  EngineBook book_;                              ///< as received
  std::map<std::string, usm::EngineStamp> kept_; ///< as in the file
  bool changed_ = false, urgent_ = false;
  std::optional<usm::Steady> saved_;

  mutable std::mutex mutex_;
  std::condition_variable wake_, idle_;
  std::optional<std::string> waiting_; ///< text to be written
  bool ending_ = false, writing_ = false;
  std::uint64_t failures_ = 0;
  std::thread writer_;
};

} // namespace assent::snmp
