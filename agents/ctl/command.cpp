// CLI11 answers a typo with "A subcommand is required" and leaks exit codes above 100; reading words by our
// own table is shorter than bending it, and gives help and completion from the same rows.
#include "agents/ctl/command.hpp"

#include <algorithm>

#include "common/text.hpp"

namespace assent::ctl {

namespace {

std::string guess(std::string_view word, const std::vector<std::string>& known) {
  std::vector<std::string_view> views(known.begin(), known.end());
  return nearest(word, views.data(), views.size());
}

Error unknown(std::string id, std::string_view word, const std::vector<std::string>& known) {
  Error error = fail(Fault::invalid, std::move(id), {{"word", std::string(word)}});
  if (auto near = guess(word, known); !near.empty()) {
    error.next = Message{"ctl.did-you-mean", {{"word", near}}};
  } else {
    std::string all;
    for (const auto& one : known)
      all += (all.empty() ? "" : ", ") + one;
    if (!all.empty()) error.next = Message{"ctl.known-words", {{"words", all}}};
  }
  return error;
}

std::vector<std::string> verb_names(std::string_view noun) {
  std::vector<std::string> names;
  for (const auto* command : verbs_of(noun))
    names.push_back(command->verb);
  return names;
}

/// Reads options and plain words apart.
class Reader {
 public:
  explicit Reader(const std::vector<std::string>& words) : words_(words) {}

  Result<Invocation> run() {
    for (at_ = 0; at_ < words_.size(); ++at_)
      if (auto read = word(words_[at_]); !read.ok()) return std::move(read).error();
    if (auto counted = count(); !counted.ok()) return std::move(counted).error();
    return std::move(result_);
  }

 private:
  Status word(const std::string& text) {
    if (!only_plain_ && text == "--") {
      only_plain_ = true;
      return Done{};
    }
    if (!only_plain_ && text.size() > 1 && text[0] == '-') return option(text);
    if (result_.noun.empty()) return noun(text);
    if (!result_.command && result_.verb.empty()) return verb(text);
    result_.arguments.push_back(text);
    return Done{};
  }

  Status noun(const std::string& text) {
    const auto known = nouns();
    if (std::find(known.begin(), known.end(), text) == known.end())
      return unknown("ctl.unknown-noun", text, known);
    result_.noun = text;
    result_.command = find(text, "");
    return settle();
  }

  Status verb(const std::string& text) {
    result_.command = find(result_.noun, text);
    if (!result_.command) return unknown("ctl.unknown-verb", text, verb_names(result_.noun));
    result_.verb = text;
    return settle();
  }

  /// Options that stood before their command are looked up now.
  Status settle() {
    if (!result_.command) return Done{};
    for (const auto& name : early_)
      if (!known(name)) return unknown("ctl.unknown-option", name, option_names());
    return Done{};
  }

  const Option* known(std::string_view name) const {
    const auto among = [&](const std::vector<Option>& options) -> const Option* {
      const auto hit =
          std::find_if(options.begin(), options.end(), [&](auto& one) { return one.name == name; });
      return hit == options.end() ? nullptr : &*hit;
    };
    if (const auto* hit = among(common_options())) return hit;
    return result_.command ? among(result_.command->options) : nullptr;
  }

  std::vector<std::string> option_names() const {
    std::vector<std::string> names;
    for (const auto& one : common_options())
      names.push_back(one.name);
    if (result_.command)
      for (const auto& one : result_.command->options)
        names.push_back(one.name);
    return names;
  }

