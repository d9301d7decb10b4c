// gcc 12 takes <regex> under sanitizers for uninitialised (GCC bug 105562).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#define BOOST_TEST_DYN_LINK
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "common/messages.hpp"
#include "daemon/alarms/kinds.hpp"

using namespace assent;
using namespace assent::alarms;
namespace fs = std::filesystem;

namespace {

const Catalogue& catalogue() {
  static const auto loaded = Catalogue::load(ASSENT_BUILD_DIR "/share/locale");
  BOOST_REQUIRE(loaded.ok());
  return *loaded;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string time_of(Duration lasts) {
  return std::to_string(std::chrono::duration_cast<std::chrono::minutes>(lasts).count()) + " min";
}

std::string quoted(std::string_view words) {
  static const std::regex word("[^ ]+");
  return std::regex_replace(std::string(words), word, "`$&`");
}

std::string row(const Kind& kind) {
  const std::string type(kind.type);
  static constexpr std::string_view places[] = {"", " of an agent", " of a device", " of a resource"};
  std::string how;
  const auto add = [&](const std::string& what) { how += (how.empty() ? "" : "; ") + what; };
  if (kind.is(finding)) add("a finding");
  if (kind.is(maintenance)) add("maintenance");
  if (!kind.hidden_by.empty()) add(quoted(kind.hidden_by));
  if (kind.lasts > Duration{}) add("ends " + time_of(kind.lasts) + " after it was last raised");
  const auto text = [&](const std::string& id) { return catalogue().text(Language::en, Message{id, {}}); };
  return "| `" + type + "` | " + std::string(name_of(kind.severity)) + " | " + std::string(kind.group) +
         std::string(places[static_cast<std::size_t>(kind.gather)]) + " | " + (how.empty() ? "" : how) +
         " | " + text("alarm." + type) + " | " + text("do." + type) + " |\n";
}

std::string table() {
  std::string out = "\n| type | severity | group | hidden by, and more | what is the matter | what to do |\n"
                    "| --- | --- | --- | --- | --- | --- |\n";
  for (const auto& kind : kinds())
    out += row(kind);
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(alarm_kinds)

BOOST_AUTO_TEST_CASE(each_kind_says_in_both_languages_what_is_the_matter_and_what_to_do) {
  for (const auto& kind : kinds())
    for (const auto language : {Language::en, Language::zh_CN})
      for (const char* area : {"alarm.", "do."})
        BOOST_TEST(catalogue().knows(language, area + std::string(kind.type)),
                   area << kind.type << " is missing in po/" << name_of(language) << "/alarm.po");
}

BOOST_AUTO_TEST_CASE(what_hides_a_kind_is_a_kind_and_nothing_hides_in_a_circle) {
  for (const auto& kind : kinds())
    for (const auto& other : kinds())
      if (hides(other.type, kind)) BOOST_TEST(!hides(kind.type, other), kind.type << " and " << other.type);
  for (const auto& kind : kinds()) {
    std::istringstream words{std::string(kind.hidden_by)};
    for (std::string word; words >> word;)
      BOOST_TEST(kind_of(word), kind.type << " is hidden by " << word << ", which is no kind");
  }
  BOOST_TEST(!hides("", *kind_of("device-unreachable")));
  BOOST_TEST(!hides("agent", *kind_of("device-unreachable")));
}

BOOST_AUTO_TEST_CASE(no_maintenance_hides_a_finding) {
  for (const auto& kind : kinds())
    BOOST_TEST(!(kind.is(finding) && kind.is(maintenance)), kind.type);
  BOOST_TEST(kind_of("unapproved-change")->hidden_by == "");
}

BOOST_AUTO_TEST_CASE(what_the_daemon_raises_is_declared) {
  static const std::regex raised(R"re(\b(?:raise|clear)\(step, "([a-z-]+)")re");
  std::set<std::string> used;
  for (const auto& file : fs::recursive_directory_iterator(ASSENT_SOURCE_DIR "/daemon")) {
    if (file.path().extension() != ".cpp") continue;
    const auto text = read(file.path());
    for (std::sregex_iterator at(text.begin(), text.end(), raised), end; at != end; ++at) {
      used.insert((*at)[1]);
      BOOST_TEST(kind_of((*at)[1].str()), (*at)[1] << " of " << file.path() << " stands not in kinds.cpp");
    }
  }
  BOOST_TEST(used.contains("device-unreachable"));
}

BOOST_AUTO_TEST_CASE(the_documentation_lists_the_kinds_as_they_are) {
  const std::string path = ASSENT_SOURCE_DIR "/docs/alarms.md", from = "<!-- kinds -->\n",
                    to = "<!-- end of kinds -->";
  std::string text = read(path);
  const auto begin = text.find(from), end = text.find(to);
  BOOST_REQUIRE((begin != std::string::npos && end != std::string::npos));
  const auto at = begin + from.size();
  if (std::getenv("ASSENT_WRITE_DOCS") != nullptr) {
    text.replace(at, end - at, table());
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  BOOST_TEST(text.substr(at, end - at) == table(), "write it with ASSENT_WRITE_DOCS=1 unit-alarms");
}

BOOST_AUTO_TEST_SUITE_END()
