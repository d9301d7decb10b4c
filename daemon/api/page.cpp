#include "daemon/api/page.hpp"

#include "page_files.inc"

namespace assent::api {

namespace {

// Nothing from elsewhere, nothing inline, no form, no frame: what a device or a person wrote can at worst be
// read.
constexpr std::string_view fields =
    "Content-Encoding: gzip\r\n"
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "X-Frame-Options: DENY\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()\r\n";

std::string_view type_of(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "application/json";
}

} // namespace

std::optional<HttpResponse> page_file(std::string_view name, std::string_view if_none_match) {
  if (name.empty()) name = "index.html";
  for (const auto& file : page_files) {
    if (file.name != name) continue;
    HttpResponse out;
    out.content_type = type_of(name);
    out.fields = fields;
    out.revalidated = true;
    out.etag = file.etag;
    if (if_none_match == file.etag)
      out.status = 304;
    else
      out.body.assign(reinterpret_cast<const char*>(file.bytes), file.size);
    return out;
  }
  return std::nullopt;
}

} // namespace assent::api
