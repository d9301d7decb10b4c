// Rows of the store as JSON text, as much of them as a view may see. Pure.
#pragma once

#include <string>

#include "daemon/api/http.hpp"

namespace assent::api {

/// Does this view see rows whole, where it sees them at all?
bool whole(View view);

/// May this view read this kind at all? (Which rows a scoped view reads is for Sight to say.) A monitor sees
/// no people, keys, roles and acts.
bool may_read(View view, Kind kind);

/// `{"id":…,"version":…,…body}`. Full view: the body's text as stored; monitor: only the members that a
/// monitor may see (a list for each kind: what is new is hidden until somebody decides otherwise).
std::string row_text(View view, Kind kind, const store::StoredRow& row);

/// May a follower with this view be told of this kind of event?
bool may_follow(View view, std::string_view msgid);

/// The event's message without what a monitor may not see (who, which account, which key).
Message shown(View view, const Message& message);

} // namespace assent::api