  Status option(const std::string& text) {
    std::string name = text, value;
    bool has_value = false;
    if (const auto equals = text.find('='); text.starts_with("--") && equals != std::string::npos) {
      name = text.substr(0, equals);
      value = text.substr(equals + 1);
      has_value = true;
    }
    if (name == "-H") name = "--host";
    if (name == "-o") name = "--output";
    if (name == "-h") name = "--help";
    if (name == "-V") name = "--version";
    if (name == "-y") name = "--yes";
    const Option* option = known(name);
    if (!option) {
      if (result_.command) return unknown("ctl.unknown-option", name, option_names());
      early_.push_back(
          name); // belongs to a command that is not known yet: only flags with =VALUE can stand here
      result_.options[name].push_back(value);
      return Done{};
    }
    if (option->value.empty() && has_value)
      return fail(Fault::invalid, "ctl.flag-takes-no-value", {{"option", name}});
    if (!option->value.empty() && !has_value) {
      if (at_ + 1 >= words_.size())
        return fail(Fault::invalid, "ctl.option-needs-value", {{"option", name}, {"value", option->value}});
      value = words_[++at_];
    }
    auto& values = result_.options[name];
    if (!values.empty() && !option->repeated)
      return fail(Fault::invalid, "ctl.option-twice", {{"option", name}});
    values.push_back(std::move(value));
    return Done{};
  }

  Status count() {
    const Command* command = result_.command;
    if (result_.has("--help") || result_.has("--version")) return Done{};
    if (!command) {
      for (const auto& name : early_)
        return unknown("ctl.unknown-option", name, option_names());
      return Done{};
    }
    std::size_t least = 0, most = 0;
    bool open_end = false;
    std::string usage = command->noun + (command->verb.empty() ? "" : " " + command->verb);
    for (const auto& argument : command->arguments) {
      if (!argument.optional) ++least;
      ++most;
      open_end = open_end || argument.repeated;
      usage += " " + argument.name + (argument.repeated ? "…" : "");
    }
    const auto given = result_.arguments.size();
    if (given < least) {
      Error error =
          fail(Fault::invalid, "ctl.missing-argument", {{"argument", command->arguments[given].name}});
      error.next = Message{"ctl.usage", {{"usage", "assentctl " + usage}}};
      return error;
    }
    if (given > most && !open_end) {
      Error error = fail(Fault::invalid, "ctl.too-many-arguments", {{"argument", result_.arguments[most]}});
      error.next = Message{"ctl.usage", {{"usage", "assentctl " + usage}}};
      return error;
    }
    return Done{};
  }

  const std::vector<std::string>& words_;
  std::size_t at_ = 0;
  bool only_plain_ = false;
  std::vector<std::string> early_;
  Invocation result_;
};

} // namespace

Exit exit_of(const Error& error) {
  switch (error.fault) {
  case Fault::invalid:
    return Exit::usage;
  case Fault::refused:
    return Exit::refused;
  case Fault::not_found:
  case Fault::conflict:
    return Exit::conflict;
  case Fault::busy:
  case Fault::unavailable:
  case Fault::outside:
    break;
  }
  return Exit::failed;
}

std::string Invocation::text(std::string_view option, std::string_view otherwise) const {
  const auto hit = options.find(option);
  return hit == options.end() || hit->second.empty() ? std::string(otherwise) : hit->second.back();
}

const std::vector<std::string>& Invocation::all(std::string_view option) const {
  static const std::vector<std::string> none;
  const auto hit = options.find(option);
  return hit == options.end() ? none : hit->second;
}

Result<Invocation> parse(const std::vector<std::string>& words) {
  return Reader(words).run();
}

std::vector<std::string> nouns() {
  std::vector<std::string> names;
  for (const auto& command : commands())
    if (std::find(names.begin(), names.end(), command.noun) == names.end()) names.push_back(command.noun);
  return names;
}

std::vector<const Command*> verbs_of(std::string_view noun) {
  std::vector<const Command*> found;
  for (const auto& command : commands())
    if (command.noun == noun) found.push_back(&command);
  return found;
}

const Command* find(std::string_view noun, std::string_view verb) {
  for (const auto& command : commands())
    if (command.noun == noun && command.verb == verb) return &command;
  return nullptr;
}

} // namespace assent::ctl
