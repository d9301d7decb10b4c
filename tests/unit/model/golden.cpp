#define BOOST_TEST_DYN_LINK
#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <boost/test/unit_test.hpp>

#include "common/messages.hpp"
#include "tests/unit/model/fixture.hpp"

using namespace assent;
using namespace assent::model::test;

namespace {

const Catalogue& catalogue() {
  static const auto loaded = Catalogue::load(std::string(ASSENT_BUILD_DIR) + "/share/locale");
  if (!loaded) throw std::runtime_error(loaded.error().what.id);
  return *loaded;
}

std::vector<std::filesystem::path> inputs() {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(source_path("tests/golden/model")))
    if (entry.path().extension() == ".yaml") found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

/// The first line of an input names what it is bound to: `# container: assent-config:config`.
std::string container_of(const std::string& text) {
  const std::string before = "# container: ";
  const auto end = text.find('\n');
  BOOST_REQUIRE(text.substr(0, before.size()) == before && end != std::string::npos);
  return text.substr(before.size(), end - before.size());
}

} // namespace

BOOST_AUTO_TEST_SUITE(golden)

BOOST_AUTO_TEST_CASE(wrong_files_of_every_kind_get_all_their_mistakes_with_their_places) {
  BOOST_TEST(inputs().size() >= 12u);
  for (const auto& path : inputs()) {
    const std::string text = read_file(path);
    const auto bound = shipped().bind_yaml(text, path.filename().string(), container_of(text));
    BOOST_REQUIRE_MESSAGE(!bound.ok(), path.filename().string() + " was taken");
    const std::string said = catalogue().text(Language::en, bound.error()) + "\n";
    const auto expected = std::filesystem::path(path).replace_extension(".expected");
    if (std::getenv("ASSENT_REFRESH"))
      std::ofstream(expected, std::ios::binary) << said;
    else
      BOOST_TEST(said == read_file(expected), path.filename().string() + " gives\n" + said);
  }
}

BOOST_AUTO_TEST_CASE(every_sentence_is_in_both_catalogues_and_lacks_no_argument) {
  for (const auto& path : inputs()) {
    const std::string text = read_file(path);
    const auto bound = shipped().bind_yaml(text, "file", container_of(text));
    for (const auto& mistake : bound.error().mistakes)
      for (const auto language : {Language::en, Language::zh_CN})
        for (const Message* message : {&mistake.what, &mistake.expected}) {
          if (message->id.empty()) continue;
          BOOST_TEST(catalogue().knows(language, message->id), message->id);
          BOOST_TEST(catalogue().text(language, *message).find('{') == std::string::npos,
                     catalogue().text(language, *message));
        }
  }
}

BOOST_AUTO_TEST_SUITE_END()
