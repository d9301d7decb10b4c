#include "daemon/search/query.hpp"

#include <algorithm>
#include <charconv>

#include "common/text.hpp"
#include "daemon/search/fold.hpp"
#include "daemon/search/leaves.hpp"

namespace assent::search {

namespace {

bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// A token as written: `-`, the name and its sign (none: a word), the text, whether it stood in quotes.
struct Token {
  bool negated = false, quoted = false;
  std::string name, text;
  char sign = 0;
};

bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

/// Ideographic space: what an input method gives.
void spaces(std::string& text) {
  for (auto at = text.find("\u3000"); at != std::string::npos; at = text.find("\u3000", at))
    text.replace(at, 3, 1, ' ');
}

/// The hexadecimal digits of a part of a MAC address; empty where there is anything else in it.
std::string hex_part(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ':' || c == '-' || c == '.') continue;
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))
      out += c;
    else if (c >= 'A' && c <= 'F')
      out += static_cast<char>(c - 'A' + 'a');
    else
      return {};
  }
  return out.size() <= 12 ? out : std::string();
}

/// A MAC address, or at least three groups of one: `aa:bb:cc`, `aabb.ccdd`.
std::string mac_written(std::string_view text) {
  if (auto whole = mac_digits(text); !whole.empty()) return whole;
  std::string digits = hex_part(text);
  constexpr std::size_t least = 6;
  return digits.size() >= least && digits.size() < text.size() ? digits : std::string();
}

