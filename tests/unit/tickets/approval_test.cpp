#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "world.hpp"

using namespace assent;
using namespace assent::tickets;
using namespace assent::tickets::test;

namespace {

struct Fixture {
  registry::Registry registry = world();
  Policy policy = demo_policy();
  Ticket ticket = address_ticket(registry, policy);

  std::string decide(Id person, const std::string& key, std::string_view stage = "holder") {
    const auto status = may_decide(ticket, stage, person, key, policy, registry);
    return status.ok() ? "may" : status.error().what.id;
  }
  void two_stages() {
    ticket.stages.push_back({"city", "approve", city, 2, {}, "rule city"});
    ticket.stages[0].quorum = 1;
  }
  void approve(Id person, std::string stage, Id act = 1) {
    ticket.approvals.push_back({act, std::move(stage), person, key_of(person), at(1)});
  }
  std::string use() {
    ticket.state = State::approved;
    const auto status = still_approved(ticket, policy, registry);
    return status.ok() ? "good" : status.error().what.id;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(approval, Fixture)

BOOST_AUTO_TEST_CASE(who_holds_the_right_on_the_holder_may_approve) {
  BOOST_TEST(decide(chen, key_of(chen)) == "may");
  BOOST_TEST(decide(zhou, key_of(zhou)) == "may"); // above it
  BOOST_TEST(decide(wang, key_of(wang)) == "may");
}

BOOST_AUTO_TEST_CASE(the_requester_cannot_approve_himself) {
  // li is made a founder: only the rule of two people stands between him and his own approval.
  registry = world({{"role 3", R"({"organisation":1,"person":3,"role":"founder"})"}});
  BOOST_TEST(decide(li, key_of(li)) == "ticket.self-approval");
}

BOOST_AUTO_TEST_CASE(the_requesters_key_counts_for_nobody) {
  BOOST_TEST(decide(chen, key_of(li)) == "ticket.requester-key");
}

BOOST_AUTO_TEST_CASE(a_ticket_from_the_approvers_own_account_cannot_be_approved_by_him) {
  ticket.account = "u-chen";
  BOOST_TEST(decide(chen, key_of(chen)) == "ticket.requester-account");
  BOOST_TEST(decide(zhou, key_of(zhou)) == "may");
}

BOOST_AUTO_TEST_CASE(a_key_decides_only_for_its_person_and_only_while_active) {
  BOOST_TEST(decide(chen, key_of(zhou)) == "ticket.key-of-another");
  BOOST_TEST(decide(chen, "SHA256:unknown") == "ticket.key-unknown");
  registry = world({{"key 4", R"({"fingerprint":")" + key_of(chen) + R"(","person":4,"public-key":")" +
                                  test_keys()[3].text + R"(","state":"revoked"})"}});
  BOOST_TEST(decide(chen, key_of(chen)) == "ticket.key-revoked");
}

BOOST_AUTO_TEST_CASE(who_has_left_or_is_unknown_decides_nothing) {
  BOOST_TEST(decide(wu, key_of(wu)) == "ticket.person-left");
  BOOST_TEST(decide(99, key_of(chen)) == "ticket.person-unknown");
}

BOOST_AUTO_TEST_CASE(the_right_must_be_held_on_the_stages_organisation) {
  registry = world({{"role 4", R"({"organisation":3,"person":4,"role":"approver"})"}});
  const auto status = may_decide(ticket, "holder", chen, key_of(chen), policy, registry);
  BOOST_REQUIRE(!status.ok());
  BOOST_TEST(status.error().what.id == "ticket.right-missing");
  BOOST_TEST(status.error().rule == "policy demo v1, rule space, line 6");
  BOOST_REQUIRE_EQUAL(status.error().evidence.size(), 1u);
  BOOST_TEST(status.error().next->id == "ticket.ask-others");
  // The right must be that of the stage.
  BOOST_TEST(decide(sun, key_of(sun)) == "ticket.right-missing");
}

BOOST_AUTO_TEST_CASE(stages_come_in_their_order_and_a_person_counts_once) {
  two_stages();
  BOOST_TEST(decide(zhou, key_of(zhou), "city") == "ticket.not-this-stage");
  approve(chen, "holder");
  BOOST_TEST(decide(zhou, key_of(zhou), "holder") == "ticket.not-this-stage");
  BOOST_TEST(waiting_stage(ticket)->name == "city");
  approve(zhou, "city");
  BOOST_TEST(waiting_stage(ticket)->name == "city");
  BOOST_TEST(decide(zhou, key_of(zhou), "city") == "ticket.counted-already");
  BOOST_TEST(decide(wang, key_of(wang), "city") == "may");
  approve(wang, "city");
  BOOST_TEST((waiting_stage(ticket) == nullptr));
}

BOOST_AUTO_TEST_CASE(a_second_approval_of_one_person_fills_no_second_seat) {
  two_stages();
  approve(zhou, "holder");
  approve(zhou, "city");
  approve(wang, "city");
  BOOST_TEST(waiting_stage(ticket)->name == "city");
}

BOOST_AUTO_TEST_CASE(only_a_waiting_ticket_can_be_decided_and_only_in_its_stages) {
  BOOST_TEST(decide(chen, key_of(chen), "founders") == "ticket.no-such-stage");
  ticket.state = State::approved;
  BOOST_TEST(decide(chen, key_of(chen)) == "ticket.not-waiting");
}

BOOST_AUTO_TEST_CASE(what_moved_since_cannot_be_approved_but_can_be_rejected) {
  ticket.touched[0].version = 2;
  BOOST_TEST(decide(chen, key_of(chen)) == "ticket.object-changed");
  BOOST_TEST(may_decide(ticket, "holder", chen, key_of(chen), policy, registry, true).ok());
  ticket.touched[0] = {{Kind::prefix, 77}, 1};
  BOOST_TEST(decide(chen, key_of(chen)) == "ticket.object-gone");
  ticket.touched.clear();
  ticket.policy_version = 2;
  BOOST_TEST(decide(chen, key_of(chen)) == "ticket.policy-changed");
}

BOOST_AUTO_TEST_CASE(approvals_are_used_only_while_they_count) {
  approve(chen, "holder");
  BOOST_TEST(use() == "good");
  registry = world({{"role 4", ""}});
  BOOST_TEST(use() == "ticket.right-missing");
  registry = world({{"person 4", R"({"handle":"chen","organisation":2,"state":"left"})"}});
  BOOST_TEST(use() == "ticket.person-left");
  registry = world({{"key 4", R"({"fingerprint":")" + key_of(chen) + R"(","person":4,"public-key":")" +
                                  test_keys()[3].text + R"(","state":"revoked"})"}});
  BOOST_TEST(use() == "ticket.key-revoked");
  registry = world({{"person 3", R"({"handle":"li","organisation":2,"state":"left"})"}});
  BOOST_TEST(use() == "ticket.requester-left");
}

BOOST_AUTO_TEST_CASE(whose_request_key_is_revoked_opens_nothing_any_more) {
  approve(chen, "holder");
  ticket.requester_key = key_of(li);
  BOOST_TEST(use() == "good");
  ticket.requester_key = key_of(chen);
  BOOST_TEST(use() == "ticket.requester-key-revoked");
  const std::map<std::string, std::string> revoked{
      {"key 3", R"({"fingerprint":")" + key_of(li) + R"(","person":3,"public-key":")" + test_keys()[2].text +
                    R"(","state":"revoked"})"}};
  registry = world(revoked);
  ticket.requester_key = key_of(li);
  BOOST_TEST(use() == "ticket.requester-key-revoked");
  // A ticket of before does not name the key: then he needs a good one.
  ticket.requester_key.clear();
  BOOST_TEST(use() == "ticket.requester-key-revoked");
}

BOOST_AUTO_TEST_CASE(who_may_no_longer_ask_opens_nothing_any_more) {
  const auto touched = touches(registry, ticket.edits);
  BOOST_TEST(stages_suffice(ticket, touched, {}, policy, registry).ok());
  registry = world({{"role 3", ""}});
  BOOST_TEST(stages_suffice(ticket, touched, {}, policy, registry).error().what.id ==
             "policy.may-not-request");
}

BOOST_AUTO_TEST_CASE(nothing_opens_without_its_quorum_its_policy_and_its_versions) {
  BOOST_TEST(use() == "ticket.quorum-missing");
  approve(chen, "holder");
  ticket.policy_version = 7;
  BOOST_TEST(use() == "ticket.policy-changed");
  ticket.policy_version = 1;
  ticket.touched[0].version = 9;
  BOOST_TEST(use() == "ticket.object-changed");
  ticket.touched.clear();
  BOOST_TEST(use() == "good");
  auto stages = std::move(ticket.stages);
  ticket.stages.clear();
  BOOST_TEST(use() == "ticket.without-stages");
  ticket.stages = stages;
  ticket.state = State::submitted;
  BOOST_TEST(still_approved(ticket, policy, registry).error().what.id == "ticket.not-approved");
}

BOOST_AUTO_TEST_CASE(an_approval_slipped_in_for_the_requester_is_found) {
  registry = world({{"role 3", R"({"organisation":1,"person":3,"role":"founder"})"}});
  approve(li, "holder");
  BOOST_TEST(use() == "ticket.self-approval");
  BOOST_TEST((waiting_stage(ticket) != nullptr));
}

BOOST_AUTO_TEST_CASE(a_ticket_approved_without_a_stage_that_policy_asks_for_does_not_suffice) {
  const auto touched = touches(registry, ticket.edits);
  BOOST_TEST(stages_suffice(ticket, touched, {}, policy, registry).ok());
  ticket.stages[0].organisation = lianxi;
  BOOST_TEST(stages_suffice(ticket, touched, {}, policy, registry).error().what.id == "ticket.stage-missing");
  ticket.stages.clear();
  BOOST_TEST(!stages_suffice(ticket, touched, {}, policy, registry).ok());
}

BOOST_AUTO_TEST_SUITE_END()
