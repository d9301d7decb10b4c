// Source and schema side by side: every mistake of key, type, range, presence, count and reference at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/schema.hpp"
#include "daemon/model/source.hpp"

namespace assent::model {

struct WalkResult {
  json::object value; ///< to be used only without mistakes
  std::vector<Mistake> mistakes;
};

/// `partial`: mandatory leaves may be absent, defaults are not filled in, null removes a leaf.
WalkResult walk(const ly_ctx* context, const Item& top, const Source& source, bool partial);

/// The place in the source of a data path such as `/rules[name='x']/match`; of the nearest ancestor that was
/// written.
Place place_of(const Item& top, const Source& source, std::string_view path);

/// RFC 7951 text for libyang: integers of 64 bits as strings, anydata left out.
json::value for_libyang(const Item& item, const json::value& value);

} // namespace assent::model
