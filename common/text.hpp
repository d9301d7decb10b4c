// Text from outside, made safe once for each medium. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace assent {

/// True where all bytes form valid UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool is_utf8(std::string_view bytes);

/// Valid UTF-8 out of any bytes: every byte that is not part of valid UTF-8 becomes U+FFFD. Trailing NULs are
/// cut.
std::string to_utf8(std::string_view bytes);

/// For terminals: C0/C1 controls, DEL, U+2028/9 and bidirectional controls become visible `\u{..}` escapes.
std::string for_terminal(std::string_view utf8);

/// Columns that a terminal uses for the text: CJK and full-width are 2, combining marks 0.
std::size_t display_width(std::string_view utf8);

/// The text padded with spaces, or cut with `…`, to exactly `columns` columns.
std::string fit(std::string_view utf8, std::size_t columns);

/// Lower-case hexadecimal.
std::string to_hex(std::string_view bytes);
std::string from_hex(std::string_view hex); ///< empty where malformed

std::string to_base64(std::string_view bytes);
/// Decodes RFC 4648 base64 with padding and without white space; false where malformed.
bool from_base64(std::string_view text, std::string& bytes);

/// The known word nearest to a mistyped one (edit distance at most 2), or empty.
std::string nearest(std::string_view word, const std::string_view* known, std::size_t count);

} // namespace assent
