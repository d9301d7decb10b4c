#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "story.hpp"

using namespace assent;
using namespace assent::tickets;
using namespace assent::tickets::test;

namespace {

std::vector<registry::Edit> enrol_mao() {
  return {edit("create", Kind::organisation, R"({"name":"浔阳区","parent":1,"tier":"county"})"),
          edit("create", Kind::person, R"({"handle":"mao","organisation":"$1","state":"active"})"),
          edit("create", Kind::key,
               R"({"person":"$2","public-key":")" + keys().public_key("mao") + R"(","fingerprint":")" +
                   keys().fingerprint("mao") + R"("})"),
          edit("create", Kind::role, R"({"person":"$2","role":"approver","organisation":"$1"})")};
}

std::string founded(const Founding& founding, const std::string& installation) {
  AuthorityReplay replay(installation, parse_policy,
                         [](Id) -> Result<std::vector<SignedAct>> { return std::vector<SignedAct>{}; });
  const auto status = replay.founding(founding.body);
  return status.ok() ? "founded" : status.error().what.id;
}
std::string founded(const Founding& founding) {
  return founded(founding, founding.installation);
}

} // namespace

BOOST_AUTO_TEST_SUITE(authority)

BOOST_AUTO_TEST_CASE(a_founding_signed_by_all_its_founders_holds) {
  BOOST_TEST(founded(Founding()) == "founded");
}

BOOST_AUTO_TEST_CASE(a_founding_of_another_file_or_without_all_signatures_is_refused) {
  Founding founding;
  BOOST_TEST(founded(founding, std::string(64, '0')) == "authority.other-installation");
  founding.signatures().pop_back();
  BOOST_TEST(founded(founding) == "authority.founder-did-not-sign");
  founding.signatures().push_back(
      {{"handle", "zhao"}, {"signature", keys().sign("wang", "assent-founding", founding.file)}});
  BOOST_TEST(founded(founding) != "founded");
  founding.signatures().pop_back();
  founding.signatures().push_back(
      {{"handle", "zhao"}, {"signature", keys().sign("zhao", "assent-request", founding.file)}});
  BOOST_TEST(founded(founding) != "founded");
}

BOOST_AUTO_TEST_CASE(one_founder_is_too_few) {
  BOOST_TEST(founded(Founding({"wang"})) == "authority.too-few-founders");
}

BOOST_AUTO_TEST_CASE(rows_that_the_founders_did_not_sign_are_refused) {
  BOOST_TEST(founded(Founding({"wang", "zhao", "mallory"}, "mallory")) == "authority.founder-not-in-file");
  const auto with_row = [](const json::object& added) {
    Founding founding;
    founding.rows().push_back(added);
    return founded(founding);
  };
  BOOST_TEST(
      with_row(row(Kind::person, 9, 1, parse(R"({"handle":"mal","organisation":1,"state":"active"})"))) ==
      "authority.founding-row");
  BOOST_TEST(with_row(row(Kind::role, 9, 1, parse(R"({"person":1,"role":"emperor","organisation":1})"))) ==
             "authority.founding-row");
  BOOST_TEST(with_row(row(Kind::network, 1, 1, parse(R"({"name":"x"})"))) == "authority.founding-row");
  Founding founding;
  auto& policy = founding.rows().back().as_object()["body"].as_object();
  policy["text"] = new_policy_text;
  BOOST_TEST(founded(founding) == "authority.policy-hash");
  policy["sha256"] = sha256_hex(new_policy_text);
  BOOST_TEST(founded(founding) == "authority.founding-row");
}

BOOST_AUTO_TEST_CASE(nothing_is_believed_before_a_founding) {
  AuthorityReplay replay("x", parse_policy,
                         [](Id) -> Result<std::vector<SignedAct>> { return std::vector<SignedAct>{}; });
  BOOST_TEST(replay.next(1, {}).error().what.id == "authority.no-founding");
  Founding founding;
  founding.body["event"] = "ticket-opened";
  BOOST_TEST(founded(founding) == "authority.no-founding");
}

BOOST_FIXTURE_TEST_CASE(a_signed_and_approved_change_is_rebuilt_to_the_same_rows, Story) {
  BOOST_TEST(replay.same_as(live).ok());
  ask(enrol_mao());
  approve();
  open();
  BOOST_TEST(!replay.same_as(live).ok());
  BOOST_TEST(replayed() == "justified");
  BOOST_TEST(replay.same_as(live).ok());
  // And the next one stands on it: mao's key is revoked, the county renamed.
  ask({edit("modify", Kind::key, R"({"state":"revoked"})", 3, 1),
       edit("modify", Kind::organisation, R"({"name":"新区"})", 2, 1)});
  approve();
  open();
  BOOST_TEST(replayed() == "justified");
  BOOST_TEST(replay.same_as(live).ok());
}

