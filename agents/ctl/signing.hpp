// Signatures by ssh-keygen, the terminal, and the daemon's socket: the outside of assentctl.
#pragma once

#include <memory>

#include "agents/ctl/session.hpp"

namespace assent::ctl {

std::unique_ptr<Signing> make_signing();
std::unique_ptr<Console> make_console();
/// `socket`: a path, or `ssh://…` for a daemon on another machine.
std::unique_ptr<Api> make_api(const std::string& socket, Language language);

/// Runs a program without a shell, with `input` on its standard input; its standard output, at most 1 MiB.
/// Standard error stays the terminal's, so that ssh-keygen can ask for a passphrase. Fault::outside where it
/// cannot be started or ends with anything but 0.
Result<std::string> run_program(const std::vector<std::string>& words, std::string_view input,
                                bool quiet = false);

} // namespace assent::ctl
