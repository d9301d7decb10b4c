#include "agents/sim/ber.hpp"

#include <charconv>

namespace assent::sim {
namespace {

constexpr std::size_t max_oid = 128; // RFC 2578, 3.5

/// Reads one after the other; `failed` stays true once something was malformed.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  bool failed() const { return failed_; }
  bool done() const { return rest_.empty(); }

  /// Content of the next element, its tag in `found`.
  std::string_view next(std::uint8_t& found) {
    if (failed_ || rest_.size() < 2) return fail();
    found = static_cast<std::uint8_t>(rest_[0]);
    std::size_t length = static_cast<std::uint8_t>(rest_[1]), head = 2;
    if (length >= 0x80) {
      const std::size_t count = length & 0x7f;
      if (count == 0 || count > 4 || rest_.size() < 2 + count) return fail();
      length = 0;
      for (std::size_t i = 0; i < count; ++i)
        length = length << 8 | static_cast<std::uint8_t>(rest_[2 + i]);
      head += count;
    }
    if (length > rest_.size() - head) return fail();
    const std::string_view content = rest_.substr(head, length);
    rest_.remove_prefix(head + length);
    return content;
  }

  std::string_view expect(std::uint8_t wanted) {
    std::uint8_t found = 0;
    const std::string_view content = next(found);
    return failed_ || found != wanted ? fail() : content;
  }

  std::int32_t integer() {
    const std::string_view content = expect(tag::integer);
    if (content.empty() || content.size() > 4) {
      fail();
      return 0;
    }
    std::uint32_t value = (content[0] & 0x80) != 0 ? ~0u : 0u;
    for (const char c : content)
      value = value << 8 | static_cast<std::uint8_t>(c);
    return static_cast<std::int32_t>(value);
  }

 private:
  std::string_view fail() {
    failed_ = true;
    return {};
  }
  std::string_view rest_;
  bool failed_ = false;
};

void put_subidentifier(std::string& out, std::uint32_t value) {
  for (int shift = 28; shift > 0; shift -= 7)
    if (value >> shift != 0) out += static_cast<char>(0x80 | (value >> shift & 0x7f));
  out += static_cast<char>(value & 0x7f);
}

} // namespace

std::optional<Request> parse_pdu(std::uint8_t kind, std::string_view content) {
  Request out;
  out.pdu = kind;
  Reader body(content);
  out.id = body.integer();
  out.first = body.integer();
  out.second = body.integer();
  Reader list(body.expect(tag::sequence));
  if (body.failed() || !body.done()) return std::nullopt;
  while (!list.done()) {
    Reader pair(list.expect(tag::sequence));
    auto oid = oid_of(pair.expect(tag::oid));
    Value value;
    value.content = pair.next(value.tag);
    if (list.failed() || pair.failed() || !pair.done() || !oid) return std::nullopt;
    out.bindings.push_back({std::move(*oid), std::move(value)});
  }
  return out;
}

std::optional<Request> parse_request(std::string_view datagram) {
  Reader outer(datagram);
  Reader message(outer.expect(tag::sequence));
  if (outer.failed() || !outer.done()) return std::nullopt;
  const int version = message.integer();
  const std::string_view community = message.expect(tag::octets);
  std::uint8_t kind = 0;
  const std::string_view content = message.next(kind);
  if (message.failed() || !message.done() || (version != 0 && version != 1)) return std::nullopt;
  auto out = parse_pdu(kind, content);
  if (!out) return std::nullopt;
  out->version = version;
  out->community = community;
  return out;
}

std::string encode(std::uint8_t kind, std::string_view content) {
  std::string out;
  out.reserve(content.size() + 4);
  out += static_cast<char>(kind);
  const std::size_t length = content.size();
  if (length < 0x80) {
    out += static_cast<char>(length);
  } else if (length < 0x100) {
    out += '\x81';
    out += static_cast<char>(length);
  } else if (length < 0x10000) {
    out += '\x82';
    out += static_cast<char>(length >> 8);
    out += static_cast<char>(length & 0xff);
  } else {
    out += '\x83';
    out += static_cast<char>(length >> 16);
    out += static_cast<char>(length >> 8 & 0xff);
    out += static_cast<char>(length & 0xff);
  }
  out += content;
  return out;
}

