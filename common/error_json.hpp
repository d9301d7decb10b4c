// Messages and errors on the wire: RFC 8040 7.1 `ietf-restconf:errors` with our `error-info`. Both ends use
// this file.
#pragma once

#include "common/json.hpp"
#include "common/messages.hpp"
#include "common/result.hpp"

namespace assent {

/// {"id": …, "args": {name: value, …}}; with a catalogue also "text".
json::object to_json(const Message& message);
json::object to_json(const Message& message, const Catalogue& catalogue, Language language);

/// Reads it back; an empty id where the object is none.
Message message_from_json(const json::object& object);

/// {"ietf-restconf:errors": {"error": [{error-type, error-tag, error-message, error-info}]}}.
json::object to_restconf(const Error& error, const Catalogue& catalogue, Language language);

/// Reads it back, from a server of any version; members that are missing stay empty. An answer that is no
/// RESTCONF error becomes `common.strange-answer`, with the fault that the HTTP status stands for.
Error error_from_restconf(const json::value& value, unsigned http_status);

/// HTTP status of a fault, and its RFC 8040 7 error-tag.
unsigned http_status(Fault fault);
std::string_view error_tag(Fault fault);

} // namespace assent
