// JSON between the parts: Boost.JSON values, and the one canonical print of them (RFC 8785).
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "common/result.hpp"

namespace assent {

namespace json = boost::json;

/// RFC 8785 (JSON Canonicalization Scheme): members sorted by UTF-16 code units, no white space, shortest
/// numbers. Integers outside ±(2^53-1) print in full; the modules keep them out of what is recorded.
std::string canonical(const json::value& value);

/// Parses at most `max_bytes` of JSON, at most 32 levels deep, one value, no trailing bytes, no duplicate
/// member. A mistake names line and column. Text must be valid UTF-8.
Result<json::value> parse_json(std::string_view text, std::size_t max_bytes = 4u << 20,
                               std::string_view file = "request");

/// Members of an object whose type is certain or else absent; for reading what a schema already accepted.
std::string text_of(const json::object& object, std::string_view name, std::string_view otherwise = {});
std::uint64_t number_of(const json::object& object, std::string_view name, std::uint64_t otherwise = 0);
bool flag_of(const json::object& object, std::string_view name, bool otherwise = false);
const json::array& array_of(const json::object& object, std::string_view name); ///< an empty one where absent
const json::object& object_of(const json::object& object,
                              std::string_view name); ///< an empty one where absent

} // namespace assent