std::string encode(const Value& value) {
  return encode(value.tag, value.content);
}

std::string encode_oid(const Oid& oid) {
  return encode(tag::oid, oid_content(oid));
}

std::string integer_content(std::int64_t value) {
  std::string out;
  int bytes = 8;
  while (bytes > 1) {
    const std::int64_t top = value >> ((bytes - 1) * 8 - 1); // sign and the next bit agree: a byte too many
    if (top != 0 && top != -1) break;
    --bytes;
  }
  for (int i = bytes - 1; i >= 0; --i)
    out += static_cast<char>(value >> (i * 8) & 0xff);
  return out;
}

std::string unsigned_content(std::uint64_t value) {
  std::string out;
  int bytes = 8;
  while (bytes > 1 && (value >> ((bytes - 1) * 8)) == 0)
    --bytes;
  if ((value >> ((bytes - 1) * 8) & 0x80) != 0) out += '\0';
  for (int i = bytes - 1; i >= 0; --i)
    out += static_cast<char>(value >> (i * 8) & 0xff);
  return out;
}

std::string oid_content(const Oid& oid) {
  std::string out;
  if (oid.empty()) return std::string(1, '\0');
  put_subidentifier(out, oid[0] * 40 + (oid.size() > 1 ? oid[1] : 0));
  for (std::size_t i = 2; i < oid.size(); ++i)
    put_subidentifier(out, oid[i]);
  return out;
}

std::optional<Oid> oid_of(std::string_view content) {
  Oid out;
  std::uint64_t value = 0;
  bool open = false;
  for (const char c : content) {
    const auto byte = static_cast<std::uint8_t>(c);
    value = value << 7 | (byte & 0x7f);
    if (value > 0xffffffff) return std::nullopt;
    open = (byte & 0x80) != 0;
    if (open) continue;
    if (out.empty()) {
      const auto top = static_cast<std::uint32_t>(value < 80 ? value / 40 : 2);
      out.push_back(top);
      out.push_back(static_cast<std::uint32_t>(value) - top * 40);
    } else {
      out.push_back(static_cast<std::uint32_t>(value));
    }
    if (out.size() > max_oid) return std::nullopt;
    value = 0;
  }
  if (open || out.empty()) return std::nullopt;
  return out;
}

std::uint64_t number_of(std::string_view content) {
  if (content.size() > 9) return 0;
  std::uint64_t out = 0;
  for (const char c : content)
    out = out << 8 | static_cast<std::uint8_t>(c);
  return out;
}

std::string response_pdu(const Request& request, int error_status, int error_index,
                         std::string_view bindings) {
  std::string body = encode(tag::integer, integer_content(request.id));
  body += encode(tag::integer, integer_content(error_status));
  body += encode(tag::integer, integer_content(error_index));
  body += encode(tag::sequence, bindings);
  return encode(pdu::response, body);
}

std::string message(const Request& request, std::string_view whole_pdu) {
  std::string content = encode(tag::integer, integer_content(request.version));
  content += encode(tag::octets, request.community);
  content += whole_pdu;
  return encode(tag::sequence, content);
}

std::string response(const Request& request, int error_status, int error_index, std::string_view bindings) {
  return message(request, response_pdu(request, error_status, error_index, bindings));
}

std::optional<Oid> parse_oid(std::string_view text) {
  if (text.starts_with('.')) text.remove_prefix(1);
  Oid out;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    std::uint32_t value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc{} || out.size() == max_oid) return std::nullopt;
    out.push_back(value);
    at = next;
    if (at == end) break;
    if (*at++ != '.' || at == end) return std::nullopt;
  }
  if (out.size() < 2 || out[0] > 2 || (out[0] < 2 && out[1] > 39)) return std::nullopt;
  return out;
}

std::string to_text(const Oid& oid) {
  std::string out;
  for (const std::uint32_t part : oid)
    out.append(out.empty() ? "" : ".").append(std::to_string(part));
  return out;
}

} // namespace assent::sim
