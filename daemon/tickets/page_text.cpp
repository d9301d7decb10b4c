#include "daemon/tickets/page_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "common/text.hpp"

namespace assent::tickets {
namespace {

/// Controls, line ends, direction marks and what is invisible: the table of docs/formats/page.md.
constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 24> escaped = {{
    {0x00, 0x1f},
    {0x7f, 0x9f},
    {0xad, 0xad},
    {0x34f, 0x34f},
    {0x61c, 0x61c},
    {0x115f, 0x1160},
    {0x17b4, 0x17b5},
    {0x180b, 0x180f},
    {0x200b, 0x200f},
    {0x2028, 0x202e},
    {0x2060, 0x206f},
    {0x3164, 0x3164},
    {0xfe00, 0xfe0f},
    {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},
    {0xfff0, 0xfffb},
    {0xe0000, 0xe0fff},
}};

bool is_escaped(std::uint32_t point) {
  return std::any_of(escaped.begin(), escaped.end(), [&](const auto& range) {
    return range.second != 0 && point >= range.first && point <= range.second;
  });
}

/// Reads one code point of valid UTF-8 and moves on.
std::uint32_t next_point(std::string_view text, std::size_t& at, std::size_t& length) {
  const auto first = static_cast<unsigned char>(text[at]);
  length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  std::uint32_t point = length == 1 ? first : first & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i)
    point = point << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3fu);
  at += length;
  return point;
}

std::string hex(std::uint32_t point) {
  std::string digits;
  for (; point != 0 || digits.empty(); point >>= 4)
    digits.insert(digits.begin(), "0123456789abcdef"[point & 15]);
  return "\\u{" + digits + "}";
}

std::string escape(std::string_view value, bool quoted) {
  // to_utf8 cuts trailing NULs, which a value of record cannot have without showing them.
  const auto text = is_utf8(value) ? std::string(value) : to_utf8(value);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto start = at;
    std::size_t length = 0;
    const auto point = next_point(text, at, length);
    if (point == '\\')
      out += "\\\\";
    else if (point == '"' && quoted)
      out += "\\\"";
    else if (is_escaped(point))
      out += hex(point);
    else
      out.append(text, start, length);
  }
  return out;
}

std::optional<Kind> kind_of_reference(std::string_view member) {
  if (member == "parent") return Kind::organisation;
  for (const auto kind : {Kind::organisation, Kind::person, Kind::network, Kind::device, Kind::agent})
    if (name_of(kind) == member) return kind;
  return std::nullopt;
}

bool is_made_by_edit(std::string_view text) {
  return text.size() > 1 && text.size() < 8 && text[0] == '$' &&
         std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string value_text(std::string_view member, const json::value& value,
                       const registry::Registry& registry) {
  if (const auto kind = kind_of_reference(member)) {
    boost::system::error_code error;
    if (const auto id = value.to_number<Id>(error); !error) return page_ref(*kind, id, registry);
    if (value.is_string() && is_made_by_edit(value.get_string())) return std::string(value.get_string());
  }
  if (value.is_string()) return page_string(value.get_string());
  if (value.is_object()) {
    const auto members = page_members(value.get_object(), registry);
    return "{" + (value.get_object().empty() ? std::string() : members) + "}";
  }
  if (!value.is_array()) return canonical(value);
  std::string text = "[";
  for (const auto& item : value.get_array()) {
    if (text.size() > 1) text += ", ";
    text += value_text(member, item, registry);
  }
  return text + "]";
}

std::string readable(Kind kind, Id id, const registry::Registry& registry) {
  const auto object = registry.get(kind, id);
  if (!object) return {};
  switch (kind) {
  case Kind::organisation:
    return registry.path(id);
  case Kind::person:
    return text_of(object->body, "handle");
  case Kind::key:
    return text_of(object->body, "fingerprint");
  case Kind::role:
    return text_of(object->body, "role");
  case Kind::block:
  case Kind::prefix:
    return text_of(object->body, "prefix");
  case Kind::address:
    return text_of(object->body, "address");
  default:
    return text_of(object->body, "name");
  }
}

} // namespace

std::string page_text(std::string_view value) {
  if (value == "-") return "\\u{2d}";
  return escape(value, false);
}

std::string page_string(std::string_view value) {
  return "\"" + escape(value, true) + "\"";
}

std::string page_ref(Kind kind, Id id, const registry::Registry& registry) {
  const auto name = readable(kind, id, registry);
  return "#" + std::to_string(id) + (name.empty() ? "" : " " + page_string(name));
}

std::string page_members(const json::object& value, const registry::Registry& registry) {
  if (value.empty()) return "-";
  std::vector<std::string_view> names;
  for (const auto& member : value)
    names.push_back(member.key());
  // RFC 8785 sorts by UTF-16 code units; names of YANG are ASCII, where bytes sort alike.
  std::sort(names.begin(), names.end());
  std::string text;
  for (const auto name : names) {
    if (!text.empty()) text += ", ";
    text += escape(name, true) + " " + value_text(name, value.at(name), registry);
  }
  return text;
}

} // namespace assent::tickets
