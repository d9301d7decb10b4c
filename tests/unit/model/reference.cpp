#define BOOST_TEST_DYN_LINK
#include <cstdlib>

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include "common/messages.hpp"
#include "tests/unit/model/schema_fixture.hpp"

using namespace assent;
using namespace assent::model;
using namespace assent::model::test;

namespace {

const Catalogue& catalogue() {
  static const auto loaded = Catalogue::load(std::string(ASSENT_BUILD_DIR) + "/share/locale");
  if (!loaded) throw std::runtime_error(loaded.error().what.id);
  return *loaded;
}

std::string one_line(const char* text) {
  std::string line;
  for (const char* c = text ? text : ""; *c; ++c)
    if (*c != '\n')
      line += *c == '|' ? "\\|" : std::string(1, *c);
    else if (line.empty() || line.back() != ' ')
      line += ' ';
  for (auto twice = line.find("  "); twice != std::string::npos; twice = line.find("  "))
    line.erase(twice, 1);
  return line;
}

std::string words_of(const Item& item) {
  std::string text;
  if (!item.type || item.type->base != Type::Base::enumeration) return text;
  const auto* words = reinterpret_cast<const lysc_type_enum*>(item.type->origin)->enums;
  LY_ARRAY_COUNT_TYPE i = 0;
  LY_ARRAY_FOR(words, i) {
    if (words[i].dsc) text += fmt::format(" `{}`: {}", words[i].name, one_line(words[i].dsc));
  }
  return text;
}

std::string default_of(const Item& item) {
  if (item.mandatory || item.is_key || item.min > 0) return "**needed**";
  if (!item.standard) return "";
  return fmt::format("`{}`", item.standard->is_string() ? std::string(item.standard->get_string())
                                                        : json::serialize(*item.standard));
}

void rows(const Item& item, const std::string& path, std::string& table) {
  for (const auto& child : item.children) {
    const bool several = child.sort == Item::Sort::list || child.sort == Item::Sort::leaf_list;
    const std::string name = path + std::string(child.name) + (several ? "[]" : "");
    const std::string value = child.type ? catalogue().text(Language::en, child.type->expected) : "";
    std::string meaning = one_line(child.node->dsc);
    if (meaning.empty() && !child.leafref.empty()) meaning = "Must exist.";
    meaning += words_of(child);
    BOOST_TEST(!(child.type && meaning.empty()), name + " has no description");
    if (child.type || child.presence || several || !meaning.empty())
      table += fmt::format("| `{}` | {} | {} | {} |\n", name, value, default_of(child), meaning);
    if (!child.children.empty()) rows(child, name + "/", table);
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(golden)

BOOST_AUTO_TEST_CASE(the_reference_page_says_what_the_modules_say) {
  const Schema schema;
  const std::string file = source_path("docs/formats/configuration.md");
  const std::string page = read_file(file);
  std::string fresh;
  std::size_t at = 0, tables = 0;
  const std::string mark = "<!-- table ", end = "<!-- end -->";
  for (auto next = page.find(mark); next != std::string::npos; next = page.find(mark, at), ++tables) {
    const auto close = page.find(" -->", next);
    const std::string name = page.substr(next + mark.size(), close - next - mark.size());
    const auto colon = name.find(':');
    fresh += page.substr(at, close + 5 - at) +
             "| option | value | default | meaning |\n| --- | --- | --- | --- |\n";
    rows(schema.item(name.substr(0, colon), name.substr(colon + 1)), "", fresh);
    at = page.find(end, close);
    BOOST_REQUIRE(at != std::string::npos);
  }
  fresh += page.substr(at);
  BOOST_TEST(tables == 4u);
  if (std::getenv("ASSENT_REFRESH"))
    std::ofstream(file, std::ios::binary) << fresh;
  else
    BOOST_TEST(fresh == page, "docs/formats/configuration.md is old: tests/golden/model/refresh");
}

BOOST_AUTO_TEST_CASE(every_expectation_of_every_leaf_is_in_both_catalogues) {
  const Schema schema;
  const auto check = [](const auto& self, const Item& item) -> void {
    if (item.type)
      for (const auto language : {Language::en, Language::zh_CN})
        BOOST_TEST(catalogue().knows(language, item.type->expected.id), item.type->expected.id);
    for (const auto& child : item.children)
      self(self, child);
  };
  for (const auto& [module, name] :
       std::vector<std::pair<std::string, std::string>>{{"assent-config", "config"},
                                                        {"assent-policy", "policy"},
                                                        {"assent-policy", "founding"},
                                                        {"assent-policy", "profile"},
                                                        {"assent-agent", "agent"},
                                                        {"assent-agent", "report"},
                                                        {"assent-ticket", "prepare"},
                                                        {"assent-registry", "device"},
                                                        {"assent-registry", "prefix"},
                                                        {"assent-registry", "person"},
                                                        {"assent-registry", "key"},
                                                        {"assent-registry", "link"}})
    check(check, schema.item(module, name));
}

BOOST_AUTO_TEST_SUITE_END()
