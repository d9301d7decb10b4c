#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "agents/snmp/trap_desk.hpp"
#include "world.hpp"

using namespace world;
using namespace std::chrono_literals;

namespace {

std::string message(int version, std::string_view community, std::string_view pdu) {
  std::array<char, 4096> room;
  BerWriter out(room);
  out.bytes(pdu);
  out.octets(community);
  out.integer(version);
  out.close(0, pdu::sequence);
  return std::string(out.view());
}

struct Said2 {
  std::string oid;
  std::string text;
};

/// A trap or inform of v2c.
std::string notification(const std::string& kind, std::string_view community = "public", bool inform = false,
                         const std::vector<Said2>& more = {}) {
  std::array<char, 2048> room;
  BerWriter out(room);
  for (auto each = more.rbegin(); each != more.rend(); ++each) {
    const std::size_t mark = out.mark();
    out.octets(each->text);
    out.object(oid(each->oid));
    out.close(mark, pdu::sequence);
  }
  std::size_t mark = out.mark();
  out.object(oid(kind));
  out.object(snmp_trap_oid);
  out.close(mark, pdu::sequence);
  mark = out.mark();
  out.unsigned_number(100, 0x43);
  out.object(oid("1.3.6.1.2.1.1.3.0"));
  out.close(mark, pdu::sequence);
  std::array<char, 4096> whole;
  BerWriter pdu(whole);
  write_pdu(pdu, inform ? pdu::inform : pdu::trap, 77, 0, 0, out.view());
  return message(1, community, pdu.view());
}

std::string trap_v1(std::string_view enterprise, int generic, int specific, std::string_view agent) {
  std::array<char, 512> room;
  BerWriter out(room);
  out.octets({}, pdu::sequence);
  out.unsigned_number(5, 0x43);
  out.integer(specific);
  out.integer(generic);
  out.octets(agent, 0x40);
  if (enterprise.empty())
    out.octets({}, pdu::object_id);
  else
    out.object(oid(enterprise));
  out.close(0, pdu::trap_v1);
  return message(0, "public", out.view());
}

struct NoCodec final : Codec {
  std::string build(const Request&, std::uint32_t, std::string_view) override {
    ++built;
    return "x";
  }
  Trouble parse(std::string_view, std::string_view, Answer&) override { return Trouble::malformed; }
  std::size_t built = 0;
};

struct Heard final : Sink {
  void seen(StateSeen) override {}
  void seen(ReachSeen) override {}
  void seen(HintsSeen) override {}
  void seen(CountersSeen) override {}
  void noticed(NoticeSeen notice) override { notices.push_back(std::move(notice)); }
  void strangers(StrangersSeen seen) override { told.push_back(std::move(seen)); }
  std::vector<NoticeSeen> notices;
  std::vector<StrangersSeen> told;
};

std::vector<Secret> secrets(const std::string& text) {
  std::vector<Secret> all;
  all.emplace_back(text);
  return all;
}
std::map<std::string, Credential> credentials() {
  std::map<std::string, Credential> all;
  all.emplace("c", Credential(Secret("public")));
  return all;
}

struct Desk {
  explicit Desk(std::size_t sharing = 1) {
    Plan plan;
    for (std::size_t i = 1; i <= sharing; ++i) {
      PlanDevice device;
      device.id = i;
      device.address = "10.0.0.1";
      device.port = static_cast<std::uint16_t>(160 + i);
      device.credential = "c";
      device.waived = {"v2c"};
      device.profile = shipped("standard");
      plan.devices.push_back(device);
    }
    poller.set_plan(plan, now());
  }
  Moment now() const { return {clock.monotonic(), clock.wall()}; }
  std::string hear(const std::string& bytes, const char* from = "10.0.0.1") {
    return desk.take(*Endpoint::of(from, 50'000), bytes, now());
  }

  FakeClock clock;
  NoCodec codec;
  Heard heard;
  Poller poller{{}, credentials(), codec, [](const Endpoint&, std::string_view) { return true; }, heard, 1};
  TrapDesk desk{poller, heard, secrets("traps"), usm::LocalEngine("local", 2, {})};
};

const std::string link_up = "1.3.6.1.6.3.1.1.5.4";

} // namespace

BOOST_AUTO_TEST_SUITE(traps)

BOOST_AUTO_TEST_CASE(a_trap_of_a_device_is_a_hint_and_says_what_it_says) {
  Desk it;
  BOOST_TEST(it.hear(notification("1.3.6.1.4.1.9.9.43.2.0.1", "public", false,
                                  {{"1.3.6.1.4.1.9.9.43.1.1.6.1.8.5", "li.na"}}))
                 .empty());
  BOOST_TEST(it.desk.figures().hint == 1U);
  BOOST_REQUIRE_EQUAL(it.heard.notices.size(), 1U);
  BOOST_TEST(it.heard.notices[0].name == "cisco-config-event");
  BOOST_TEST(it.heard.notices[0].who == "li.na");
  BOOST_TEST(!it.heard.notices[0].authentic);
  BOOST_TEST(it.poller.in_flight() == 1U); // it is read at once
}

BOOST_AUTO_TEST_CASE(an_inform_is_answered_with_what_it_said_and_only_if_it_may_speak) {
  Desk it;
  const std::string answer = it.hear(notification(link_up, "traps", true));
  Answer response;
  BOOST_TEST(int(make_v2c_codec()->parse(answer, "traps", response)) == int(Trouble::none));
  BOOST_TEST(response.request_id == 77U);
  BOOST_TEST(response.varbinds.size() == 2U);
  BOOST_TEST(it.hear(notification(link_up, "guess", true)).empty());
  BOOST_TEST(it.hear(notification(link_up, "public", true), "10.0.0.2").empty());
  BOOST_TEST(it.desk.figures().community == 1U);
  BOOST_TEST(it.desk.figures().stranger == 1U);
}

BOOST_AUTO_TEST_CASE(a_trap_of_v1_is_read_as_rfc_3584_says_and_its_agent_address_is_only_noted) {
  Desk it;
  it.hear(trap_v1("1.3.6.1.4.1.9.9.43.2", 6, 1, std::string_view("\x0a\x09\x09\x09", 4)));
  it.hear(trap_v1("1.3.6.1.4.1.9", 2, 0, std::string_view("\0\0\0\0", 4)));
  BOOST_REQUIRE_EQUAL(it.heard.notices.size(), 2U);
  BOOST_TEST(it.heard.notices[0].name == "cisco-config-event");
  BOOST_TEST(it.heard.notices[0].claimed == "10.9.9.9");
  BOOST_TEST(it.heard.notices[0].device == 1U);
  BOOST_TEST(it.heard.notices[1].name == "link-down");
  BOOST_TEST(it.heard.notices[1].claimed.empty());
  it.hear(trap_v1("", 6, 1, std::string_view("\0\0\0\0", 4))); // CVE-2025-68615 in net-snmp
  BOOST_TEST(it.desk.figures().malformed == 1U);
}

BOOST_AUTO_TEST_CASE(no_beginning_of_a_notification_is_one_and_no_changed_byte_harms) {
  Desk it;
  const std::string whole = notification(link_up);
  for (std::size_t i = 0; i < whole.size(); ++i)
    it.hear(whole.substr(0, i));
  BOOST_TEST(it.desk.figures().malformed == whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i)
    for (const int change : {1, 0x7f, 0x80, 0xff}) {
      std::string changed = whole;
      changed[i] = static_cast<char>(changed[i] ^ change);
      it.hear(changed);
    }
  const TrapFigures& figures = it.desk.figures();
  BOOST_TEST(figures.malformed + figures.hint + figures.no_hint + figures.community + figures.version ==
             whole.size() * 5);
  BOOST_TEST(it.hear(whole + "x").empty());
}

BOOST_AUTO_TEST_CASE(a_flood_reads_once_in_thirty_seconds_and_is_kept_in_few_words) {
  Desk it;
  std::size_t readings = 0;
  bool reading = false;
  const std::string same = notification(link_up);
  for (int i = 0; i < 90'000; ++i) {
    it.clock.advance(1ms);
    it.hear(i % 2 == 0 ? same : notification("1.3.6.1.4.1.99." + std::to_string(i)));
    it.poller.run(it.now());
    // Nobody answers here: a reading is over when its tries are.
    const bool now = it.poller.in_flight() == 1;
    readings += now && !reading ? 1 : 0;
    reading = now;
  }
  BOOST_TEST(readings <= 4U);
  BOOST_TEST(readings >= 2U);
  BOOST_TEST(it.heard.notices.size() <= 8U * 4);
  BOOST_TEST(it.desk.figures().hint == 90'000U);
}

BOOST_AUTO_TEST_CASE(strangers_are_counted_and_told_once_an_hour) {
  Desk it;
  for (int i = 0; i < 1000; ++i) {
    it.hear(notification(link_up), "192.0.2.7");
    it.desk.tell(it.now());
    it.clock.advance(1s);
  }
  BOOST_REQUIRE_EQUAL(it.heard.told.size(), 1U);
  BOOST_TEST(it.heard.told[0].address == "192.0.2.7");
  it.clock.advance(3600s);
  it.hear(notification(link_up), "2001:db8::7");
  it.desk.tell(it.now());
  BOOST_REQUIRE_EQUAL(it.heard.told.size(), 2U);
  BOOST_TEST(it.heard.told[1].address == "2001:db8::7");
  BOOST_TEST(it.heard.told[1].count == 1000U);
}

BOOST_AUTO_TEST_CASE(an_address_that_many_share_means_nobody) {
  Desk few(3);
  few.hear(notification(link_up));
  BOOST_TEST(few.heard.notices.size() == 3U);
  Desk many(max_sharing + 1);
  many.hear(notification(link_up));
  BOOST_TEST(many.heard.notices.empty());
  BOOST_TEST(many.desk.figures().crowd == 1U);
}

BOOST_AUTO_TEST_CASE(a_command_is_kept_without_its_secrets) {
  BOOST_TEST(without_secrets("undo stp enable") == "undo stp enable");
  BOOST_TEST(without_secrets("snmp-agent community read public1") == "snmp-agent community …");
  BOOST_TEST(without_secrets("local-user a password cipher %^%#x") == "local-user a password …");
  BOOST_TEST(without_secrets("set system root-authentication encrypted-password \"$6$\"") ==
             "set system root-authentication encrypted-password …");
  BOOST_TEST(without_secrets("keyboard layout us") == "keyboard layout us");
}

BOOST_AUTO_TEST_SUITE_END()
