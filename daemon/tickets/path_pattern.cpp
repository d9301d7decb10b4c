#include <array>

#include "common/text.hpp"
#include "daemon/tickets/coverage.hpp"
#include "daemon/tickets/path_text.hpp"

namespace assent::tickets {
namespace {

constexpr std::size_t max_pattern_bytes = 8192;

Error malformed(std::string_view text, std::string_view reason) {
  Error error = fail(Fault::invalid, "coverage.bad-pattern",
                     {{"pattern", for_terminal(text)}, {"reason", std::string(reason)}});
  error.next = Message{"coverage.pattern-form", {}};
  return error;
}

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_name(char c) {
  return is_name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
}
bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Eats `name='value']` after `[`; gives how many bytes, or 0 where malformed.
std::size_t predicate_length(std::string_view text) {
  std::size_t i = 0;
  if (text.empty() || !is_name_start(text[0])) return 0;
  while (i < text.size() && is_name(text[i]))
    ++i;
  if (text.substr(i, 2) != "='") return 0;
  i += 2;
  while (i < text.size() && text[i] != '\'') {
    if (static_cast<unsigned char>(text[i]) < 0x20 || text[i] == 0x7f) return 0;
    if (text[i] != '\\') {
      ++i;
    } else if (i + 1 < text.size() && (text[i + 1] == '\\' || text[i + 1] == '\'' || text[i + 1] == '*')) {
      i += 2;
    } else if (i + 3 < text.size() && text[i + 1] == 'x' && is_hex(text[i + 2]) && is_hex(text[i + 3])) {
      i += 4;
    } else {
      return 0;
    }
  }
  return text.substr(i, 2) == "']" ? i + 2 : 0;
}

bool well_formed(std::string_view segment) {
  if (segment == "*") return true;
  std::size_t i = 0;
  if (segment.empty() || !is_name_start(segment[0])) return false;
  while (i < segment.size() && is_name(segment[i]))
    ++i;
  while (i < segment.size()) {
    if (segment[i] != '[') return false;
    const auto length = predicate_length(segment.substr(i + 1));
    if (length == 0) return false;
    i += 1 + length;
  }
  return true;
}

} // namespace

bool split_path(std::string_view path, std::vector<std::string_view>& segments) {
  segments.clear();
  if (path.empty() || path[0] != '/') return false;
  std::size_t start = 1;
  bool quoted = false;
  for (std::size_t i = 1; i <= path.size(); ++i) {
    if (i == path.size() || (path[i] == '/' && !quoted)) {
      if (i == start || segments.size() == max_path_segments) return false;
      segments.push_back(path.substr(start, i - start));
      start = i + 1;
    } else if (path[i] == '\\' && quoted) {
      if (++i == path.size()) return false;
    } else if (path[i] == '\'') {
      quoted = !quoted;
    }
  }
  return !quoted;
}

bool is_wild(std::string_view pattern_segment) {
  return pattern_segment.find('*') != std::string_view::npos;
}

bool segment_matches(std::string_view pattern, std::string_view segment) {
  if (pattern == "*") return true;
  std::size_t p = 0, s = 0;
  while (p < pattern.size()) {
    if (s >= segment.size()) return false;
    if (pattern[p] == '*' && p > 0 && pattern[p - 1] == '\'' && pattern.substr(p + 1, 2) == "']") {
      while (s < segment.size() && segment[s] != '\'')
        s += segment[s] == '\\' ? 2 : 1;
      ++p;
    } else if (pattern[p] == '\\' && pattern[p + 1] == '*') {
      if (segment[s] != '*') return false;
      p += 2, ++s;
    } else if (pattern[p] == '\\' && pattern[p + 1] != 'x') {
      // Both bytes of an escape are compared at once: the quote in `\'` must not be taken for a value's
      // beginning.
      if (segment.substr(s, 2) != pattern.substr(p, 2)) return false;
      p += 2, s += 2;
    } else if (pattern[p++] != segment[s++]) {
      return false;
    }
  }
  return s == segment.size();
}

Result<PathPattern> PathPattern::parse(std::string_view text) {
  if (text.size() > max_pattern_bytes) return malformed(text.substr(0, 64), "longer than 8192 bytes");
  if (!is_utf8(text)) return malformed(to_utf8(text), "not UTF-8");
  std::vector<std::string_view> segments;
  if (!split_path(text, segments)) return malformed(text, "not a path");
  PathPattern pattern;
  pattern.text_ = text;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (segments[i] == "**" && i + 1 == segments.size()) {
      pattern.below_ = true;
    } else if (!well_formed(segments[i])) {
      return malformed(text, segments[i]);
    } else {
      pattern.segments_.emplace_back(segments[i]);
    }
  }
  return pattern;
}

bool PathPattern::matches(std::string_view path) const {
  std::vector<std::string_view> segments;
  if (!split_path(path, segments)) return false;
  if (below_ ? segments.size() < segments_.size() : segments.size() != segments_.size()) return false;
  for (std::size_t i = 0; i < segments_.size(); ++i)
    if (!segment_matches(segments_[i], segments[i])) return false;
  return !segments_.empty() || below_;
}

} // namespace assent::tickets
