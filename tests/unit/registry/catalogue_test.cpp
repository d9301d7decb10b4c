// What the register says to people exists in every language, with the same arguments.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace {

std::string read(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

std::set<std::string> matches(const std::string& text, const std::regex& what) {
  std::set<std::string> out;
  for (std::sregex_iterator each(text.begin(), text.end(), what), end; each != end; ++each)
    out.insert((*each)[1]);
  return out;
}

std::map<std::string, std::set<std::string>> catalogue(const char* language) {
  static const std::regex entry("msgid \"(registry[^\"]+)\"\nmsgstr \"([^\n]+)\"\n"), name("\\{([a-z]+)\\}");
  const std::string text =
      read(std::filesystem::path(ASSENT_SOURCE_DIR) / "po" / language / "registry.po") + "\n";
  std::map<std::string, std::set<std::string>> out;
  for (std::sregex_iterator each(text.begin(), text.end(), entry), end; each != end; ++each)
    out[(*each)[1]] = matches((*each)[2], name);
  return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(every_sentence_of_the_register_is_in_both_catalogues) {
  const auto english = catalogue("en"), chinese = catalogue("zh_CN");
  BOOST_TEST((english == chinese));
  BOOST_TEST(english.size() > 50U);
  std::set<std::string> used;
  for (const auto& file :
       std::filesystem::directory_iterator(std::filesystem::path(ASSENT_SOURCE_DIR) / "daemon/registry"))
    used.merge(matches(read(file.path()), std::regex("\"(registry\\.[a-z0-9-]+)\"")));
  for (const auto& id : used)
    BOOST_TEST(english.count(id) == 1U, id);
  for (const auto& [id, names] : english)
    BOOST_TEST(used.count(id) == 1U, id << " is not used");
}
