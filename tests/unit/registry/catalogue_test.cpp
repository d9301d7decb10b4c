// What the register says to people exists in every language, with the same arguments.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace {

std::string read(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

/// All that stands between `before` and `after`, and holds nothing but the letters of ids and names.
std::set<std::string> between(const std::string& text, const std::string& before, char after) {
  std::set<std::string> out;
  for (auto at = text.find(before); at != text.npos; at = text.find(before, at + 1)) {
    const auto begin = at + before.size();
    const auto end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.", begin);
    if (end != text.npos && end != begin && text[end] == after) out.insert(text.substr(begin, end - begin));
  }
  return out;
}

std::map<std::string, std::set<std::string>> catalogue(const char* language) {
  std::istringstream lines(read(std::filesystem::path(ASSENT_SOURCE_DIR) / "po" / language / "registry.po"));
  std::map<std::string, std::set<std::string>> out;
  std::string id;
  for (std::string line; std::getline(lines, line);) {
    const auto ids = between(line, "msgid \"registry.", '"');
    if (!ids.empty()) id = *ids.begin();
    if (line.rfind("msgstr \"", 0) == 0 && line.size() > 9) out[id] = between(line, "{", '}');
  }
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
    used.merge(between(read(file.path()), "\"registry.", '"'));
  for (const auto& id : used)
    BOOST_TEST(english.count(id) == 1U, id);
  for (const auto& [id, names] : english)
    BOOST_TEST(used.count(id) == 1U, id << " is not used");
}
