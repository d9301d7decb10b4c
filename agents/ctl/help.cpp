#include "agents/ctl/help.hpp"

#include <algorithm>

#include "agents/ctl/print.hpp"

namespace assent::ctl {

namespace {

std::string noun_word(const Catalogue& catalogue, Language language, const std::string& noun) {
  return catalogue.text(language, Message{"ctl.noun." + noun, {}});
}

std::string summary(const Catalogue& catalogue, Language language, const Command& command) {
  return catalogue.text(language,
                        Message{command.help, {{"noun", noun_word(catalogue, language, command.noun)}}});
}

std::string usage(const Command& command) {
  std::string text = "assentctl " + command.noun + (command.verb.empty() ? "" : " " + command.verb);
  for (const auto& argument : command.arguments) {
    std::string word = argument.name + (argument.repeated ? "…" : "");
    text += argument.optional ? " [" + word + "]" : " " + word;
  }
  return text;
}

std::string option_help(const Catalogue& catalogue, Language language, const Option& option) {
  const auto field = option.name.substr(2);
  std::vector<std::pair<std::string, std::string>> args;
  if (option.help == "ctl.option.field")
    args.emplace_back("field", catalogue.text(language, Message{"ctl.field." + field, {}}));
  return catalogue.text(language, Message{option.help, std::move(args)});
}

std::string options_table(const Catalogue& catalogue, Language language, const std::vector<Option>& options) {
  std::vector<std::vector<std::string>> lines;
  for (const auto& option : options) {
    std::string name = option.name;
    if (name == "--output" || name == "--help" || name == "--yes")
      name = "-" + name.substr(2, 1) + ", " + name;
    if (name == "--version") name = "-V, --version";
    if (!option.value.empty()) name += " " + option.value;
    lines.push_back({" ", name, option_help(catalogue, language, option)});
  }
  return align(lines, 0);
}

std::string all_help(const Catalogue& catalogue, Language language) {
  const auto say = [&](const char* id) { return catalogue.text(language, Message{id, {}}); };
  std::string text =
      say("ctl.help.intro") + "\n\n" + say("ctl.help.usage") + "\n  assentctl NOUN VERB\n\n" +
      say("ctl.help.examples") +
      "\n  assentctl finding list\n  assentctl finding why 3\n"
      "  assentctl address allocate 10.64.8.0/22 --network extranet --name printer-3 --reason 'new printer'\n"
      "  assentctl ticket approve 17 --key ~/.ssh/id_ed25519\n\n" +
      say("ctl.help.nouns") + "\n";
  std::vector<std::vector<std::string>> lines;
  for (const auto& noun : nouns()) {
    std::string verbs;
    for (const auto* command : verbs_of(noun))
      verbs += (verbs.empty() ? "" : ", ") + command->verb;
    lines.push_back({" ", noun, verbs, noun_word(catalogue, language, noun)});
  }
  text += align(lines, 0) + "\n" + say("ctl.help.options") + "\n" +
          options_table(catalogue, language, common_options());
  text += "\n" + say("ctl.help.more") + "\n";
  return text;
}

std::string noun_help(const Catalogue& catalogue, Language language, const std::string& noun) {
  std::string text = "assentctl " + noun + " VERB\n\n";
  std::vector<std::vector<std::string>> lines;
  for (const auto* command : verbs_of(noun))
    lines.push_back({" ", usage(*command).substr(10), summary(catalogue, language, *command)});
  return text + align(lines, 0);
}

std::string command_help(const Catalogue& catalogue, Language language, const Command& command) {
  const auto say = [&](const char* id) { return catalogue.text(language, Message{id, {}}); };
  std::string text =
      summary(catalogue, language, command) + "\n\n" + say("ctl.help.usage") + "\n  " + usage(command) + "\n";
  if (!command.examples.empty()) {
    text += "\n" + say("ctl.help.examples") + "\n";
    for (const auto& example : command.examples)
      text += "  " + example + "\n";
  }
  if (!command.options.empty())
    text += "\n" + say("ctl.help.options") + "\n" + options_table(catalogue, language, command.options);
  return text + "\n" + say("ctl.help.common") + "\n" + options_table(catalogue, language, common_options());
}

std::vector<std::string> completions_of(const std::string& complete) {
  if (complete.empty()) return {};
  if (complete.find('|') == std::string::npos) return {"<" + complete + ">"};
  std::vector<std::string> words;
  std::string_view rest = complete;
  while (!rest.empty()) {
    const auto bar = std::min(rest.find('|'), rest.size());
    words.emplace_back(rest.substr(0, bar));
    rest.remove_prefix(std::min(bar + 1, rest.size()));
  }
  return words;
}

const Option* option_named(const Command* command, const std::string& name) {
  for (const auto* list : {&common_options(), command ? &command->options : &common_options()})
    for (const auto& option : *list)
      if (option.name == (name == "-o" ? "--output" : name == "-H" ? "--host" : name)) return &option;
  return nullptr;
}

} // namespace

std::string help_text(const Catalogue& catalogue, Language language, const std::string& noun,
                      const std::string& verb) {
  if (const auto* command = find(noun, verb)) return command_help(catalogue, language, *command);
  return noun.empty() ? all_help(catalogue, language) : noun_help(catalogue, language, noun);
}

const std::vector<std::string>& help_topics() {
  static const std::vector<std::string> topics = {"exit-codes", "environment", "output", "signing"};
  return topics;
}

std::string help_topic(const Catalogue& catalogue, Language language, const std::string& topic) {
  const auto& topics = help_topics();
  if (std::find(topics.begin(), topics.end(), topic) == topics.end()) return {};
  return catalogue.text(language, Message{"ctl.topic." + topic, {}}) + "\n";
}

std::string manual_commands(const Catalogue& catalogue) {
  const auto escaped = [](std::string_view text) {
    std::string safe;
    for (char c : text) {
      if (c == '*' || c == '_' || c == '\\' || c == '`' || c == '~') safe += '\\';
      safe += c;
    }
    return safe;
  };
  // What every write takes stands once, in a section of its own.
  const auto shared = [](const Option& option) {
    for (const char* name : {"reason", "on-behalf-of", "dry-run", "wait", "opens", "closes", "template"})
      if (option.help == "ctl.option." + std::string(name)) return true;
    return false;
  };
  std::string text;
  for (const auto& command : commands()) {
    text +=
        "*" + escaped(usage(command)) + "*\n\t" + escaped(summary(catalogue, Language::en, command)) + "\n\n";
    for (const auto& option : command.options)
      if (!shared(option))
        text += "\t*" + escaped(option.name) + "*" +
                (option.value.empty() ? "" : " _" + escaped(option.value) + "_") + "\n\t\t" +
                escaped(option_help(catalogue, Language::en, option)) + "\n\n";
    for (const auto& example : command.examples)
      text += "\tExample: " + escaped(example) + "\n\n";
  }
  return text;
}

std::vector<std::string> candidates(const std::vector<std::string>& words) {
  std::vector<std::string> plain_words;
  const std::string last = words.empty() ? std::string() : words.back();
  const Command* command = nullptr;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (!words[i].starts_with('-')) {
      plain_words.push_back(words[i]);
      if (plain_words.size() <= 2 && !command)
        command = find(plain_words[0], plain_words.size() > 1 ? plain_words[1] : "");
      continue;
    }
    const auto* option = option_named(command, words[i]);
    if (!option || option->value.empty() || words[i].find('=') != std::string::npos) continue;
    if (i + 2 == words.size()) return completions_of(option->complete);
    ++i;
  }
  std::vector<std::string> found;
  if (last.starts_with('-')) {
    for (const auto& option : common_options())
      found.push_back(option.name);
    if (command)
      for (const auto& option : command->options)
        found.push_back(option.name);
  } else if (plain_words.empty()) {
    found = nouns();
    found.push_back("help");
  } else if (plain_words[0] == "help") {
    found = help_topics();
  } else if (!command) {
    for (const auto* verb : verbs_of(plain_words[0]))
      found.push_back(verb->verb);
  } else if (!command->arguments.empty()) {
    const std::size_t given = plain_words.size() - (command->verb.empty() ? 1 : 2);
    const auto& argument = command->arguments[std::min(given, command->arguments.size() - 1)];
    if (given < command->arguments.size() || argument.repeated) return completions_of(argument.complete);
  }
  return found;
}

} // namespace assent::ctl
