#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "common/hash.hpp"
#include "daemon/tickets/authority.hpp"
#include "daemon/tickets/page.hpp"
#include "signing.hpp"
#include "world.hpp"

using namespace assent;
using namespace assent::tickets;
using namespace assent::tickets::test;

namespace {

Signing& keys() {
  static Signing signing;
  return signing;
}

json::object row(Kind kind, Id id, std::uint64_t version, json::object body) {
  return {{"kind", name_of(kind)}, {"id", id}, {"version", version}, {"body", std::move(body)}};
}

const std::string new_policy_text = "name: demo\nroles: fewer\n";

/// Entry 0 of an installation of two founders, as core writes it.
struct Founding {
  std::string file, installation;
  json::object body;

  explicit Founding(const std::vector<std::string>& founders = {"wang", "zhao"}, std::string_view omit = "") {
    file = "organisation: {name: 九江市, tier: city}\nfounders:\n";
    json::array rows{row(Kind::organisation, 1, 1, parse(R"({"name":"九江市","tier":"city"})"))};
    for (Id id = 1; id <= founders.size(); ++id) {
      const auto& who = founders[id - 1];
      if (who != omit)
        file += "  - {handle: " + who + ", public-key: " + keys().public_key(who) + ", roles: [founder]}\n";
      rows.push_back(row(Kind::person, id, 1, {{"handle", who}, {"organisation", 1}, {"state", "active"}}));
      rows.push_back(row(Kind::key, id, 1,
                         {{"person", id},
                          {"public-key", keys().public_key(who)},
                          {"fingerprint", keys().fingerprint(who)},
                          {"state", "active"}}));
      rows.push_back(row(Kind::role, id, 1, {{"person", id}, {"role", "founder"}, {"organisation", 1}}));
    }
    file += "policy: |\n";
    std::stringstream lines(policy_text());
    for (std::string line; std::getline(lines, line);)
      file += "  " + line + "\n";
    rows.push_back(row(Kind::policy, 1, 1,
                       {{"name", "demo"}, {"sha256", sha256_hex(policy_text())}, {"text", policy_text()}}));
    installation = sha256_hex(file);
    json::array signatures;
    for (const auto& who : founders)
      signatures.push_back({{"handle", who}, {"signature", keys().sign(who, "assent-founding", file)}});
    body = {{"event", "founding"}, {"detail", {{"file", file}, {"signatures", signatures}}}, {"rows", rows}};
  }
  json::array& rows() { return body["rows"].as_array(); }
  json::array& signatures() { return body["detail"].as_object()["signatures"].as_array(); }
};

Result<Policy> parse_policy(const json::object& body, std::uint64_t version) {
  auto content = policy_content();
  if (text_of(body, "text") == new_policy_text)
    for (auto& rule : content["rules"].as_array())
      if (text_of(rule.as_object(), "name") == "authority")
        rule.as_object()["stages"].as_array()[0].as_object()["quorum"] = 2;
  return Policy::parse(content, version, policy_text());
}

/// A journal in the making: a live register beside what the replay makes of its entries.
struct Story {
  Founding founding;
  registry::Registry live;
  Policy policy;
  std::vector<SignedAct> acts;
  AuthorityReplay replay{founding.installation, parse_policy,
                         [this](Id number) -> Result<std::vector<SignedAct>> {
                           std::vector<SignedAct> of;
                           for (const auto& act : acts)
                             if (act.ticket == number) of.push_back(act);
                           return of;
                         }};
  Ticket ticket;
  json::array rows;

  Story() {
    for (const auto kind : {Kind::organisation, Kind::person, Kind::key, Kind::role, Kind::policy})
      for (const auto& value : founding.rows()) {
        const auto& object = value.as_object();
        if (text_of(object, "kind") == name_of(kind))
          BOOST_REQUIRE(live.load(kind, number_of(object, "id"), 1, object_of(object, "body")).ok());
      }
    BOOST_REQUIRE(live.loaded().ok());
    policy = parse_policy(live.get(Kind::policy, 1)->body, 1).value();
    BOOST_REQUIRE(replay.founding(founding.body).ok());
  }

  /// zhao asks, signed.
  void ask(const std::vector<registry::Edit>& edits) {
    ticket = Ticket{};
    ticket.id = 40 + acts.size();
    ticket.requester = 2;
    ticket.reason = "more people";
    ticket.policy_version = policy.version();
    registry::Transaction trial(live);
    std::vector<registry::Touch> touched;
    for (const auto& wanted : edits) {
      ticket.edits.push_back(trial.resolve(wanted, ticket.id).value());
      BOOST_REQUIRE(trial.apply(ticket.edits.back(), ticket.id).ok());
      touched.push_back(trial.touch(ticket.edits.back()).value());
      if (ticket.edits.back().id != 0)
        ticket.touched.push_back(
            {{ticket.edits.back().kind, ticket.edits.back().id}, ticket.edits.back().before});
    }
    ticket.stages = policy.stages(live, 2, touched, {}, "normal").value();
    act("zhao", 2, Word::request, "");
  }
  void act(const std::string& who, Id person, Word word, const std::string& stage) {
    const PageHead head{founding.installation,   word,   stage, person, who,
                        keys().fingerprint(who), at(60), false};
    const auto text = page(head, ticket, live);
    acts.push_back({acts.size() + 1, ticket.id, std::string(name_of(word)), stage, person, head.fingerprint,
                    text, keys().sign(who, std::string(name_space(word)), text)});
    if (word == Word::approve)
      ticket.approvals.push_back({acts.size(), stage, person, head.fingerprint, at(1)});
  }
  void approve(const std::string& who = "wang", Id person = 1) {
    act(who, person, Word::approve, "founders");
  }

  void open() {
    registry::Transaction change(live);
    rows.clear();
    for (const auto& edit : ticket.edits) {
      auto made = change.apply(edit, ticket.id);
      BOOST_REQUIRE(made.ok());
      if (edit.operation == registry::Operation::create) ticket.made.push_back({made->kind, made->id});
      if (made->gone)
        rows.push_back(
            {{"kind", name_of(made->kind)}, {"id", made->id}, {"version", made->version}, {"gone", true}});
      else
        rows.push_back(row(made->kind, made->id, made->version, made->body));
    }
    change.keep();
    ticket.state = State::closed;
  }
  json::object entry() {
    auto all = rows;
    all.push_back(row(Kind::ticket, ticket.id, 3, to_json(ticket)));
    return {{"event", "ticket-opened"}, {"ticket", ticket.id}, {"rows", all}};
  }
  std::string replayed(const json::object& body) {
    const auto status = replay.next(7, body);
    if (status.ok()) return "justified";
    BOOST_TEST(status.error().evidence.back().id == "authority.entry");
    return status.error().what.id;
  }
  std::string replayed() { return replayed(entry()); }
};

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
