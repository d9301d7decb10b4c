#include "daemon/watch/canonical.hpp"

#include <algorithm>

#include "common/hash.hpp"

namespace assent::watch {
namespace {

constexpr char hex_digits[] = "0123456789abcdef";

bool is_control(unsigned char c) {
  return c < 0x20 || c == 0x7f;
}

bool starts_name(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool in_name(unsigned char c) {
  return starts_name(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/// Length of the valid UTF-8 sequence (RFC 3629, table of section 4) at the start of the bytes; 0 where there
/// is none.
std::size_t utf8_length(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const auto tail = [&](std::size_t i) { return i < bytes.size() && (at(i) & 0xc0) == 0x80; };
  const unsigned char c = at(0);
  if (c < 0x80) return 1;
  if (c >= 0xc2 && c <= 0xdf) return tail(1) ? 2 : 0;
  if (c >= 0xe0 && c <= 0xef) {
    if (!tail(1) || !tail(2)) return 0;
    if ((c == 0xe0 && at(1) < 0xa0) || (c == 0xed && at(1) > 0x9f)) return 0;
    return 3;
  }
  if (c >= 0xf0 && c <= 0xf4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if ((c == 0xf0 && at(1) < 0x90) || (c == 0xf4 && at(1) > 0x8f)) return 0;
    return 4;
  }
  return 0;
}

/// Escapes bytes; `quote`, where not 0, is escaped with a backslash too.
std::string escape(std::string_view bytes, char quote) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    const std::size_t length = utf8_length(bytes.substr(i));
    if (length == 0 || is_control(c)) {
      out += "\\x";
      out += hex_digits[c >> 4];
      out += hex_digits[c & 15];
      ++i;
      continue;
    }
    if (c == '\\' || (quote != 0 && c == static_cast<unsigned char>(quote))) out += '\\';
    out.append(bytes, i, length);
    i += length;
  }
  return out;
}

/// Undoes `escape`; nothing where the text holds an escape or a raw character that `escape` never writes.
std::optional<std::string> unescape(std::string_view text, char quote) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    if (text[i] == '\\' || (quote != 0 && text[i] == quote)) {
      out += text[i];
    } else if (text[i] == 'x' && i + 2 < text.size()) {
      const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      return std::nullopt;
    }
  }
  if (escape(out, quote) != text) return std::nullopt;
  return out;
}

/// Plain printable ASCII without a backslash needs no second look: nearly every value.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f && c != '\\'; });
}

bool is_value(std::string_view text) {
  if (text.size() > max_value_bytes) return false;
  if (is_plain(text)) return true;
  const auto bytes = unescape(text, 0);
  return bytes && (bytes->empty() || bytes->back() != '\0');
}

/// The end of the quoted key value that starts at `at`, just behind the opening quote; npos where it never
/// ends.
std::size_t end_of_key(std::string_view path, std::size_t at) {
  for (; at < path.size(); ++at) {
    if (path[at] == '\'') return at;
    if (path[at] == '\\') ++at;
  }
  return std::string_view::npos;
}

/// Reads a name at `at` and moves behind it; false where there is none.
bool skip_name(std::string_view path, std::size_t& at) {
  if (at >= path.size() || !starts_name(static_cast<unsigned char>(path[at]))) return false;
  while (at < path.size() && in_name(static_cast<unsigned char>(path[at])))
    ++at;
  return true;
}

/// Reads `[key='value']` at `at` and moves behind it.
bool skip_predicate(std::string_view path, std::size_t& at) {
  ++at;
  if (!skip_name(path, at) || path.substr(at, 2) != "='") return false;
  at += 2;
  const std::size_t end = end_of_key(path, at);
  if (end == std::string_view::npos || end + 1 >= path.size() || path[end + 1] != ']') return false;
  const std::string_view value = path.substr(at, end - at);
  if (value.size() > max_key_bytes) return false;
  if (!is_plain(value) && !unescape(value, '\'')) return false;
  at = end + 2;
  return true;
}

Error not_canonical(std::string reason, std::size_t line) {
  return fail(Fault::invalid, "watch.not-canonical",
              {{"reason", std::move(reason)}, {"line", std::to_string(line)}});
}

} // namespace

std::string escaped(std::string_view value) {
  return escape(value, 0);
}

std::optional<std::string> unescaped(std::string_view value) {
  return unescape(value, 0);
}

bool is_path(std::string_view path) {
  if (path.empty() || path.size() > max_path_bytes) return false;
  std::size_t segments = 0;
  for (std::size_t at = 0; at < path.size();) {
    if (path[at] != '/' || ++segments > max_path_segments) return false;
    if (!skip_name(path, ++at)) return false;
    while (at < path.size() && path[at] == '[')
      if (!skip_predicate(path, at)) return false;
  }
  return true;
}

