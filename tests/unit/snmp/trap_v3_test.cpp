// What becomes of SNMPv3 notifications: the decision table of the trap desk, for traps (the device's engine
// is authoritative) and informs (ours is).
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "agents/snmp/trap_desk.hpp"
#include "other_side.hpp"
#include "world.hpp"

using namespace world;
using namespace std::chrono_literals;
using other_side::reader_keys;
using usm::Header;
using usm::Level;

namespace {

const std::string our_engine = std::string("\x80\x00\x7e\xd9\x05", 5) + "ours";

struct NoCodec final : Codec {
  std::string build(const Request&, std::uint32_t, std::string_view) override { return "x"; }
  Trouble parse(std::string_view, std::string_view, Answer&) override { return Trouble::malformed; }
};

struct Heard final : Sink {
  void seen(StateSeen) override {}
  void seen(ReachSeen) override {}
  void seen(HintsSeen) override {}
  void seen(CountersSeen) override {}
  void noticed(NoticeSeen notice) override { notices.push_back(std::move(notice)); }
  void strangers(StrangersSeen) override {}
  std::vector<NoticeSeen> notices;
};

std::string notification(unsigned char tag, const std::string& kind = "1.3.6.1.6.3.1.1.5.4") {
  std::array<char, 512> list_room{};
  BerWriter list(list_room);
  std::size_t mark = list.mark();
  list.object(oid(kind));
  list.object(snmp_trap_oid);
  list.close(mark, pdu::sequence);
  mark = list.mark();
  list.unsigned_number(100, 0x43);
  list.object(oid("1.3.6.1.2.1.1.3.0"));
  list.close(mark, pdu::sequence);
  std::array<char, 1024> room{};
  BerWriter out(room);
  write_pdu(out, tag, 77, 0, 0, list.view());
  return std::string(out.view());
}

std::map<std::string, Credential> credentials() {
  std::map<std::string, Credential> all;
  all.emplace("c", Credential(reader_keys()));
  all.emplace("d", Credential(reader_keys("another password")));
  all.emplace("v2c", Credential(Secret("public")));
  return all;
}

PlanDevice planned(Id id, const std::string& address, const std::string& credential) {
  PlanDevice device;
  device.id = id;
  device.address = address;
  device.credential = credential;
  device.waived = {"v2c"};
  device.profile = shipped("standard");
  return device;
}

struct Desk {
  explicit Desk(const std::vector<PlanDevice>& devices = {planned(1, "10.0.0.1", "c"),
                                                          planned(2, "10.0.0.2", "v2c")}) {
    Plan plan;
    plan.devices = devices;
    poller.set_plan(plan, now());
  }
  Moment now() const { return {clock.monotonic(), clock.wall()}; }
  std::string hear(const std::string& bytes, const char* from = "10.0.0.1") {
    return desk.take(*Endpoint::of(from, 50'000), bytes, now());
  }
  /// Polls until the device has answered: its engine and its clock are known then.
  void meet(other_side::Engine& engine, const char* address = "10.0.0.1") {
    clock.advance(1s);
    poller.run(now());
    for (int i = 0; i < 8 && !sent.empty(); ++i) {
      const auto [to, bytes] = sent.front();
      sent.pop_front();
      if (to.text() == std::string(address) + ":161") poller.datagram(to, engine.answer(bytes), now());
    }
    sent.clear();
    BOOST_REQUIRE(poller.find(1)->v3->clock() != nullptr);
    BOOST_REQUIRE(poller.find(1)->v3->clock()->known());
  }
  std::string trap(other_side::Engine& from, Level level = Level::priv, std::string_view user = "reader") {
    return from.send(4, level, notification(pdu::trap), user);
  }
  /// A message to our engine, as a device makes it that has these keys and this idea of our clock.
  std::string to_us(usm::EngineStamp stamp, const usm::UserKeys& user = reader_keys(),
                    Level level = Level::priv, unsigned char tag = pdu::inform, bool reportable = true) {
    usm::EngineKeys keys(user, our_engine);
    const std::string body = notification(tag);
    return usm::build({.message_id = 4242,
                       .level = level,
                       .reportable = reportable,
                       .engine = our_engine,
                       .boots = stamp.boots,
                       .time = stamp.time,
                       .user = user.user,
                       .context_engine = our_engine,
                       .context_name = "there",
                       .pdu = body,
                       .salt = ++salt},
                      &keys);
  }
  /// What we said, which must be for message 4242.
  usm::Report reported(const std::string& bytes, Level level = Level::none) {
    Header header;
    BOOST_REQUIRE(usm::peek(bytes, header));
    BOOST_TEST((header.level == level));
    BOOST_TEST(header.engine == our_engine);
    usm::Scoped scoped;
    BOOST_REQUIRE(usm::read_scoped(header.scoped, false, scoped));
    BOOST_TEST(scoped.tag == pdu::report);
    PduReader reader;
    Answer answer;
    BOOST_REQUIRE(reader.read(scoped.pdu, answer));
    BOOST_REQUIRE(answer.varbinds.size() == 1U);
    return usm::report_of(answer.varbinds[0].oid);
  }
  std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const auto& [name, count] : desk.figures().by_name())
      sum += count;
    return sum;
  }
  const TrapFigures& figures() const { return desk.figures(); }

