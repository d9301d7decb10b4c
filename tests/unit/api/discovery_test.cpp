#define BOOST_TEST_DYN_LINK
#include "subtrees.hpp"

using namespace assent;
using namespace assent::api;
using namespace assent::api::test;

namespace {

struct Discovered : Subtrees {
  Discovered() {
    put(Kind::network, 1, R"({"name":"extranet"})");
    put(Kind::agent, 5, R"({"name":"snmp"})");
    put(Kind::device, 21,
        R"({"address":"2001:db8::7","agent":5,"credential":"secret-of-own","labels":["access","x"],)"
        R"("name":"own\"{}","network":1,"organisation":4,"port":1161,"profile":"h3c"})");
    put(Kind::device, 31,
        R"({"address":"192.0.2.1","agent":5,"name":"foreign","network":1,"organisation":3})");
  }
  json::array devices(const char* account) {
    const auto answer = account == nullptr ? ask(Door::status, "GET", "/sd/devices")
                                           : ask(Door::person, "GET", "/sd/devices", {}, account);
    BOOST_REQUIRE_MESSAGE(answer.status == 200, answer.content());
    BOOST_TEST(answer.content_type == "application/json");
    return json::parse(answer.content()).as_array();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(discovery)

BOOST_FIXTURE_TEST_CASE(prometheus_finds_each_device_with_what_the_register_knows_of_it, Discovered) {
  const auto all = devices(nullptr);
  BOOST_REQUIRE(all.size() == 2u);
  const auto& own = all.at(0).as_object();
  BOOST_TEST(own.at("targets").as_array().at(0).as_string() == "[2001:db8::7]:1161");
  const auto& labels = object_of(own, "labels");
  BOOST_TEST(text_of(labels, "__meta_assent_name") == "own\"{}");
  BOOST_TEST(text_of(labels, "__meta_assent_organisation") == "九江市/浔阳区/财政局");
  BOOST_TEST(text_of(labels, "__meta_assent_network") == "extranet");
  BOOST_TEST(text_of(labels, "__meta_assent_agent") == "snmp");
  BOOST_TEST(text_of(labels, "__meta_assent_labels") == ",access,x,");
  for (const auto& label : labels)
    BOOST_TEST(label.value().is_string());
  BOOST_TEST(all.at(1).as_object().at("targets").as_array().at(0).as_string() == "192.0.2.1:161");
  BOOST_TEST(json::serialize(all).find("secret-of-own") == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(it_follows_the_register, Discovered) {
  BOOST_TEST(devices(nullptr).size() == 2u);
  put(Kind::device, 41, R"({"address":"192.0.2.2","name":"new","network":1,"organisation":3})");
  core.kept.contents.decisions.push_back({journal::Stream::decisions, 1, {}, {}});
  BOOST_TEST(devices(nullptr).size() == 3u);
}

BOOST_FIXTURE_TEST_CASE(it_shows_each_reader_what_he_may_read, Discovered) {
  BOOST_TEST(devices("root-li").size() == 2u);
  const auto own = devices("county"); // not what was made for all just now
  BOOST_REQUIRE(own.size() == 1u);
  BOOST_TEST(text_of(object_of(own.at(0).as_object(), "labels"), "__meta_assent_id") == "21");
  BOOST_TEST(devices("nobody").size() == 2u);
  BOOST_TEST(devices(nullptr).size() == 2u);
  BOOST_TEST(ask(Door::agent, "GET", "/sd/devices").status == 403u);
  BOOST_TEST(ask(Door::status, "POST", "/sd/devices").status == 405u);
  BOOST_TEST(ask(Door::status, "GET", "/sd/devices?x=1").status == 400u);
  BOOST_TEST(ask(Door::status, "GET", "/sd/").status == 404u);
}

BOOST_AUTO_TEST_SUITE_END()
