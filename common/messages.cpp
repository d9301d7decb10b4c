#include "common/messages.hpp"

#include <array>
#include <boost/locale/gnu_gettext.hpp>
#include <boost/locale/message.hpp>
#include <cstdlib>
#include <filesystem>
#include <locale>

namespace assent {

namespace {

constexpr std::array<std::string_view, 2> language_names = {"en", "zh_CN"};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

std::optional<Language> known_language(std::string_view tag) {
  const std::string_view primary = tag.substr(0, tag.find_first_of("-_.@"));
  if (same_word(primary, "en")) return Language::en;
  if (same_word(primary, "zh")) return Language::zh_CN;
  return std::nullopt;
}

/// RFC 9110 12.4.2 weight in thousandths; 1000 where absent, 0 where malformed.
int weight_of(std::string_view parameters) {
  parameters = trimmed(parameters);
  if (parameters.empty()) return 1000;
  if (parameters.size() < 3 || lower(parameters[0]) != 'q' || parameters[1] != '=') return 0;
  const std::string_view digits = parameters.substr(2);
  if (digits.size() > 5 || (digits[0] != '0' && digits[0] != '1')) return 0;
  int weight = (digits[0] - '0') * 1000;
  int unit = 100;
  for (std::size_t i = 2; i < digits.size(); ++i, unit /= 10) {
    if (digits[i] < '0' || digits[i] > '9') return 0;
    weight += (digits[i] - '0') * unit;
  }
  return weight > 1000 ? 0 : weight;
}

std::string filled(std::string_view text, const Message& message) {
  std::string out;
  out.reserve(text.size() + 64);
  while (!text.empty()) {
    const auto open = text.find('{');
    out.append(text.substr(0, open));
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    const auto close = text.find('}');
    const std::string_view name =
        close == std::string_view::npos ? std::string_view{} : text.substr(1, close - 1);
    const std::string* value = nullptr;
    for (const auto& [key, content] : message.args)
      if (key == name) value = &content;
    if (value != nullptr) {
      out += *value;
      text.remove_prefix(close + 1);
    } else {
      out += '{';
      text.remove_prefix(1);
    }
  }
  return out;
}

std::string bare(const Message& message) {
  std::string out = message.id;
  const char* between = " (";
  for (const auto& [name, value] : message.args) {
    out += between;
    out += name + ": " + value;
    between = ", ";
  }
  if (!message.args.empty()) out += ')';
  return out;
}

} // namespace

std::string_view name_of(Language language) {
  return language_names[static_cast<std::size_t>(language)];
}

Language language_of(std::string_view tag, Language otherwise) {
  return known_language(tag).value_or(otherwise);
}

Language accepted_language(std::string_view header, Language otherwise) {
  Language best = otherwise;
  int best_weight = 0;
  for (int ranges = 0; ranges < 32 && !header.empty(); ++ranges) {
    const auto comma = header.find(',');
    const std::string_view range = trimmed(header.substr(0, comma));
    header = comma == std::string_view::npos ? std::string_view{} : header.substr(comma + 1);
    const auto semicolon = range.find(';');
    const std::string_view tag = trimmed(range.substr(0, semicolon));
    const int weight = weight_of(semicolon == std::string_view::npos ? "" : range.substr(semicolon + 1));
    const auto language = tag == "*" ? std::optional<Language>(otherwise) : known_language(tag);
    if (language && weight > best_weight) {
      best = *language;
      best_weight = weight;
    }
  }
  return best;
}

struct Catalogue::Texts {
  struct One {
    std::locale keeper = std::locale::classic(); ///< owns the facet
    const boost::locale::message_format<char>* facet = nullptr;
  };
  std::array<One, language_names.size()> languages;

  const char* find(Language language, const std::string& id) const {
    const auto& one = languages[static_cast<std::size_t>(language)];
    return one.facet == nullptr ? nullptr : one.facet->get(0, nullptr, id.c_str());
  }
};

Result<Catalogue> Catalogue::load(const std::string& directory) {
  namespace bl = boost::locale;
  auto texts = std::make_shared<Texts>();
  for (std::size_t i = 0; i < language_names.size(); ++i) {
    const std::string name(language_names[i]);
    const std::string file = directory + "/" + name + "/LC_MESSAGES/assent.mo";
    const auto faulty = [&] { return fail(Fault::outside, "common.catalogue-unreadable", {{"file", file}}); };
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(file, ignored)) return faulty();
    bl::gnu_gettext::messages_info info;
    info.language = name.substr(0, 2);
    if (name.size() == 5) info.country = name.substr(3);
    info.encoding = "UTF-8";
    info.paths = {directory};
    info.domains = {bl::gnu_gettext::messages_info::domain("assent")};
    auto& one = texts->languages[i];
    try {
      auto* facet = bl::gnu_gettext::create_messages_facet<char>(info);
      if (facet == nullptr) return faulty();
      one.keeper = std::locale(std::locale::classic(), facet);
      one.facet = facet;
    } catch (const std::exception&) {
      return faulty();
    }
    if (texts->find(static_cast<Language>(i), "common.catalogue-unreadable") == nullptr) return faulty();
  }
  Catalogue catalogue;
  catalogue.texts_ = std::move(texts);
  return catalogue;
}

std::string Catalogue::directory() {
  if (const char* given = std::getenv("ASSENT_MESSAGES"); given != nullptr && *given != '\0') return given;
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    const auto beside = program.parent_path().parent_path() / "share" / "locale";
    if (std::filesystem::exists(beside / "en" / "LC_MESSAGES" / "assent.mo", error)) return beside.string();
  }
  return "/usr/share/locale";
}

Catalogue Catalogue::load_or_ids() {
  auto loaded = load(directory());
  if (loaded) return std::move(loaded).value();
  Catalogue empty;
  empty.texts_ = std::make_shared<Texts>();
  return empty;
}

std::string Catalogue::text(Language language, const Message& message) const {
  const char* found = texts_->find(language, message.id);
  return found == nullptr ? bare(message) : filled(found, message);
}

std::string Catalogue::text(Language language, const Mistake& mistake) const {
  std::string out;
  if (!mistake.place.file.empty()) {
    out += mistake.place.file + ":";
    if (mistake.place.line > 0) out += std::to_string(mistake.place.line) + ":";
    if (mistake.place.line > 0 && mistake.place.column > 0) out += std::to_string(mistake.place.column) + ":";
    out += ' ';
  }
  if (!mistake.path.empty()) out += mistake.path + ": ";
  out += text(language, mistake.what);
  if (!mistake.expected.id.empty())
    out += text(language, Message{"common.expected", {{"expected", text(language, mistake.expected)}}});
  return out;
}

std::string Catalogue::text(Language language, const Error& error) const {
  std::string out = text(language, error.what);
  for (const auto& mistake : error.mistakes)
    out += "\n  " + text(language, mistake);
  if (!error.rule.empty()) out += "\n  " + text(language, Message{"common.rule", {{"rule", error.rule}}});
  for (const auto& fact : error.evidence)
    out += "\n  " + text(language, Message{"common.evidence", {{"fact", text(language, fact)}}});
  if (error.next)
    out += "\n  " + text(language, Message{"common.next", {{"step", text(language, *error.next)}}});
  return out;
}

bool Catalogue::knows(Language language, std::string_view id) const {
  return texts_->find(language, std::string(id)) != nullptr;
}

} // namespace assent
