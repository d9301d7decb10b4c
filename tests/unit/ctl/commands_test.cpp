#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/ctl/fakes.hpp"

using namespace assent;
using namespace assent::ctl;
using namespace assent::ctl::test;

BOOST_AUTO_TEST_SUITE(commands_of_people)

BOOST_AUTO_TEST_CASE(a_write_is_prepared_shown_signed_and_handed_in) {
  World world;
  BOOST_TEST(world.run({"address", "allocate", "10.0.0.0/24", "--network", "extranet", "--organisation",
                        "浔阳区", "--reason", "printer", "--key", "k", "--yes"}) == 3);
  const auto input = world.asked("assent-ticket:prepare");
  BOOST_TEST(text_of(input, "requester") == "li.na");
  BOOST_TEST(text_of(input, "key") == "SHA256:k");
  BOOST_TEST(
      canonical(input.at("edits")) ==
      R"([{"kind":"address","operation":"create","value":{"from":"10.0.0.0/24","network":"extranet","organisation":"浔阳区"}}])");
  BOOST_TEST(world.signing.name_space == "assent-request");
  BOOST_TEST(world.signing.signed_page == "assent page 1\nline\x1b[31m\n");
  BOOST_TEST(text_of(world.asked("assent-ticket:act"), "signature") == "SIGNATURE");
  BOOST_TEST(text_of(world.asked("assent-ticket:act"), "page") == world.signing.signed_page);
  BOOST_TEST(holds(world.console.told, "assentctl ticket approve 9"));
  BOOST_TEST(!holds(world.console.told, "\x1b"), "a page must not move the terminal");
}

BOOST_AUTO_TEST_CASE(a_dry_run_asks_for_nothing) {
  World world;
  BOOST_TEST(world.run({"address", "allocate", "10.0.0.0/24", "--network", "extranet", "--reason", "x",
                        "--key", "k", "--dry-run"}) == 0);
  BOOST_TEST(flag_of(world.asked("assent-ticket:prepare"), "dry-run"));
  BOOST_TEST(world.asked("assent-ticket:act").empty());
  BOOST_TEST(world.signing.signed_page.empty());
  BOOST_TEST(holds(world.console.shown, "10.0.0.7"));
  BOOST_TEST(holds(world.console.told, "county-space"));
}

BOOST_AUTO_TEST_CASE(nothing_is_signed_without_a_clear_yes) {
  const std::vector<std::string> words{"organisation", "create", "x",     "--tier", "county",
                                       "--reason",     "r",      "--key", "k"};
  World silent;
  BOOST_TEST(silent.run(words) == 2);
  BOOST_TEST(silent.signing.signed_page.empty());
  World unwilling;
  unwilling.console.person = true;
  BOOST_TEST(unwilling.run(words) == 1);
  BOOST_TEST(unwilling.signing.signed_page.empty());
  World willing;
  willing.console.person = willing.console.yes = true;
  BOOST_TEST(willing.run(words) == 3);
  BOOST_TEST(!willing.signing.signed_page.empty());
}

BOOST_AUTO_TEST_CASE(a_write_without_a_reason_is_wrong_usage) {
  World world;
  BOOST_TEST(world.run({"organisation", "create", "x", "--tier", "county", "--key", "k", "--yes"}) == 2);
  BOOST_TEST(world.api.called.empty());
}

BOOST_AUTO_TEST_CASE(a_key_that_nobody_enrolled_signs_nothing) {
  World world;
  BOOST_TEST(world.run({"organisation", "create", "x", "--tier", "county", "--reason", "r", "--key", "other",
                        "--yes"}) == 4);
  BOOST_TEST(holds(world.console.told, "SHA256:other"));
  BOOST_TEST(world.signing.signed_page.empty());
}

BOOST_AUTO_TEST_CASE(the_agents_first_enrolled_key_is_taken) {
  World world;
  world.signing.agent = {{"a.pub", "SHA256:a"}, {"k.pub", "SHA256:k"}};
  BOOST_TEST(world.run({"organisation", "create", "x", "--tier", "county", "--reason", "r", "--yes"}) == 3);
  BOOST_TEST(text_of(world.asked("assent-ticket:prepare"), "key") == "SHA256:k");
}

