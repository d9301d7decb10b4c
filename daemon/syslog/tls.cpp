#include "daemon/syslog/tls.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace assent::syslog {
namespace {

std::string reason_of_openssl() {
  const unsigned long code = ERR_peek_error();
  const char* text = code != 0 ? ERR_reason_error_string(code) : nullptr;
  std::string out = text != nullptr ? text : "?";
  ERR_clear_error();
  return out;
}

Error bad_file(const std::string& file, std::string reason) {
  return fail(Fault::invalid, "syslog.bad-file", {{"file", file}, {"reason", std::move(reason)}});
}

/// `SHA-256:AB:CD:…` of a certificate, upper case, as RFC 5425 4.2.2 writes it.
std::string fingerprint_of(X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &length) != 1) return {};
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out = "SHA-256";
  for (unsigned i = 0; i < length; ++i) {
    out += ':';
    out += digits[digest[i] >> 4];
    out += digits[digest[i] & 15];
  }
  return out;
}

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

/// In place of the chain, where fingerprints are given (RFC 5425 4.2.2).
int check_fingerprint(X509_STORE_CTX* store, void* given) {
  const auto& target = *static_cast<const Target*>(given);
  X509* certificate = X509_STORE_CTX_get0_cert(store);
  if (certificate != nullptr) {
    const std::string seen = fingerprint_of(certificate);
    for (const auto& wanted : target.fingerprints)
      if (!seen.empty() && upper(wanted) == seen) return 1;
  }
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_UNTRUSTED);
  return 0;
}

} // namespace

Result<std::unique_ptr<Wire::Tls>> Wire::Tls::make(const Target& target) {
  std::unique_ptr<Tls> out(new Tls(target));
  ERR_clear_error();
  out->context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* context = out->context_.get();
  if (context == nullptr || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
    return fail(Fault::outside, "syslog.tls", {{"reason", reason_of_openssl()}});
  // A message may be taken in parts, and waits in a buffer that may have moved meanwhile.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (auto done = out->trust(); !done) return std::move(done).error();
  if (auto done = out->own_certificate(); !done) return std::move(done).error();
  return out;
}

Status Wire::Tls::trust() {
  if (!target_.fingerprints.empty()) {
    SSL_CTX_set_cert_verify_callback(context_.get(), check_fingerprint, const_cast<Target*>(&target_));
    return Done{};
  }
  if (SSL_CTX_load_verify_file(context_.get(), target_.authority.c_str()) != 1)
    return bad_file(target_.authority, reason_of_openssl());
  return Done{};
}

Status Wire::Tls::own_certificate() {
  if (target_.certificate.empty()) return Done{};
  struct stat status {};
  if (::stat(target_.key.c_str(), &status) != 0)
    return bad_file(target_.key, std::generic_category().message(errno));
  if ((status.st_mode & 0077) != 0)
    return fail(Fault::refused, "syslog.key-open-to-others", {{"file", target_.key}});
  if (SSL_CTX_use_certificate_chain_file(context_.get(), target_.certificate.c_str()) != 1)
    return bad_file(target_.certificate, reason_of_openssl());
  if (SSL_CTX_use_PrivateKey_file(context_.get(), target_.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context_.get()) != 1)
    return bad_file(target_.key, reason_of_openssl());
  return Done{};
}

Status Wire::Tls::attach(int socket) {
  session_.reset(SSL_new(context_.get()));
  SSL* session = session_.get();
  const std::string& name = target_.name.empty() ? target_.address : target_.name;
  in6_addr ignored{};
  const bool address =
      inet_pton(AF_INET, name.c_str(), &ignored) == 1 || inet_pton(AF_INET6, name.c_str(), &ignored) == 1;
  bool good = session != nullptr && SSL_set_fd(session, socket) == 1;
  if (good) {
    X509_VERIFY_PARAM* parameters = SSL_get0_param(session);
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    good = address ? X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str()) == 1
                   : X509_VERIFY_PARAM_set1_host(parameters, name.c_str(), name.size()) == 1 &&
                         SSL_set_tlsext_host_name(session, name.c_str()) == 1;
  }
  if (!good) return fail(Fault::outside, "syslog.tls", {{"reason", reason_of_openssl()}});
  SSL_set_connect_state(session);
  return Done{};
}

/// What OpenSSL said `no` to. Fault::busy: only the socket has to be waited for.
Error Wire::Tls::trouble(int result) {
  const int number = errno;
  const int error = SSL_get_error(session_.get(), result);
  wants_write_ = error == SSL_ERROR_WANT_WRITE;
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return fail(Fault::busy, "syslog.wait");
  if (const long verdict = SSL_get_verify_result(session_.get()); !secured_ && verdict != X509_V_OK) {
    ERR_clear_error();
    const std::string reason =
        target_.fingerprints.empty() ? X509_verify_cert_error_string(verdict) : "none of the fingerprints";
    return fail(Fault::refused, "syslog.certificate-refused",
                {{"name", target_.name.empty() ? target_.address : target_.name}, {"reason", reason}});
  }
  if (error == SSL_ERROR_SSL) {
    const std::string reason = reason_of_openssl();
    if (reason.find("unexpected eof") == std::string::npos)
      return fail(Fault::refused, "syslog.tls", {{"reason", reason}});
    return fail(Fault::outside, "syslog.closed");
  }
  ERR_clear_error();
  if (error == SSL_ERROR_ZERO_RETURN || number == 0) return fail(Fault::outside, "syslog.closed");
  return fail(Fault::outside, "syslog.lost", {{"reason", std::generic_category().message(number)}});
}

Status Wire::Tls::secure() {
  ERR_clear_error();
  errno = 0;
  const int result = SSL_do_handshake(session_.get());
  if (result != 1) return trouble(result);
  wants_write_ = false;
  secured_ = true;
  return Done{};
}

Result<std::size_t> Wire::Tls::write(std::string_view bytes) {
  ERR_clear_error();
  errno = 0;
  std::size_t done = 0;
  const int result = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &done);
  wants_write_ = false;
  if (result == 1) return done;
  Error error = trouble(result);
  if (error.fault == Fault::busy) return std::size_t{0};
  return error;
}

Status Wire::Tls::listen() {
  std::array<char, 512> ignored{};
  for (int round = 0; round < 16; ++round) {
    ERR_clear_error();
    errno = 0;
    const bool wanted = wants_write_;
    const int got = SSL_read(session_.get(), ignored.data(), static_cast<int>(ignored.size()));
    if (got > 0) continue;
    Error error = trouble(got);
    if (error.fault != Fault::busy) return error;
    wants_write_ = wants_write_ || wanted;
    break;
  }
  return Done{};
}

void Wire::Tls::finish() {
  if (!session_ || !secured_) return;
  ERR_clear_error();
  SSL_shutdown(session_.get());
  ERR_clear_error();
}

std::uint64_t Wire::Tls::written() const {
  BIO* bio = session_ ? SSL_get_wbio(session_.get()) : nullptr;
  return bio == nullptr ? 0 : BIO_number_written(bio);
}

Status check(const Target& target) {
  if (target.kind != Target::Kind::tls) return Done{};
  return Wire::check(target);
}

Status Wire::check(const Target& target) {
  auto made = Tls::make(target);
  if (!made) return std::move(made).error();
  return Done{};
}

} // namespace assent::syslog