  FakeClock clock;
  NoCodec codec;
  Heard heard;
  EngineStore engines;
  std::deque<std::pair<Endpoint, std::string>> sent;
  Poller poller{{},
                credentials(),
                codec,
                [this](const Endpoint& to, std::string_view bytes) {
                  sent.emplace_back(to, std::string(bytes));
                  return true;
                },
                heard,
                1,
                &engines};
  TrapDesk desk{poller, heard, {}, usm::LocalEngine(our_engine, 6, now().steady)};
  std::uint64_t salt = 0;
  other_side::Engine device{"a device"};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(v3_notifications, Desk)

BOOST_AUTO_TEST_CASE(a_trap_of_a_known_engine_is_an_authentic_hint_and_is_remembered) {
  meet(device);
  device.time += 20;
  clock.advance(20s);
  BOOST_TEST(hear(trap(device)).empty());
  BOOST_TEST(figures().hint == 1U);
  BOOST_REQUIRE(heard.notices.size() == 1U);
  BOOST_TEST(heard.notices[0].authentic);
  BOOST_TEST(heard.notices[0].version == "v3");
  BOOST_TEST(heard.notices[0].name == "link-up");
  BOOST_TEST((poller.find(1)->hint_read == now().steady)); // it is read out of turn
  BOOST_REQUIRE(engines.find("10.0.0.1:161") != nullptr);
  BOOST_TEST((engines.find("10.0.0.1:161")->stamp == usm::EngineStamp{3, 5020}));
}

BOOST_AUTO_TEST_CASE(who_is_not_known_is_not_heard) {
  BOOST_TEST(hear(trap(device)).empty()); // the device has shown no engine yet
  BOOST_TEST(figures().engine == 1U);
  meet(device);
  other_side::Engine liar("a liar");
  hear(trap(liar));
  BOOST_TEST(figures().engine == 2U);
  hear(trap(device, Level::priv, "nobody"));
  BOOST_TEST(figures().user == 1U);
  hear(trap(device, Level::auth));
  hear(trap(device, Level::none));
  BOOST_TEST(figures().user == 2U); // noAuth has no user at all here
  BOOST_TEST(figures().level == 1U);
  hear(trap(device), "10.0.0.2");
  BOOST_TEST(figures().version == 1U);
  hear(trap(device), "10.0.0.3");
  BOOST_TEST(figures().stranger == 1U);
  BOOST_TEST(heard.notices.empty());
  BOOST_TEST(total() == 7U);
}

BOOST_AUTO_TEST_CASE(a_level_without_a_key_is_nobody_even_with_the_right_name) {
  meet(device);
  const std::string body = notification(pdu::trap);
  hear(usm::build({.message_id = 4,
                   .level = Level::none,
                   .reportable = false,
                   .engine = device.id,
                   .boots = device.boots,
                   .time = device.time,
                   .user = "reader",
                   .context_engine = device.id,
                   .context_name = {},
                   .pdu = body},
                  nullptr));
  BOOST_TEST(figures().level == 1U);
  BOOST_TEST(heard.notices.empty());
}

BOOST_AUTO_TEST_CASE(wrong_keys_are_counted_as_what_they_are) {
  meet(device);
  other_side::Engine forger("a device", reader_keys("guessed password"));
  hear(trap(forger));
  BOOST_TEST(figures().digest == 1U);
  other_side::Engine half("a device", reader_keys("authpassword", "other privacy"));
  hear(trap(half));
  BOOST_TEST(figures().decryption == 1U);
  std::string changed = trap(device);
  for (std::size_t i = 0; i < changed.size(); ++i) {
    std::string each = changed;
    each[i] = static_cast<char>(each[i] ^ 1);
    hear(each);
    BOOST_TEST(heard.notices.empty());
    clock.advance(50ms); // that its budget lasts
  }
  BOOST_TEST(total() == changed.size() + 2);
}

BOOST_AUTO_TEST_CASE(a_trap_is_taken_once_and_inside_the_window) {
  meet(device);
  const std::string captured = trap(device);
  hear(captured);
  BOOST_TEST(figures().hint == 1U);
  hear(captured);
  BOOST_TEST(figures().replay == 1U);
  clock.advance(149s);
  device.time += 149;
  hear(trap(device));
  BOOST_TEST(figures().hint == 2U);
  hear(captured);
  BOOST_TEST(figures().replay == 2U);
  device.time -= 140; // held up on its way
  hear(trap(device));
  BOOST_TEST(figures().hint == 3U);
  device.time -= 20;
  hear(trap(device));
  BOOST_TEST(figures().replay == 3U);
  device.boots -= 1;
  hear(trap(device));
  BOOST_TEST(figures().replay == 4U);
  BOOST_TEST(heard.notices.size() == 3U - 1U); // two of the same words within 30 s are one
}

BOOST_AUTO_TEST_CASE(a_device_that_starts_again_is_heard_at_once) {
  meet(device);
  device.boots += 1;
  device.time = 0; // its coldStart
  const std::string first = trap(device);
  hear(first);
  BOOST_TEST(figures().hint == 1U);
  hear(first);
  BOOST_TEST(figures().replay == 1U);
}

BOOST_AUTO_TEST_CASE(what_was_captured_is_refused_after_a_restart_too) {
  meet(device);
  device.time += 5;
  const std::string captured = trap(device);
  hear(captured);
  BOOST_TEST(figures().hint == 1U);
  // The same world with what the store kept.
  Plan plan;
  plan.devices = {planned(1, "10.0.0.1", "c")};
  std::deque<std::pair<Endpoint, std::string>> asked;
  Poller again(
      {}, credentials(), codec,
      [&](const Endpoint& to, std::string_view bytes) {
        asked.emplace_back(to, std::string(bytes));
        return true;
      },
      heard, 2, &engines);
  again.set_plan(plan, now());
  clock.advance(1s);
  TrapDesk later(again, heard, {}, usm::LocalEngine(our_engine, 7, now().steady));
  const Endpoint from = *Endpoint::of("10.0.0.1", 162);
  later.take(from, captured, now());
  BOOST_TEST(later.figures().early == 1U);
  again.run(now());
  while (!asked.empty()) {
    const auto [to, bytes] = asked.front();
    asked.pop_front();
    again.datagram(to, device.answer(bytes), now());
    if (again.find(1)->v3->clock()->known()) break;
  }
  BOOST_REQUIRE(again.find(1)->v3->clock()->known());
  later.take(from, captured, now());
  BOOST_TEST(later.figures().replay == 1U);
  device.time += 1;
  later.take(from, trap(device), now());
  BOOST_TEST(later.figures().hint == 1U);
}

BOOST_AUTO_TEST_CASE(who_looks_for_our_engine_and_its_time_is_told_and_its_inform_is_answered) {
  const std::string hello =
      usm::build({.message_id = 4242, .level = Level::none, .pdu = notification(pdu::get)}, nullptr);
  const std::string engine = hear(hello);
  BOOST_TEST((reported(engine) == usm::Report::unknown_engine));
  const std::string time = hear(to_us({0, 0}));
  BOOST_TEST((reported(time, Level::auth) == usm::Report::not_in_window));
  BOOST_TEST(figures().discovery == 2U);
  Header header;
  BOOST_REQUIRE(usm::peek(time, header));
  usm::EngineKeys keys(reader_keys(), our_engine);
  BOOST_TEST(keys.verify(header));
  BOOST_TEST(header.boots == 6U);
  const std::string inform = to_us({header.boots, header.time});
  const std::string answer = hear(inform);
  Header answered;
  BOOST_REQUIRE(usm::peek(answer, answered));
  BOOST_TEST(answered.message_id == 4242U);
  BOOST_TEST((answered.level == Level::priv));
  BOOST_TEST(keys.verify(answered));
  std::string room(answer.size(), '\0');
  const auto plain = keys.decrypt(answered, room);
  BOOST_REQUIRE(plain.has_value());
  usm::Scoped scoped;
  BOOST_REQUIRE(usm::read_scoped(*plain, false, scoped));
  BOOST_TEST(scoped.tag == pdu::response);
  BOOST_TEST(scoped.context_name == "there");
  PduReader reader;
  Answer fields;
  BOOST_REQUIRE(reader.read(scoped.pdu, fields));
  BOOST_TEST(fields.request_id == 77U);
  BOOST_TEST(fields.varbinds.size() == 2U);
  BOOST_TEST(figures().hint == 1U);
  // Our answer was lost: it is given again, and nothing is heard twice.
  BOOST_TEST(!hear(inform).empty());
  BOOST_TEST(figures().again == 1U);
  BOOST_TEST(figures().hint == 1U);
  BOOST_TEST(heard.notices.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_inform_that_may_not_pass_is_told_why_and_never_acknowledged) {
  const usm::EngineStamp good{6, 0};
  BOOST_TEST((reported(hear(to_us({6, 151})), Level::auth) == usm::Report::not_in_window));
  BOOST_TEST(figures().replay == 1U);
  BOOST_TEST((reported(hear(to_us({5, 0})), Level::auth) == usm::Report::not_in_window)); // of our last run
  BOOST_TEST((reported(hear(to_us(good, reader_keys("guessed password")))) == usm::Report::wrong_digest));
  BOOST_TEST((reported(hear(to_us(good, reader_keys("authpassword", "guessed privacy")))) ==
              usm::Report::decryption_error));
  BOOST_TEST((reported(hear(to_us(good, reader_keys(), Level::auth))) == usm::Report::unsupported_level));
  usm::UserKeys nobody = reader_keys();
  nobody.user = "nobody";
  BOOST_TEST((reported(hear(to_us(good, nobody))) == usm::Report::unknown_user));
  BOOST_TEST(hear(to_us(good, reader_keys("guessed password"), Level::priv, pdu::inform, false)).empty());
  BOOST_TEST(hear(to_us(good, reader_keys(), Level::priv, pdu::get)).empty()); // no notification at all
  BOOST_TEST(hear(to_us(good), "10.0.0.2").empty());
  BOOST_TEST(heard.notices.empty());
  BOOST_TEST(figures().hint + figures().no_hint == 0U);
  BOOST_TEST(total() == 9U);
}

BOOST_AUTO_TEST_CASE(an_inform_to_the_devices_own_engine_is_heard_and_told_of_ours) {
  meet(device);
  const std::string body = notification(pdu::inform);
  const std::string bytes = usm::build({.message_id = 4242,
                                        .level = Level::priv,
                                        .engine = device.id,
                                        .boots = device.boots,
                                        .time = device.time,
                                        .user = "reader",
                                        .context_engine = device.id,
                                        .context_name = {},
                                        .pdu = body,
                                        .salt = 99},
                                       &device.keys);
  BOOST_TEST((reported(hear(bytes)) == usm::Report::unknown_engine));
  BOOST_TEST(total() == 1U);
  BOOST_TEST(figures().hint == 1U);
}

BOOST_AUTO_TEST_CASE(a_flood_makes_little_work_and_is_counted_whole) {
  meet(device);
  other_side::Engine forger("a device", reader_keys("guessed password"));
  const std::string forged = trap(forger);
  for (int i = 0; i < 50'000; ++i) {
    hear(forged);
    clock.advance(20us);
  }
  BOOST_TEST(figures().digest <= std::uint64_t{WorkBudget::burst + WorkBudget::per_second + 1});
  BOOST_TEST(figures().digest + figures().limited == 50'000U);
  // Nor are we an amplifier: who asks for our engine in somebody's name gets as little.
  const std::string hello =
      usm::build({.message_id = 4242, .level = Level::none, .pdu = notification(pdu::get)}, nullptr);
  clock.advance(60s);
  std::size_t answers = 0;
  for (int i = 0; i < 10'000; ++i)
    answers += hear(hello).empty() ? 0 : 1;
  BOOST_TEST(answers <= std::size_t{WorkBudget::burst});
  BOOST_TEST(heard.notices.empty());
  hear(std::string(max_v3_notification, 'x'));
  std::string big = forged;
  big.resize(max_v3_notification + 1);
  hear(big);
  BOOST_TEST(figures().size == 1U);
}

BOOST_AUTO_TEST_CASE(devices_behind_one_address_are_told_apart_by_engine_and_key) {
  PlanDevice second = planned(2, "10.0.0.1", "d");
  second.port = 1161;
  Plan plan;
  plan.devices = {planned(1, "10.0.0.1", "c"), second};
  poller.set_plan(plan, now());
  hear(to_us({6, 0}, reader_keys("another password")));
  BOOST_REQUIRE(heard.notices.size() == 1U);
  BOOST_TEST(heard.notices[0].device == 2U);
  hear(to_us({6, 0}));
  BOOST_REQUIRE(heard.notices.size() == 2U);
  BOOST_TEST(heard.notices[1].device == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
