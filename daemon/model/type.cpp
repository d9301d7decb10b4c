#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include <libyang/libyang.h>
#include <libyang/plugins_types.h>

#include "common/text.hpp"
#include "common/time.hpp"
#include "daemon/model/schema.hpp"

namespace assent::model {
namespace {

template <class Number>
std::optional<Number> digits(std::string_view text) {
  Number number{};
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || trouble != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  // "007" could mean two things.
  const std::size_t first = text[0] == '-' ? 1 : 0;
  if (text.size() > first + 1 && text[first] == '0') return std::nullopt;
  return number;
}

template <class Number>
bool inside(const std::vector<std::pair<Number, Number>>& ranges, Number number) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const auto& range) { return range.first <= number && number <= range.second; });
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(
      utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// RFC 7950 14, yang-char, without its ban on code points that are no characters: a device may show them.
bool yang_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
  });
}

/// The canonical form by libyang's type plugin.
std::optional<std::string> by_plugin(const ly_ctx* context, const Type& type, std::string_view text) {
  lyd_value value{};
  ly_err_item* error = nullptr;
  const LY_ERR code =
      type.origin->plugin->store(context, type.origin, text.data(), text.size(), 0, LY_VALUE_JSON, nullptr,
                                 LYD_HINT_DATA, type.node, &value, nullptr, &error);
  if (error) ly_err_free(error);
  if (code != LY_SUCCESS && code != LY_EINCOMPLETE) return std::nullopt;
  const char* canonical = lyd_value_get_canonical(context, &value);
  std::optional<std::string> result;
  if (canonical) result = canonical;
  value.realtype->plugin->free(context, &value);
  return result;
}

bool same_address(const std::string& one, const std::string& other) {
  unsigned char a[16] = {}, b[16] = {};
  const int family = one.find(':') == std::string::npos ? AF_INET : AF_INET6;
  return inet_pton(family, one.c_str(), a) == 1 && inet_pton(family, other.c_str(), b) == 1 &&
         std::memcmp(a, b, sizeof a) == 0;
}

} // namespace

/// An integer that lies in the range; not a fraction, even where it is whole (`1.0`).
std::optional<json::value> Type::take(const json::value& number) const {
  if (const auto* small = number.if_int64()) {
    const bool fits = base == Base::integer
                          ? inside(signed_ranges, *small)
                          : *small >= 0 && inside(ranges, static_cast<std::uint64_t>(*small));
    return fits ? std::optional(json::value(*small)) : std::nullopt;
  }
  const auto* large = number.if_uint64();
  if (!large || base == Base::integer || !inside(ranges, *large)) return std::nullopt;
  return *large <= static_cast<std::uint64_t>(INT64_MAX) ? json::value(static_cast<std::int64_t>(*large))
                                                         : json::value(*large);
}

std::optional<json::value> Type::read_number(const Node& given, bool in_union) const {
  // RFC 7951 6.1: only integers of 64 bits are quoted; elsewhere in a union a quoted number is a name.
  const bool quoted = in_union && given.form == Node::Form::text && !wide;
  if (given.form == Node::Form::boolean || quoted) return std::nullopt;
  if (given.form == Node::Form::number) return take(*given.origin);
  if (base == Base::integer) {
    const auto number = digits<std::int64_t>(given.text);
    return number ? take(json::value(*number)) : std::nullopt;
  }
  const auto number = digits<std::uint64_t>(given.text);
  if (!number) return std::nullopt;
  if (*number <= static_cast<std::uint64_t>(INT64_MAX))
    return take(json::value(static_cast<std::int64_t>(*number)));
  return take(json::value(*number));
}

bool Type::plainly(std::string_view text) const {
  if (shape == Shape::other || text.empty()) return false;
  const auto among = [&](char first, char last) {
    return std::all_of(text.begin(), text.end(), [&](char c) { return first <= c && c <= last; });
  };
  if (shape == Shape::word)
    return text.size() <= 64 && text[0] >= 'a' && text[0] <= 'z' &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  if (!among(' ', '~')) return false;
  return shape == Shape::line ||
         (text.front() != ' ' && text.front() != '$' && text.back() != ' ' && !among('0', '9'));
}

std::optional<json::value> Type::read_special(std::string canonical, std::string_view given,
                                              std::optional<Message>& mistake) const {
  if (special == Special::time) {
    const auto at = parse_instant(given);
    if (!at) return std::nullopt;
    return json::value(to_text(*at));
  }
  if (special == Special::date && !parse_instant(std::string(given) + "T00:00:00Z")) return std::nullopt;
  if (special == Special::duration && !parse_duration(given)) return std::nullopt;
  if (special == Special::prefix) {
    const std::string meant = canonical.substr(0, canonical.find('/'));
    if (!same_address(std::string(given.substr(0, given.find('/'))), meant)) {
      mistake = Message{"model.host-bits", {{"value", excerpt(given)}, {"prefix", canonical}}};
      return std::nullopt;
    }
  }
  return json::value(std::move(canonical));
}

std::optional<json::value> Type::read_text(const ly_ctx* context, const Node& given,
                                           std::optional<Message>& mistake) const {
  if (given.form != Node::Form::text && given.form != Node::Form::plain) return std::nullopt;
  if (!yang_text(given.text)) return std::nullopt;
  if (base == Base::text) {
    if (!ranges.empty() && !inside(ranges, static_cast<std::uint64_t>(characters(given.text))))
      return std::nullopt;
    if (!patterns || plainly(given.text)) return json::value(given.text);
  }
  auto canonical = by_plugin(context, *this, given.text);
  if (!canonical) return std::nullopt;
  return read_special(std::move(*canonical), given.text, mistake);
}

std::optional<json::value> Type::read(const ly_ctx* context, const Node& given, bool in_union,
                                      std::optional<Message>& mistake) const {
  switch (base) {
  case Base::integer:
  case Base::unsigned_integer:
    return read_number(given, in_union);
  case Base::boolean:
    if (given.form == Node::Form::number || (in_union && given.form == Node::Form::text)) return std::nullopt;
    if (given.text == "true") return json::value(true);
    if (given.text == "false") return json::value(false);
    return std::nullopt;
  case Base::enumeration:
    if (given.form != Node::Form::text && given.form != Node::Form::plain) return std::nullopt;
    if (std::find(words.begin(), words.end(), given.text) == words.end()) return std::nullopt;
    return json::value(given.text);
  case Base::any_of:
    for (const auto& type : types)
      if (auto value = type.read(context, given, true, mistake)) {
        mistake.reset();
        return value;
      }
    return std::nullopt;
  default:
    return read_text(context, given, mistake);
  }
}

} // namespace assent::model
