// What the API knows of HTTP: plain values between the server (sockets, Beast) and everything that can be
// tested without.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "common/error_json.hpp"
#include "common/messages.hpp"
#include "daemon/core/core.hpp"
#include "daemon/store/store.hpp"

namespace assent::api {

/// One whole request, as parsed. Absent header fields are empty.
struct HttpRequest {
  std::string method;
  std::string target; ///< origin form, percent-encoded
  std::string host, accept_language, idempotency_key, if_match, if_none_match, last_event_id, content_type;
  std::string body;
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "application/yang-data+json";
  std::string body;
  std::shared_ptr<const std::string> shared; ///< the body, where it is the same for many
  std::string etag;                          ///< with quotes; empty: none
  std::string allow;                         ///< for 405
  std::string fields;                        ///< further header fields, each ended by CR LF
  bool revalidated = false; ///< may be kept and must be asked for again (no-cache), not forgotten (no-store)
  bool retry_later = false; ///< Retry-After: 1
  bool stream = false;      ///< the body is the beginning of an event stream that goes on

  std::string_view content() const { return shared ? std::string_view(*shared) : std::string_view(body); }
};

/// Whose eyes: decides which reads are answered, and how much of a row is shown.
enum class View : std::uint8_t {
  full,    ///< root, the daemon's own account, whoever reads at the root of the tree, auditors
  scoped,  ///< a person: whole rows, but only those of the subtrees in which a role gives `read`
  monitor, ///< the status port, and every other account: no personal data, no keys, no reasons, no evidence
  agent,   ///< no reads
};

/// An error as a RESTCONF answer. `status` 0: the status of its fault.
HttpResponse refusal(const Error& error, const Catalogue& catalogue, Language language, unsigned status = 0,
                     std::string_view tag = {});

/// The head of a response, ended by the empty line: HTTP/1.1, lengths, caching off, no sniffing.
std::string response_head(const HttpResponse& response, bool keep_alive);

/// True for `localhost`, `127.0.0.1` and `[::1]`, with or without a port (DNS rebinding ends here).
bool is_local_host(std::string_view host);

/// The reason phrase of the statuses that we use.
std::string_view reason_of(unsigned status);

} // namespace assent::api
