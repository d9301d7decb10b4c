#define BOOST_TEST_DYN_LINK
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/unit/model/fixture.hpp"

using namespace assent;
using namespace assent::model::test;

namespace {

int rounds(int ordinary) {
  return std::getenv("ASSENT_LONG") ? ordinary * 20 : ordinary;
}

/// Damages text the way people and attackers do: bytes changed, cut, doubled, moved, YAML's own signs put in.
std::string damaged(std::string text, std::mt19937& random) {
  static const std::vector<std::string> signs = {"{",        "}",
                                                 "[",        "]",
                                                 ":",        ": ",
                                                 "- ",       "\n",
                                                 "\t",       "&a ",
                                                 "*a",       "!!x ",
                                                 "? ",       "|",
                                                 ">",        "\"",
                                                 "'",        "#",
                                                 "---\n",    "%YAML 9\n",
                                                 "<<: ",     "\xff",
                                                 "\xe4\xb9", std::string(1, '\0'),
                                                 "null",     "99999999999999999999",
                                                 "@",        "`",
                                                 "  "};
  const auto below = [&](std::size_t limit) { return limit == 0 ? 0 : random() % limit; };
  for (std::size_t times = 1 + below(4); times > 0; --times) {
    const std::size_t at = below(text.size() + 1);
    const std::size_t length = below(std::min<std::size_t>(40, text.size() - at) + 1);
    switch (below(5)) {
    case 0:
      text.insert(at, signs[below(signs.size())]);
      break;
    case 1:
      text.erase(at, length);
      break;
    case 2:
      text.insert(below(text.size() + 1), text.substr(at, length));
      break;
    case 3:
      if (at < text.size()) text[at] = static_cast<char>(random());
      break;
    default:
      text.resize(at);
    }
  }
  return text;
}

/// Whatever comes in, the answer is a value or mistakes that lie inside the file.
void must_answer(const std::string& text, const char* container) {
  const auto bound = shipped().bind_yaml(text, "f", container);
  if (bound) return;
  const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
  BOOST_REQUIRE(!bound.error().mistakes.empty());
  for (const auto& mistake : bound.error().mistakes) {
    if (mistake.place.line < 0 || mistake.place.line > lines + 1)
      BOOST_FAIL("line " << mistake.place.line << " of\n" << text);
    if (mistake.what.id.empty()) BOOST_FAIL("a mistake without a sentence in\n" << text);
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(hostile)

BOOST_AUTO_TEST_CASE(damaged_files_are_taken_or_refused_with_places_and_nothing_else) {
  std::mt19937 random(20261123);
  const std::vector<std::pair<std::string, const char*>> seeds = {
      {read_file(source_path("config/assentd.yaml")), "assent-config:config"},
      {read_file(source_path("policies/demo.yaml")), "assent-policy:policy"},
      {read_file(source_path("mibs/huawei-vrp.yaml")), "assent-policy:profile"},
      {read_file(source_path("tests/golden/model/many.yaml")), "assent-policy:policy"},
      {read_file(source_path("tests/golden/model/counts.yaml")), "assent-policy:founding"}};
  for (int round = 0; round < rounds(300); ++round)
    for (const auto& [text, container] : seeds)
      must_answer(damaged(text, random), container);
}

BOOST_AUTO_TEST_CASE(damaged_requests_are_taken_or_refused) {
  std::mt19937 random(7);
  const std::string seed =
      R"({"assent-ticket:input":{"requester":"wang.li","reason":"地址","edits":[{"operation":"create",
    "kind":"address","value":{"network":"extranet","from":"10.2.0.0/16","more":[1,2.5,null,{"a":true}]}}],
    "permits":[{"label":"access","path":"/interfaces/interface[name='*']/mtu"}],"opens":"2026-11-24T08:00:00Z"}})";
  for (int round = 0; round < rounds(2000); ++round) {
    const auto bound = shipped().bind_input("assent-ticket:prepare", damaged(seed, random));
    if (!bound) BOOST_REQUIRE(!bound.error().what.id.empty());
  }
}