BOOST_AUTO_TEST_CASE(a_refusal_shows_its_four_parts_and_exits_4) {
  World world;
  Error error = fail(Fault::refused, "ctl.key-not-enrolled");
  error.rule = "policy.yaml:12:3 (authority)";
  error.evidence.push_back({"ctl.tried-key", {{"key", "SHA256:zz"}}});
  error.next = Message{"ctl.next-enrol", {}};
  world.api.answers.insert_or_assign("assent-ticket:prepare", error);
  BOOST_TEST(world.run({"organisation", "create", "x", "--tier", "county", "--reason", "r", "--key", "k",
                        "--yes"}) == 4);
  for (const char* part : {"none of your keys", "policy.yaml:12:3 (authority)", "SHA256:zz", "key create"})
    BOOST_TEST(holds(world.console.told, part), part);
}

BOOST_AUTO_TEST_CASE(no_daemon_is_exit_7) {
  World world;
  world.api.reachable = false;
  BOOST_TEST(world.run({"finding", "list"}) == 7);
  BOOST_TEST(world.run({"status"}) == 7);
}

BOOST_AUTO_TEST_CASE(approving_signs_the_page_of_the_waiting_stage) {
  World world;
  world.api.resources["assent-registry:ticket=9"] = object(
      R"({"assent-registry:ticket":[{"id":9,"version":2,"state":"submitted","stages":[{"name":"owner","quorum":1},{"name":"root","quorum":2}],
      "approvals":[{"stage":"owner","person":3},{"stage":"root","person":4}]}]})");
  world.api.answers.insert_or_assign("assent-ticket:page", object(R"({"page":"the page\n"})"));
  world.api.answers.insert_or_assign(
      "assent-ticket:act",
      object(R"({"ticket":9,"state":"closed","made":[{"kind":"address","id":3,"address":"10.0.0.7"}]})"));
  BOOST_TEST(world.run({"ticket", "approve", "9", "--key", "k", "--yes"}) == 0);
  const auto input = world.asked("assent-ticket:page");
  BOOST_TEST(text_of(input, "stage") == "root");
  BOOST_TEST(text_of(input, "word") == "approve");
  BOOST_TEST(world.signing.name_space == "assent-approval");
  BOOST_TEST(holds(world.console.shown, "10.0.0.7"));
}

BOOST_AUTO_TEST_CASE(revoking_signs_in_its_own_namespace) {
  World world;
  world.api.answers.insert_or_assign("assent-ticket:page", object(R"({"page":"p\n"})"));
  world.api.answers.insert_or_assign("assent-ticket:act", object(R"({"ticket":9,"state":"revoked"})"));
  BOOST_TEST(world.run({"ticket", "revoke", "9", "--key", "k", "--yes"}) == 0);
  BOOST_TEST(world.signing.name_space == "assent-revocation");
}

BOOST_AUTO_TEST_CASE(waiting_ends_with_the_ticket) {
  World world;
  const auto state = [&](const char* text) {
    world.api.resources["assent-registry:ticket=9"] =
        object(std::string(R"({"assent-registry:ticket":[{"id":9,"version":2,"state":")") + text + "\"}]}");
  };
  state("closed");
  BOOST_TEST(world.run({"ticket", "wait", "9"}) == 0);
  state("rejected");
  BOOST_TEST(world.run({"ticket", "wait", "9"}) == 4);
  state("submitted");
  BOOST_TEST(world.run({"ticket", "wait", "9"}) == 1, "a stream that breaks is a failure, not an end");
}

BOOST_AUTO_TEST_CASE(open_findings_are_exit_6) {
  World world;
  world.api.resources["assent-registry:finding"] = object(
      R"({"assent-registry:finding":[{"id":3,"version":1,"state":"open","device":8,"path":"/vlans/vlan[id=\"120\"]/name","before":"a","after":"b\u001b]0;x"}]})");
  BOOST_TEST(world.run({"finding", "check"}) == 6);
  BOOST_TEST(holds(world.console.shown, "/vlans/vlan"));
  BOOST_TEST(!holds(world.console.shown, "\x1b"), "what a device says must not reach the terminal raw");
  world.api.resources["assent-registry:finding"] = object(R"({"assent-registry:finding":[]})");
  BOOST_TEST(world.run({"finding", "check"}) == 0);
}

BOOST_AUTO_TEST_CASE(findings_of_a_device_are_accepted_together) {
  World world;
  for (const char* id : {"3", "4"})
    world.api.resources[std::string("assent-registry:finding=") + id] =
        object(std::string(R"({"assent-registry:finding":[{"id":)") + id +
               R"(,"version":1,"state":"open","device":8,"path":"/p)" + id + "\"}]}");
  BOOST_TEST(world.run({"finding", "accept", "3", "4", "--reason", "r", "--key", "k", "--yes"}) == 3);
  BOOST_TEST(canonical(world.asked("assent-ticket:prepare").at("edits")) ==
             R"([{"id":8,"kind":"baseline","operation":"modify","value":{"accept":["/p3","/p4"]}}])");
}

