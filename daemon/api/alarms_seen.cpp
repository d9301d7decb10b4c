#include "daemon/api/alarms_seen.hpp"

#include "common/error_json.hpp"
#include "daemon/api/rows.hpp"

namespace assent::api {
namespace {

void hide_people(json::object& alarm, View view) {
  if (whole(view)) return;
  alarm.erase("acts");
  if (auto* text = alarm.if_contains("text"); text != nullptr && text->is_object())
    *text = to_json(shown(view, message_from_json(text->get_object())));
  if (auto* hidden = alarm.if_contains("hidden");
      hidden != nullptr && hidden->is_object() && text_of(hidden->get_object(), "why") == "shelved")
    hidden->get_object().erase("by");
}

} // namespace

void show_alarms(json::object& answer, const Scope& scope, store::Reader& reader) {
  Sight sight(scope, reader);
  if (auto* one = answer.if_contains("alarm"); one != nullptr && one->is_object())
    hide_people(one->get_object(), scope.view);
  auto* list = answer.if_contains("alarms");
  if (list == nullptr || !list->is_array()) return;
  json::array seen;
  for (auto& one : list->get_array()) {
    if (!one.is_object() || !sight.reads_resource(text_of(one.get_object(), "resource"))) continue;
    hide_people(one.get_object(), scope.view);
    seen.push_back(std::move(one));
  }
  *list = std::move(seen);
}

} // namespace assent::api
