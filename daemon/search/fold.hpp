// What counts as the same text for who searches: case, full width and half width, accents, and traditional
// and simplified Chinese characters make no difference. Used on what is stored and on what is asked, always
// alike.
#pragma once

#include <string>
#include <string_view>

namespace assent::search {

/// The text folded, character by character (so that a part of a text folds to a part of the folded text):
/// Unicode's NFKC_Casefold, without accents, traditional characters as their simplified forms (ICU's
/// `Traditional-Simplified`). What nobody sees (bidirectional and other controls, joiners, variation
/// selectors) is left out, each run of white space is one space, none stands at the ends. Bytes that are no
/// UTF-8 become U+FFFD. The first call makes a table (some 50 ms). Any thread.
std::u32string fold(std::string_view utf8);

/// The hexadecimal digits of a MAC address in one of the usual forms (`aa:bb:cc:dd:ee:ff`, with `-`,
/// `aabb.ccdd.eeff`, `aabb-ccdd-eeff`, bare), in lower case; empty where the text is none.
std::string mac_digits(std::string_view text);

} // namespace assent::search
