// gcc 12 takes <regex> under sanitizers for uninitialised (GCC bug 105562).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "common/error_json.hpp"
#include "common/messages.hpp"

using namespace assent;
namespace fs = std::filesystem;

namespace {

const Catalogue& catalogue() {
  static const Catalogue loaded = [] {
    auto result = Catalogue::load(ASSENT_BUILD_DIR "/share/locale");
    BOOST_REQUIRE(result.ok());
    return std::move(result).value();
  }();
  return loaded;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

/// msgid -> msgstr of a folder of .po files; our files use single-line and multi-line entries without escapes
/// but \".
std::map<std::string, std::string> entries(const std::string& language) {
  std::map<std::string, std::string> out;
  for (const auto& file : fs::directory_iterator(ASSENT_SOURCE_DIR "/po/" + language)) {
    std::istringstream lines(read(file.path()));
    std::string* target = nullptr;
    std::string id, text, line;
    const auto flush = [&] {
      if (!id.empty()) out[id] = text;
      id.clear();
      text.clear();
    };
    while (std::getline(lines, line)) {
      const auto open = line.find('"');
      const auto close = line.rfind('"');
      if (line.rfind("msgid ", 0) == 0) {
        flush();
        target = &id;
      } else if (line.rfind("msgstr ", 0) == 0) {
        target = &text;
      } else if (line.empty() || line[0] != '"') {
        continue;
      }
      if (target != nullptr && close > open) *target += line.substr(open + 1, close - open - 1);
    }
    flush();
  }
  return out;
}

std::set<std::string> placeholders(const std::string& text) {
  static const std::regex place(R"(\{([a-z][a-z0-9-]*)\})");
  std::set<std::string> out;
  for (std::sregex_iterator at(text.begin(), text.end(), place), end; at != end; ++at)
    out.insert((*at)[1]);
  return out;
}

/// Ids that the sources use: what stands in fail(…, "id" and Message{"id", and every literal whose first word
/// is an area of the catalogue.
std::map<std::string, std::string> used_ids(const std::set<std::string>& areas) {
  static const std::regex literal(
      R"re((fail\([^;"]*|Message\{)?"([a-z]+)\.([a-z][a-z0-9]*(?:-[a-z0-9]+)*)")re");
  static const std::set<std::string> extensions = {"yaml", "json", "sig", "md",   "po", "mo",
                                                   "sh",   "yang", "hpp", "sock", "db"};
  std::map<std::string, std::string> out;
  for (const char* root : {"/common", "/daemon", "/agents"})
    for (const auto& file : fs::recursive_directory_iterator(std::string(ASSENT_SOURCE_DIR) + root)) {
      if (file.path().extension() != ".cpp" && file.path().extension() != ".hpp") continue;
      std::istringstream lines(read(file.path()));
      for (std::string line; std::getline(lines, line);) {
        const auto first = line.find_first_not_of(' ');
        if (first != std::string::npos && line.compare(first, 2, "//") == 0) continue;
        for (std::sregex_iterator at(line.begin(), line.end(), literal), end; at != end; ++at) {
          const std::string area = (*at)[2], word = (*at)[3];
          if (extensions.contains(word)) continue;
          if ((*at)[1].matched || areas.contains(area)) out[area + "." + word] = file.path().string();
        }
      }
    }
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(messages)

BOOST_AUTO_TEST_CASE(every_sentence_stands_in_both_languages_with_equal_placeholders) {
  const auto english = entries("en"), chinese = entries("zh_CN");
  BOOST_TEST(english.size() > 5);
  for (const auto& [id, text] : english) {
    const auto other = chinese.find(id);
    BOOST_TEST((other != chinese.end()), id << " is missing in zh_CN");
    if (other == chinese.end()) continue;
    BOOST_TEST((placeholders(text) == placeholders(other->second)), id << " has other placeholders in zh_CN");
    BOOST_TEST(!text.empty(), id << " is empty in en");
    BOOST_TEST(!other->second.empty(), id << " is empty in zh_CN");
    BOOST_TEST(catalogue().knows(Language::en, id), id << " is not in the compiled catalogue");
    BOOST_TEST(catalogue().knows(Language::zh_CN, id), id << " is not in the compiled catalogue");
  }
  for (const auto& [id, text] : chinese)
    BOOST_TEST(english.contains(id), id << " is missing in en");
}

BOOST_AUTO_TEST_CASE(every_id_that_the_sources_use_is_in_the_catalogue) {
  const auto english = entries("en");
  std::set<std::string> areas;
  for (const auto& [id, text] : english)
    areas.insert(id.substr(0, id.find('.')));
  const auto used = used_ids(areas);
  BOOST_TEST(used.contains("common.daemon-unreachable"));
  for (const auto& [id, file] : used)
    BOOST_TEST(english.contains(id), id << " of " << file << " is not in po/en");
}

BOOST_AUTO_TEST_CASE(named_arguments_are_filled_in_and_never_searched_again) {
  const Message message{"common.daemon-unreachable", {{"reason", "{socket}"}, {"socket", "/run/a"}}};
  BOOST_TEST(catalogue().text(Language::en, message) == "no answer from assentd at /run/a: {socket}");
  BOOST_TEST(catalogue().text(Language::zh_CN, message) == "/run/a 处的 assentd 没有应答：{socket}");
}

BOOST_AUTO_TEST_CASE(a_place_without_an_argument_stays_visible) {
  BOOST_TEST(catalogue().text(Language::en, Message{"common.rule", {}}) == "rule: {rule}");
}

BOOST_AUTO_TEST_CASE(an_unknown_id_is_shown_with_its_arguments) {
  BOOST_TEST(catalogue().text(Language::en, Message{"no-area.at-all", {{"a", "1"}, {"b", "2"}}}) ==
             "no-area.at-all (a: 1, b: 2)");
}

BOOST_AUTO_TEST_CASE(a_refusal_says_what_why_evidence_and_next_step) {
  Error error = fail(Fault::refused, "common.interrupted");
  error.rule = "policy.yaml:12:3 (space)";
  error.evidence = {Message{"common.answer-lost-next", {}}};
  error.next = Message{"common.daemon-unreachable-next", {}};
  error.mistakes = {{{"a.yaml", 3, 7}, "/name", {"common.interrupted", {}}, {"common.interrupted", {}}}};
  BOOST_TEST(catalogue().text(Language::en, error) ==
             "the call was interrupted\n"
             "  a.yaml:3:7: /name: the call was interrupted; expected: the call was interrupted\n"
             "  rule: policy.yaml:12:3 (space)\n"
             "  because: look at the present state before you ask again\n"
             "  next: see whether assentd runs and whether you may open its socket");
}

BOOST_AUTO_TEST_CASE(a_missing_catalogue_is_an_outside_failure) {
  const auto result = Catalogue::load("/nonexistent");
  BOOST_REQUIRE(!result.ok());
  BOOST_TEST(result.error().what.id == "common.catalogue-unreadable");
}

BOOST_AUTO_TEST_CASE(accept_language_honours_weights_and_survives_nonsense) {
  BOOST_TEST((accepted_language("zh-CN,zh;q=0.9,en;q=0.8") == Language::zh_CN));
  BOOST_TEST((accepted_language("en;q=0.8, zh_CN;q=0.9") == Language::zh_CN));
  BOOST_TEST((accepted_language("de, en;q=0.1") == Language::en));
  BOOST_TEST((accepted_language("de", Language::zh_CN) == Language::zh_CN));
  BOOST_TEST((accepted_language("*", Language::zh_CN) == Language::zh_CN));
  BOOST_TEST((accepted_language("zh;q=0, en;q=0") == Language::en));
  BOOST_TEST((accepted_language("zh;q=9.9.9;;;,,,;=") == Language::en));
  BOOST_TEST((accepted_language(std::string(100000, ',') + "zh") == Language::en));
}

BOOST_AUTO_TEST_CASE(an_error_survives_the_way_over_the_wire) {
  Error error = fail(Fault::busy, "common.interrupted", {{"a", "中"}});
  error.rule = "r";
  error.evidence = {Message{"common.rule", {{"rule", "x"}}}};
  error.next = Message{"common.answer-lost-next", {}};
  error.mistakes = {{{"f", 1, 2}, "/p", {"common.rule", {{"rule", "y"}}}, {"common.interrupted", {}}}};
  const auto wire = json::parse(json::serialize(to_restconf(error, catalogue(), Language::en)));
  const Error back = error_from_restconf(wire, http_status(error.fault));
  BOOST_TEST((back.fault == error.fault));
  BOOST_TEST((back.what == error.what));
  BOOST_TEST(back.rule == error.rule);
  BOOST_TEST((back.evidence == error.evidence));
  BOOST_TEST((*back.next == *error.next));
  BOOST_REQUIRE(back.mistakes.size() == 1);
  BOOST_TEST((back.mistakes[0].place == error.mistakes[0].place));
  BOOST_TEST((back.mistakes[0].what == error.mistakes[0].what));
  BOOST_TEST((back.mistakes[0].expected == error.mistakes[0].expected));
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_no_restconf_error_is_still_an_error) {
  for (const char* text :
       {"null", "[]", "{\"ietf-restconf:errors\":{\"error\":[1]}}", "{\"ietf-restconf:errors\":3}"}) {
    const Error error = error_from_restconf(json::parse(text), 502);
    BOOST_TEST(error.what.id == "common.strange-answer");
    BOOST_TEST((error.fault == Fault::outside));
  }
}

BOOST_AUTO_TEST_SUITE_END()
