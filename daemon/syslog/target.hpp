// Where syslog messages go: one entry of `syslog:` in assentd.yaml.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/result.hpp"

namespace assent::syslog {

struct Target {
  enum class Kind : std::uint8_t { local, udp, tcp, tls } kind = Kind::local;
  std::string address = "/dev/log"; ///< socket path, or host address
  std::uint16_t port = 514;
  int facility = 16; ///< local0 (RFC 5424 table 1)
  std::string app = "assentd";
  std::string hostname;             ///< empty: the machine's
  std::uint32_t enterprise = 32473; ///< of the SD-ID `assent@32473`

  // tcp and tls
  bool line_feeds = false; ///< RFC 6587 3.4.2 in place of octet counting (3.4.1); never over TLS
  std::string spool;       ///< directory of its own; empty: what waits is kept in memory only
  std::uint64_t spool_bytes = 64u << 20;

  // tls
  std::string authority; ///< PEM file of the certificates that are trusted; empty: fingerprints decide
  std::string name;      ///< that the certificate must bear; empty: the address
  std::vector<std::string> fingerprints; ///< `sha-256:AB:CD:…` (RFC 5425 4.2.2): one of them is enough
  std::string certificate, key;          ///< our own, PEM files; empty: none

  bool is_stream() const { return kind == Kind::tcp || kind == Kind::tls; }
  std::string label() const; ///< `tls/192.0.2.10:6514`, `local//dev/log`: in metrics, alarms and logs

  friend bool operator==(const Target&, const Target&) = default;
};

/// Files are there, readable and of their kind, and a private key is its owner's alone (Fault::invalid,
/// Fault::refused). For `assentd --check`.
Status check(const Target& target);

} // namespace assent::syslog
