#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>

#include "agents/snmp/secret.hpp"
#include "world.hpp"

using namespace world;

namespace {

/// A public recording: `OID|TAG|VALUE` a line; a tag that ends in x has its value in hexadecimal.
Agent recorded(const std::filesystem::path& file) {
  Agent agent;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const std::size_t one = line.find('|');
    const std::size_t two = line.find('|', one + 1);
    std::string tag = line.substr(one + 1, two - one - 1);
    std::string value = line.substr(two + 1);
    if (tag.ends_with('x')) {
      tag.pop_back();
      value = from_hex(value);
    }
    Value out;
    const int type = std::stoi(tag);
    out.type = type == 2    ? Type::integer
               : type == 4  ? Type::octets
               : type == 6  ? Type::object_id
               : type == 64 ? Type::address
               : type == 65 ? Type::counter32
               : type == 66 ? Type::gauge32
               : type == 67 ? Type::ticks
               : type == 70 ? Type::counter64
                            : Type::opaque;
    if (out.type == Type::object_id)
      out.object = parse_oid(value).value_or(Oid{0, 0});
    else if (out.type == Type::address) {
      const auto endpoint = Endpoint::of(value, 0);
      out.octets =
          endpoint ? std::string(endpoint->address.begin() + 12, endpoint->address.end()) : std::string();
    } else if (out.is_number())
      out.number =
          value.starts_with('-') ? static_cast<std::uint64_t>(std::stoll(value)) : std::stoull(value);
    else
      out.octets = value;
    agent.objects[oid(line.substr(0, one))] = out;
  }
  return agent;
}

} // namespace

BOOST_AUTO_TEST_SUITE(profile)

BOOST_AUTO_TEST_CASE(the_shipped_profiles_bind) {
  const auto standard = shipped("standard");
  BOOST_TEST(standard->name == "standard");
  BOOST_TEST(standard->counters.size() == 8U);
  BOOST_TEST(standard->names.size() == 2U);
  const auto huawei = shipped("huawei-vrp");
  BOOST_TEST(int(huawei->encoding) == int(Encoding::gb18030));
  BOOST_TEST(huawei->joins.contains("l2-port"));
}

BOOST_AUTO_TEST_CASE(a_profile_that_points_nowhere_is_refused) {
  const auto refused = [](const char* text) {
    const auto content = parse_json(text);
    const auto profile = profile_from_json(content->as_object());
    return profile ? std::string() : profile.error().what.id;
  };
  const std::string head = R"({"name":"x","revision":1,"interfaces":{"names":["1.3.6.1"]},"tables":[)";
  BOOST_TEST(refused(R"({"name":"x","revision":1})") == "snmp.no-names");
  BOOST_TEST(
      refused((head + R"({"name":"t","path":"/a","key":"k","index":"join","join":"no","columns":[]}]})")
                  .c_str()) == "snmp.unknown-join");
  BOOST_TEST(
      refused(
          (head + R"({"name":"t","path":"/a","key":"k","index":"number","when-empty":"u","columns":[]}]})")
              .c_str()) == "snmp.unknown-table");
  BOOST_TEST(
      refused(
          (head +
           R"({"name":"t","path":"/a","key":"k","index":"number","columns":[{"leaf":"l","oid":"1..2"}]}]})")
              .c_str()) == "snmp.bad-oid");
}

BOOST_AUTO_TEST_CASE(a_community_file_that_everybody_may_read_is_refused) {
  const std::string file = std::string(ASSENT_BUILD_DIR) + "/snmp-community-test";
  std::ofstream(file) << "s3cret\nsecond line\n";
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  BOOST_TEST(Secret::from_file(file).error().what.id == "snmp.secret-open-to-all");
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  const auto secret = Secret::from_file(file);
  BOOST_REQUIRE(secret.ok());
  BOOST_TEST(secret->reveal() == "s3cret");
  std::ofstream(file) << "\n";
  BOOST_TEST(Secret::from_file(file).error().what.id == "snmp.secret-empty");
  std::filesystem::remove(file);
  BOOST_TEST(Secret::from_file(file).error().what.id == "snmp.secret-unreadable");
  BOOST_TEST(Secret::from_file(ASSENT_BUILD_DIR).error().what.id == "snmp.secret-not-a-file");
}

BOOST_AUTO_TEST_CASE(recordings_of_real_devices_give_canonical_texts) {
  const char* folder = std::getenv("ASSENT_DEVICES");
  if (folder == nullptr) {
    BOOST_TEST_MESSAGE("SKIP: ASSENT_DEVICES does not name a folder of recordings");
    return;
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".snmprec") continue;
    const std::string name = entry.path().stem();
    const auto profile = shipped(name.starts_with("huawei") ? "huawei-vrp" : "standard");
    Agent agent = recorded(entry.path());
    StateJob::Outcome outcome{};
    const Gathered gathered = read_all(agent, profile, &outcome);
    const Interpreted reading = interpret(*profile, gathered, {});
    const std::string text = reading.tree.text();
    BOOST_TEST(int(outcome) == int(StateJob::Outcome::complete), name);
    BOOST_TEST(reading.unknown.empty(), name);
    BOOST_TEST(bool(watch::leaves(text)), name);
    BOOST_TEST(reading.tree.duplicates() == 0U, name);
    if (const char* out = std::getenv("ASSENT_DEVICES_OUT")) {
      std::ofstream to(std::string(out) + "/" + name);
      to << text;
      for (const auto& note : reading.notes)
        to << "# " << note << '\n';
      for (const auto& path : reading.invisible)
        to << "# not visible " << path << '\n';
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
