// A trap desk with a device of SNMPv3 that can be polled, and one of v2c.
#pragma once

#include <boost/test/unit_test.hpp>

#include "agents/snmp/trap_desk.hpp"
#include "other_side.hpp"
#include "world.hpp"

namespace v3_desk {

using namespace world;
using namespace std::chrono_literals;
using other_side::reader_keys;
using usm::Header;
using usm::Level;

inline const std::string our_engine = std::string("\x80\x00\x7e\xd9\x05", 5) + "ours";

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

inline std::string notification(unsigned char tag, const std::string& kind = "1.3.6.1.6.3.1.1.5.4") {
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

inline std::map<std::string, Credential> credentials() {
  std::map<std::string, Credential> all;
  all.emplace("c", Credential(reader_keys()));
  all.emplace("d", Credential(reader_keys("another password")));
  all.emplace("v2c", Credential(Secret("public")));
  return all;
}

inline PlanDevice planned(Id id, const std::string& address, const std::string& credential) {
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

} // namespace v3_desk
