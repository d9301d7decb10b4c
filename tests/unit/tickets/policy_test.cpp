#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <set>

#include "world.hpp"

using namespace assent;
using namespace assent::tickets;
using namespace assent::tickets::test;

namespace {

struct Fixture {
  registry::Registry registry = world();
  Policy policy = demo_policy();

  Result<std::vector<Stage>> ask(Id requester, const std::vector<registry::Edit>& edits,
                                 const std::vector<Permit>& permits = {}) {
    return policy.stages(registry, requester, touches(registry, edits), permits, "normal");
  }
  std::string asked(Id requester, const std::vector<registry::Edit>& edits,
                    const std::vector<Permit>& permits = {}) {
    const auto stages = ask(requester, edits, permits);
    if (!stages) return stages.error().what.id;
    std::string text;
    for (const auto& stage : *stages)
      text += stage.name + "(" + stage.right + " of " + std::to_string(stage.organisation) + ", " +
              std::to_string(stage.quorum) + ")";
    return text;
  }
  std::string standard(std::string_view name, Id requester, bool is_signed,
                       const std::vector<registry::Edit>& edits, std::uint64_t used = 0,
                       std::string_view now = "2027-06-30T23:59:59Z") {
    const auto status = policy.allows_standard(registry, name, requester, is_signed, edits,
                                               touches(registry, edits), used, parse_instant(now).value());
    return status.ok() ? "allowed" : status.error().what.id;
  }
};

std::string mistakes(const json::object& content) {
  const auto policy = Policy::parse(content, 1, policy_text());
  if (policy.ok()) return "";
  std::string text;
  for (const auto& mistake : policy.error().mistakes)
    text += mistake.what.id + " ";
  return text;
}

registry::Edit address(std::string_view text) {
  return edit("create", Kind::address,
              R"({"address":")" + std::string(text) + R"(","network":1,"organisation":2})");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(policy, Fixture)

BOOST_AUTO_TEST_CASE(rights_reach_down_the_tree_and_never_up) {
  BOOST_TEST(this->policy.may(registry, chen, "approve", xunyang));
  BOOST_TEST(this->policy.may(registry, chen, "approve", bureau));
  BOOST_TEST(!this->policy.may(registry, chen, "approve", lianxi));
  BOOST_TEST(!this->policy.may(registry, chen, "approve", city));
  BOOST_TEST(!this->policy.may(registry, chen, "approve", 0)); // nobody's object is the root's
  BOOST_TEST(this->policy.may(registry, zhou, "approve", 0));
  BOOST_TEST(!this->policy.may(registry, chen, "request", xunyang));
  BOOST_TEST(!this->policy.may(registry, wu, "approve", xunyang)); // has left
  BOOST_TEST(!this->policy.may(registry, 99, "approve", xunyang));
  BOOST_TEST(!this->policy.may(registry, chen, "", xunyang));
}

BOOST_AUTO_TEST_CASE(roles_that_exclude_each_other_give_nothing_together) {
  BOOST_TEST(this->policy.exclude_each_other("approver", "auditor"));
  BOOST_TEST(!this->policy.exclude_each_other("approver", "founder"));
  registry = world({{"role 20", R"({"organisation":1,"person":4,"role":"auditor"})"}});
  BOOST_TEST(!this->policy.may(registry, chen, "approve", xunyang));
  BOOST_TEST(!this->policy.may(registry, chen, "read-all", xunyang));
}

BOOST_AUTO_TEST_CASE(a_matching_rule_names_the_stage_with_its_place) {
  const auto stages = ask(li, {address("10.3.0.9")}).value();
  BOOST_REQUIRE_EQUAL(stages.size(), 1u);
  BOOST_TEST(stages[0].name == "holder");
  BOOST_TEST(stages[0].organisation == xunyang);
  BOOST_TEST((stages[0].due == std::chrono::hours{72}));
  BOOST_TEST(stages[0].rule == "policy demo v1, rule space, line 6");
}

BOOST_AUTO_TEST_CASE(all_matching_rules_apply_and_equal_stages_merge) {
  const auto stages =
      ask(wang, {edit("create", Kind::prefix,
                      R"({"network":1,"organisation":2,"prefix":"10.3.1.0/24","status":"active"})")});
  BOOST_REQUIRE(stages.ok());
  BOOST_REQUIRE_EQUAL(stages->size(), 2u);
  BOOST_TEST(stages->at(0).name == "holder");
  BOOST_TEST((stages->at(0).due == std::chrono::hours{24}));
  BOOST_TEST(stages->at(0).rule ==
             "policy demo v1, rule space, line 6; policy demo v1, rule extranet-space, line 15");
  BOOST_TEST(stages->at(1).name == "city");
  BOOST_TEST(stages->at(1).quorum == 2u);
}

BOOST_AUTO_TEST_CASE(different_owners_of_one_ticket_get_a_stage_each_with_different_names) {
  BOOST_TEST(
      asked(wang, {address("10.3.0.9"), edit("create", Kind::address,
                                             R"({"address":"10.4.0.9","network":1,"organisation":3})")}) ==
      "holder(approve of 2, 1)holder-2(approve of 3, 1)");
}

BOOST_AUTO_TEST_CASE(what_no_rule_names_is_refused_by_name) {
  const auto stages = ask(wang, {edit("create", Kind::agent, R"({"name":"x","network":1})")});
  BOOST_REQUIRE(!stages.ok());
  BOOST_TEST(stages.error().what.id == "policy.no-rule");
  BOOST_TEST(stages.error().what.args.at(0).second.find("agent") != std::string::npos);
  BOOST_TEST(stages.error().next->id == "policy.propose-rule");
}

BOOST_AUTO_TEST_CASE(one_unmatched_edit_refuses_the_whole_ticket) {
  BOOST_TEST(asked(wang, {address("10.3.0.9"), edit("create", Kind::agent, R"({"name":"x","network":1})")}) ==
             "policy.no-rule");
}

BOOST_AUTO_TEST_CASE(a_forbidding_rule_refuses_with_its_place) {
  registry = world({{"block 2", R"({"network":2,"organisation":1,"prefix":"10.0.0.0/8"})"}});
  const auto stages = ask(wang, {edit("delete", Kind::block, "", 2, 1)});
  BOOST_REQUIRE(!stages.ok());
  BOOST_TEST(stages.error().what.id == "policy.forbidden");
  BOOST_TEST(stages.error().rule == "policy demo v1, rule no-blocks, line 20");
}

BOOST_AUTO_TEST_CASE(only_who_may_request_on_the_owner_or_the_holder_may_ask) {
  const auto stages = ask(sun, {address("10.3.0.9")});
  BOOST_REQUIRE(!stages.ok());
  BOOST_TEST(stages.error().what.id == "policy.may-not-request");
  BOOST_TEST(stages.error().evidence.size() == 1u);
  BOOST_TEST(asked(chen, {address("10.3.0.9")}) == "policy.may-not-request");
  BOOST_TEST(
      asked(li, {address("10.3.0.9"),
                 edit("create", Kind::address, R"({"address":"10.4.0.9","network":1,"organisation":3})")}) ==
      "policy.may-not-request");
  BOOST_TEST(
      asked(li, {edit("create", Kind::person, R"({"handle":"mao","organisation":1,"state":"active"})")}) ==
      "policy.may-not-request");
}

BOOST_AUTO_TEST_CASE(a_kind_that_the_rule_does_not_permit_is_refused) {
  const auto prefix = edit("create", Kind::prefix,
                           R"({"network":1,"organisation":2,"prefix":"10.3.1.0/24","status":"active"})");
  const auto stages = this->policy.stages(registry, wang, touches(registry, {prefix}), {}, "standard");
  BOOST_TEST(stages.error().what.id == "policy.kind-not-permitted");
}

BOOST_AUTO_TEST_CASE(a_stage_that_nobody_but_the_requester_could_meet_is_refused) {
  // Two founders: who asks is one of them, and a quorum of three needs three others.
  const auto stages = ask(wang, {edit("create", Kind::network, R"({"name":"video"})")});
  BOOST_REQUIRE(!stages.ok());
  BOOST_TEST(stages.error().what.id == "policy.stage-cannot-be-met");
  BOOST_TEST(stages.error().next->id == "policy.enrol-another");
  BOOST_REQUIRE_EQUAL(stages.error().evidence.size(), 1u);
  BOOST_TEST(stages.error().evidence[0].args[0].second == "zhao");
  // Without the other founder's key the authority itself cannot change.
  registry = world({{"key 2", R"({"fingerprint":")" + key_of(zhao) + R"(","person":2,"public-key":")" +
                                  test_keys()[1].text + R"(","state":"revoked"})"}});
  const auto mao = edit("create", Kind::person, R"({"handle":"mao","organisation":1,"state":"active"})");
  BOOST_TEST(asked(wang, {mao}) == "policy.stage-cannot-be-met");
  BOOST_TEST(asked(zhao, {mao}) == "founders(policy-authority of 1, 1)");
}

BOOST_AUTO_TEST_CASE(one_person_cannot_be_counted_on_for_two_stages) {
  // holder of 浔阳区: chen, zhou, wang, zhao; city: zhou, wang, zhao. wang asks; without chen the three seats
  // need three people, and two are left.
  const auto prefix = edit("create", Kind::prefix,
                           R"({"network":1,"organisation":2,"prefix":"10.3.1.0/24","status":"active"})");
  BOOST_TEST(asked(wang, {prefix}) == "holder(approve of 2, 1)city(approve of 1, 2)");
  registry = world({{"role 4", ""}});
  BOOST_TEST(asked(wang, {prefix}) == "policy.stage-cannot-be-met");
}

BOOST_AUTO_TEST_CASE(permits_are_matched_by_device_label_and_path) {
  BOOST_TEST(asked(li, {}, {permit(1, "/vlans/vlan[id='20']/**")}) == "owner(approve of 2, 1)");
  BOOST_TEST(asked(li, {}, {permit(2, "/vlans/**")}) == "policy.may-not-request");
  BOOST_TEST(asked(wang, {}, {permit(2, "/interfaces/x/mtu")}) ==
             "policy.no-rule"); // core1 has no label access
  BOOST_TEST(asked(li, {}, {permit(9, "/vlans/**")}) == "policy.permit-reaches-nothing");
  BOOST_TEST(asked(li, {}, {permit(0, "/vlans/**", "nowhere")}) == "policy.permit-reaches-nothing");
  BOOST_TEST(asked(li, {}, {permit(0, "/vlans/**", "access")}) == "owner(approve of 2, 1)");
  BOOST_TEST(asked(wang, {}, {permit(0, "/vlans/**", "core")}) == "owner(approve of 1, 1)");
  BOOST_TEST(asked(li, {}) == "policy.touches-nothing");
}

BOOST_AUTO_TEST_CASE(a_permit_that_reaches_beyond_the_rule_is_not_permitted_by_it) {
  BOOST_TEST(asked(li, {}, {permit(1, "/**")}) == "policy.no-rule");
  BOOST_TEST(asked(li, {}, {permit(1, "/interfaces/**")}) == "policy.no-rule");
  auto mtu = permit(1, "/interfaces/interface[name='a']/mtu");
  BOOST_TEST(asked(li, {}, {mtu}) == "policy.no-rule"); // any operation, the rule is about modify
  mtu.operation = PathOperation::modify;
  BOOST_TEST(asked(li, {}, {mtu}) == "owner(approve of 2, 1)");
  mtu.operation = PathOperation::create;
  BOOST_TEST(asked(li, {}, {mtu}) == "policy.no-rule");
}

BOOST_AUTO_TEST_CASE(a_wide_permit_meets_every_rule_that_it_may_overlap) {
  auto content = policy_content();
  content["rules"].as_array().push_back(parse(
      R"({"name":"all","match":{"permits":true},"stages":[{"name":"wide","right":"policy-authority","of":"root"}]})"));
  policy = policy_of(content);
  BOOST_TEST(asked(li, {}, {permit(1, "/**")}) == "owner(approve of 2, 1)wide(policy-authority of 1, 1)");
  content["rules"].as_array().push_back(
      parse(R"({"name":"never","match":{"permits":true,"paths":["/aaa/**"]},"forbid":"no"})"));
  policy = policy_of(content);
  BOOST_TEST(asked(li, {}, {permit(1, "/**")}) == "policy.forbidden");
  BOOST_TEST(asked(li, {}, {permit(1, "/*/x")}) == "policy.forbidden");
  BOOST_TEST(asked(li, {}, {permit(1, "/vlans/**")}) ==
             "owner(approve of 2, 1)wide(policy-authority of 1, 1)");
}

BOOST_AUTO_TEST_CASE(a_rule_about_an_organisation_that_does_not_exist_restricts_and_does_not_permit) {
  auto content = policy_content();
  content["rules"].as_array().push_back(parse(
      R"({"name":"typo","match":{"kinds":["agent","address"],"organisations":["浔阳市"]},
          "stages":[{"name":"extra","right":"policy-authority","of":"root"}]})"));
  policy = policy_of(content);
  BOOST_TEST(asked(wang, {edit("create", Kind::agent, R"({"name":"x","network":1})")}) == "policy.no-rule");
  BOOST_TEST(asked(li, {address("10.3.0.9")}) == "holder(approve of 2, 1)extra(policy-authority of 1, 1)");
}

BOOST_AUTO_TEST_CASE(rules_by_organisation_reach_its_subtree_only) {
  auto content = policy_content();
  content["rules"] =
      json::array{parse(R"({"name":"xunyang","match":{"kinds":["address"],"organisations":["九江市/浔阳区"]},
                "stages":[{"name":"holder","right":"approve","of":"owner"}]})")};
  policy = policy_of(content);
  BOOST_TEST(asked(li, {address("10.3.0.9")}) == "holder(approve of 2, 1)");
  BOOST_TEST(
      asked(li, {edit("create", Kind::address, R"({"address":"10.3.0.9","network":1,"organisation":2})")}) ==
      "holder(approve of 2, 1)");
  BOOST_TEST(
      asked(sun, {edit("create", Kind::address, R"({"address":"10.4.0.9","network":1,"organisation":3})")}) ==
      "policy.no-rule");
}

BOOST_AUTO_TEST_CASE(a_key_is_a_matter_of_all_who_gave_its_person_a_role) {
  // chen belongs to the county 浔阳区; the city has made him an approver, too.
  registry = world({{"role 20", R"({"organisation":1,"person":4,"role":"approver"})"}});
  const auto revoke = edit("modify", Kind::key, R"({"state":"revoked"})", chen, 1);
  const auto touched = touches(registry, {revoke});
  BOOST_REQUIRE(touched.size() == 1u);
  BOOST_TEST(touched[0].organisation == xunyang);
  BOOST_TEST((touched[0].also == std::vector<Id>{city, xunyang}));
  auto content = policy_content();
  for (auto& rule : content["rules"].as_array())
    if (text_of(rule.as_object(), "name") == "authority")
      rule.as_object()["stages"] = json::array{parse(R"({"name":"own","right":"approve","of":"owner"})")};
  const auto delegated = policy_of(content, 1);
  BOOST_TEST(delegated.stages(registry, li, touched, {}, "normal").error().what.id ==
             "policy.may-not-request");
  const auto stages = delegated.required(registry, touched, {}, "normal");
  BOOST_REQUIRE(stages.ok());
  std::set<Id> asked;
  for (const auto& stage : *stages)
    asked.insert(stage.organisation);
  BOOST_TEST((asked == std::set<Id>{city, xunyang}));
}

BOOST_AUTO_TEST_CASE(an_edit_after_a_relabelling_in_one_ticket_meets_the_rules_of_both_labels) {
  const auto touched = touches(
      registry, {edit("modify", Kind::device, R"({"labels":["x"]})", 2, 1),
                 edit("create", Kind::link,
                      R"({"device":2,"interface":"eth0","name":"up","network":1,"organisation":1})")});
  BOOST_REQUIRE(touched.size() == 2u);
  BOOST_REQUIRE(touched[1].left.size() == 1u);
  BOOST_TEST((touched[1].labels == std::vector<std::string>{"x"}));
  BOOST_TEST((touched[1].left[0].labels == std::vector<std::string>{"core"}));
  auto content = policy_content();
  content["rules"].as_array().push_back(
      parse(R"({"name":"core-links","match":{"kinds":["link"],"labels":["core"]},"forbid":"not there"})"));
  content["rules"].as_array().push_back(
      parse(R"({"name":"core-settings","match":{"permits":true,"labels":["x"]},"forbid":"nor there"})"));
  const auto strict = policy_of(content, 1);
  BOOST_TEST(strict.required(registry, {touched[1]}, {}, "normal").error().what.id == "policy.forbidden");
  // The permit names the device, which has the label only when the ticket opens.
  BOOST_TEST(
      strict.required(registry, {touched[0]}, {permit(2, "/vlans/**", "")}, "normal").error().what.id ==
      "policy.forbidden");
}

BOOST_AUTO_TEST_CASE(a_template_allows_exactly_what_it_names) {
  BOOST_TEST(standard("next-address", li, false, {address("10.3.0.9")}) == "allowed");
  BOOST_TEST(standard("nothing", li, false, {address("10.3.0.9")}) == "policy.no-template");
  BOOST_TEST(standard("signed-address", li, false, {address("10.3.0.9")}) ==
             "policy.template-needs-signature");
  BOOST_TEST(standard("signed-address", li, true, {address("10.3.0.9")}) == "allowed");
  BOOST_TEST(standard("next-address", li, false, {address("10.3.0.9")}, 9) == "allowed");
  BOOST_TEST(standard("next-address", li, false, {address("10.3.0.9")}, 10) == "policy.template-used-up");
  BOOST_TEST(standard("next-address", li, false, {address("10.3.0.9")}, 0, "2027-07-01T00:00:00Z") ==
             "policy.template-expired");
  BOOST_TEST(standard("next-address", li, false, {}) == "policy.touches-nothing");
  BOOST_TEST(standard("next-address", li, false,
                      {address("10.3.0.9"), address("10.3.0.10"), address("10.3.0.11")}) ==
             "policy.template-too-many");
  BOOST_TEST(standard("next-address", sun, false, {address("10.3.0.9")}) == "policy.may-not-request");
  BOOST_TEST(standard("next-address", li, false,
                      {address("10.3.0.9"), edit("create", Kind::prefix, R"({"network":1,"organisation":2,
                       "prefix":"10.3.1.0/24","status":"active"})")}) == "policy.template-does-not-match");
}

BOOST_AUTO_TEST_CASE(a_forbidding_rule_holds_for_standard_changes_too) {
  auto content = policy_content();
  content["rules"].as_array().push_back(
      parse(R"({"name":"freeze","match":{"kinds":["address"]},"forbid":"year end"})"));
  policy = policy_of(content);
  BOOST_TEST(standard("next-address", li, false, {address("10.3.0.9")}) == "policy.forbidden");
}

BOOST_AUTO_TEST_CASE(the_figures_of_a_policy_are_read) {
  BOOST_TEST((this->policy.counters_interval() == std::chrono::seconds{10}));
  BOOST_TEST((this->policy.state_interval() == std::chrono::minutes{1}));
  BOOST_TEST((this->policy.approval_time() == std::chrono::hours{24}));
  BOOST_TEST((this->policy.ticket_time() == std::chrono::hours{720}));
  BOOST_TEST(this->policy.held_limit() == 16u);
  BOOST_TEST(this->policy.clock_require() == "none");
}

BOOST_AUTO_TEST_CASE(every_mistake_of_a_policy_is_told_at_once_with_its_line) {
  const auto read =
      Policy::parse(parse(R"({"name":"x","roles":[{"name":"a","rights":["approve"],"excludes":["b"]}],
    "limits":{"approval":"soon"},
    "rules":[{"name":"one","match":{"kinds":["prefix"]}},
             {"name":"two","match":{},"stages":[{"name":"s","right":"approve"}]}],
    "templates":[{"name":"t","match":{"kinds":["role"]},"per-day":1,"expires":"2027-06-30"}]})"),
                    1, policy_text());
  BOOST_REQUIRE(!read.ok());
  const auto& found = read.error().mistakes;
  BOOST_REQUIRE_EQUAL(found.size(), 5u);
  BOOST_TEST(found[0].what.id == "policy.bad-duration");
  BOOST_TEST(found[1].what.id == "policy.excludes-no-role");
  BOOST_TEST(found[2].what.id == "policy.rule-without-stages");
  BOOST_TEST(found[2].place.line == 6);
  BOOST_TEST(found[3].what.id == "policy.match-nothing");
  BOOST_TEST(found[3].place.line == 12);
  BOOST_TEST(found[4].what.id == "policy.template-authority");
  BOOST_TEST(found[4].place.line == 23);
}

BOOST_AUTO_TEST_CASE(what_is_over_is_kept_for_as_long_as_policy_says_and_never_too_short) {
  BOOST_TEST((this->policy.findings_kept() == std::chrono::hours{24 * 731}));
  BOOST_TEST((this->policy.alarms().remembered == std::chrono::hours{24 * 90}));
  auto content = policy_content();
  content["retention"] = {{"findings", "184d"}, {"alarms", "7d"}};
  const auto least = Policy::parse(content, 1, policy_text());
  BOOST_REQUIRE(least.ok());
  BOOST_TEST((least->findings_kept() == least_findings_kept));
  BOOST_TEST((least->alarms().remembered == least_alarms_kept));
  content["retention"] = {{"findings", "183d"}, {"alarms", "167h"}};
  BOOST_TEST(mistakes(content) == "policy.kept-too-short policy.kept-too-short ");
}

BOOST_AUTO_TEST_CASE(a_template_never_makes_a_network) {
  auto content = policy_content();
  content["templates"].as_array().push_back(parse(
      R"({"name":"nets","match":{"kinds":["network"]},"per-day":1,"expires":"2027-06-30","max-edits":1})"));
  const auto parsed = Policy::parse(content, 1, policy_text());
  BOOST_REQUIRE(!parsed.ok());
  BOOST_TEST(parsed.error().mistakes.at(0).what.id == "policy.template-authority");
}

BOOST_AUTO_TEST_CASE(a_policy_cannot_permit_without_an_approval) {
  const auto with_rule = [](std::string_view rule) {
    auto content = policy_content();
    content["rules"] = json::array{parse(rule)};
    return mistakes(content);
  };
  BOOST_TEST(with_rule(R"({"name":"a","match":{"kinds":["prefix"]},"stages":[]})") ==
             "policy.rule-without-stages ");
  BOOST_TEST(with_rule(R"({"name":"a","match":{"kinds":["prefix"]},
    "stages":[{"name":"s","right":"approve","quorum":0}]})") == "policy.quorum-zero ");
  BOOST_TEST(
      with_rule(R"({"name":"a","match":{"kinds":["prefix"]},"stages":[{"name":"s","right":"sing"}]})") ==
      "policy.right-of-no-role ");
  BOOST_TEST(
      with_rule(R"({"name":"a","match":{"kinds":["ticket"]},"stages":[{"name":"s","right":"approve"}]})") ==
      "policy.unknown-kind policy.match-nothing ");
  BOOST_TEST(with_rule(R"({"name":"a","match":{"permits":true,"paths":["vlans"]},
    "stages":[{"name":"s","right":"approve","of":"me"}]})") == "coverage.bad-pattern policy.unknown-of ");
}

BOOST_AUTO_TEST_SUITE_END()
