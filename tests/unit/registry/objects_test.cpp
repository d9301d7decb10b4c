#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/registry/world.hpp"

using namespace assent;
using namespace assent::registry;
using namespace assent::registry::testing;

namespace {

struct Staffed : City {
  Id zhang =
      make(Kind::person, R"({"handle":"zhang.wei","organisation":"浔阳区","accounts":["zhang","ops"]})");
  Id li = make(Kind::person, R"({"handle":"li-na","organisation":"九江市","accounts":["ops"]})");
  Id key =
      make(Kind::key, R"({"person":"zhang.wei","public-key":"ssh-ed25519 AAAA","fingerprint":"SHA256:a"})");
  Id agent = make(Kind::agent, R"({"name":"snmp-1","network":"extranet"})");
  Id profile = make(Kind::profile, R"({"name":"standard","revision":1,"text":"name: standard\n"})");
  Id device = make(Kind::device, R"({"name":"sw-1","network":"extranet","address":"127.0.0.1","port":1161,
    "organisation":"浔阳区","agent":"snmp-1","profile":"standard","credential":"public","labels":["access","core"]})");
};

} // namespace

BOOST_AUTO_TEST_SUITE(objects)

BOOST_FIXTURE_TEST_CASE(a_row_comes_back_as_it_was_given, Staffed) {
  const auto row = registry.get(Kind::device, device);
  BOOST_REQUIRE(row.has_value());
  BOOST_TEST(row->version == 1U);
  BOOST_TEST(
      canonical(row->body) ==
      R"({"address":"127.0.0.1","agent":1,"credential":"public","labels":["access","core"],"name":"sw-1",)"
      R"("network":1,"organisation":2,"port":1161,"profile":"standard"})");
  BOOST_TEST(canonical(registry.get(Kind::person, zhang)->body) ==
             R"({"accounts":["zhang","ops"],"handle":"zhang.wei","organisation":2,"state":"active"})");
  BOOST_TEST(!registry.get(Kind::device, 99).has_value());
  BOOST_TEST(!registry.get(Kind::ticket, 1).has_value());
}

BOOST_FIXTURE_TEST_CASE(all_mistakes_of_a_body_are_told_at_once, City) {
  const auto error = refused(
      create(Kind::device,
             R"({"nam":"sw-1","network":"extranet","address":"127.0.0.300","port":70000,"labels":"x"})"),
      "registry.body-wrong");
  BOOST_TEST(error.mistakes.size() == 6U, why(error));
  BOOST_TEST((error.fault == Fault::invalid));
  BOOST_TEST(error.mistakes.back().path == "nam");
  BOOST_TEST(error.mistakes.back().expected.args.at(0).second == "name");
}

BOOST_FIXTURE_TEST_CASE(names_that_could_mislead_are_refused, City) {
  for (const char* name :
       {"", "17", "$1", " lab", "lab ", "a\\nb", "a\\u202eb", "a\\u0085b", "a\\u001bb", "a/b"})
    refused(create(Kind::network, std::string(R"({"name":")") + name + "\"}"), "registry.body-wrong");
  refused(create(Kind::network, "{\"name\":\"" + std::string(129, 'x') + "\"}"), "registry.body-wrong");
  refused(create(Kind::organisation, R"({"name":"a/b","tier":"bureau","parent":1})"), "registry.body-wrong");
  for (const char* handle : {"Zhang", "z", "1zhang", "张伟", "zhang wei"})
    refused(create(Kind::person, std::string(R"({"organisation":1,"handle":")") + handle + "\"}"),
            "registry.body-wrong");
  make(Kind::network, R"({"name":"政务外网 2"})");
  std::string longest;
  for (int i = 0; i < 128; ++i)
    longest += "网";
  make(Kind::network, "{\"name\":\"" + longest + "\"}");
  refused(create(Kind::network, "{\"name\":\"" + longest + "网\"}"), "registry.body-wrong");
}

BOOST_FIXTURE_TEST_CASE(names_are_unique_where_they_must_be, Staffed) {
  refused(create(Kind::organisation, R"({"name":"浔阳区","tier":"county","parent":1})"),
          "registry.name-taken");
  make(Kind::organisation, R"({"name":"浔阳区","tier":"bureau","parent":"庐山市"})");
  refused(create(Kind::person, R"({"handle":"li-na","organisation":1})"), "registry.name-taken");
  refused(create(Kind::network, R"({"name":"extranet"})"), "registry.name-taken");
  refused(create(Kind::agent, R"({"name":"snmp-1","network":"intranet"})"), "registry.name-taken");
  refused(create(Kind::profile, R"({"name":"standard","revision":2,"text":"x"})"), "registry.name-taken");
  const auto taken = refused(
      create(Kind::device, R"({"name":"sw-1","network":"intranet","address":"10.0.0.1","organisation":1})"),
      "registry.name-taken");
  BOOST_TEST(taken.evidence.at(0).args.at(0).second == "device extranet sw-1 九江市/浔阳区");
  refused(
      create(Kind::device,
             R"({"name":"sw-2","network":"extranet","address":"127.0.0.1","port":1161,"organisation":1})"),
      "registry.endpoint-taken");
  make(Kind::device,
       R"({"name":"sw-3","network":"intranet","address":"127.0.0.1","port":1161,"organisation":1})");
  make(Kind::link, R"({"name":"uplink","network":"extranet","organisation":1,"entitlement":100000000})");
  refused(create(Kind::link, R"({"name":"uplink","network":"extranet","organisation":2})"),
          "registry.name-taken");
  make(Kind::link, R"({"name":"uplink","network":"intranet","organisation":2})");
  refused(create(Kind::role, R"({"person":"li-na","role":"approver","organisation":77})"),
          "registry.no-such");
  make(Kind::role, R"({"person":"li-na","role":"approver","organisation":1})");
  refused(create(Kind::role, R"({"person":"li-na","role":"approver","organisation":1})"),
          "registry.name-taken");
}