void CanonicalBuilder::set(std::string path, std::string_view value) {
  ASSENT_CHECK(is_path(path));
  while (!value.empty() && value.back() == '\0')
    value.remove_suffix(1);
  std::string text = escape(value, 0);
  if (text.size() > max_value_bytes)
    text = "(" + std::to_string(value.size()) + " bytes, sha256:" + sha256_hex(value) + ")";
  const auto [place, is_new] = leaves_.insert_or_assign(std::move(path), std::move(text));
  (void)place;
  if (!is_new) ++duplicates_;
}

std::string CanonicalBuilder::text() const {
  std::size_t size = canonical_version.size() + 1;
  for (const auto& [path, value] : leaves_)
    size += path.size() + value.size() + 2;
  std::string out;
  out.reserve(size);
  out.append(canonical_version).append(1, '\n');
  for (const auto& [path, value] : leaves_)
    out.append(path).append(1, '\t').append(value).append(1, '\n');
  return out;
}

std::string key_predicate(std::string_view key, std::string_view value) {
  while (!value.empty() && value.back() == '\0')
    value.remove_suffix(1);
  std::string text = escape(value, '\'');
  if (text.size() > max_key_bytes) {
    // A quarter of the bound always fits: one byte becomes at most four. Cut between characters.
    std::size_t cut = 0;
    while (cut < 192)
      cut += std::max<std::size_t>(1, utf8_length(value.substr(cut)));
    text = escape(value.substr(0, cut), '\'') + "~" + sha256_hex(value).substr(0, 32);
  }
  std::string out = "[";
  out.append(key).append("='").append(text).append("']");
  return out;
}

std::string fingerprint(std::string_view canonical_text) {
  return "sha256:" + sha256_hex(canonical_text);
}

std::string schema_path(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  for (std::size_t at = 0; at < path.size();) {
    if (path[at] != '[') {
      out += path[at++];
      continue;
    }
    const std::size_t quote = path.find('\'', at);
    const std::size_t end = quote == std::string_view::npos ? quote : end_of_key(path, quote + 1);
    if (end == std::string_view::npos) break;
    at = end + 2;
  }
  return out;
}

bool is_under(std::string_view schema, std::string_view above) {
  if (above == "/") return true;
  return schema.starts_with(above) && (schema.size() == above.size() || schema[above.size()] == '/');
}

Result<std::vector<Leaf>> leaves(std::string_view text) {
  if (text.size() > max_canonical_bytes) return not_canonical("too long", 0);
  const std::size_t head = text.find('\n');
  if (head == std::string_view::npos || text.substr(0, head) != canonical_version)
    return not_canonical("other version", 1);
  std::vector<Leaf> out;
  out.reserve(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')));
  std::size_t line = 2;
  for (std::size_t at = head + 1; at < text.size(); ++line) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) return not_canonical("no line end", line);
    const std::string_view row = text.substr(at, end - at);
    const std::size_t tab = row.find('\t');
    if (tab == std::string_view::npos) return not_canonical("no tabulator", line);
    const Leaf leaf{row.substr(0, tab), row.substr(tab + 1)};
    if (!is_path(leaf.path)) return not_canonical("no path", line);
    if (!is_value(leaf.value)) return not_canonical("value not escaped", line);
    if (!out.empty() && out.back().path >= leaf.path) return not_canonical("not sorted", line);
    if (out.size() == max_canonical_lines) return not_canonical("too many lines", line);
    out.push_back(leaf);
    at = end + 1;
  }
  return out;
}

std::vector<Difference> difference(const std::vector<Leaf>& before, const std::vector<Leaf>& after) {
  std::vector<Difference> out;
  auto b = before.begin();
  auto a = after.begin();
  while (b != before.end() || a != after.end()) {
    if (a == after.end() || (b != before.end() && b->path < a->path)) {
      out.push_back({std::string(b->path), std::string(b->value), std::nullopt});
      ++b;
    } else if (b == before.end() || a->path < b->path) {
      out.push_back({std::string(a->path), std::nullopt, std::string(a->value)});
      ++a;
    } else {
      if (a->value != b->value)
        out.push_back({std::string(a->path), std::string(b->value), std::string(a->value)});
      ++a;
      ++b;
    }
  }
  return out;
}

Result<std::string> with_changes(std::string_view canonical_text, const std::vector<Difference>& changes) {
  const auto old = leaves(canonical_text);
  if (!old) return old.error();
  std::map<std::string_view, std::string_view> all;
  for (const Leaf& leaf : *old)
    all.emplace_hint(all.end(), leaf.path, leaf.value);
  for (const Difference& change : changes) {
    if (!is_path(change.path) || (change.after && !is_value(*change.after)))
      return fail(Fault::invalid, "watch.not-a-leaf", {{"path", escape(change.path, 0)}});
    if (change.after)
      all[change.path] = *change.after;
    else
      all.erase(change.path);
  }
  std::string out;
  out.reserve(canonical_text.size() + 256);
  out.append(canonical_version).append(1, '\n');
  for (const auto& [path, value] : all)
    out.append(path).append(1, '\t').append(value).append(1, '\n');
  if (out.size() > max_canonical_bytes || all.size() > max_canonical_lines)
    return not_canonical("too long", all.size());
  return out;
}

} // namespace assent::watch
