#include "common/client.hpp"

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>
#include <poll.h>
#include <unistd.h>

#include "common/error_json.hpp"
#include "common/sse.hpp"

namespace assent {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using Local = asio::local::stream_protocol;
using Stream = beast::basic_stream<Local, asio::io_context::executor_type>;
using Answer = http::response_parser<http::string_body>;

constexpr std::chrono::seconds stream_silence{45};

} // namespace

struct ApiClient::Impl {
  explicit Impl(Options given) : options(std::move(given)) {}

  Options options;
  asio::io_context io{1};
  std::optional<Stream> stream;
  beast::flat_buffer buffer;
  std::atomic<bool> interrupted{false};

  /// Runs one asynchronous operation to its end.
  template <class Start>
  error_code run(Start&& start) {
    if (interrupted) return asio::error::operation_aborted;
    error_code result;
    start([&result](error_code error, auto&&...) { result = error; });
    io.restart();
    io.run();
    return interrupted ? error_code(asio::error::operation_aborted) : result;
  }

  void close() {
    stream.reset();
    buffer.clear();
  }

  /// True where the kept connection was closed by the server meanwhile: no request was lost on it yet.
  bool stale() {
    pollfd watched{stream->socket().native_handle(), POLLIN, 0};
    return ::poll(&watched, 1, 0) != 0;
  }

  Error broken(const char* id, Fault fault, const error_code& error) const {
    if (interrupted) return fail(Fault::outside, "common.interrupted");
    if (error == beast::error::timeout) {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(options.deadline).count();
      return fail(Fault::outside, "common.deadline-passed",
                  {{"socket", options.socket}, {"seconds", std::to_string(seconds)}});
    }
    Error out = fail(fault, id, {{"socket", options.socket}, {"reason", error.message()}});
    out.next = Message{std::string(id) + "-next", {}};
    return out;
  }

  Status connect() {
    if (stream && !stale()) return Done{};
    close();
    if (options.dial) return dial();
    // sockaddr_un holds 107 bytes of path; Asio throws beyond them.
    if (options.socket.size() > 107)
      return broken("common.daemon-unreachable", Fault::unavailable, asio::error::name_too_long);
    stream.emplace(io.get_executor());
    stream->expires_after(options.deadline);
    const auto error = run([&](auto done) { stream->async_connect(Local::endpoint(options.socket), done); });
    if (!error) return Done{};
    close();
    return broken("common.daemon-unreachable", Fault::unavailable, error);
  }

  Status dial() {
    auto handle = options.dial();
    if (!handle) return std::move(handle).error();
    stream.emplace(io.get_executor());
    error_code error;
    stream->socket().assign(Local(), *handle, error);
    if (!error) return Done{};
    ::close(*handle);
    stream.reset();
    return broken("common.daemon-unreachable", Fault::unavailable, error);
  }

  http::request<http::string_body> request(http::verb verb, std::string_view target) const {
    http::request<http::string_body> out{verb, {target.data(), target.size()}, 11};
    out.set(http::field::host, "localhost");
    out.set(http::field::user_agent, "assent/" ASSENT_VERSION);
    out.set(http::field::accept_language, options.language == Language::zh_CN ? "zh-CN" : "en");
    return out;
  }

  /// One exchange on the open connection.
  error_code once(const http::request<http::string_body>& request, Answer& answer) {
    stream->expires_after(options.deadline);
    if (const auto error = run([&](auto done) { http::async_write(*stream, request, done); })) return error;
    answer.body_limit(options.answer_bound);
    return run([&](auto done) { http::async_read(*stream, buffer, answer, done); });
  }

  Result<http::response<http::string_body>> exchange(const http::request<http::string_body>& request,
                                                     bool repeatable) {
    for (int attempt = 0;; ++attempt) {
      if (interrupted) return fail(Fault::outside, "common.interrupted");
      if (auto connected = connect(); !connected) return std::move(connected).error();
      Answer answer;
      const auto error = once(request, answer);
      if (!error) {
        if (!answer.get().keep_alive()) close();
        return answer.release();
      }
      close();
      if (!repeatable || attempt > 0 || interrupted || error == beast::error::timeout)
        return broken("common.answer-lost", Fault::outside, error);
    }
  }