BOOST_AUTO_TEST_CASE(what_was_bound_binds_again_to_the_same) {
  const std::vector<std::pair<std::string, const char*>> seeds = {
      {"config/assentd.yaml", "assent-config:config"},
      {"policies/demo.yaml", "assent-policy:policy"},
      {"policies/examples/city.yaml", "assent-policy:policy"},
      {"mibs/standard.yaml", "assent-policy:profile"},
      {"mibs/huawei-vrp.yaml", "assent-policy:profile"}};
  for (const auto& [file, container] : seeds) {
    const auto first = shipped().bind_yaml(read_file(source_path(file)), file, container);
    BOOST_REQUIRE_MESSAGE(first.ok(), shown(first));
    const auto second = shipped().bind_yaml(canonical(*first), file, container); // JSON is YAML, too
    BOOST_REQUIRE_MESSAGE(second.ok(), shown(second));
    BOOST_TEST(canonical(*second) == canonical(*first));
  }
}

BOOST_AUTO_TEST_CASE(a_nest_of_brackets_is_refused_without_falling_into_it) {
  for (const char* open : {"[", "{a: ", "- ", "? "}) {
    std::string text;
    while (text.size() < 200'000)
      text += open;
    const auto bound = shipped().bind_yaml(text, "f", "assent-config:config");
    BOOST_REQUIRE(!bound.ok());
    BOOST_TEST(!bound.error().mistakes.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_is_too_large_or_holds_too_many_values_is_refused) {
  const auto large = shipped().bind_yaml(std::string((4u << 20) + 1, 'a'), "f", "assent-config:config");
  BOOST_REQUIRE(!large.ok());
  BOOST_TEST(large.error().mistakes.at(0).what.id == "model.too-large");
  std::string values = "[";
  for (int i = 0; i < 1'000'001; ++i)
    values += "a,";
  const auto many = shipped().bind_yaml(values + "]", "f", "assent-config:config");
  BOOST_REQUIRE(!many.ok());
  BOOST_TEST(many.error().mistakes.at(0).what.id == "model.too-many-nodes");
}

BOOST_AUTO_TEST_CASE(a_flood_of_mistakes_is_listed_up_to_a_bound) {
  std::string text;
  for (int i = 0; i < 50'000; ++i)
    text += "k" + std::to_string(i) + ": 1\n";
  const auto bound = shipped().bind_yaml(text, "f", "assent-config:config");
  BOOST_REQUIRE(!bound.ok());
  BOOST_TEST(bound.error().mistakes.size() == 1000u);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_are_refused_inside_json_too) {
  json::object value{{"network", "extranet"}, {"prefix", "10.0.0.0/8"}, {"description", "a\xff"}};
  BOOST_TEST(!shipped().bind_object("prefix", value, false).ok());
  value["description"] = "line\nline";
  BOOST_TEST(!shipped().bind_object("prefix", value, false).ok());
  value["description"] = "\xe2\x80\xae"
                         "gnp.exe"; // right-to-left override
  BOOST_TEST(!shipped().bind_object("prefix", value, false).ok());
  value["description"] = "县政府 à 1";
  BOOST_TEST(shipped().bind_object("prefix", value, false).ok());
}

BOOST_AUTO_TEST_CASE(no_text_of_a_device_has_its_agents_report_refused) {
  for (const std::string said :
       {"\xe2\x80\xae", "\xe2\x80\x8d", "\xef\xbb\xbf", "\xef\xbf\xbe", "\xc2\x85", "", "\x7f", " \n"}) {
    const json::object input{
        {"session", "0b0e4c1e-5a43-4f2b-9d8c-0123456789ab"},
        {"sequence", 1},
        {"sent", "2026-11-24T08:00:00Z"},
        {"reach", {json::object{{"device", 1}, {"reachable", false}, {"reason", said}}}},
        {"hints", {json::object{{"device", 1}, {"stamps", {json::object{{"name", "n"}, {"value", said}}}}}}},
        {"counters",
         {json::object{{"device", 1}, {"time", "2026-11-24T08:00:00Z"}, {"names", {said, said}}}}}};
    const auto bound = shipped().bind_input("assent-agent:report", json::value(input));
    BOOST_TEST(bound.ok(), shown(bound));
    const json::object tree{{"session", "0b0e4c1e-5a43-4f2b-9d8c-0123456789ab"},
                            {"sequence", 2},
                            {"device", 1},
                            {"fingerprint", "sha256:" + std::string(64, '0')},
                            {"text", "/a\t" + said + "\n"}};
    BOOST_TEST(shipped().bind_input("assent-agent:tree", json::value(tree)).ok());
  }
}

BOOST_AUTO_TEST_CASE(the_longest_path_is_taken_and_one_more_byte_is_not) {
  const auto permit = [](std::size_t length) {
    const std::string frame = "/interfaces/interface[name='']/mtu";
    std::string key;
    while (key.size() + frame.size() < length)
      key += key.size() + frame.size() + 1 < length ? "\\'" : "a";
    const std::string path = "/interfaces/interface[name='" + key + "']/mtu";
    return shipped()
        .bind_input("assent-ticket:prepare",
                    json::value{{"requester", "wang.li"},
                                {"reason", "r"},
                                {"permits", {json::object{{"label", "access"}, {"path", path}}}}})
        .ok();
  };
  BOOST_TEST(permit(8192));
  BOOST_TEST(!permit(8193));
}

BOOST_AUTO_TEST_CASE(models_of_two_threads_do_not_meet) {
  const std::string policy = read_file(source_path("policies/demo.yaml"));
  std::array<std::string, 2> bound;
  std::vector<std::thread> threads;
  for (auto& mine : bound)
    threads.emplace_back([&mine, &policy] {
      const auto mine_alone = model::Model::load(source_path("policies"));
      for (int i = 0; mine_alone.ok() && i < 50; ++i) {
        const auto right = (*mine_alone)->bind_yaml(policy, "f", "assent-policy:policy");
        const auto wrong = (*mine_alone)->bind_yaml(policy + "x: 1\n", "f", "assent-policy:policy");
        mine = right.ok() && !wrong.ok() ? canonical(*right) : std::string();
      }
    });
  for (auto& thread : threads)
    thread.join();
  BOOST_TEST(!bound[0].empty());
  BOOST_TEST(bound[0] == bound[1]);
}

BOOST_AUTO_TEST_CASE(a_broken_module_is_told_by_name) {
  const auto folder = std::filesystem::temp_directory_path() / ("assent-model-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const auto nothing = model::Model::load(folder.string());
  std::ofstream(folder / "assent-broken.yang") << "module assent-broken { namespace";
  const auto broken = model::Model::load(folder.string());
  std::filesystem::remove_all(folder);
  BOOST_REQUIRE(!nothing.ok());
  BOOST_TEST(nothing.error().what.id == "model.no-modules");
  BOOST_REQUIRE(!broken.ok());
  BOOST_CHECK(broken.error().fault == Fault::outside);
  BOOST_TEST(broken.error().what.args.at(0).second == "assent-broken");
}

BOOST_AUTO_TEST_CASE(host_bits_are_a_mistake_that_names_the_network) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"10.1.2.3/24", "10.1.2.0/24"}, {"2001:db8::1/32", "2001:db8::/32"}, {"0.0.0.1/0", "0.0.0.0/0"}};
  for (const auto& [given, meant] : cases) {
    const auto bound =
        shipped().bind_object("prefix", json::object{{"network", 1}, {"prefix", given}}, false);
    BOOST_REQUIRE(!bound.ok());
    BOOST_REQUIRE(bound.error().mistakes.size() == 1u);
    const auto& what = bound.error().mistakes[0].what;
    BOOST_TEST(what.id == "model.host-bits");
    BOOST_TEST(what.args.at(1).second == meant);
  }
  for (const char* good : {"10.1.2.0/24", "10.1.2.3/32", "2001:DB8:0::/32", "::/0"})
    BOOST_TEST(shipped().bind_object("prefix", json::object{{"network", 1}, {"prefix", good}}, false).ok(),
               good);
}

BOOST_AUTO_TEST_SUITE_END()