BOOST_FIXTURE_TEST_CASE(entries_without_authority_are_not_looked_at, Story) {
  BOOST_TEST(replayed({{"event", "ticket-submitted"},
                       {"rows", json::array{row(Kind::ticket, 4, 1, parse(R"({"state":"submitted"})"))}}}) ==
             "justified");
}

BOOST_FIXTURE_TEST_CASE(a_row_changed_without_a_ticket_is_found, Story) {
  ask(enrol_mao());
  approve();
  open();
  auto body = entry();
  body["event"] = "standard-applied";
  BOOST_TEST(replayed(body) == "authority.without-ticket");
  body = entry();
  body["ticket"] = 99;
  BOOST_TEST(replayed(body) == "authority.without-ticket");
  body["rows"].as_array().pop_back();
  BOOST_TEST(replayed(body) == "authority.without-ticket");
}

BOOST_FIXTURE_TEST_CASE(rows_other_than_the_edits_effect_are_found, Story) {
  ask(enrol_mao());
  approve();
  open();
  const auto good = rows;
  rows[1].as_object()["body"].as_object()["handle"] = "mallory";
  BOOST_TEST(replayed() == "authority.row-differs");
}

BOOST_FIXTURE_TEST_CASE(an_extra_row_is_found, Story) {
  ask(enrol_mao());
  approve();
  open();
  rows.push_back(row(Kind::role, 9, 1, parse(R"({"person":3,"role":"founder","organisation":1})")));
  BOOST_TEST(replayed() == "authority.row-differs");
}

BOOST_FIXTURE_TEST_CASE(a_missing_row_is_found, Story) {
  ask(enrol_mao());
  approve();
  open();
  rows.erase(rows.begin() + 3);
  BOOST_TEST(replayed() == "authority.row-missing");
}

BOOST_FIXTURE_TEST_CASE(a_change_that_nobody_asked_for_is_found, Story) {
  ask(enrol_mao());
  approve();
  open();
  acts.erase(acts.begin());
  BOOST_TEST(replayed() == "authority.no-request");
}

BOOST_FIXTURE_TEST_CASE(edits_swapped_after_signing_are_found, Story) {
  ask(enrol_mao());
  approve();
  ticket.edits[3].value["role"] = "founder";
  open();
  BOOST_TEST(replayed() == "authority.page-differs");
}

BOOST_FIXTURE_TEST_CASE(a_page_shown_with_other_lines_than_the_edits_is_found, Story) {
  // Root shows the approver a harmless line above the hash of the real edits, and gets it signed.
  ask(enrol_mao());
  auto text = acts[0].page;
  const auto where = text.find("\"approver\"");
  BOOST_REQUIRE(where != std::string::npos);
  text.replace(where, 10, "\"auditor\"");
  acts[0].page = text;
  acts[0].signature = keys().sign("zhao", "assent-request", text);
  approve();
  open();
  BOOST_TEST(replayed() == "authority.page-differs");
}

BOOST_FIXTURE_TEST_CASE(a_forged_signature_is_found, Story) {
  ask(enrol_mao());
  approve();
  acts[1].signature = keys().sign("mallory", "assent-approval", acts[1].page);
  open();
  BOOST_TEST(replayed().starts_with("trust."));
}

BOOST_FIXTURE_TEST_CASE(a_signature_for_another_word_is_found, Story) {
  ask(enrol_mao());
  approve();
  acts[1].signature = keys().sign("wang", "assent-request", acts[1].page);
  open();
  BOOST_TEST(replayed().starts_with("trust."));
}

BOOST_FIXTURE_TEST_CASE(a_rejection_counts_as_no_approval, Story) {
  ask(enrol_mao());
  act("wang", 1, Word::reject, "founders");
  ticket.approvals.push_back({acts.back().id, "founders", 1, keys().fingerprint("wang"), at(1)});
  open();
  BOOST_TEST(replayed() == "authority.act-differs");
}

BOOST_FIXTURE_TEST_CASE(the_requesters_own_approval_is_found, Story) {
  ask(enrol_mao());
  approve("zhao", 2);
  open();
  BOOST_TEST(replayed() == "ticket.self-approval");
}

