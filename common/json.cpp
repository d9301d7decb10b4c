#include "common/json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <vector>

#include <fmt/format.h>

#include "common/text.hpp"

namespace assent {
namespace {

void print_text(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\b':
      out += "\\b";
      break;
    case '\f':
      out += "\\f";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      out += fmt::format("\\u{:04x}", c);
    }
  }
  out.append(text, plain, text.size() - plain);
  out += '"';
}

/// ECMAScript's Number::toString (RFC 8785 3.2.2.3) from the shortest digits that read back the same.
void print_double(std::string& out, double value) {
  ASSENT_CHECK(std::isfinite(value));
  if (value == 0) {
    out += '0';
    return;
  }
  if (value < 0) out += '-';
  const std::string plain = fmt::format("{}", std::fabs(value));
  std::string digits;
  int point = 0;
  int exponent = 0;
  bool seen = false;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const char c = plain[i];
    if (c == '.') {
      seen = true;
    } else if (c == 'e') {
      exponent = std::atoi(plain.c_str() + i + 1);
      break;
    } else {
      digits += c;
      if (!seen) ++point;
    }
  }
  const auto lead = digits.find_first_not_of('0');
  digits.erase(0, lead);
  int n = point - static_cast<int>(lead) + exponent;
  while (digits.size() > 1 && digits.back() == '0')
    digits.pop_back();
  const int k = static_cast<int>(digits.size());
  if (k <= n && n <= 21)
    out += digits + std::string(static_cast<std::size_t>(n - k), '0');
  else if (0 < n && n <= 21)
    out += digits.substr(0, static_cast<std::size_t>(n)) + "." + digits.substr(static_cast<std::size_t>(n));
  else if (-6 < n && n <= 0)
    out += "0." + std::string(static_cast<std::size_t>(-n), '0') + digits;
  else
    out += digits.substr(0, 1) + (k > 1 ? "." + digits.substr(1) : "") + fmt::format("e{:+d}", n - 1);
}

/// UTF-16 code unit order: like UTF-8 byte order but for surrogate pairs, which sort below U+E000..U+FFFF.
bool utf16_less(std::string_view a, std::string_view b) {
  const std::size_t size = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < size; ++i) {
    const auto x = static_cast<unsigned char>(a[i]);
    const auto y = static_cast<unsigned char>(b[i]);
    if (x == y) continue;
    if (x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0)) return x >= 0xF0;
    return x < y;
  }
  return a.size() < b.size();
}

void print(std::string& out, const json::value& value);

void print_object(std::string& out, const json::object& object) {
  std::vector<const json::key_value_pair*> members;
  members.reserve(object.size());
  for (const auto& member : object)
    members.push_back(&member);
  std::sort(members.begin(), members.end(),
            [](const auto* a, const auto* b) { return utf16_less(a->key(), b->key()); });
  out += '{';
  bool first = true;
  for (const auto* member : members) {
    if (!first) out += ',';
    first = false;
    print_text(out, member->key());
    out += ':';
    print(out, member->value());
  }
  out += '}';
}

void print(std::string& out, const json::value& value) {
  switch (value.kind()) {
  case json::kind::null:
    out += "null";
    break;
  case json::kind::bool_:
    out += value.get_bool() ? "true" : "false";
    break;
  case json::kind::int64:
    out += fmt::format_int(value.get_int64()).c_str();
    break;
  case json::kind::uint64:
    out += fmt::format_int(value.get_uint64()).c_str();
    break;
  case json::kind::double_:
    print_double(out, value.get_double());
    break;
  case json::kind::string:
    print_text(out, value.get_string());
    break;
  case json::kind::array: {
    out += '[';
    bool first = true;
    for (const auto& item : value.get_array()) {
      if (!first) out += ',';
      first = false;
      print(out, item);
    }
    out += ']';
    break;
  }
  case json::kind::object:
    print_object(out, value.get_object());
    break;
  }
}

/// A reader that knows where it stands and refuses a member that comes twice; Boost.JSON's parser does
/// neither.
Error mistake_at(std::string_view text, std::size_t offset, std::string_view file, std::string id) {
  offset = std::min(offset, text.size());
  const auto before = text.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto start = before.rfind('\n');
  const auto column = offset - (start == std::string_view::npos ? 0 : start + 1) + 1;
  Error error =
      fail(Fault::invalid, id,
           {{"file", std::string(file)}, {"line", std::to_string(line)}, {"column", std::to_string(column)}});
  error.mistakes.push_back(Mistake{
      {std::string(file), static_cast<int>(line), static_cast<int>(column)}, "", {id, error.what.args}, {}});
  return error;
}

/// Looks for an object that has one member twice, and for a number that no double holds, and keeps where the
/// numbers stand. `text` is valid JSON already; depth is bounded by the parser.
class MistakeFinder {
 public:
  explicit MistakeFinder(std::string_view text) : text_(text) { value(); }
  /// Offset of the second of two equal members, or npos.
  std::size_t twice() const { return found_; }
  /// Offset of a number such as 1e999, or npos.
  std::size_t beyond() const { return beyond_; }

