// The command table: every noun and verb once. Parser, help, completion and the manual's command list are
// made of it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.hpp"

namespace assent::ctl {

class Session;

/// What assentctl's exit status says.
enum class Exit : int {
  done = 0,
  failed = 1,
  usage = 2,
  waiting = 3, ///< it was submitted and waits for an approval
  refused = 4,
  conflict = 5, ///< not found, or not as supposed
  findings = 6,
  unreachable = 7,
};

Exit exit_of(const Error& error);

/// `complete` says what the shell may offer: a noun (objects of it), `file`, or words divided by `|`.
struct Argument {
  std::string name;
  std::string complete;
  bool optional = false;
  bool repeated = false;
};

struct Option {
  std::string name;  ///< `--reason`
  std::string value; ///< what it takes, for help: `TEXT`; empty for a flag
  std::string help;  ///< message id
  std::string complete;
  bool repeated = false;
};

struct Command {
  std::string noun;
  std::string verb; ///< empty where the noun is the whole command: `assentctl status`
  std::string help; ///< message id; gets {noun}
  std::vector<Argument> arguments;
  std::vector<Option> options;
  std::function<Exit(Session&)> run;
  std::vector<std::string> examples;
};

/// All commands, in the order of help.
const std::vector<Command>& commands();
/// Options that every command takes.
const std::vector<Option>& common_options();

/// One command line, understood.
struct Invocation {
  const Command* command = nullptr; ///< nullptr: help or version was asked for
  std::string noun, verb;           ///< as far as they were given
  std::vector<std::string> arguments;
  std::map<std::string, std::vector<std::string>, std::less<>> options;

  bool has(std::string_view option) const { return options.find(option) != options.end(); }
  std::string text(std::string_view option, std::string_view otherwise = {}) const;
  const std::vector<std::string>& all(std::string_view option) const;
};

/// Reads the words after the program's name. Options may stand anywhere; `--` ends them. A mistake is
/// Fault::invalid, with a suggestion where a known word is near. `--help`, `--version` and a bare noun are no
/// mistakes: no command.
Result<Invocation> parse(const std::vector<std::string>& words);

/// Nouns in order, each once; verbs of a noun in order.
std::vector<std::string> nouns();
std::vector<const Command*> verbs_of(std::string_view noun);
const Command* find(std::string_view noun, std::string_view verb);

} // namespace assent::ctl
