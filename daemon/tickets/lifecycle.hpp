// The table of a ticket's life, for after() and for the table in docs/tickets.md.
#pragma once

#include <array>

#include "daemon/tickets/ticket.hpp"

namespace assent::tickets {

struct Transition {
  State from;
  Event event;
  State to;
};

/// What is not listed is not allowed.
inline constexpr std::array<Transition, 15> life = {{
    {State::submitted, Event::approve_last, State::approved},
    {State::submitted, Event::reject, State::rejected},
    {State::submitted, Event::withdraw, State::withdrawn},
    {State::submitted, Event::expire, State::expired},
    {State::approved, Event::open, State::open},
    {State::approved, Event::reject, State::rejected},
    {State::approved, Event::withdraw, State::withdrawn},
    {State::approved, Event::expire, State::expired},
    {State::approved, Event::revoke, State::revoked},
    {State::open, Event::end_window, State::verifying},
    {State::open, Event::finish, State::verifying},
    {State::open, Event::verify, State::closed},
    {State::open, Event::revoke, State::revoked},
    {State::verifying, Event::verify, State::closed},
    {State::verifying, Event::revoke, State::revoked},
}};

inline constexpr std::array<State, 9> states = {State::submitted, State::approved, State::open,
                                                State::verifying, State::closed,   State::rejected,
                                                State::withdrawn, State::expired,  State::revoked};

inline constexpr std::array<Event, 9> events = {Event::approve_last, Event::open,   Event::end_window,
                                                Event::finish,       Event::verify, Event::reject,
                                                Event::withdraw,     Event::expire, Event::revoke};

std::string_view name_of(Event event); ///< `approve-last`, `end-window`, …

} // namespace assent::tickets
