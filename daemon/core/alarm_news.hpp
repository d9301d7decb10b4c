// What core does for alarms besides raising and clearing them (state.hpp). Core's thread.
#pragma once

#include "daemon/core/state.hpp"

namespace assent::core {

alarms::Moment moment_of(const Step& step);

/// What happened to alarms since the last call becomes entries of `records`, and what must survive a restart
/// goes into the batch. Every step that may have changed an alarm calls it before it ends.
void note_alarms(Step& step);
/// Once a second: maintenance, groups, shelves, damping.
void tend_alarms(Step& step);
/// A resource is no more.
void clear_alarms_on(Step& step, const std::string& resource);

/// At a start: what was kept; and, when everything that still holds has been raised, the end of the rest.
Status load_alarms(State& state, store::Reader& reader, const alarms::Moment& now);
void alarms_after_start(Step& step);
/// After a failed commit, with the state reloaded: findings that were never durable are no more, and what may
/// not have been told is told again.
void alarms_after_reload(Step& step);

/// Does this permit announce work on its devices (path `/maintenance`)?
bool announces_work(const tickets::Permit& permit);
/// Whose alarm it is: the organisation of its device or link, else the root.
Id organisation_of(const State& state, const alarms::Alarm& alarm);

// Operations of assent-alarm.
Answer acknowledge_alarm(Step& step, const json::object& input);
Answer shelve_alarm(Step& step, const json::object& input);
Answer unshelve_alarm(Step& step, const json::object& input);
Answer close_alarm(Step& step, const json::object& input);
Answer show_alarm(Step& step, const json::object& input);
Answer list_alarms(Step& step, const json::object& input);
/// One alarm as everybody may see it, with why people are not told of it.
json::object alarm_json(const State& state, const alarms::Alarm& alarm, bool full);

} // namespace assent::core
