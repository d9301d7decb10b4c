#include "daemon/store/pack.hpp"

#include <zlib.h>

#include "common/result.hpp"

namespace assent::store {

namespace {
constexpr std::size_t largest = std::size_t{64} << 20;
}

std::string pack(std::string_view text) {
  uLongf size = compressBound(static_cast<uLong>(text.size()));
  std::string out(size, '\0');
  // Level 1: trees are read seldom and the store thread should not linger.
  const int code = compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                             reinterpret_cast<const Bytef*>(text.data()), static_cast<uLong>(text.size()), 1);
  ASSENT_CHECK(code == Z_OK);
  out.resize(size);
  return out;
}

bool unpack(std::string_view packed, std::size_t size, std::string& text) {
  if (size > largest) return false;
  // One byte more than promised, so that a longer stream is noticed.
  text.assign(size + 1, '\0');
  auto got = static_cast<uLongf>(text.size());
  const int code =
      uncompress(reinterpret_cast<Bytef*>(text.data()), &got, reinterpret_cast<const Bytef*>(packed.data()),
                 static_cast<uLong>(packed.size()));
  if (code != Z_OK || got != size) return false;
  text.resize(size);
  return true;
}

} // namespace assent::store