BOOST_FIXTURE_TEST_CASE(there_is_one_root_and_no_circle, City) {
  refused(create(Kind::organisation, R"({"name":"南昌市","tier":"city"})"), "registry.one-root");
  refused(modify(Kind::organisation, city, R"({"parent":"浔阳区"})"), "registry.root-stays");
  refused(modify(Kind::organisation, xunyang, R"({"parent":null})"), "registry.root-stays");
  refused(modify(Kind::organisation, xunyang, R"({"parent":"教育局"})"), "registry.organisation-cycle");
  refused(remove(Kind::organisation, city), "registry.root-stays");
  must(modify(Kind::organisation, bureau, R"({"parent":"庐山市"})"));
  BOOST_TEST(registry.path(bureau) == "九江市/庐山市/教育局");
  BOOST_TEST(registry.within(bureau, lushan));
  BOOST_TEST(!registry.within(bureau, xunyang));
  BOOST_TEST(registry.root() == city);
  BOOST_TEST(registry.parent(bureau) == lushan);
}

BOOST_FIXTURE_TEST_CASE(an_organisation_does_not_move_away_from_its_space, City) {
  prefix("10.1.0.0/16", "浔阳区");
  prefix("10.1.1.0/24", "教育局");
  const auto error =
      refused(modify(Kind::organisation, bureau, R"({"parent":"庐山市"})"), "registry.move-strands-space");
  BOOST_TEST(error.evidence.size() == 1U);
  BOOST_TEST(registry.path(bureau) == "九江市/浔阳区/教育局");
}

BOOST_FIXTURE_TEST_CASE(organisations_nest_only_so_deep, City) {
  Id parent = city;
  for (int i = 0; i < 31; ++i)
    parent = make(Kind::organisation,
                  R"({"name":"下级","tier":"bureau","parent":)" + std::to_string(parent) + "}");
  make(Kind::organisation, R"({"name":"末级","tier":"bureau","parent":)" + std::to_string(parent) + "}");
  parent = *registry.find(Kind::organisation, "末级");
  refused(create(Kind::organisation,
                 R"({"name":"下级","tier":"bureau","parent":)" + std::to_string(parent) + "}"),
          "registry.too-deep");
}

BOOST_FIXTURE_TEST_CASE(a_key_belongs_to_one_person_for_ever, Staffed) {
  refused(create(Kind::key, R"({"person":"li-na","public-key":"ssh-ed25519 AAAA","fingerprint":"SHA256:a"})"),
          "registry.key-known");
  refused(modify(Kind::key, key, R"({"person":"li-na"})"), "registry.member-fixed");
  refused(modify(Kind::key, key, R"({"public-key":"ssh-ed25519 BBBB"})"), "registry.member-fixed");
  refused(modify(Kind::key, key, R"({"fingerprint":"SHA256:b"})"), "registry.member-fixed");
  refused(remove(Kind::key, key), "registry.never-deleted");
  must(modify(Kind::key, key, R"({"state":"revoked"})"));
  BOOST_TEST(!registry.key("SHA256:a")->active);
  refused(modify(Kind::key, key, R"({"state":"active"})"), "registry.key-stays-revoked");
  refused(create(Kind::key, R"({"person":"li-na","public-key":"ssh-ed25519 AAAA","fingerprint":"SHA256:a"})"),
          "registry.key-known");
  refused(remove(Kind::person, zhang), "registry.in-use");
}

BOOST_FIXTURE_TEST_CASE(who_has_left_gets_neither_key_nor_role, Staffed) {
  must(create(Kind::role, R"({"person":"li-na","role":"approver","organisation":"浔阳区"})"));
  BOOST_TEST((registry.people_with("approver", bureau) == std::vector<Id>{li}));
  BOOST_TEST(registry.people_with("approver", lushan).empty());
  must(modify(Kind::person, li, R"({"state":"left"})"));
  BOOST_TEST(registry.people_with("approver", bureau).empty());
  BOOST_TEST(registry.grants_of(li).size() == 1U);
  refused(create(Kind::role, R"({"person":"li-na","role":"auditor","organisation":1})"),
          "registry.person-left");
  refused(create(Kind::key, R"({"person":"li-na","public-key":"k","fingerprint":"SHA256:c"})"),
          "registry.person-left");
  refused(modify(Kind::person, li, R"({"handle":"li.na"})"), "registry.member-fixed");
}

