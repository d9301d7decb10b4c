// The API from the other side: blocking calls over assentd's Unix socket, each with a deadline, on one
// kept-alive connection. Used by assentctl and the agents.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/json.hpp"
#include "common/messages.hpp"
#include "common/result.hpp"

namespace assent {

/// One server-sent event (WHATWG HTML 9.2); `id` is the cursor `D.R` to resume from.
struct StreamEvent {
  std::string id;
  std::string type; ///< `message` where the server names none
  std::string data;
};

/// One connection. Not for use by two threads at once, besides interrupt(). Errors of the daemon come back
/// whole, as it made them. Errors of the way to it:
///   `common.daemon-unreachable` (unavailable)  nobody listens or the socket may not be opened; nothing was
///   sent `common.answer-lost`        (outside)      broke off after sending; the request may have been
///   carried out `common.deadline-passed`    (outside)      the same, for silence `common.interrupted`
///   (outside)      interrupt() was called
/// A request that is safe to repeat (GET, or one with an idempotency key) is sent again once on a new
/// connection where the first breaks off.
class ApiClient {
 public:
  struct Options {
    std::string socket;
    std::chrono::milliseconds deadline{30'000}; ///< for each call; long polls need more than their wait
    Language language = Language::en;           ///< of the texts in errors
    std::size_t answer_bound = 64u << 20;       ///< bytes of one answer
    /// Makes each connection in place of the socket: a connected stream socket, which the client then owns.
    /// May block; its error is the call's. `socket` is then only what errors name.
    std::function<Result<int>()> dial;
  };
  explicit ApiClient(Options options);
  ~ApiClient();
  ApiClient(ApiClient&&) noexcept;
  ApiClient& operator=(ApiClient&&) noexcept;

  /// Runs an operation (`assent-ticket:prepare`) and gives the content of its `MODULE:output`.
  Result<json::object> call(std::string_view operation, const json::object& input,
                            std::string_view idempotency_key = {});

  /// The same for an input that is printed already: JSON text, for messages of megabytes.
  Result<json::object> call_text(std::string_view operation, std::string_view input,
                                 std::string_view idempotency_key = {});

  /// Gets a path below the root, percent-encoded already: `/restconf/data/assent-registry:device?limit=100`.
  Result<json::value> get(std::string_view path);

  /// The same for what is not JSON (`/metrics`, `/readyz?verbose`). An answer 503 to /readyz is an error.
  Result<std::string> get_text(std::string_view path);

  /// Follows an event stream until `on_event` says false (Done), interrupt() is called, or the connection
  /// breaks. `last_event_id` empty: from now. The server sends something every 15 s; after 45 s of silence it
  /// is `common.deadline-passed`. Own connection. The first event has the type `open` and no data: the
  /// daemon's cursor is fixed, so that what is read from then on (over another connection) misses nothing.
  Status stream(std::string_view path, std::string_view last_event_id,
                const std::function<bool(const StreamEvent&)>& on_event);

  void set_deadline(std::chrono::milliseconds deadline);

  /// Ends the running call, and every later one, with `common.interrupted`. Any thread.
  void interrupt();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Percent-encodes a path segment or query value (RFC 3986 2.3: everything but unreserved characters).
std::string percent_encoded(std::string_view text);

} // namespace assent