/// Colons also stand in MAC addresses, IPv6 addresses, fingerprints and URLs.
bool is_value(std::string_view token) {
  if (token.starts_with("SHA256:") || token.find("://") != std::string_view::npos) return true;
  if (!mac_written(token).empty() || space_of(token)) return true;
  return std::ranges::count(token, ':') >= 2 && begins_with(token).has_value();
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::optional<Token>> next() {
    while (at_ < text_.size() && blank(text_[at_]))
      ++at_;
    if (at_ == text_.size()) return std::optional<Token>();
    Token token;
    if (text_[at_] == '-' && at_ + 1 < text_.size() && !blank(text_[at_ + 1])) {
      token.negated = true;
      ++at_;
    }
    if (text_[at_] != '"') name(token);
    if (at_ < text_.size() && text_[at_] == '"') {
      if (auto read = quoted(token); !read) return std::move(read).error();
    } else {
      token.text = text_.substr(at_, word_end() - at_);
      at_ += token.text.size();
    }
    return std::optional<Token>(std::move(token));
  }

 private:
  std::size_t word_end() const {
    std::size_t end = at_;
    while (end < text_.size() && !blank(text_[end]))
      ++end;
    return end;
  }
  void name(Token& token) {
    const std::string_view word = text_.substr(at_, word_end() - at_);
    if (is_value(word)) return;
    std::size_t end = 0;
    while (end < word.size() && in_name(word[end]))
      ++end;
    if (end == 0 || end == word.size() || (word[end] != ':' && word[end] != '=')) return;
    token.name = word.substr(0, end);
    token.sign = word[end];
    at_ += end + 1;
  }
  Status quoted(Token& token) {
    token.quoted = true;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      token.text += text_[at_];
    }
    if (at_ == text_.size()) return fail(Fault::invalid, "search.open-quote");
    ++at_;
    return Done{};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Error bad(const Token& token, std::string expected) {
  Error error = fail(Fault::invalid, "search.bad-value",
                     {{"name", for_terminal(token.name)}, {"value", for_terminal(token.text)}});
  error.evidence.push_back({std::move(expected), {}});
  return error;
}

Status read_kinds(const Token& token, Clause& clause) {
  std::string_view rest = token.text;
  while (true) {
    const auto comma = rest.find(',');
    const auto kind = kind_of(rest.substr(0, comma));
    if (!kind || !is_searched(*kind)) return bad(token, "search.expected-kind");
    clause.kinds.push_back(*kind);
    if (comma == std::string_view::npos) return Done{};
    rest.remove_prefix(comma + 1);
  }
}

Status read_number(const Token& token, Clause& clause) {
  const auto* end = token.text.data() + token.text.size();
  const auto [stop, wrong] = std::from_chars(token.text.data(), end, clause.number);
  if (wrong != std::errc() || stop != end || clause.number == 0 || clause.number >= 1ull << 53)
    return bad(token, "search.expected-number");
  return Done{};
}

Status read_member(const Token& token, Clause& clause) {
  using Sort = Clause::Sort;
  const std::string& name = token.name;
  clause.member = name;
  clause.whole = token.sign == '=';
  if (name == "in" || name == "around") {
    clause.sort = name == "in" ? Sort::in : Sort::around;
    if (!clause.space) return bad(token, "search.expected-space");
  } else if (name == "mac") {
    clause.sort = Sort::mac;
    clause.mac = hex_part(token.text);
    if (clause.mac.size() < 2) return bad(token, "search.expected-mac");
  } else if (name == "kind") {
    clause.sort = Sort::kind;
    return read_kinds(token, clause);
  } else if (name == "id" || name == "ticket") {
    clause.sort = name == "id" ? Sort::number : Sort::ticket;
    return read_number(token, clause);
  } else if (name == "org" || name == "organisation") {
    clause.sort = Sort::subtree;
    clause.member = "organisation";
  } else {
    clause.sort = Sort::member;
  }
  return Done{};
}

Result<Clause> clause_of(const Token& token) {
  Clause clause;
  clause.negated = token.negated;
  clause.text = token.text;
  clause.folded = fold(token.text);
  if (clause.folded.empty())
    return token.name.empty() ? fail(Fault::invalid, "search.empty-word")
                              : bad(token, "search.expected-text");
  if (!token.quoted) {
    clause.space = space_of(token.text);
    if (!clause.space) {
      clause.space = begins_with(token.text);
      clause.part = clause.space.has_value();
    }
  }
  if (!token.name.empty()) {
    if (auto read = read_member(token, clause); !read) return std::move(read).error();
  }
  if (!token.quoted && clause.mac.empty() &&
      (clause.sort == Clause::Sort::word || clause.sort == Clause::Sort::member))
    clause.mac = mac_written(token.text);
  return clause;
}

std::optional<registry::Prefix> begins_with_four(std::string_view text) {
  registry::Prefix out;
  registry::U128 bits = 0;
  int groups = 0;
  while (!text.empty()) {
    const auto dot = text.find('.');
    const std::string_view digits = text.substr(0, dot);
    unsigned value = 0;
    const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (wrong != std::errc() || end != digits.data() + digits.size() || value > 255 || digits.size() > 3 ||
        (digits.size() > 1 && digits.front() == '0') || ++groups > 3)
      return std::nullopt;
    bits = bits << 8 | value;
    text = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  }
  out.length = 8 * groups;
  out.first.bits = bits << (32 - out.length);
  return out;
}

std::optional<registry::Prefix> begins_with_six(std::string_view text) {
  registry::Prefix out;
  out.first.v4 = false;
  int groups = 0;
  while (!text.empty()) {
    const auto colon = text.find(':');
    const std::string_view digits = text.substr(0, colon);
    unsigned value = 0;
    const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    // The last group must have ended: whether `20` is the whole of it is not known.
    if (digits.empty() || wrong != std::errc() || end != digits.data() + digits.size() || value > 0xffff ||
        colon == std::string_view::npos || ++groups > 7)
      return std::nullopt;
    out.first.bits = out.first.bits << 16 | value;
    text.remove_prefix(colon + 1);
  }
  out.length = 16 * groups;
  out.first.bits <<= 128 - out.length;
  return out;
}

} // namespace

std::optional<registry::Prefix> begins_with(std::string_view text) {
  if (text.size() < 2 || text.size() > 39) return std::nullopt;
  if (text.find('.') != std::string_view::npos) return begins_with_four(text);
  if (text.back() == ':') return begins_with_six(text);
  return std::nullopt;
}

Result<Query> parse_query(std::string_view given) {
  if (given.size() > longest_query)
    return fail(Fault::invalid, "search.too-long", {{"bytes", std::to_string(longest_query)}});
  if (!is_utf8(given) || given.find('\0') != std::string_view::npos)
    return fail(Fault::invalid, "search.not-text");
  std::string text(given);
  spaces(text);
  Lexer lexer(text);
  Query query;
  while (true) {
    auto token = lexer.next();
    if (!token) return std::move(token).error();
    if (!*token) break;
    if (query.clauses.size() == most_clauses)
      return fail(Fault::invalid, "search.too-many", {{"clauses", std::to_string(most_clauses)}});
    auto clause = clause_of(**token);
    if (!clause) return std::move(clause).error();
    query.clauses.push_back(std::move(clause).value());
  }
  if (query.clauses.empty()) return fail(Fault::invalid, "search.empty");
  return query;
}

} // namespace assent::search
