// HTTP/1.1 on Unix sockets and the status port. Every connection's peer is fixed by the socket it came
// through. A few I/O threads, each with its own connections and its own Service: no lock, no strand, no hop
// besides core.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "daemon/api/service.hpp"

namespace assent::api {

/// Tells the server that the journal has grown. Made before core and server, so that core can ring from its
/// first entry.
class Bell {
 public:
  void ring(const core::Event& event); ///< any thread, never blocks
  std::uint64_t authority() const { return authority_.load(std::memory_order_relaxed); }

 private:
  friend class ServerImpl;
  std::atomic<std::uint64_t> authority_{1};
  std::atomic<int> followers_{0};
  std::mutex mutex_;
  std::function<void()> wake_; ///< under mutex_
};

class Server {
 public:
  struct Door {
    core::Peer::Door door = core::Peer::Door::person;
    std::string path;
    unsigned mode = 0660;
    std::string agent; ///< whose socket it is (door agent)
    std::string owner; ///< account to whom the socket file belongs; empty: our own
    bool operator==(const Door&) const = default;
  };
  struct Status {
    std::string address = "127.0.0.1";
    std::uint16_t port = 9723;
    bool operator==(const Status&) const = default;
  };
  struct Options {
    std::vector<Door> doors;
    std::optional<Status> status;
    std::function<Result<std::unique_ptr<model::Model>>()> make_model; ///< called once for each thread
    Catalogue catalogue;
    Language language = Language::en;
    std::function<void(core::Figures&)> add_figures;
    unsigned threads = 2;
    std::size_t connections = 1024; ///< of all doors
    /// At the status port, besides. When all are taken, those go that keep us waiting most.
    std::size_t status_connections = 1024;
    std::size_t agent_connections = 16; ///< of these, at each agent's door
    std::size_t person_body = 8u << 20; ///< bytes of one request
    std::size_t agent_body = 32u << 20;
    std::size_t bodies = 256u << 20; ///< bytes of all bodies over 1 MiB that are being received
  };

  /// Listens and serves. Core, clock and bell must outlive it.
  static Result<std::unique_ptr<Server>> start(Options options, core::Core& core, Clock& clock, Bell& bell);

  /// What can change while the server runs.
  struct Renewal {
    std::vector<Door> doors;
    std::optional<Status> status;
    Language language = Language::en;
  };
  /// Opens the doors that are new, then closes those that are gone, with their connections; connections of
  /// all others go on. All or nothing: where one cannot be opened, everything stays as it was. Blocks until
  /// it is done; not for the I/O threads.
  virtual Result<Done> renew(Renewal renewal) = 0;
  virtual ~Server() = default; ///< answers what it has been asked, at most 1 s long; removes its socket files
};

} // namespace assent::api
