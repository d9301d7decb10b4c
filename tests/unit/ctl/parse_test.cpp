#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <set>

#include "agents/ctl/help.hpp"
#include "tests/unit/ctl/fakes.hpp"

using namespace assent;
using namespace assent::ctl;
using assent::ctl::test::holds;
using assent::ctl::test::World;

BOOST_AUTO_TEST_SUITE(parsing)

BOOST_AUTO_TEST_CASE(every_typo_gets_a_suggestion_and_exit_2) {
  const std::pair<std::vector<std::string>, const char*> typos[] = {
      {{"prefixs", "list"}, "prefix"},
      {{"prefix", "lsit"}, "list"},
      {{"prefix", "list", "--netwrk", "x"}, "--network"},
      {{"findng", "why", "3"}, "finding"},
      {{"ticket", "aprove", "3"}, "approve"},
      {{"help", "exit-code"}, "exit-codes"}};
  for (const auto& [words, meant] : typos) {
    World world;
    BOOST_TEST(world.run(words) == 2);
    BOOST_TEST(holds(world.console.told, std::string("“") + meant + "”"));
    BOOST_TEST(world.console.shown.empty());
    BOOST_TEST(world.api.called.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_word_too_few_or_too_many_is_said_with_the_usage) {
  World world;
  BOOST_TEST(world.run({"ticket", "approve"}) == 2);
  BOOST_TEST(holds(world.console.told, "TICKET"));
  BOOST_TEST(holds(world.console.told, "assentctl ticket approve TICKET"));
  BOOST_TEST(world.run({"ticket", "approve", "1", "2"}) == 2);
}

BOOST_AUTO_TEST_CASE(options_stand_anywhere_and_take_values_both_ways) {
  auto asked = parse({"-o", "json", "prefix", "list", "--network=extranet", "--limit", "3"});
  BOOST_REQUIRE(asked.ok());
  BOOST_TEST(asked->text("--output") == "json");
  BOOST_TEST(asked->text("--network") == "extranet");
  BOOST_TEST(asked->text("--limit") == "3");
  auto dashed = parse({"backup", "--", "--strange-name"});
  BOOST_REQUIRE(dashed.ok());
  BOOST_TEST(dashed->arguments.at(0) == "--strange-name");
}

BOOST_AUTO_TEST_CASE(an_option_twice_or_without_value_is_refused) {
  BOOST_TEST(!parse({"prefix", "list", "--network", "a", "--network", "b"}).ok());
  BOOST_TEST(!parse({"prefix", "list", "--network"}).ok());
  BOOST_TEST(!parse({"ticket", "approve", "1", "--yes=1"}).ok());
  BOOST_TEST(parse({"ticket", "new", "--path", "a", "--path", "b"}).ok());
}

BOOST_AUTO_TEST_CASE(every_command_has_help_in_both_languages_and_valid_examples) {
  World world;
  for (const auto& command : commands())
    for (const auto language : {Language::en, Language::zh_CN}) {
      const auto text = help_text(world.catalogue, language, command.noun, command.verb);
      BOOST_TEST(!holds(text, "ctl."), command.noun << " " << command.verb << ": " << text);
      for (const auto& example : command.examples)
        BOOST_TEST(example.starts_with("assentctl " + command.noun));
    }
  for (const auto& topic : help_topics())
    BOOST_TEST(!help_topic(world.catalogue, Language::zh_CN, topic).empty());
}

BOOST_AUTO_TEST_CASE(noun_and_verb_name_one_command) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& command : commands()) {
    BOOST_TEST(seen.insert({command.noun, command.verb}).second);
    BOOST_TEST(static_cast<bool>(command.run));
    std::set<std::string> options;
    for (const auto& option : common_options())
      options.insert(option.name);
    for (const auto& option : command.options)
      BOOST_TEST(options.insert(option.name).second,
                 command.noun << " " << command.verb << " " << option.name);
  }
}

BOOST_AUTO_TEST_CASE(completion_offers_what_may_follow) {
  const auto offers = [](std::vector<std::string> words, const std::string& word) {
    const auto all = candidates(words);
    return std::find(all.begin(), all.end(), word) != all.end();
  };
  BOOST_TEST(offers({""}, "finding"));
  BOOST_TEST(offers({"finding", ""}, "why"));
  BOOST_TEST(offers({"prefix", "list", "--"}, "--network"));
  BOOST_TEST(offers({"prefix", "list", "-o", ""}, "jsonl"));
  BOOST_TEST(offers({"prefix", "list", "--network", ""}, "<network>"));
  BOOST_TEST(offers({"baseline", "take", "a", ""}, "<device>"));
  BOOST_TEST(offers({"backup", ""}, "<file>"));
  BOOST_TEST(offers({"help", ""}, "signing"));
}

BOOST_AUTO_TEST_CASE(completion_of_names_never_fails_without_a_daemon) {
  World world;
  world.api.reachable = false;
  BOOST_TEST(world.run({"complete", "prefix", "list", "--network", ""}) == 0);
  BOOST_TEST(world.console.shown.empty());
  world.api.reachable = true;
  BOOST_TEST(world.run({"complete", "prefix", "list", "--network", "ex"}) == 0);
  BOOST_TEST(world.console.shown == "extranet\n");
}

BOOST_AUTO_TEST_SUITE_END()