  Result<std::string> body_of(const http::request<http::string_body>& request, bool repeatable) {
    auto answer = exchange(request, repeatable);
    if (!answer) return std::move(answer).error();
    if (answer->result_int() >= 200 && answer->result_int() < 300) return std::move(answer->body());
    auto value = parse_json(answer->body(), options.answer_bound, "answer");
    return error_from_restconf(value ? *value : json::value(), answer->result_int());
  }
};

ApiClient::ApiClient(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
ApiClient::~ApiClient() = default;
ApiClient::ApiClient(ApiClient&&) noexcept = default;
ApiClient& ApiClient::operator=(ApiClient&&) noexcept = default;

Result<json::object> ApiClient::call(std::string_view operation, const json::object& input,
                                     std::string_view idempotency_key) {
  return call_text(operation, json::serialize(input), idempotency_key);
}

Result<json::object> ApiClient::call_text(std::string_view operation, std::string_view input,
                                          std::string_view idempotency_key) {
  const std::string module(operation.substr(0, operation.find(':')));
  auto request = impl_->request(http::verb::post, "/restconf/operations/" + std::string(operation));
  request.set(http::field::content_type, "application/yang-data+json");
  if (!idempotency_key.empty()) request.set("Idempotency-Key", std::string(idempotency_key));
  request.body() = "{\"" + module + ":input\":" + std::string(input) + "}";
  request.prepare_payload();
  auto body = impl_->body_of(request, !idempotency_key.empty());
  if (!body) return std::move(body).error();
  if (body->empty()) return json::object{};
  auto value = parse_json(*body, impl_->options.answer_bound, "answer");
  if (!value) return std::move(value).error();
  return object_of(value->is_object() ? value->get_object() : json::object{}, module + ":output");
}

Result<std::string> ApiClient::get_text(std::string_view path) {
  return impl_->body_of(impl_->request(http::verb::get, path), true);
}

Result<json::value> ApiClient::get(std::string_view path) {
  auto body = get_text(path);
  if (!body) return std::move(body).error();
  return parse_json(*body, impl_->options.answer_bound, "answer");
}

Status ApiClient::stream(std::string_view path, std::string_view last_event_id,
                         const std::function<bool(const StreamEvent&)>& on_event) {
  auto& impl = *impl_;
  impl.close();
  if (auto connected = impl.connect(); !connected) return connected;
  auto request = impl.request(http::verb::get, path);
  request.set(http::field::accept, "text/event-stream");
  if (!last_event_id.empty()) request.set("Last-Event-ID", std::string(last_event_id));
  impl.stream->expires_after(impl.options.deadline);
  auto error = impl.run([&](auto done) { http::async_write(*impl.stream, request, done); });
  Answer answer;
  answer.body_limit(boost::none);
  if (!error)
    error = impl.run([&](auto done) { http::async_read_header(*impl.stream, impl.buffer, answer, done); });
  if (!error && answer.get().result_int() != 200) {
    error = impl.run([&](auto done) { http::async_read(*impl.stream, impl.buffer, answer, done); });
    const unsigned status = answer.get().result_int();
    auto value = parse_json(answer.get().body(), impl.options.answer_bound, "answer");
    impl.close();
    return error_from_restconf(value ? *value : json::value(), status);
  }
  sse::Reader reader;
  bool wanted = error || on_event({std::string(last_event_id), "open", {}});
  while (!error && wanted) {
    impl.stream->expires_after(stream_silence);
    error = impl.run([&](auto done) { http::async_read_some(*impl.stream, impl.buffer, answer, done); });
    const bool sane = reader.feed(answer.get().body(),
                                  [&](const StreamEvent& event) { wanted = wanted && on_event(event); });
    answer.get().body().clear();
    if (!sane) error = asio::error::message_size;
    if (answer.is_done() && !error) error = asio::error::eof;
  }
  impl.close();
  if (!wanted) return Done{};
  return impl.broken("common.answer-lost", Fault::outside, error);
}

void ApiClient::set_deadline(std::chrono::milliseconds deadline) {
  impl_->options.deadline = deadline;
}

void ApiClient::interrupt() {
  impl_->interrupted = true;
  asio::post(impl_->io, [impl = impl_.get()] {
    if (impl->stream) impl->stream->cancel();
  });
}

std::string percent_encoded(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

} // namespace assent
