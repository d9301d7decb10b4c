// Words of a command line and files of people, turned into the values of the API.
#pragma once

#include <string>
#include <string_view>

#include "agents/ctl/kinds.hpp"
#include "agents/ctl/session.hpp"

namespace assent::ctl {

/// The value of one option of a field. Names stay names: the daemon resolves them.
Result<json::value> value_of(const Field& field, const std::vector<std::string>& given);

/// The body that the options of a create or modify give; `--clear FIELD` gives null.
Result<json::object> body_of(const Session& session, const KindRow& kind);

/// A YAML or JSON text as JSON: plain scalars that look like numbers, true, false or null become such, quoted
/// ones stay text. Duplicate keys, anchors, tags and more than one document are mistakes; at most 16 MiB, 32
/// levels.
Result<json::value> read_yaml(std::string_view text, std::string_view file);

/// A whole file, `-` for standard input; at most `bound` bytes of valid UTF-8.
Result<std::string> read_file(const std::string& name, std::size_t bound = 16u << 20);

/// RFC 3339, local `2026-11-23 18:00`, or a time from now (`+2h`, `2h`), as RFC 3339 text.
Result<std::string> moment(std::string_view text, Instant now);

} // namespace assent::ctl
