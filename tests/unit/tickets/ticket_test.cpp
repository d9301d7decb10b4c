#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>

#include "daemon/tickets/lifecycle.hpp"
#include "world.hpp"

using namespace assent;
using namespace assent::tickets;
using namespace assent::tickets::test;

namespace {

Ticket full_ticket() {
  Ticket ticket;
  ticket.id = 9;
  ticket.version = 3;
  ticket.revision = 2;
  ticket.state = State::closed;
  ticket.outcome = "implemented";
  ticket.template_name = "t";
  ticket.requester = li;
  ticket.account = "u-li";
  ticket.on_behalf_of = "财政局 2026-17";
  ticket.reason = "because";
  ticket.edits = {edit("modify", Kind::prefix, R"({"status":"active"})", 1, 4)};
  ticket.permits = {permit(1, "/vlans/**"), permit(0, "/interfaces/*/mtu", "access")};
  ticket.window = {at(1), at(2)};
  ticket.stages = {{"holder", "approve", 2, 1, std::chrono::hours{72}, "policy demo v1, rule space, line 6"}};
  ticket.approvals = {{5, "holder", chen, key_of(chen), at(3)}};
  ticket.touched = {{{Kind::prefix, 1}, 4}};
  ticket.policy_version = 1;
  ticket.submitted = at(0), ticket.expires = at(99), ticket.approved = at(3), ticket.opened = at(4);
  ticket.closed = at(5);
  ticket.made = {{Kind::address, 7}};
  ticket.permit_used = {0, 2};
  return ticket;
}

std::string life_table() {
  std::string table = "| state |";
  for (const auto event : events)
    table += " " + std::string(name_of(event)) + " |";
  table += "\n| --- |";
  for (std::size_t i = 0; i < events.size(); ++i)
    table += " --- |";
  for (const auto state : states) {
    table += "\n| " + std::string(name_of(state)) + " |";
    for (const auto event : events) {
      const auto next = after(state, event);
      table += " " + (next ? std::string(name_of(*next)) : std::string()) + " |";
    }
  }
  return table + "\n";
}

std::string life_diagram() {
  std::string text = "```\n";
  for (const auto& [from, event, to] : life) {
    auto line = std::string(name_of(from));
    line.resize(10, ' ');
    line += "-- " + std::string(name_of(event)) + " ";
    line.resize(28, '-');
    text += line + "> " + std::string(name_of(to)) + "\n";
  }
  return text + "```\n";
}

} // namespace

BOOST_AUTO_TEST_SUITE(ticket)

BOOST_AUTO_TEST_CASE(a_stored_ticket_reads_back_as_it_was) {
  const auto body = to_json(full_ticket());
  const auto read = ticket_from_json(9, 3, body);
  BOOST_REQUIRE(read.ok());
  BOOST_TEST(canonical(to_json(*read)) == canonical(body));
  BOOST_TEST(read->id == 9u);
  BOOST_TEST(read->version == 3u);
  Ticket bare;
  BOOST_TEST(canonical(to_json(bare)) == R"({"kind":"normal","revision":1,"state":"submitted"})");
  BOOST_TEST(canonical(to_json(ticket_from_json(1, 1, to_json(bare)).value())) == canonical(to_json(bare)));
}

BOOST_AUTO_TEST_CASE(a_damaged_row_is_refused) {
  const auto good = canonical(to_json(full_ticket()));
  const auto damaged = [&](std::string_view from, std::string_view to) {
    auto text = good;
    BOOST_REQUIRE(text.find(from) != std::string::npos);
    text.replace(text.find(from), from.size(), to);
    return !ticket_from_json(9, 3, parse(text)).ok();
  };
  BOOST_TEST(damaged(R"("state":"closed")", R"("state":"done")"));
  BOOST_TEST(damaged(R"("kind":"normal")", R"("kind":"emergency")"));
  BOOST_TEST(damaged(R"("quorum":1)", R"("quorum":0)"));
  BOOST_TEST(damaged(R"("operation":"modify")", R"("operation":"write")"));
  BOOST_TEST(damaged(R"("path":"/vlans/**")", R"("path":"vlans")"));
  BOOST_TEST(damaged(R"("submitted":"2)", R"("submitted":"x2)"));
  BOOST_TEST(damaged(R"("permit-used":[0)", R"("permit-used":["0")"));
  BOOST_TEST(damaged(R"("made":[{)", R"("made":[1,{)"));
}

BOOST_AUTO_TEST_CASE(the_hash_binds_every_edit_and_every_permit) {
  const auto ticket = full_ticket();
  auto other = ticket;
  other.reason = "another reason", other.approvals.clear(), other.state = State::submitted;
  BOOST_TEST(edits_sha256(other) == edits_sha256(ticket));
  other.edits[0].before = 5;
  BOOST_TEST(edits_sha256(other) != edits_sha256(ticket));
  other = ticket;
  other.permits[1].value = "1500";
  BOOST_TEST(edits_sha256(other) != edits_sha256(ticket));
}

BOOST_AUTO_TEST_CASE(nothing_leads_out_of_an_ended_ticket_and_nothing_opens_unapproved) {
  for (const auto state : {State::closed, State::rejected, State::withdrawn, State::expired, State::revoked})
    for (const auto event : events)
      BOOST_TEST(!after(state, event).has_value());
  for (const auto state : states)
    for (const auto event : events)
      if (after(state, event) == State::open) BOOST_TEST((state == State::approved && event == Event::open));
  BOOST_TEST((after(State::submitted, Event::approve_last) == State::approved));
}

BOOST_AUTO_TEST_CASE(the_documented_table_is_the_one_that_decides) {
  std::ifstream file(ASSENT_SOURCE_DIR "/docs/tickets.md");
  std::stringstream text;
  text << file.rdbuf();
  BOOST_TEST(text.str().find(life_table()) != std::string::npos,
             "docs/tickets.md should hold:\n" + life_table());
  BOOST_TEST(text.str().find(life_diagram()) != std::string::npos,
             "docs/tickets.md should hold:\n" + life_diagram());
}

BOOST_AUTO_TEST_SUITE_END()