  /// Boost.JSON 1.81 reads some numbers one unit in the last place off; what is hashed must be exact.
  void correct(json::value& value) const {
    std::size_t next = 0;
    if (rounded_) correct(value, next);
  }

 private:
  void correct(json::value& value, std::size_t& next) const {
    if (auto* object = value.if_object()) {
      for (auto& member : *object)
        correct(member.value(), next);
    } else if (auto* array = value.if_array()) {
      for (auto& each : *array)
        correct(each, next);
    } else if (value.is_number()) {
      const auto token = numbers_[next++];
      if (auto* number = value.if_double())
        std::from_chars(token.data(), token.data() + token.size(), *number);
    }
  }
  void space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
      ++at_;
  }
  std::string_view raw_text() {
    const std::size_t start = ++at_;
    while (text_[at_] != '"')
      at_ += text_[at_] == '\\' ? 2 : 1;
    return text_.substr(start, at_++ - start);
  }
  static std::string unescaped(std::string_view raw) {
    if (raw.find('\\') == std::string_view::npos) return std::string(raw);
    std::string quoted = "\"";
    quoted.append(raw).append("\"");
    return std::string(json::parse(quoted).as_string());
  }
  void object() {
    std::vector<std::string> names;
    ++at_;
    for (space(); text_[at_] != '}'; space()) {
      const std::size_t start = at_;
      names.push_back(unescaped(raw_text()));
      if (names.size() <= 64 && std::count(names.begin(), names.end(), names.back()) > 1)
        found_ = std::min(found_, start);
      space();
      ++at_;
      value();
      space();
      if (text_[at_] == ',') ++at_;
    }
    ++at_;
    if (names.size() <= 64) return;
    std::sort(names.begin(), names.end());
    if (std::adjacent_find(names.begin(), names.end()) != names.end()) found_ = std::min(found_, at_ - 1);
  }
  void array() {
    ++at_;
    for (space(); text_[at_] != ']'; space()) {
      value();
      space();
      if (text_[at_] == ',') ++at_;
    }
    ++at_;
  }
  void value() {
    space();
    const char c = text_[at_];
    if (c == '{') return object();
    if (c == '[') return array();
    if (c == '"') {
      raw_text();
      return;
    }
    const std::size_t start = at_;
    while (at_ < text_.size() && std::string_view(",]} \n\t\r").find(text_[at_]) == std::string_view::npos)
      ++at_;
    if (c != '-' && (c < '0' || c > '9')) return;
    const auto token = text_.substr(start, at_ - start);
    numbers_.push_back(token);
    if (token.size() < 19 && token.find_first_of(".eE") == std::string_view::npos) return;
    double number = 0;
    rounded_ = true;
    if (std::from_chars(token.data(), token.data() + token.size(), number).ec != std::errc{})
      beyond_ = std::min(beyond_, start);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t found_ = std::string_view::npos;
  std::size_t beyond_ = std::string_view::npos;
  std::vector<std::string_view> numbers_;
  bool rounded_ = false;
};

} // namespace

std::string canonical(const json::value& value) {
  std::string out;
  print(out, value);
  return out;
}

Result<json::value> parse_json(std::string_view text, std::size_t max_bytes, std::string_view file) {
  if (text.size() > max_bytes)
    return fail(Fault::invalid, "common.too-large",
                {{"file", std::string(file)}, {"limit", std::to_string(max_bytes)}});
  json::parse_options options;
  options.max_depth = 32;
  json::stream_parser parser({}, options);
  boost::system::error_code error;
  std::size_t used = parser.write_some(text.data(), text.size(), error);
  if (!error && used == text.size()) parser.finish(error);
  if (error) return mistake_at(text, used, file, "common.bad-json");
  if (used != text.size() && text.substr(used).find_first_not_of(" \t\r\n") != std::string_view::npos)
    return mistake_at(text, used, file, "common.bad-json");
  const MistakeFinder mistakes(text);
  if (mistakes.twice() != std::string_view::npos)
    return mistake_at(text, mistakes.twice(), file, "common.member-twice");
  if (mistakes.beyond() != std::string_view::npos)
    return mistake_at(text, mistakes.beyond(), file, "common.bad-json");
  json::value value = parser.release();
  mistakes.correct(value);
  return value;
}

std::string text_of(const json::object& object, std::string_view name, std::string_view otherwise) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string(otherwise);
}

std::uint64_t number_of(const json::object& object, std::string_view name, std::uint64_t otherwise) {
  const auto* value = object.if_contains(name);
  if (value == nullptr) return otherwise;
  if (value->is_uint64()) return value->get_uint64();
  if (value->is_int64() && value->get_int64() >= 0) return static_cast<std::uint64_t>(value->get_int64());
  return otherwise;
}

bool flag_of(const json::object& object, std::string_view name, bool otherwise) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_bool() ? value->get_bool() : otherwise;
}

const json::array& array_of(const json::object& object, std::string_view name) {
  static const json::array none;
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_array() ? value->get_array() : none;
}

const json::object& object_of(const json::object& object, std::string_view name) {
  static const json::object none;
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : none;
}

} // namespace assent
