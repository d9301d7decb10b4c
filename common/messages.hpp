// Every sentence for people comes from a catalogue (`po/LANGUAGE/*.po`, compiled to assent.mo) by its id.
// Read by Boost.Locale, so that no system locale is needed and each call names its language.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/result.hpp"

namespace assent {

enum class Language : std::uint8_t { en, zh_CN };

std::string_view name_of(Language language); ///< `en`, `zh_CN`

/// The language of a tag or locale name (`zh-CN`, `zh_CN.UTF-8`, `zh`, `en_US`); `otherwise` where none is
/// known.
Language language_of(std::string_view tag, Language otherwise = Language::en);

/// The best language of an HTTP Accept-Language header (RFC 9110 12.5.4, weights honoured; at most 32 ranges
/// are read).
Language accepted_language(std::string_view header, Language otherwise = Language::en);

/// The compiled catalogues. Immutable after load(): any thread may read. Copies share the texts.
class Catalogue {
 public:
  /// Reads DIRECTORY/{en,zh_CN}/LC_MESSAGES/assent.mo; Fault::outside where one is missing or unreadable.
  static Result<Catalogue> load(const std::string& directory);

  /// The directory where this program's catalogues are: $ASSENT_MESSAGES, else ../share/locale beside the
  /// program's folder (build tree and installation alike), else /usr/share/locale.
  static std::string directory();

  /// load(directory()), or, where that fails, a catalogue without texts: it shows ids and arguments. For
  /// programs that must still be able to say something.
  static Catalogue load_or_ids();

  /// The sentence with `{name}` filled in; values are inserted as they are and not searched again. An id that
  /// is not in the catalogue is shown as `id (name: value, …)`.
  std::string text(Language language, const Message& message) const;

  /// A whole refusal, several lines without a final line end: what, rule, evidence, mistakes, next step.
  std::string text(Language language, const Error& error) const;

  /// One mistake on one line: `file:line:column: path: what; expected`.
  std::string text(Language language, const Mistake& mistake) const;

  bool knows(Language language, std::string_view id) const;

 private:
  struct Texts;
  std::shared_ptr<const Texts> texts_;
};

} // namespace assent
