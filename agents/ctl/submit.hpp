// The way of every write: prepare, show the page, sign it, hand it in.
#pragma once

#include "agents/ctl/session.hpp"

namespace assent::ctl {

/// What is wanted. Reason, window, person and key come from the options of the invocation where they are
/// empty.
struct Wanted {
  json::array edits;
  json::array permits;
  json::object rest; ///< other members of prepare's input, from a ticket file
};

/// Prepares a ticket, shows what it will do, has it signed and hands it in. With --dry-run only shows; with
/// --template asks for a standard change, which needs no signature; with --wait stays until the ticket has
/// ended.
Exit submit(Session& session, Wanted wanted);

/// Signs a page of an existing ticket with one of the words approve, reject, withdraw, finish, revoke.
Exit act(Session& session, std::uint64_t ticket, const std::string& word);

/// Waits until a ticket has left the states in which something is still to come. Exit::done where it closed,
/// Exit::refused where it was rejected, withdrawn, expired or revoked.
Exit wait_for(Session& session, std::uint64_t ticket);

/// Who signs, and with which key: from --key, ASSENT_KEY, or the first key of the agent that is enrolled.
struct Signer {
  SigningKey key;
  std::string handle;
};
Result<Signer> signer_of(Session& session);

/// The stage that waits for a decision, from a ticket's row; empty where none does.
std::string waiting_stage(const json::object& ticket);

/// The signature namespace of a page's word.
std::string_view name_space_of(std::string_view word);

} // namespace assent::ctl