BOOST_AUTO_TEST_CASE(an_object_is_found_by_path_and_changed_at_the_version_that_was_seen) {
  World world;
  BOOST_TEST(world.run({"organisation", "modify", "九江市/浔阳区", "--tier", "city", "--reason", "r", "--key",
                        "k", "--yes"}) == 3);
  BOOST_TEST(canonical(world.asked("assent-ticket:prepare").at("edits")) ==
             R"([{"before":1,"id":2,"kind":"organisation","operation":"modify","value":{"tier":"city"}}])");
  World missing;
  BOOST_TEST(missing.run({"organisation", "modify", "无", "--tier", "city", "--reason", "r", "--key", "k",
                          "--yes"}) == 5);
}

BOOST_AUTO_TEST_CASE(a_standard_change_needs_no_key) {
  World world;
  world.api.answers.insert_or_assign(
      "assent-ticket:standard",
      object(R"({"ticket":4,"state":"closed","made":[{"kind":"address","id":3,"address":"10.0.0.9"}]})"));
  BOOST_TEST(world.run({"address", "allocate", "10.0.0.0/24", "--network", "extranet", "--template",
                        "next-address", "--reason", "r"}) == 0);
  BOOST_TEST(holds(world.console.shown, "10.0.0.9"));
  BOOST_TEST(world.signing.signed_page.empty());
}

BOOST_AUTO_TEST_CASE(a_dry_run_under_a_template_applies_nothing) {
  World world;
  BOOST_TEST(world.run({"address", "allocate", "10.0.0.0/24", "--network", "extranet", "--template",
                        "next-address", "--reason", "r", "--key", "k", "--dry-run"}) == 0);
  BOOST_TEST(world.asked("assent-ticket:standard").empty());
  BOOST_TEST(flag_of(world.asked("assent-ticket:prepare"), "dry-run"));
}

BOOST_AUTO_TEST_CASE(permits_of_the_command_line_become_a_ticket) {
  World world;
  BOOST_TEST(world.run({"ticket", "new", "--device", "sw1", "--path", "/a", "--path", "/b", "--closes", "+2h",
                        "--reason", "r", "--key", "k", "--yes"}) == 3);
  const auto input = world.asked("assent-ticket:prepare");
  BOOST_TEST(canonical(input.at("permits")) ==
             R"([{"device":"sw1","path":"/a"},{"device":"sw1","path":"/b"}])");
  BOOST_TEST(text_of(input, "closes") == to_text(world.clock.wall() + std::chrono::hours{2}));
  BOOST_TEST(world.run({"ticket", "new", "--path", "/a", "--reason", "r", "--key", "k", "--yes"}) == 2);
}

BOOST_AUTO_TEST_CASE(listings_come_in_every_form) {
  for (const auto& [format, part] : {std::pair{"table", "九江市/浔阳区"},
                                     {"wide", "version"},
                                     {"json", "\"tier\": \"county\""},
                                     {"jsonl", "\"tier\":\"county\""},
                                     {"yaml", "tier: \"county\""},
                                     {"csv", "2,浔阳区,county,九江市,1\r\n"},
                                     {"name", "九江市/浔阳区\n"}}) {
    World world;
    BOOST_TEST(world.run({"organisation", "list", "-o", format}) == 0);
    const bool in = holds(world.console.shown, part) || std::string(format) == "table";
    BOOST_TEST(in, format << ": " << world.console.shown);
  }
  World world;
  BOOST_TEST(world.run({"organisation", "list", "-o", "xml"}) == 2);
}

BOOST_AUTO_TEST_CASE(columns_without_an_index_are_filtered_here) {
  World world;
  BOOST_TEST(world.run({"organisation", "list", "--tier", "county", "-o", "name"}) == 0);
  BOOST_TEST(world.console.shown == "九江市/浔阳区\n");
  for (const auto& path : world.api.got)
    BOOST_TEST(!holds(path, "tier"));
}

BOOST_AUTO_TEST_CASE(sentences_follow_the_language) {
  World world;
  world.console.variables["LANG"] = "zh_CN.UTF-8";
  BOOST_TEST(world.run({"prefixs", "list"}) == 2);
  BOOST_TEST(holds(world.console.told, "您是否想用"));
  World other;
  other.console.variables["LANG"] = "zh_CN.UTF-8";
  BOOST_TEST(other.run({"organisation", "list", "--language", "en"}) == 0);
  BOOST_TEST(holds(other.console.shown, "name"));
}

BOOST_AUTO_TEST_SUITE_END()
