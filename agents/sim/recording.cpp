#include "agents/sim/recording.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <limits>

#include "common/text.hpp"

namespace assent::sim {
namespace {

std::optional<std::int64_t> integer(std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size() || out < least || out > most)
    return std::nullopt;
  return out;
}

std::optional<Value> unsigned_value(std::uint8_t kind, std::string_view text, std::uint64_t most) {
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size() || out > most) return std::nullopt;
  return Value{kind, unsigned_content(out)};
}

std::optional<std::string> hexadecimal(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  std::string out = from_hex(lower);
  if (out.size() * 2 != text.size()) return std::nullopt;
  return out;
}

std::optional<Value> dotted_address(std::string_view text) {
  const auto oid =
      text.find('.') == std::string_view::npos ? std::nullopt : parse_oid("1.3." + std::string(text));
  if (!oid || oid->size() != 6) return std::nullopt;
  std::string content;
  for (std::size_t i = 2; i < 6; ++i) {
    if ((*oid)[i] > 255) return std::nullopt;
    content += static_cast<char>((*oid)[i]);
  }
  return Value{tag::address, content};
}

std::optional<Value> value_of(std::string_view kind, std::string_view text) {
  constexpr std::uint64_t most32 = std::numeric_limits<std::uint32_t>::max();
  if (kind == "2") {
    const auto number =
        integer(text, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max());
    if (number) return Value{tag::integer, integer_content(*number)};
  } else if (kind == "4") {
    return Value{tag::octets, std::string(text)};
  } else if (kind == "4x" || kind == "68x") {
    auto bytes = hexadecimal(text);
    if (bytes) return Value{kind == "4x" ? tag::octets : tag::opaque, std::move(*bytes)};
  } else if (kind == "6") {
    const auto oid = parse_oid(text);
    if (oid) return Value{tag::oid, oid_content(*oid)};
  } else if (kind == "64") {
    return dotted_address(text);
  } else if (kind == "65") {
    return unsigned_value(tag::counter32, text, most32);
  } else if (kind == "66") {
    return unsigned_value(tag::gauge32, text, most32);
  } else if (kind == "67") {
    return unsigned_value(tag::ticks, text, most32);
  } else if (kind == "70") {
    return unsigned_value(tag::counter64, text, std::numeric_limits<std::uint64_t>::max());
  }
  return std::nullopt;
}

std::string signed_text(const std::string& content) {
  std::int64_t value = !content.empty() && (content[0] & 0x80) != 0 ? -1 : 0;
  for (const char c : content)
    value = static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << 8) | static_cast<std::uint8_t>(c);
  return std::to_string(value);
}

bool is_plain(const std::string& bytes) {
  return is_utf8(bytes) && std::none_of(bytes.begin(), bytes.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         });
}

} // namespace

Error problem(std::string text) {
  return fail(Fault::outside, "sim.problem", {{"text", std::move(text)}});
}

const std::string& text_of(const Error& error) {
  return error.what.args.front().second;
}

Result<Value> parse_value(std::string_view kind, std::string_view text) {
  auto value = value_of(kind, text);
  if (!value)
    return problem("tag " + std::string(kind) + " cannot have the value " + std::string(text.substr(0, 80)));
  return std::move(*value);
}

std::string value_text(const Value& value) {
  switch (value.tag) {
  case tag::integer:
    return "2|" + signed_text(value.content);
  case tag::octets:
    return is_plain(value.content) ? "4|" + value.content : "4x|" + to_hex(value.content);
  case tag::oid: {
    const auto oid = oid_of(value.content);
    return "6|" + (oid ? to_text(*oid) : std::string());
  }
  case tag::address: {
    std::string out;
    for (const char c : value.content)
      out.append(out.empty() ? "" : ".").append(std::to_string(static_cast<unsigned char>(c)));
    return "64|" + out;
  }
  case tag::counter32:
  case tag::gauge32:
  case tag::ticks:
  case tag::counter64:
    return std::to_string(value.tag) + "|" + std::to_string(number_of(value.content));
  default:
    return std::to_string(value.tag) + "x|" + to_hex(value.content);
  }
}

Result<std::shared_ptr<const Template>> parse_recording(std::string_view text, std::string_view name) {
  auto out = std::make_shared<Template>();
  std::size_t line = 0;
  while (!text.empty()) {
    ++line;
    const std::string_view row = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), row.size() + 1));
    if (row.empty() || row[0] == '#') continue;
    const auto where = [&] { return std::string(name) + ":" + std::to_string(line) + ": "; };
    const std::size_t first = row.find('|');
    const std::size_t second = first == std::string_view::npos ? first : row.find('|', first + 1);
    if (second == std::string_view::npos) return problem(where() + "expected OID|TAG|VALUE");
    auto oid = parse_oid(row.substr(0, first));
    if (!oid) return problem(where() + "malformed OID");
    auto value = parse_value(row.substr(first + 1, second - first - 1), row.substr(second + 1));
    if (!value) return problem(where() + text_of(value.error()));
    out->push_back(make_object(std::move(*oid), std::move(*value)));
  }
  std::sort(out->begin(), out->end(), [](const Object& a, const Object& b) { return a.oid < b.oid; });
  const auto twice = std::adjacent_find(out->begin(), out->end(),
                                        [](const Object& a, const Object& b) { return a.oid == b.oid; });
  if (twice != out->end()) return problem(std::string(name) + ": two values for " + to_text(twice->oid));
  return std::shared_ptr<const Template>(std::move(out));
}

Result<std::shared_ptr<const Template>> load_recording(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return problem(file + ": cannot be read");
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  return parse_recording(text, file);
}

} // namespace assent::sim
