#include "daemon/search/fold.hpp"

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>

#include <array>
#include <map>
#include <memory>

#include "common/result.hpp"

namespace assent::search {

namespace {

constexpr char32_t nothing = 0;           ///< the character is left out
constexpr char32_t several = 0xffff'ffff; ///< it becomes more than one: in Table::longer
constexpr char32_t replacement = 0xfffd;
constexpr char32_t first_surrogate = 0xd800, after_surrogates = 0xe000, plane = 0x10000;

/// What ICU makes of one character, besides the step to simplified ones.
class Normal {
 public:
  Normal() {
    UErrorCode code = U_ZERO_ERROR;
    fold_ = icu::Normalizer2::getNFKCCasefoldInstance(code);
    apart_ = icu::Normalizer2::getNFDInstance(code);
    together_ = icu::Normalizer2::getNFCInstance(code);
    ASSENT_CHECK(U_SUCCESS(code));
  }

  std::u32string of(char32_t character) const {
    const auto point = static_cast<UChar32>(character);
    if (u_isUWhiteSpace(point) != 0) return U" ";
    if (u_iscntrl(point) != 0) return {};
    UErrorCode code = U_ZERO_ERROR;
    const icu::UnicodeString parts =
        apart_->normalize(fold_->normalize(icu::UnicodeString(point), code), code);
    icu::UnicodeString kept;
    for (std::int32_t at = 0; at < parts.length(); at = parts.moveIndex32(at, 1)) {
      const UChar32 part = parts.char32At(at);
      if (u_charType(part) != U_NON_SPACING_MARK) kept.append(part);
    }
    const icu::UnicodeString done = together_->normalize(kept, code);
    ASSENT_CHECK(U_SUCCESS(code));
    std::u32string out;
    for (std::int32_t at = 0; at < done.length(); at = done.moveIndex32(at, 1)) {
      const UChar32 one = done.char32At(at);
      out += u_isUWhiteSpace(one) != 0 ? U' ' : static_cast<char32_t>(one);
    }
    return out;
  }

 private:
  const icu::Normalizer2 *fold_ = nullptr, *apart_ = nullptr, *together_ = nullptr;
};

/// Traditional characters of the basic plane with what is simplified of them, where that is another one.
std::map<char32_t, char32_t> simplified() {
  UErrorCode code = U_ZERO_ERROR;
  const std::unique_ptr<icu::Transliterator> rules(
      icu::Transliterator::createInstance("Traditional-Simplified", UTRANS_FORWARD, code));
  ASSENT_CHECK(U_SUCCESS(code) && rules);
  // All at once, each on a line of its own, so that no rule sees two of them together.
  constexpr char32_t first = 0x3400, end = 0xa000;
  icu::UnicodeString all;
  for (char32_t character = first; character < end; ++character)
    all.append(static_cast<UChar32>(character)).append(static_cast<UChar32>('\n'));
  rules->transliterate(all);
  std::map<char32_t, char32_t> out;
  char32_t character = first;
  std::int32_t begin = 0;
  for (std::int32_t at = 0; at < all.length(); ++at) {
    if (all.charAt(at) != u'\n') continue;
    const UChar32 becomes = all.char32At(begin);
    if (at - begin == U16_LENGTH(becomes) && static_cast<char32_t>(becomes) != character)
      out.emplace(character, static_cast<char32_t>(becomes));
    begin = at + 1;
    ++character;
  }
  return out;
}

class Table {
 public:
  Table() {
    const auto simple = simplified();
    for (char32_t character = 0; character < plane; ++character) {
      if (character >= first_surrogate && character < after_surrogates) continue;
      std::u32string folded = normal_.of(character);
      for (auto& one : folded)
        if (const auto found = simple.find(one); found != simple.end()) one = found->second;
      one_[character] = folded.empty() ? nothing : folded.size() == 1 ? folded.front() : several;
      if (folded.size() > 1) longer_.emplace(character, std::move(folded));
    }
  }

  void add(char32_t character, std::u32string& out) const {
    if (character >= plane) {
      out += normal_.of(character);
      return;
    }
    const char32_t one = one_[character];
    if (one == several)
      out += longer_.at(character);
    else if (one != nothing)
      out += one;
  }

 private:
  Normal normal_;
  std::array<char32_t, plane> one_{};
  std::map<char32_t, std::u32string> longer_;
};

/// The next character; malformed bytes count as U+FFFD, one each.
char32_t take(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0x80) return lead;
  const std::size_t more = lead >= 0xf0 && lead < 0xf5 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc2 ? 1 : 0;
  if (more == 0 || lead >= 0xf5 || at + more > text.size()) return replacement;
  char32_t out = lead & (0x3fu >> more);
  for (std::size_t i = 0; i < more; ++i) {
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if ((byte & 0xc0) != 0x80) return replacement;
    out = out << 6 | (byte & 0x3f);
  }
  constexpr std::array<char32_t, 4> least = {0, 0x80, 0x800, plane};
  if (out < least[more] || out > 0x10ffff || (out >= first_surrogate && out < after_surrogates))
    return replacement;
  at += more;
  return out;
}

} // namespace

std::u32string fold(std::string_view utf8) {
  static const Table table;
  std::u32string raw;
  raw.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();)
    table.add(take(utf8, at), raw);
  std::u32string out;
  out.reserve(raw.size());
  for (const char32_t one : raw)
    if (one != U' ' || (!out.empty() && out.back() != U' ')) out += one;
  if (!out.empty() && out.back() == U' ') out.pop_back();
  return out;
}

std::string mac_digits(std::string_view text) {
  constexpr std::size_t digits = 12;
  if (text.size() < digits || text.size() > 17) return {};
  std::string out;
  char between = 0;
  std::size_t run = 0, group = 0;
  for (const char c : text) {
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (digit) {
      out += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
      ++run;
      continue;
    }
    if ((c != ':' && c != '-' && c != '.') || (between != 0 && c != between)) return {};
    if ((run != 2 && run != 4) || (group != 0 && run != group)) return {};
    between = c;
    group = run;
    run = 0;
  }
  if (out.size() != digits || (group != 0 && run != group)) return {};
  return out;
}

} // namespace assent::search
