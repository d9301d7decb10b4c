#include "daemon/trust/wire.hpp"

namespace assent::trust {

std::string_view WireReader::bytes(std::size_t size) {
  if (!good_ || size > left_.size()) {
    good_ = false;
    return {};
  }
  const auto out = left_.substr(0, size);
  left_.remove_prefix(size);
  return out;
}

std::uint8_t WireReader::byte() {
  const auto one = bytes(1);
  return one.empty() ? 0 : static_cast<std::uint8_t>(one[0]);
}

std::uint32_t WireReader::number() {
  std::uint32_t out = 0;
  for (const char c : bytes(4))
    out = (out << 8) | static_cast<unsigned char>(c);
  return out;
}

std::string_view WireReader::text() {
  return bytes(number());
}

std::string_view WireReader::positive() {
  auto out = text();
  if (!good_) return {};
  const auto high = [&out](std::size_t i) { return (static_cast<unsigned char>(out[i]) & 0x80) != 0; };
  if (out.empty() || high(0))
    good_ = false;
  else if (out[0] == 0) {
    if (out.size() < 2 || !high(1))
      good_ = false;
    else
      out.remove_prefix(1);
  }
  return good_ ? out : std::string_view();
}

void put_number(std::string& out, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out += static_cast<char>((number >> shift) & 0xff);
}

void put_text(std::string& out, std::string_view text) {
  put_number(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

} // namespace assent::trust
