// A journal in the making: a founding with real signatures, tickets that people sign, and the entries that
// core writes.
#pragma once

#include <boost/test/unit_test.hpp>
#include <sstream>

#include "common/hash.hpp"
#include "daemon/tickets/authority.hpp"
#include "daemon/tickets/page.hpp"
#include "signing.hpp"
#include "world.hpp"

namespace assent::tickets::test {

inline Signing& keys() {
  static Signing signing;
  return signing;
}

inline json::object row(Kind kind, Id id, std::uint64_t version, json::object body) {
  return {{"kind", name_of(kind)}, {"id", id}, {"version", version}, {"body", std::move(body)}};
}

inline const std::string new_policy_text = "name: demo\nroles: fewer\n";
inline const std::string owner_policy_text = "name: demo\nroles: owner\n";

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

inline Result<Policy> parse_policy(const json::object& body, std::uint64_t version) {
  auto content = policy_content();
  if (text_of(body, "text") == new_policy_text)
    for (auto& rule : content["rules"].as_array())
      if (text_of(rule.as_object(), "name") == "authority")
        rule.as_object()["stages"].as_array()[0].as_object()["quorum"] = 2;
  if (text_of(body, "text") == owner_policy_text)
    for (auto& rule : content["rules"].as_array())
      if (text_of(rule.as_object(), "name") == "authority")
        rule.as_object()["stages"] =
            json::array{parse(R"({"name":"founders","right":"approve","of":"owner"})")};
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
    std::vector<registry::Touch> touched;
    try_out(edits, touched);
    // As core does: an organisation that the ticket itself makes gives nobody a right.
    for (auto& touch : touched) {
      if (!live.get(Kind::organisation, touch.organisation)) touch.organisation = 1;
      if (!live.get(Kind::organisation, touch.holder)) touch.holder = 1;
    }
    ticket.stages = policy.stages(live, 2, touched, {}, "normal").value();
    act("zhao", 2, Word::request, "");
  }
  void try_out(const std::vector<registry::Edit>& edits, std::vector<registry::Touch>& touched) {
    registry::Transaction trial(live);
    for (const auto& wanted : edits) {
      ticket.edits.push_back(trial.resolve(wanted, ticket.id).value());
      BOOST_REQUIRE(trial.apply(ticket.edits.back(), ticket.id).ok());
      touched.push_back(trial.touch(ticket.edits.back()).value());
      if (ticket.edits.back().id != 0)
        ticket.touched.push_back(
            {{ticket.edits.back().kind, ticket.edits.back().id}, ticket.edits.back().before});
    }
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

} // namespace assent::tickets::test
