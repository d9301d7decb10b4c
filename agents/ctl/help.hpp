// Help, completion and the manual's list of commands, all made of the command table.
#pragma once

#include <string>
#include <vector>

#include "agents/ctl/session.hpp"

namespace assent::ctl {

/// Help for as much of a command as was given: everything, a noun, or one command.
std::string help_text(const Catalogue& catalogue, Language language, const std::string& noun,
                      const std::string& verb);

/// `help exit-codes`, `help environment`, `help output`; empty where there is no such topic.
std::string help_topic(const Catalogue& catalogue, Language language, const std::string& topic);
const std::vector<std::string>& help_topics();

/// The commands as scdoc sections, for assentctl(1).
std::string manual_commands(const Catalogue& catalogue);

/// What the last of the words could become. Words that name a noun in angle brackets (`<device>`) ask for
/// names of objects; `<file>` for files.
std::vector<std::string> candidates(const std::vector<std::string>& words);

} // namespace assent::ctl
