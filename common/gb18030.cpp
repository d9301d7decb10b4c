#include "common/gb18030.hpp"

#include <iconv.h>

#include "common/text.hpp"

namespace assent {

std::optional<std::string> from_gb18030(std::string_view octets) {
  iconv_t with = ::iconv_open("UTF-8", "GB18030");
  if (with == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
  std::string in(octets);
  std::string out(octets.size() * 4 + 4, '\0');
  char* from = in.data();
  char* to = out.data();
  std::size_t left = in.size();
  std::size_t room = out.size();
  const std::size_t done = ::iconv(with, &from, &left, &to, &room);
  ::iconv_close(with);
  if (done == static_cast<std::size_t>(-1) || left != 0) return std::nullopt;
  out.resize(out.size() - room);
  return is_utf8(out) ? std::optional(std::move(out)) : std::nullopt;
}

} // namespace assent
