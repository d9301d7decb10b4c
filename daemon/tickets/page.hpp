// The page that people sign: readable, and exactly what will happen. Layout: docs/formats/page.md. Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/result.hpp"
#include "common/time.hpp"
#include "daemon/tickets/ticket.hpp"

namespace assent::tickets {

enum class Word : std::uint8_t { request, approve, reject, withdraw, finish, revoke };
std::string_view name_of(Word word);
std::optional<Word> word_of(std::string_view name);
std::string_view name_space(Word word); ///< assent-request, assent-approval or assent-revocation

/// What a page says besides the ticket.
struct PageHead {
  std::string installation;
  Word word = Word::request;
  std::string stage; ///< approve and reject: the stage; else empty
  Id person = 0;
  std::string handle;
  std::string fingerprint; ///< of the key that is to sign
  Instant not_valid_after{};
  bool clock_unsure = false; ///< `clock.require: none`: said on the page
};

/// The exact bytes to sign: UTF-8, LF, layout `assent page 1`; lists up to 200 edits; control characters in
/// values are shown escaped, so that no value can look like another line.
std::string page(const PageHead& head, const Ticket& ticket, const registry::Registry& registry);

/// The ticket number and head that a page claims, read back from its fixed lines.
struct PageClaim {
  Id ticket = 0;
  std::uint64_t revision = 0;
  PageHead head;
};
Result<PageClaim> read_page(std::string_view page);

/// Done where a signature that arrives at `now` comes before the page's *not valid after*, and that lies no
/// further ahead than policy's approval time allows.
Status in_time(const PageHead& head, Instant now, Duration approval_time);

/// Done where `given` is byte for byte the page that this ticket has now for that head; else a refusal that
/// names the first line that differs and what it should be (older revision, other ticket, other stage, …).
Status same_page(std::string_view given, const PageHead& head, const Ticket& ticket,
                 const registry::Registry& registry);

/// A page with every readable name of a person or object taken out: what can be compared long after objects
/// were renamed.
std::string without_names(std::string_view page);

} // namespace assent::tickets
