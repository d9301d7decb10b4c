// How alarms reach the journal and the store.
#include "daemon/core/state.hpp"

namespace assent::core {
namespace {
json::object alarm_detail(const alarms::Alarm& alarm) {
  json::object args;
  for (const auto& [name, value] : alarm.text.args)
    args[name] = value;
  return {{"type", alarm.type},
          {"resource", alarm.resource},
          {"severity", std::string(name_of(alarm.severity))},
          {"text", json::object{{"id", alarm.text.id}, {"args", std::move(args)}}}};
}
} // namespace

void raise(Step& step, std::string_view type, const alarms::Subject& subject, Args args,
           std::optional<alarms::Severity> severity) {
  const auto* kind = alarms::kind_of(type);
  ASSENT_CHECK(kind != nullptr);
  const std::string resource =
      subject.qualifier.empty() ? subject.resource : subject.resource + " " + subject.qualifier;
  if (!step.state.alarms.raise(type, resource, severity.value_or(kind->severity),
                               {"alarm." + std::string(type), std::move(args)}, step.now))
    return;
  step.note(journal::Stream::records, "alarm-raised", alarm_detail(*step.state.alarms.find(type, resource)));
}

void clear(Step& step, std::string_view type, const alarms::Subject& subject) {
  const std::string resource =
      subject.qualifier.empty() ? subject.resource : subject.resource + " " + subject.qualifier;
  const auto* alarm = step.state.alarms.find(type, resource);
  if (alarm == nullptr) return;
  auto detail = alarm_detail(*alarm);
  if (!step.state.alarms.clear(type, resource, step.now)) return;
  step.note(journal::Stream::records, "alarm-cleared", std::move(detail));
}

} // namespace assent::core
