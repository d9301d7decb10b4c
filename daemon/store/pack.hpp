// zlib over whole texts.
#pragma once

#include <string>
#include <string_view>

namespace assent::store {

std::string pack(std::string_view text);

/// False where the bytes are no zlib stream of exactly `size` bytes of text.
bool unpack(std::string_view packed, std::size_t size, std::string& text);

} // namespace assent::store
