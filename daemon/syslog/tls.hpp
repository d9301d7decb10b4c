// TLS of one syslog connection over OpenSSL (RFC 5425). Non-blocking; used by the receiver's thread only.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string_view>

#include "daemon/syslog/wire.hpp"

namespace assent::syslog {

class Wire::Tls {
 public:
  /// Reads the files of the target; TLS 1.2 at least.
  static Result<std::unique_ptr<Tls>> make(const Target& target);

  Status attach(int socket); ///< a connected socket
  /// Done where secured and checked; Fault::busy where it must wait for the socket; Fault::refused where the
  /// receiver can't be trusted or refuses us; Fault::outside where the connection is lost.
  Status secure();
  Result<std::size_t> write(std::string_view bytes); ///< 0: the socket has to be waited for
  Status listen();                                   ///< an error where the receiver has gone
  void finish();                                     ///< close_notify, if the socket takes it
  bool wants_to_write() const { return wants_write_; }
  std::uint64_t written() const; ///< bytes on the wire

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* session) const { SSL_free(session); }
  };
  explicit Tls(const Target& target) : target_(target) {}
  Status trust();
  Status own_certificate();
  Error trouble(int result);

  const Target& target_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> session_;
  bool wants_write_ = false, secured_ = false;
};

} // namespace assent::syslog