BOOST_FIXTURE_TEST_CASE(an_approval_without_an_act_is_found, Story) {
  ask(enrol_mao());
  ticket.approvals.push_back({77, "founders", 1, keys().fingerprint("wang"), at(1)});
  open();
  BOOST_TEST(replayed() == "authority.no-act");
}

BOOST_FIXTURE_TEST_CASE(a_ticket_opened_before_its_quorum_is_found, Story) {
  ask(enrol_mao());
  open();
  BOOST_TEST(replayed() == "ticket.quorum-missing");
}

BOOST_FIXTURE_TEST_CASE(stages_weaker_than_the_policys_are_found, Story) {
  ask(enrol_mao());
  ticket.stages[0].right = "read";
  approve();
  open();
  BOOST_TEST(replayed() == "ticket.stage-missing");
}

BOOST_FIXTURE_TEST_CASE(an_unsigned_kind_of_ticket_cannot_change_authority, Story) {
  ask(enrol_mao());
  approve();
  open();
  ticket.kind = "standard";
  BOOST_TEST(replayed() == "authority.unsigned-change");
}

BOOST_FIXTURE_TEST_CASE(a_number_is_not_given_out_twice, Story) {
  ask(enrol_mao());
  approve();
  open();
  ticket.made[1].id = 2;
  BOOST_TEST(replayed() == "authority.number-used");
}

BOOST_FIXTURE_TEST_CASE(an_approval_of_the_policy_before_does_not_count_under_the_next, Story) {
  ask({edit("modify", Kind::policy,
            R"({"sha256":")" + sha256_hex(new_policy_text) + R"(","text":"name: demo\nroles: fewer\n"})", 1,
            1)});
  approve();
  open();
  BOOST_TEST(replayed() == "justified");
  BOOST_TEST(replay.same_as(live).ok());
  // The new policy asks for two founders besides the requester; the old one's single approval is not enough.
  ask(enrol_mao());
  approve();
  open();
  BOOST_TEST(replayed() == "ticket.policy-changed");
  policy = parse_policy(live.get(Kind::policy, 1)->body, 2).value();
  ticket.policy_version = 2;
  acts.resize(2);
  ticket.approvals.clear();
  act("zhao", 2, Word::request, "");
  approve();
  BOOST_TEST(replayed() == "ticket.stage-missing");
}

BOOST_FIXTURE_TEST_CASE(an_owner_stage_for_a_new_organisation_is_asked_of_the_one_above_it, Story) {
  ask({edit("modify", Kind::policy,
            R"({"sha256":")" + sha256_hex(owner_policy_text) + R"(","text":"name: demo\nroles: owner\n"})", 1,
            1)});
  approve();
  open();
  BOOST_TEST(replayed() == "justified");
  policy = parse_policy(live.get(Kind::policy, 1)->body, 2).value();
  ask(enrol_mao());
  BOOST_REQUIRE_EQUAL(ticket.stages.size(), 1u);
  BOOST_TEST(ticket.stages[0].organisation == 1u);
  approve();
  open();
  BOOST_TEST(replayed() == "justified");
  BOOST_TEST(replay.same_as(live).ok());
}

BOOST_FIXTURE_TEST_CASE(a_key_swapped_in_the_table_is_found, Story) {
  registry::Registry table;
  for (const auto& value : founding.rows()) {
    auto object = value.as_object();
    if (text_of(object, "kind") == "key" && number_of(object, "id") == 2) {
      object["body"].as_object()["public-key"] = keys().public_key("mallory");
      object["body"].as_object()["fingerprint"] = keys().fingerprint("mallory");
    }
    const auto kind = *kind_of(text_of(object, "kind"));
    BOOST_REQUIRE(table.load(kind, number_of(object, "id"), 1, object_of(object, "body")).ok());
  }
  BOOST_REQUIRE(table.loaded().ok());
  const auto status = replay.same_as(table);
  BOOST_REQUIRE(!status.ok());
  BOOST_TEST(status.error().what.id == "authority.table-differs");
  BOOST_TEST(status.error().what.args[0].second == "key 2");
}

BOOST_FIXTURE_TEST_CASE(a_row_that_only_the_table_has_is_found, Story) {
  registry::Transaction change(live);
  BOOST_REQUIRE(
      change.apply(edit("create", Kind::role, R"({"person":1,"role":"approver","organisation":1})"), 1).ok());
  change.keep();
  BOOST_TEST(!replay.same_as(live).ok());
}

BOOST_AUTO_TEST_SUITE_END()
