#include "daemon/api/http.hpp"

#include <algorithm>

namespace assent::api {

HttpResponse refusal(const Error& error, const Catalogue& catalogue, Language language, unsigned status,
                     std::string_view tag) {
  HttpResponse response;
  response.status = status != 0 ? status : http_status(error.fault);
  json::object body = to_restconf(error, catalogue, language);
  if (!tag.empty()) body.at("ietf-restconf:errors").at("error").at(0).at("error-tag") = tag;
  response.body = json::serialize(body);
  response.retry_later = response.status == 503;
  return response;
}

std::string_view reason_of(unsigned status) {
  switch (status) {
  case 200:
    return "OK";
  case 304:
    return "Not Modified";
  case 400:
    return "Bad Request";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 408:
    return "Request Timeout";
  case 409:
    return "Conflict";
  case 412:
    return "Precondition Failed";
  case 413:
    return "Content Too Large";
  case 415:
    return "Unsupported Media Type";
  case 421:
    return "Misdirected Request";
  case 431:
    return "Request Header Fields Too Large";
  case 503:
    return "Service Unavailable";
  default:
    return "Internal Server Error";
  }
}

std::string response_head(const HttpResponse& response, bool keep_alive) {
  std::string out;
  out.reserve(320);
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason_of(response.status)).append("\r\nContent-Type: ").append(response.content_type);
  out.append("\r\nCache-Control: ").append(response.revalidated ? "no-cache" : "no-store");
  out.append("\r\nX-Content-Type-Options: nosniff\r\n").append(response.fields);
  if (!response.etag.empty()) out.append("ETag: ").append(response.etag).append("\r\n");
  if (!response.allow.empty()) out.append("Allow: ").append(response.allow).append("\r\n");
  if (response.retry_later) out.append("Retry-After: 1\r\n");
  // A stream has no length: it ends with the connection (RFC 9112 6.3, case 8).
  if (response.stream) return out.append("Connection: close\r\n\r\n");
  if (response.status != 304)
    out.append("Content-Length: ").append(std::to_string(response.content().size())).append("\r\n");
  if (!keep_alive) out.append("Connection: close\r\n");
  return out.append("\r\n");
}

bool is_local_host(std::string_view host) {
  for (const std::string_view name : {"localhost", "127.0.0.1", "[::1]"}) {
    const bool begins =
        host.size() >= name.size() && std::equal(name.begin(), name.end(), host.begin(), [](char a, char b) {
          return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
        });
    if (!begins) continue;
    const std::string_view rest = host.substr(name.size());
    if (rest.empty()) return true;
    if (rest.size() < 2 || rest.size() > 6 || rest[0] != ':') continue;
    if (std::all_of(rest.begin() + 1, rest.end(), [](char c) { return c >= '0' && c <= '9'; })) return true;
  }
  return false;
}

} // namespace assent::api
