#include <unistd.h>

#include <algorithm>
#include <array>

#include "common/text.hpp"
#include "daemon/syslog/sender.hpp"

namespace assent::syslog {
namespace {

constexpr std::size_t max_datagram = 2048; // RFC 5424 6.1: receivers should accept this much
constexpr std::size_t room_for_text = 256; // kept free of structured data

/// PRINTUSASCII of RFC 5424 section 6, bounded; `-` (NILVALUE) where nothing is left.
std::string header_word(std::string_view text, std::size_t longest) {
  std::string out;
  for (const char c : text) {
    if (out.size() == longest) break;
    if (c > 0x20 && c < 0x7f) out += c;
  }
  return out.empty() ? "-" : out;
}

/// An SD-NAME in lower case, since receivers lower-case names anyway.
std::string param_name(std::string_view text) {
  std::string out;
  for (const char c : header_word(text, 32)) {
    if (c == '=' || c == ']' || c == '"') continue;
    out += (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

std::size_t start_of_character(std::string_view utf8, std::size_t at) {
  while (at > 0 && at < utf8.size() && (static_cast<unsigned char>(utf8[at]) & 0xc0) == 0x80)
    --at;
  return at;
}

/// At most `bytes` of valid UTF-8, cut between characters and then ended by `…` where that fits.
std::string cut(std::string text, std::size_t bytes) {
  constexpr std::string_view dots = "…";
  if (text.size() <= bytes) return text;
  const std::size_t room = bytes >= dots.size() ? bytes - dots.size() : bytes;
  text.resize(start_of_character(text, room));
  if (bytes >= dots.size()) text += dots;
  return text;
}

/// U+061C, U+200E/F, U+202A..E, U+2066..9 turn what follows around on a screen, U+2028/9 end a line.
std::size_t length_of_trick(std::string_view at) {
  if (at.starts_with("\u061C")) return 2;
  const auto third = at.size() < 3 ? 0u : static_cast<unsigned char>(at[2]);
  if (at.starts_with("\xE2\x80"))
    return third == 0x8e || third == 0x8f || (third >= 0xa8 && third <= 0xae) ? 3 : 0;
  return at.starts_with("\xE2\x81") && third >= 0xa6 && third <= 0xa9 ? 3 : 0;
}

/// One line: control characters (C0, DEL, and C1, which is 0xC2 0x80..0x9F) become spaces, and what would
/// show the line as something else becomes U+FFFD.
std::string one_line(std::string_view bytes) {
  std::string out = to_utf8(bytes);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto c = static_cast<unsigned char>(out[i]);
    if (c < 0x20 || c == 0x7f) out[i] = ' ';
    if (c == 0xc2 && i + 1 < out.size() && static_cast<unsigned char>(out[i + 1]) < 0xa0)
      out.replace(i, 2, " ");
    if (const std::size_t length = c < 0x80 ? 0 : length_of_trick(std::string_view(out).substr(i)))
      out.replace(i, length, "\uFFFD");
  }
  return out;
}

std::string param_value(std::string_view bytes, std::size_t longest) {
  std::string out = one_line(bytes);
  for (char& c : out) {
    if (c == '"') c = '\'';
    if (c == '\\') c = '/';
    if (c == ']') c = ')';
    if (c == '[') c = '('; // so that what was a pair stays one
  }
  return cut(std::move(out), longest);
}

/// The structured data with every value cut to `longest` and only the first `count` parameters.
std::string structured(const Event& event, const Target& target, std::size_t longest, std::size_t count) {
  std::string out =
      "[assent@" + std::to_string(target.enterprise) + " msgid=\"" + header_word(event.msgid, 32) + "\"";
  for (std::size_t i = 0; i < std::min(count, event.params.size()); ++i) {
    const std::string name = param_name(event.params[i].first);
    if (name.empty() || name == "-") continue;
    out += " " + name + "=\"" + param_value(event.params[i].second, longest) + "\"";
  }
  return out + "]";
}

std::string machine_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

} // namespace

std::string format(const Event& event, const Target& target, int pid) {
  const int facility = std::clamp(target.facility, 0, 23);
  const int severity = std::clamp(static_cast<int>(event.severity), 0, 7);
  std::string out = "<" + std::to_string(facility * 8 + severity) + ">1 ";
  out += event.time == Instant{} ? "-" : to_text(event.time);
  out += " " + header_word(target.hostname.empty() ? machine_name() : target.hostname, 255);
  out += " " + header_word(target.app, 48);
  out += " " + std::to_string(pid);
  out += " " + header_word(event.msgid, 32) + " ";

  const std::size_t room = max_datagram - room_for_text - out.size();
  std::size_t longest = 512, count = event.params.size();
  std::string data = structured(event, target, longest, count);
  while (data.size() > room && (longest > 32 || count > 0)) {
    if (longest > 32)
      longest /= 2;
    else
      count /= 2;
    data = structured(event, target, longest, count);
  }
  out += data;
  if (!event.text.empty()) out += " " + cut(one_line(event.text), max_datagram - out.size() - 1);
  return out;
}

} // namespace assent::syslog
