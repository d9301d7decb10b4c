#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/model/fixture.hpp"

using namespace assent;
using namespace assent::model::test;

BOOST_AUTO_TEST_SUITE(files)

BOOST_AUTO_TEST_CASE(the_commented_configuration_is_right_and_gets_its_defaults) {
  const auto bound = shipped().bind_yaml(read_file(source_path("config/assentd.yaml")), "assentd.yaml",
                                         "assent-config:config");
  BOOST_REQUIRE_MESSAGE(bound.ok(), shown(bound));
  BOOST_TEST(text_of(*bound, "database") == "/var/lib/assentd/assent.db");
  BOOST_TEST(array_of(*bound, "agents").size() == 2u);
  BOOST_TEST(number_of(object_of(*bound, "status"), "port") == 9723u);
  const auto& receivers = array_of(*bound, "syslog");
  BOOST_REQUIRE(receivers.size() == 2u);
  BOOST_TEST(text_of(receivers[0].as_object(), "local") == "/dev/log");
  BOOST_TEST(number_of(receivers[0].as_object(), "enterprise") == 32473u);
  BOOST_TEST(text_of(object_of(receivers[1].as_object(), "udp"), "address") == "192.0.2.10");
}

BOOST_AUTO_TEST_CASE(the_least_configuration_has_all_defaults) {
  const auto bound = shipped().bind_yaml("database: run/assent.db\nsocket: {path: "
                                         "run/control.sock}\npolicies: policies\nmessages: build/messages\n",
                                         "assentd.yaml", "assent-config:config");
  BOOST_REQUIRE_MESSAGE(bound.ok(), shown(bound));
  BOOST_TEST(text_of(object_of(*bound, "socket"), "mode") == "0666");
  BOOST_TEST(text_of(*bound, "log-level") == "info");
  BOOST_TEST(text_of(*bound, "language") == "en");
  BOOST_TEST(!bound->contains("status"));
  BOOST_TEST(!bound->contains("checkpoint"));
}

BOOST_AUTO_TEST_CASE(the_shipped_policies_are_right) {
  for (const std::string name : {"policies/demo.yaml", "policies/examples/city.yaml"}) {
    const auto bound = shipped().bind_yaml(read_file(source_path(name)), name, "assent-policy:policy");
    BOOST_REQUIRE_MESSAGE(bound.ok(), shown(bound));
    for (const auto& rule : array_of(*bound, "rules"))
      for (const auto& stage : array_of(rule.as_object(), "stages"))
        BOOST_TEST(number_of(stage.as_object(), "quorum") >= 1u);
  }
}

BOOST_AUTO_TEST_CASE(the_shipped_profiles_are_right) {
  for (const std::string name : {"mibs/standard.yaml", "mibs/huawei-vrp.yaml", "mibs/net-snmp.yaml"}) {
    const auto bound = shipped().bind_yaml(read_file(source_path(name)), name, "assent-policy:profile");
    BOOST_REQUIRE_MESSAGE(bound.ok(), shown(bound));
    BOOST_TEST(!array_of(*bound, "tables").empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
