// The simulator's engine, asked by messages that are built with the functions that assent-snmp uses. That
// both are right, and not wrong in the same way, is shown by net-snmp's tools: tests/scenario/snmp/sim-v3.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <random>

#include "agents/sim/device.hpp"
#include "agents/sim/recording.hpp"
#include "agents/snmp/pdu.hpp"

using namespace assent;
using namespace assent::sim;
using namespace std::chrono_literals;
namespace usm = assent::snmp::usm;
using usm::Level;

namespace {

const Oid sys_name = {1, 3, 6, 1, 2, 1, 1, 5, 0};
const Oid boots_oid = {1, 3, 6, 1, 6, 3, 10, 2, 1, 2, 0};

usm::UserKeys keys_of(std::string name, usm::Auth auth, usm::Priv priv,
                      std::string_view word = "authpassword", std::string_view other = "privpassword") {
  return usm::user_keys(std::move(name), auth, word, priv, other);
}

/// One device, and somebody who asks it.
struct World {
  usm::UserKeys asker = keys_of("reader", usm::Auth::sha256, usm::Priv::aes128);
  V3Users users;
  Device device{"sw", fleet_template(8), 0s};
  std::string engine = engine_id_of("sw");
  usm::EngineStamp clock{1, 1};
  std::uint64_t salt = 77;
  std::uint32_t max_size = 65'507;
  snmp::PduReader reader;
  std::vector<char> room = std::vector<char>(65'536);
  std::string answer;

  explicit World(usm::Auth auth = usm::Auth::sha256, usm::Priv priv = usm::Priv::aes128) {
    asker = keys_of("reader", auth, priv);
    users.add(keys_of("reader", auth, priv));
    device.speak_v3(users);
  }

  std::string request(const snmp::Request& wanted, Level level) {
    std::array<char, 4096> bytes;
    snmp::BerWriter pdu(bytes);
    snmp::write_request(pdu, wanted, 4711);
    usm::EngineKeys keys(asker, engine);
    return usm::build({.message_id = 815,
                       .level = level,
                       .engine = engine,
                       .boots = clock.boots,
                       .time = clock.time,
                       .user = asker.user,
                       .context_engine = engine,
                       .pdu = pdu.view(),
                       .salt = ++salt,
                       .max_size = max_size},
                      &keys);
  }
  std::string get(Level level = Level::priv) {
    return request({snmp::Request::Kind::get, 0, 0, {sys_name, boots_oid}}, level);
  }

  struct Got {
    bool any = false;
    usm::Header header;
    unsigned char tag = 0;
    snmp::Answer pdu;
    usm::Report report = usm::Report::none;
  };
  /// Sends, and believes an answer only under its MAC.
  Got send(const std::string& message, Moment now = 0s) {
    Got got;
    const auto bytes = device.answer(message, now);
    if (!bytes) return got;
    answer = *bytes;
    got.any = true;
    BOOST_REQUIRE(usm::peek(answer, got.header));
    std::string_view plain = got.header.scoped;
    usm::EngineKeys keys(asker, got.header.engine);
    if (got.header.level != Level::none) BOOST_REQUIRE(keys.verify(got.header));
    if (got.header.level == Level::priv) {
      const auto text = keys.decrypt(got.header, room);
      BOOST_REQUIRE(text);
      plain = *text;
    }
    usm::Scoped scoped;
    BOOST_REQUIRE(usm::read_scoped(plain, keys.pads(), scoped));
    BOOST_REQUIRE(reader.read(scoped.pdu, got.pdu));
    got.tag = scoped.tag;
    if (scoped.tag == snmp::pdu::report) got.report = usm::report_of(got.pdu.varbinds[0].oid);
    return got;
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(whoever_asks_without_knowing_the_engine_is_told_it_and_nothing_else) {
  World world;
  std::array<char, 256> bytes;
  snmp::BerWriter pdu(bytes);
  snmp::write_request(pdu, {snmp::Request::Kind::get, 0, 0, {}}, 99);
  const auto got =
      world.send(usm::build({.message_id = 5, .level = Level::none, .pdu = pdu.view()}, nullptr), 40s);
  BOOST_REQUIRE(got.any);
  BOOST_TEST((got.report == usm::Report::unknown_engine));
  BOOST_TEST(got.header.message_id == 5u);
  BOOST_TEST(got.pdu.request_id == 99u);
  BOOST_TEST((got.header.level == Level::none));
  BOOST_TEST(got.header.engine == world.engine);
  BOOST_TEST(got.header.boots == 1u);
  BOOST_TEST(got.header.time == 41u);
  BOOST_TEST(!got.header.reportable);
  // The same without the flag: silence (RFC 3412 section 7.1, 3) c).
  BOOST_TEST(
      !world
           .send(usm::build({.message_id = 5, .level = Level::none, .reportable = false, .pdu = pdu.view()},
                            nullptr))
           .any);
}

BOOST_AUTO_TEST_CASE(engines_of_two_devices_differ_and_each_stands_in_its_tree) {
  BOOST_TEST(engine_id_of("a") != engine_id_of("b"));
  BOOST_TEST(engine_id_of("a").size() == 21u);
  World world;
  const auto id = world.device.read({1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0}, 0s);
  BOOST_REQUIRE(id);
  BOOST_TEST(id->content == world.engine);
}

BOOST_AUTO_TEST_CASE(every_algorithm_is_answered_at_its_level) {
  for (const auto& [auth, priv] : {std::pair{usm::Auth::sha1, usm::Priv::aes128},
                                   {usm::Auth::sha224, usm::Priv::aes128},
                                   {usm::Auth::sha256, usm::Priv::aes128},
                                   {usm::Auth::sha384, usm::Priv::aes192},
                                   {usm::Auth::sha512, usm::Priv::aes256},
                                   {usm::Auth::sha1, usm::Priv::aes256},
                                   {usm::Auth::sha1, usm::Priv::aes256_reeder},
                                   {usm::Auth::md5, usm::Priv::des},
                                   {usm::Auth::sha256, usm::Priv::none},
                                   {usm::Auth::none, usm::Priv::none}}) {
    World world(auth, priv);
    world.device.tree().set(sys_name, {tag::octets, "a name"});
    const auto got = world.send(world.get(world.asker.level()));
    BOOST_TEST_CONTEXT(usm::word_of(auth) << " " << usm::word_of(priv)) {
      BOOST_REQUIRE(got.any);
      BOOST_TEST(got.tag == snmp::pdu::response);
      BOOST_TEST((got.header.level == world.asker.level()));
      BOOST_TEST(got.header.message_id == 815u);
      BOOST_TEST(got.pdu.request_id == 4711u);
      BOOST_REQUIRE(got.pdu.varbinds.size() == 2u);
      BOOST_TEST(got.pdu.varbinds[0].octets == "a name");
      BOOST_TEST(got.pdu.varbinds[1].number == 1u);
    }
  }
}

BOOST_AUTO_TEST_CASE(who_proves_nothing_gets_a_report_and_no_value) {
  World world;
  const usm::UserKeys right = world.asker;
  world.asker = keys_of("reader", usm::Auth::sha256, usm::Priv::aes128, "another-word");
  BOOST_TEST((world.send(world.get()).report == usm::Report::wrong_digest));
  world.asker = keys_of("nobody", usm::Auth::sha256, usm::Priv::aes128);
  BOOST_TEST((world.send(world.get()).report == usm::Report::unknown_user));
  world.asker = right;
  BOOST_TEST((world.send(world.get(Level::auth)).report == usm::Report::unsupported_level));
  BOOST_TEST((world.send(world.get(Level::none)).report == usm::Report::unsupported_level));
  // A wrong AES key can't be told from nonsense: silence.
  world.asker = keys_of("reader", usm::Auth::sha256, usm::Priv::aes128, "authpassword", "another-word");
  BOOST_TEST(!world.send(world.get()).any);
  world.asker = right;
  BOOST_TEST(world.send(world.get()).tag == snmp::pdu::response);
}

BOOST_AUTO_TEST_CASE(outside_the_window_the_time_is_told_under_the_mac) {
  World world;
  world.clock = {0, 0};
  auto got = world.send(world.get(), 1000s);
  BOOST_TEST((got.report == usm::Report::not_in_window));
  BOOST_TEST((got.header.level == Level::auth));
  BOOST_TEST(got.header.boots == 1u);
  BOOST_TEST(got.header.time == 1001u);
  BOOST_TEST(got.pdu.varbinds[0].number == 1u);
  world.clock = {1, 1001 - 150};
  const std::string old = world.get();
  BOOST_TEST(world.send(old, 1000s).tag == snmp::pdu::response);
  BOOST_TEST((world.send(old, 1001s).report == usm::Report::not_in_window));
  world.clock = {1, 1001 + 151};
  BOOST_TEST((world.send(world.get(), 1000s).report == usm::Report::not_in_window));
  world.device.reboot(false, 1001s);
  BOOST_TEST((world.send(old, 1001s).report == usm::Report::not_in_window));
  world.clock = {2, 3};
  BOOST_TEST(world.send(world.get(), 1004s).tag == snmp::pdu::response);
}

BOOST_AUTO_TEST_CASE(an_answer_fits_into_what_the_asker_takes) {
  World world;
  const snmp::Request bulk{snmp::Request::Kind::get_bulk, 0, 200, {{1, 3, 6, 1, 2, 1}}};
  world.max_size = 484;
  const std::size_t small = world.send(world.request(bulk, Level::priv)).pdu.varbinds.size();
  BOOST_TEST(small > 1u);
  BOOST_TEST(world.answer.size() <= 484u);
  world.max_size = 65'507;
  const std::size_t large = world.send(world.request(bulk, Level::priv)).pdu.varbinds.size();
  BOOST_TEST(large > small);
  BOOST_TEST(world.answer.size() <= default_answer_bytes);
  BOOST_TEST(world.answer.size() > default_answer_bytes - 120);
}

BOOST_AUTO_TEST_CASE(version_2c_is_answered_beside_it_unless_there_is_no_community) {
  World world;
  Request request;
  request.community = "public";
  std::string message =
      response(request, 0, 0, encode(tag::sequence, encode_oid(sys_name) + encode(tag::null, "")));
  message[message.find('\xa2')] = static_cast<char>(pdu::get);
  BOOST_TEST(world.device.answer(message, 0s).has_value());
  request.community = world.device.community = "";
  message = response(request, 0, 0, encode(tag::sequence, encode_oid(sys_name) + encode(tag::null, "")));
  message[message.find('\xa2')] = static_cast<char>(pdu::get);
  BOOST_TEST(!world.device.answer(message, 0s).has_value());
}

BOOST_AUTO_TEST_CASE(a_damaged_message_is_never_answered_with_values) {
  World world;
  const std::string good = world.get();
  BOOST_REQUIRE(world.send(good).tag == snmp::pdu::response);
  std::mt19937 random(7);
  unsigned reports = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string bad = good;
    const std::size_t at = random() % bad.size();
    bad[at] = static_cast<char>(bad[at] ^ (1 + random() % 255));
    if (random() % 8 == 0) bad.resize(random() % bad.size());
    const auto answer = world.device.answer(bad, 0s);
    usm::Header header;
    if (!answer) continue;
    BOOST_REQUIRE(usm::peek(*answer, header));
    // With privacy an answer has values; all else is a Report without secrets.
    BOOST_REQUIRE((header.level != Level::priv));
    ++reports;
  }
  BOOST_TEST(reports > 100u);
}

BOOST_AUTO_TEST_CASE(losses_are_as_many_as_was_said_and_the_same_ones_again) {
  World first, second;
  first.device.loss = second.device.loss = 10;
  unsigned lost = 0;
  for (int i = 0; i < 1000; ++i) {
    const bool one = first.device.answer(first.get(), 0s).has_value();
    BOOST_REQUIRE(one == second.device.answer(second.get(), 0s).has_value());
    lost += one ? 0 : 1;
  }
  BOOST_TEST(lost > 60u);
  BOOST_TEST(lost < 140u);
}
