#include "agents/ctl/program.hpp"

#include <algorithm>

#include "agents/ctl/help.hpp"
#include "agents/ctl/kinds.hpp"
#include "agents/ctl/print.hpp"
#include "agents/ctl/ssh.hpp"
#include "common/text.hpp"

namespace assent::ctl {

namespace {

/// Names of objects for the shell, as many as it can use.
constexpr std::size_t names_for_shell = 200;

/// What was said on the line goes before the environment, a socket before a host. `ssh://…` is another
/// machine.
std::string socket_of(const Invocation& asked, const Console& console) {
  for (const char* option : {"--socket", "--host"})
    if (asked.has(option)) return asked.text(option);
  for (const char* name : {"ASSENT_SOCKET", "ASSENT_HOST"})
    if (auto value = console.environment(name); !value.empty()) return value;
  return default_socket;
}

/// `assentctl complete WORD…`: what the last word may become, one a line. Never an error: the shell shows
/// nothing then.
Exit complete(const std::vector<std::string>& words, const Outside& outside) {
  const std::string last = words.empty() ? std::string() : words.back();
  Invocation none;
  for (const auto& candidate : candidates(words)) {
    if (!candidate.starts_with('<')) {
      if (candidate.starts_with(last)) outside.console.out(candidate + "\n");
      continue;
    }
    const std::string noun = candidate.substr(1, candidate.size() - 2);
    if (!kind_row(noun)) {
      outside.console.out(candidate + "\n"); // <file>: the shell's own business
      continue;
    }
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      if (words[i] == "--socket") none.options["--socket"] = {words[i + 1]};
      if (words[i] == "--host" || words[i] == "-H") none.options["--host"] = {words[i + 1]};
    }
    // Completion must not ask for a pass phrase in the middle of a line.
    if (socket_of(none, outside.console).starts_with("ssh://")) continue;
    const auto api = outside.connect(socket_of(none, outside.console), Language::en);
    const Session session(none, *api, outside.signing, outside.console, outside.catalogue, Language::en,
                          outside.clock);
    const auto rows = session.rows(noun, {}, names_for_shell);
    if (!rows.ok()) continue;
    const auto listing = listing_of(session, noun);
    for (const auto& row : *rows) {
      const auto name = listing.named(row.as_object());
      if (name.starts_with(last) && name.find_first_of("\n\r\t") == std::string::npos)
        outside.console.out(for_terminal(name) + "\n");
    }
  }
  return Exit::done;
}

Exit help(const std::vector<std::string>& words, const Outside& outside, Language language) {
  const auto& catalogue = outside.catalogue;
  const std::string first = words.size() > 1 ? words[1] : "", second = words.size() > 2 ? words[2] : "";
  if (const auto topic = help_topic(catalogue, language, first); !topic.empty()) {
    outside.console.out(topic);
    return Exit::done;
  }
  std::vector<std::string> known = nouns();
  if (first.empty() || std::find(known.begin(), known.end(), first) != known.end()) {
    outside.console.out(help_text(catalogue, language, first, second));
    return Exit::done;
  }
  const auto& topics = help_topics();
  known.insert(known.end(), topics.begin(), topics.end());
  const std::vector<std::string_view> views(known.begin(), known.end());
  Error error = fail(Fault::invalid, "ctl.unknown-topic", {{"word", for_terminal(first)}});
  if (const auto near = nearest(first, views.data(), views.size()); !near.empty())
    error.next = Message{"ctl.did-you-mean", {{"word", near}}};
  outside.console.err("assentctl: " + catalogue.text(language, error) + "\n");
  return Exit::usage;
}

Exit usage_error(const Error& error, const Outside& outside, Language language) {
  std::string text = outside.catalogue.text(language, error);
  outside.console.err("assentctl: " + text + "\n");
  return Exit::usage;
}

/// The language asked for anywhere on the line, also where the rest of it can't be understood.
Invocation spoken(const std::vector<std::string>& words) {
  Invocation asked;
  constexpr std::string_view option = "--language=";
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--language" && i + 1 < words.size()) asked.options["--language"] = {words[i + 1]};
    if (words[i].starts_with(option)) asked.options["--language"] = {words[i].substr(option.size())};
  }
  return asked;
}

/// Where `help` stands: first, or after --language.
std::size_t help_at(const std::vector<std::string>& words) {
  std::size_t at = 0;
  while (at < words.size() && words[at].starts_with("--language"))
    at += words[at] == "--language" ? 2 : 1;
  return at < words.size() && words[at] == "help" ? at : words.size();
}

} // namespace

Language language_of(const Invocation& asked, const Console& console) {
  if (asked.has("--language")) return assent::language_of(asked.text("--language"));
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
    if (const auto value = console.environment(name); !value.empty()) return assent::language_of(value);
  return Language::en;
}

Exit run(const std::vector<std::string>& words, const Outside& outside) {
  if (!words.empty() && words[0] == "complete") return complete({words.begin() + 1, words.end()}, outside);
  if (words.size() == 1 && words[0] == "manual-commands") {
    outside.console.out(manual_commands(outside.catalogue));
    return Exit::done;
  }
  const Language wanted = language_of(spoken(words), outside.console);
  if (const auto at = help_at(words); at < words.size())
    return help({words.begin() + static_cast<std::ptrdiff_t>(at), words.end()}, outside, wanted);
  auto asked = parse(words);
  if (!asked.ok()) return usage_error(asked.error(), outside, wanted);
  const Language language = language_of(*asked, outside.console);
  if (asked->has("--version")) {
    outside.console.out("assentctl " ASSENT_VERSION "\n");
    return Exit::done;
  }
  if (asked->has("--help") || words.empty()) {
    outside.console.out(help_text(outside.catalogue, language, asked->noun, asked->verb));
    return Exit::done;
  }
  if (!asked->command) { // a noun without its verb
    outside.console.err(help_text(outside.catalogue, language, asked->noun, ""));
    return Exit::usage;
  }
  if (asked->has("--output") && !format_of(asked->text("--output"))) {
    Error error = fail(Fault::invalid, "ctl.wrong-value",
                       {{"option", "--output"},
                        {"value", asked->text("--output")},
                        {"expected", "table, wide, json, jsonl, yaml, csv, name"}});
    return usage_error(error, outside, language);
  }
  const auto where = socket_of(*asked, outside.console);
  const bool host = !asked->has("--socket") &&
                    (asked->has("--host") || where == outside.console.environment("ASSENT_HOST"));
  if (host || where.starts_with("ssh:"))
    if (auto remote = parse_remote(where); !remote.ok())
      return usage_error(remote.error(), outside, language);
  const auto api = outside.connect(where, language);
  Session session(*asked, *api, outside.signing, outside.console, outside.catalogue, language, outside.clock);
  const Exit exit = asked->command->run(session);
  outside.console.flush();
  return exit;
}

} // namespace assent::ctl
