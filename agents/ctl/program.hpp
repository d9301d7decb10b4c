// One run of assentctl, with its outside given: what main calls, and tests too.
#pragma once

#include <functional>
#include <memory>

#include "agents/ctl/session.hpp"

namespace assent::ctl {

struct Outside {
  Console& console;
  Signing& signing;
  Clock& clock;
  const Catalogue& catalogue;
  /// Connects to a socket; called once, and only by commands that need the daemon.
  std::function<std::unique_ptr<Api>(const std::string& socket, Language language)> connect;
};

/// The language that --language or LC_ALL, LC_MESSAGES, LANG ask for.
Language language_of(const Invocation& asked, const Console& console);

Exit run(const std::vector<std::string>& words, const Outside& outside);

inline constexpr const char* default_socket = "/run/assentd/control.sock";

} // namespace assent::ctl