BOOST_FIXTURE_TEST_CASE(an_account_of_two_people_is_nobodys, Staffed) {
  BOOST_TEST((registry.person_of_account("zhang") == zhang));
  BOOST_TEST(!registry.person_of_account("ops").has_value());
  BOOST_TEST(!registry.person_of_account("root").has_value());
  must(modify(Kind::person, li, R"({"accounts":null})"));
  BOOST_TEST((registry.person_of_account("ops") == zhang));
}

BOOST_FIXTURE_TEST_CASE(what_is_in_use_is_not_deleted_and_the_users_are_named, Staffed) {
  prefix("10.1.0.0/24");
  must(create(Kind::address,
              R"({"network":"extranet","from":"10.1.0.0/24","device":"sw-1","name":"loopback"})"));
  const auto error = refused(remove(Kind::device, device), "registry.in-use");
  BOOST_TEST(error.evidence.at(0).args.at(0).second == "address extranet 10.1.0.0 loopback 九江市");
  refused(remove(Kind::agent, agent), "registry.in-use");
  refused(remove(Kind::profile, profile), "registry.in-use");
  refused(remove(Kind::network, extranet), "registry.in-use");
  refused(remove(Kind::organisation, xunyang), "registry.in-use");
  must(remove(Kind::address, 1));
  must(remove(Kind::device, device));
  must(remove(Kind::agent, agent));
  must(remove(Kind::profile, profile));
}

BOOST_FIXTURE_TEST_CASE(a_profile_only_becomes_newer, Staffed) {
  refused(modify(Kind::profile, profile, R"({"revision":1,"text":"y"})"), "registry.revision-must-rise");
  refused(modify(Kind::profile, profile, R"({"revision":2,"name":"other"})"), "registry.member-fixed");
  must(modify(Kind::profile, profile, R"({"revision":2,"text":"y"})"));
  BOOST_TEST(value(Kind::profile, profile, "sha256") ==
             "a1fce4363854ff888cff4b8e7875d600c2682390412a8cf79b37d0b11148b0fa");
}

BOOST_FIXTURE_TEST_CASE(the_policy_is_one_and_stays, City) {
  make(Kind::policy, R"({"name":"demo","text":"name: demo\n"})");
  refused(create(Kind::policy, R"({"name":"other","text":"x"})"), "registry.one-policy");
  refused(remove(Kind::policy, 1), "registry.never-deleted");
  must(modify(Kind::policy, 1, R"({"text":"name: demo2\n"})"));
  BOOST_TEST(registry.version({Kind::policy, 1}) == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_baseline_has_its_devices_number, Staffed) {
  const auto row = must(create(
      Kind::baseline, R"({"device":"sw-1","profile":"standard","revision":1,"fingerprint":"sha256:aa"})"));
  BOOST_TEST(row.id == device);
  refused(create(Kind::baseline, R"({"device":"sw-1"})"), "registry.baseline-exists");
  must(modify(Kind::baseline, device, R"({"fingerprint":"sha256:bb","changes":[{"path":"/x"}]})"));
  BOOST_TEST(value(Kind::baseline, device, "fingerprint") == "sha256:bb");
  refused(remove(Kind::device, device), "registry.in-use");
  must(remove(Kind::baseline, device));
  must(remove(Kind::device, device));
}

BOOST_FIXTURE_TEST_CASE(an_agent_reads_only_its_own_network, Staffed) {
  refused(modify(Kind::device, device, R"({"network":"intranet"})"), "registry.agent-elsewhere");
  refused(modify(Kind::agent, agent, R"({"network":"intranet"})"), "registry.agent-busy");
  BOOST_TEST((registry.devices_of_agent(agent) == std::vector<Id>{device}));
  must(modify(Kind::device, device, R"({"agent":null})"));
  BOOST_TEST(registry.devices_of_agent(agent).empty());
  must(modify(Kind::agent, agent, R"({"network":"intranet"})"));
}

BOOST_FIXTURE_TEST_CASE(no_daemon_reaches_into_two_physically_separate_networks, Staffed) {
  const Id secret =
      make(Kind::network, R"({"name":"secret","separation":[{"network":"extranet","kind":"physical"}]})");
  refused(create(Kind::agent, R"({"name":"snmp-2","network":"secret"})"), "registry.physically-separate");
  refused(create(Kind::device, R"({"name":"sw-9","network":"secret","address":"10.0.0.9","organisation":1})"),
          "registry.physically-separate");
  must(modify(Kind::network, secret, R"({"separation":[{"network":"extranet","kind":"logical"}]})"));
  make(Kind::agent, R"({"name":"snmp-2","network":"secret"})");
  refused(modify(Kind::network, secret, R"({"separation":[{"network":"extranet","kind":"physical"}]})"),
          "registry.physically-separate");
  refused(modify(Kind::network, secret, R"({"separation":[{"network":"secret","kind":"logical"}]})"),
          "registry.separation-once");
}

BOOST_AUTO_TEST_SUITE_END()
