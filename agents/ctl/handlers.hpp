// What each command does. The table (commands.cpp) names these; each answers with the exit status.
#pragma once

#include "agents/ctl/session.hpp"

namespace assent::ctl {

// do_register.cpp
Exit list_objects(Session& session);
Exit show_object(Session& session);
Exit show_device(Session& session);
Exit create_object(Session& session);
Exit modify_object(Session& session);
Exit delete_object(Session& session);
Exit allocate_space(Session& session);
Exit revoke_key(Session& session);

// do_search.cpp
Exit search_objects(Session& session);

// do_space.cpp
Exit restructure_space(Session& session); ///< split, merge, renumber, reassign, clear: the verb is the change

// do_link.cpp
Exit list_traffic(Session& session);
Exit show_link(Session& session);

// do_ticket.cpp
Exit new_ticket(Session& session);
Exit show_ticket(Session& session);
Exit show_page(Session& session);
Exit act_on_ticket(Session& session); ///< approve, reject, withdraw, finish, revoke: the verb is the word
Exit wait_ticket(Session& session);

// do_finding.cpp
Exit list_findings(Session& session);
Exit check_findings(Session& session);
Exit show_finding(Session& session);
Exit why_finding(Session& session);
Exit accept_findings(Session& session);
Exit take_baseline(Session& session);
Exit show_tree(Session& session);

// do_policy.cpp
Exit show_policy(Session& session);
Exit propose_policy(Session& session);
Exit propose_profile(Session& session);

// do_alarm.cpp
Exit list_alarms(Session& session);
Exit show_alarm(Session& session);
Exit act_on_alarm(Session& session); ///< ack, shelve, unshelve, close: the verb is the act
Exit watch_alarms(Session& session);

// do_status.cpp
Exit show_status(Session& session);
Exit join_stdio(Session& session);
Exit list_devices(Session& session);
Exit list_agents(Session& session);
Exit watch_events(Session& session);
Exit list_journal(Session& session);
Exit back_up(Session& session);

// do_audit.cpp
Exit verify_audit(Session& session);
Exit take_checkpoint(Session& session);

} // namespace assent::ctl
