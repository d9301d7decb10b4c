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

#include "daemon/core/event_kinds.hpp"

using namespace assent;
using namespace assent::core;
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

} // namespace

BOOST_AUTO_TEST_SUITE(event_kinds_table)

BOOST_AUTO_TEST_CASE(each_event_says_in_both_languages_what_happened_and_what_to_do) {
  for (const auto& kind : event_kinds())
    for (const auto language : {Language::en, Language::zh_CN})
      for (const char* area : {"event.", "means.", "then."}) {
        if (std::string_view(area) == "event." && kind.name == "founding") continue;
        BOOST_TEST(catalogue().knows(language, area + std::string(kind.name)),
                   area << kind.name << " is missing in po/" << name_of(language));
      }
}

BOOST_AUTO_TEST_CASE(a_msgid_is_one_that_rfc_5424_allows_and_receivers_keep) {
  static const std::regex word("[a-z][a-z-]{0,31}");
  static const std::set<std::string_view> severities = {"alert",  "critical", "error", "warning",
                                                        "notice", "info",     "alarm"};
  for (const auto& kind : event_kinds()) {
    BOOST_TEST(std::regex_match(std::string(kind.name), word), kind.name);
    BOOST_TEST(severities.contains(kind.severity), kind.name);
  }
}

BOOST_AUTO_TEST_CASE(what_the_daemon_notes_is_declared) {
  static const std::regex noted(
      R"re((?:note\(\s*journal::Stream::\w+,|note_act\(\s*step,\s*proved,|note_findings\([^;"]*|msgid = )\s*"([a-z-]+)")re");
  std::set<std::string> used;
  for (const auto& file : fs::recursive_directory_iterator(ASSENT_SOURCE_DIR "/daemon")) {
    if (file.path().extension() != ".cpp" && file.path().extension() != ".hpp") continue;
    const auto text = read(file.path());
    for (std::sregex_iterator at(text.begin(), text.end(), noted), end; at != end; ++at) {
      used.insert((*at)[1]);
      BOOST_TEST(event_kind((*at)[1].str()),
                 (*at)[1] << " of " << file.path() << " stands not in daemon/core/event_kinds.cpp");
    }
  }
  for (const char* one : {"ticket-opened", "ticket-submitted", "finding-opened", "checkpoint", "syslog-gap"})
    BOOST_TEST(used.contains(one), one << " is noted nowhere, or this test is blind");
}

BOOST_AUTO_TEST_CASE(the_documentation_lists_the_events_as_they_are) {
  const std::string path = ASSENT_SOURCE_DIR "/docs/events.md", from = "<!-- events -->\n",
                    to = "\n<!-- end of events -->";
  std::string text = read(path);
  const auto begin = text.find(from), end = text.find(to);
  BOOST_REQUIRE((begin != std::string::npos && end != std::string::npos));
  const auto at = begin + from.size();
  const std::string page = events_page(catalogue(), Language::en);
  if (std::getenv("ASSENT_WRITE_DOCS") != nullptr) {
    text.replace(at, end - at, page);
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  BOOST_TEST(text.substr(at, end - at) == page, "write it with ASSENT_WRITE_DOCS=1 unit-core");
}

BOOST_AUTO_TEST_SUITE_END()
