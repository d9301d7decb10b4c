#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <random>

#include "agents/sim/device.hpp"
#include "agents/sim/recording.hpp"
#include "agents/sim/simulator.hpp"

using namespace assent;
using namespace assent::sim;
using namespace std::chrono_literals;

namespace {

constexpr const char* small = R"(1.3.6.1.2.1.1.1.0|4|a switch
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.1.222
1.3.6.1.2.1.1.3.0|67|1000
1.3.6.1.2.1.2.2.1.1.1|2|1
1.3.6.1.2.1.2.2.1.1.2|2|2
1.3.6.1.2.1.2.2.1.2.1|4|Gi0/1
1.3.6.1.2.1.2.2.1.2.2|4|Gi0/2
1.3.6.1.2.1.2.2.1.10.1|65|4294967290
1.3.6.1.2.1.2.2.1.10.2|65|7
1.3.6.1.2.1.17.1.4.1.2.1|2|1
1.3.6.1.2.1.31.1.1.1.6.1|70|18446744073709551615
1.3.6.1.2.1.31.1.1.1.6.2|70|5
1.3.6.1.6.3.10.2.1.2.0|2|3
)";

Oid oid(const std::string& text) {
  return *parse_oid(text);
}

struct Simulated {
  Device device{"sw", *parse_recording(small, "small"), 0s};

  /// The bindings of the answer, or nothing; the error status in `error`.
  int error = 0;
  std::size_t bytes = 0;
  std::vector<Binding> ask_all(std::uint8_t kind, std::vector<Binding> bindings, Moment now = 0s,
                               int version = 1, std::int32_t first = 0, std::int32_t second = 0) {
    Request request;
    request.version = version;
    request.community = "public";
    request.id = -77;
    std::string list;
    for (const Binding& asked : bindings)
      list += encode(tag::sequence, encode_oid(asked.oid) + encode(asked.value));
    std::string message = response(request, first, second, list);
    message[message.find('\xa2')] = static_cast<char>(kind); // the same layout, another PDU
    const auto answer = device.answer(message, now);
    error = -1;
    bytes = answer ? answer->size() : 0;
    const auto parsed = answer ? parse_request(*answer) : std::nullopt;
    if (!parsed || parsed->pdu != pdu::response || parsed->id != -77) return {};
    error = parsed->first;
    return parsed->bindings;
  }
  std::vector<Binding> ask(std::uint8_t kind, const std::vector<std::string>& oids, Moment now = 0s,
                           int version = 1, std::int32_t first = 0, std::int32_t second = 0) {
    std::vector<Binding> bindings;
    for (const std::string& text : oids)
      bindings.push_back({oid(text), {}});
    return ask_all(kind, bindings, now, version, first, second);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(simulated_device, Simulated)

BOOST_AUTO_TEST_CASE(get_gives_values_and_exceptions) {
  const auto got = ask(pdu::get, std::vector<std::string>{"1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.99.0"});
  BOOST_REQUIRE(got.size() == 2u);
  BOOST_TEST(value_text(got[0].value) == "4|a switch");
  BOOST_TEST(got[1].value.tag == tag::no_such_instance);
}

BOOST_AUTO_TEST_CASE(get_next_goes_in_the_order_of_numbers_to_the_end) {
  std::string at = "1.3";
  std::size_t count = 0;
  while (true) {
    const auto got = ask(pdu::get_next, std::vector<std::string>{at});
    BOOST_REQUIRE(got.size() == 1u);
    if (got[0].value.tag == tag::end_of_view) break;
    BOOST_TEST((oid(at) < got[0].oid));
    at = to_text(got[0].oid);
    ++count;
  }
  BOOST_TEST(count == 13u);
}

BOOST_AUTO_TEST_CASE(get_bulk_goes_row_by_row_behind_the_non_repeaters) {
  const auto got =
      ask(pdu::get_bulk, {"1.3.6.1.2.1.1.3", "1.3.6.1.2.1.2.2.1.1", "1.3.6.1.2.1.2.2.1.2"}, 0s, 1, 1, 2);
  BOOST_REQUIRE(got.size() == 5u);
  BOOST_TEST(to_text(got[0].oid) == "1.3.6.1.2.1.1.3.0");
  BOOST_TEST(to_text(got[1].oid) == "1.3.6.1.2.1.2.2.1.1.1");
  BOOST_TEST(to_text(got[2].oid) == "1.3.6.1.2.1.2.2.1.2.1");
  BOOST_TEST(to_text(got[4].oid) == "1.3.6.1.2.1.2.2.1.2.2");
}

BOOST_AUTO_TEST_CASE(get_bulk_stays_below_the_bound_and_a_long_value_comes_alone) {
  for (unsigned i = 1; i <= 300; ++i)
    device.tree().set(oid("1.3.6.1.2.1.50.1." + std::to_string(i)), {tag::octets, "0123456789"});
  device.tree().set(oid("1.3.6.1.2.1.51.1"), {tag::octets, std::string(5000, 'x')});
  const auto got = ask(pdu::get_bulk, {"1.3.6.1.2.1.50"}, 0s, 1, 0, 1000);
  BOOST_TEST(got.size() > 30u);
  BOOST_TEST(bytes <= default_answer_bytes);
  BOOST_TEST(bytes > default_answer_bytes - 120);
  const auto long_one = ask(pdu::get_bulk, {"1.3.6.1.2.1.51"}, 0s, 1, 0, 1000);
  BOOST_REQUIRE(long_one.size() == 1u);
  BOOST_TEST(long_one[0].value.content.size() == 5000u);
}

BOOST_AUTO_TEST_CASE(get_bulk_ends_after_one_row_of_end_marks) {
  BOOST_TEST(ask(pdu::get_bulk, {"1.3.6.1.6.3.10.2.1.2"}, 0s, 1, 0, 2000000000).size() == 2u);
  BOOST_TEST(ask(pdu::get_bulk, {"1.3.6.1.2.1.1.3"}, 0s, 1, 0, -5).empty());
}

BOOST_AUTO_TEST_CASE(too_many_values_for_one_answer_are_too_big) {
  device.tree().set(oid("1.3.6.1.2.1.51.1"), {tag::octets, std::string(1000, 'x')});
  BOOST_TEST(ask(pdu::get, {"1.3.6.1.2.1.51.1", "1.3.6.1.2.1.51.1"}).empty());
  BOOST_TEST(error == status::too_big);
}

BOOST_AUTO_TEST_CASE(version_1_passes_over_64_bit_counters_and_has_no_bulk) {
  const auto got = ask(pdu::get_next, {"1.3.6.1.2.1.17.1.4.1.2.1"}, 0s, 0);
  BOOST_REQUIRE(got.size() == 1u);
  BOOST_TEST(to_text(got[0].oid) == "1.3.6.1.6.3.10.2.1.2.0");
  ask(pdu::get, {"1.3.6.1.2.1.31.1.1.1.6.1"}, 0s, 0);
  BOOST_TEST(error == status::no_such_name);
  ask(pdu::get_bulk, {"1.3"}, 0s, 0, 0, 10);
  BOOST_TEST(error == -1);
}

BOOST_AUTO_TEST_CASE(set_is_all_or_nothing_and_keeps_types) {
  const Binding good{oid("1.3.6.1.2.1.2.2.1.2.1"), {tag::octets, "uplink"}};
  const Binding wrong{oid("1.3.6.1.2.1.2.2.1.2.2"), {tag::integer, "\x05"}};
  const Binding missing{oid("1.3.6.1.2.1.99.1"), {tag::integer, "\x05"}};
  ask_all(pdu::set, std::vector<Binding>{good, wrong});
  BOOST_TEST(error == status::wrong_type);
  ask_all(pdu::set, std::vector<Binding>{good, missing});
  BOOST_TEST(error == status::no_creation);
  BOOST_TEST(device.read(good.oid, 0s)->content == "Gi0/1");
  ask_all(pdu::set, std::vector<Binding>{good});
  BOOST_TEST(error == status::ok);
  BOOST_TEST(device.read(good.oid, 0s)->content == "uplink");
}

BOOST_AUTO_TEST_CASE(time_runs_and_counters_grow_and_wrap) {
  device.rate = 10;
  BOOST_TEST(value_text(*device.read(oid("1.3.6.1.2.1.1.3.0"), 5s)) == "67|1500");
  BOOST_TEST(value_text(*device.read(oid("1.3.6.1.2.1.2.2.1.10.1"), 2s)) == "65|14");
  BOOST_TEST(value_text(*device.read(oid("1.3.6.1.2.1.31.1.1.1.6.2"), 1500ms)) == "70|20");
}

BOOST_AUTO_TEST_CASE(a_reboot_is_seen_by_uptime_boots_counters_and_indexes) {
  device.reboot(true, 10s);
  BOOST_TEST(value_text(*device.read(oid("1.3.6.1.2.1.1.3.0"), 11s)) == "67|100");
  BOOST_TEST(value_text(*device.read(oid("1.3.6.1.6.3.10.2.1.2.0"), 11s)) == "2|4");
  BOOST_TEST(!device.read(oid("1.3.6.1.2.1.2.2.1.2.1"), 11s));
  BOOST_TEST(value_text(*device.read(oid("1.3.6.1.2.1.2.2.1.2.4"), 11s)) == "4|Gi0/1");
  BOOST_TEST(value_text(*device.read(oid("1.3.6.1.2.1.2.2.1.2.3"), 11s)) == "4|Gi0/2");
  BOOST_TEST(value_text(*device.read(oid("1.3.6.1.2.1.17.1.4.1.2.1"), 11s)) == "2|4");
  BOOST_TEST(value_text(*device.read(oid("1.3.6.1.2.1.31.1.1.1.6.4"), 11s)) == "70|0");
  BOOST_TEST(device.tree().size() == 13u);
}

BOOST_AUTO_TEST_CASE(another_community_and_a_mute_device_get_silence) {
  device.community = "other";
  ask(pdu::get, {"1.3.6.1.2.1.1.1.0"});
  BOOST_TEST(error == -1);
  device.community = "public";
  device.mute = true;
  ask(pdu::get, {"1.3.6.1.2.1.1.1.0"});
  BOOST_TEST(error == -1);
}

BOOST_AUTO_TEST_CASE(hostile_datagrams_are_survived) {
  Request request;
  request.community = "public";
  std::string list = encode(tag::sequence, encode_oid(oid("1.3.6.1.2.1.1.1.0")) + encode(Value{}));
  std::string good = response(request, 0, 10, list);
  good[good.find('\xa2')] = '\xa5';
  BOOST_REQUIRE(device.answer(good, 0s));
  BOOST_TEST(!device.answer(good + "x", 0s));
  std::mt19937 random(7);
  std::size_t answered = 0;
  for (int i = 0; i < 50000; ++i) {
    std::string bad = good;
    for (unsigned n = random() % 4 + 1; n > 0; --n)
      bad[random() % bad.size()] = static_cast<char>(random() % 256);
    if (random() % 4 == 0) bad.resize(random() % bad.size());
    const auto answer = device.answer(bad, 0s);
    if (!answer) continue;
    ++answered;
    BOOST_REQUIRE(parse_request(*answer));
  }
  BOOST_TEST(answered > 100u);
  BOOST_TEST(!parse_request(std::string("\x30\x84\xff\xff\xff\xff", 6)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(recordings)

BOOST_AUTO_TEST_CASE(values_read_back_as_they_were_written) {
  for (const char* text :
       {"2|-2147483648", "2|2147483647", "2|-1", "2|128", "4|", "4|县 a|b", "4x|00ff", "6|1.3.6.1.4.1.2011",
        "6|0.0", "64|10.1.2.255", "65|4294967295", "66|128", "67|0", "70|18446744073709551615"}) {
    const std::string row(text);
    const std::size_t bar = row.find('|');
    const auto value = parse_value(row.substr(0, bar), row.substr(bar + 1));
    BOOST_REQUIRE_MESSAGE(value.ok(), text);
    BOOST_TEST(value_text(*value) == text);
  }
}

BOOST_AUTO_TEST_CASE(mistakes_are_refused_with_their_place) {
  for (const char* text :
       {"1.3.6|2", "1.3.x|2|1", "1.3.6|2|2147483648", "1.3.6|65|-1", "1.3.6|64|1.2.3", "1.3.6|64|1.2.3.256",
        "1.3.6|4x|abc", "1.3.6|9|1", "5.1|2|1", "1.3.6|2|", "1.3.6|6|a"}) {
    const auto result = parse_recording("# head\n\n" + std::string(text) + "\n", "file");
    BOOST_REQUIRE_MESSAGE(!result.ok(), text);
    BOOST_TEST(text_of(result.error()).starts_with("file:3: "));
  }
  BOOST_TEST(!parse_recording("1.3.6|2|1\n1.3.6|2|2\n", "file").ok());
}

BOOST_AUTO_TEST_CASE(order_is_by_number_not_by_text) {
  const auto tree = parse_recording("1.3.10|2|1\n1.3.9|2|2\n1.3.9.1|2|3\n", "file");
  BOOST_REQUIRE(tree.ok());
  BOOST_TEST(to_text((*tree)->front().oid) == "1.3.9");
  BOOST_TEST(to_text((*tree)->back().oid) == "1.3.10");
}

BOOST_AUTO_TEST_CASE(what_is_removed_and_added_is_walked_in_order) {
  Tree tree(*parse_recording("1.3.1|2|1\n1.3.2.1|2|2\n1.3.2.2|2|2\n1.3.3|2|3\n", "file"));
  tree.set(oid("1.3.2.5"), {tag::integer, "\x01"});
  BOOST_TEST(tree.remove(oid("1.3.2")) == 3u);
  BOOST_TEST(tree.remove(oid("1.3.2")) == 0u);
  tree.set(oid("1.3.2.2"), {tag::integer, "\x07"});
  tree.set(oid("1.3.4"), {tag::integer, "\x07"});
  std::string walked;
  for (const Object& object : tree.all())
    walked += to_text(object.oid) + " ";
  BOOST_TEST(walked == "1.3.1 1.3.2.2 1.3.3 1.3.4 ");
  BOOST_TEST(tree.size() == 4u);
}

BOOST_AUTO_TEST_CASE(every_demo_device_loads) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(ASSENT_SOURCE_DIR "/config/demo/devices")) {
    if (entry.path().extension() != ".snmprec") continue;
    const auto loaded = load_recording(entry.path().string());
    BOOST_REQUIRE_MESSAGE(loaded.ok(), entry.path());
    BOOST_TEST((*loaded)->size() > 50u);
    ++count;
  }
  BOOST_TEST(count == 6u);
}

BOOST_AUTO_TEST_CASE(recordings_of_real_devices_walk_completely) {
  const char* folder = std::getenv("ASSENT_DEVICES");
  if (folder == nullptr) {
    BOOST_TEST_MESSAGE("skipped: ASSENT_DEVICES names no folder of recordings");
    return;
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".snmprec") continue;
    const auto loaded = load_recording(entry.path().string());
    BOOST_REQUIRE_MESSAGE(loaded.ok(), entry.path());
    Tree::Cursor cursor{Tree(*loaded), {}};
    BOOST_TEST((*loaded)->size() > 100u);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(simulated_network)

BOOST_AUTO_TEST_CASE(commands_change_what_they_name) {
  Network network;
  BOOST_REQUIRE(
      network.add(std::make_unique<Device>("sw", *parse_recording(small, "small"), 0s), "127.0.0.1:1").ok());
  BOOST_TEST(!network.add(std::make_unique<Device>("sw", *parse_recording(small, "small"), 0s), "x").ok());
  BOOST_TEST(network.command("list", 0s) == "sw 127.0.0.1:1 13 objects\nok\n");
  BOOST_TEST(network.command("set sw 1.3.6.1.2.1.1.1.0 4 区  政府", 0s) == "ok\n");
  BOOST_TEST(network.command("get sw 1.3.6.1.2.1.1.1.0", 0s) == "1.3.6.1.2.1.1.1.0|4|区  政府\nok\n");
  BOOST_TEST(network.command("set sw 1.3.6.1.2.1.1.1.0 4", 0s) == "ok\n");
  BOOST_TEST(network.command("get sw 1.3.6.1.2.1.1.1.0", 0s) == "1.3.6.1.2.1.1.1.0|4|\nok\n");
  BOOST_TEST(network.command("del sw 1.3.6.1.2.1.2.2.1.2", 0s) == "2 removed\nok\n");
  BOOST_TEST(network.command("mute *", 0s) == "ok\n");
  BOOST_TEST(network.find("sw")->mute);
  BOOST_TEST(network.command("delay sw 20", 0s) == "ok\n");
  BOOST_TEST(network.find("sw")->delay.count() == 20);
  BOOST_TEST(network.command("reboot sw reindex", 5s) == "ok\n");
  for (const char* wrong :
       {"", "list x y", "mute", "mute nobody", "get sw", "get sw 1.3.7", "set sw 1.3.6 2 x", "delay sw -1",
        "delay sw 9999999999", "reboot sw now", "explode sw"})
    BOOST_TEST(network.command(wrong, 0s).starts_with("error: "), wrong);
}

BOOST_AUTO_TEST_CASE(a_device_is_described_by_one_argument) {
  const auto spec = parse_device("sw-1=a/b@c.snmprec@127.0.0.2:161,secret");
  BOOST_REQUIRE(spec.ok());
  BOOST_TEST((spec->name == "sw-1" && spec->file == "a/b@c.snmprec" && spec->address == "127.0.0.2" &&
              spec->port == 161 && spec->community == "secret"));
  for (const char* wrong : {"", "a", "a=b", "a=b@c", "a=b@c:0", "a=b@c:70000", "=b@c:1", "a@b=c:1"})
    BOOST_TEST(!parse_device(wrong).ok(), wrong);
}

BOOST_AUTO_TEST_CASE(the_demo_s_configuration_names_its_six_devices) {
  Config config;
  BOOST_REQUIRE(load_config(ASSENT_SOURCE_DIR "/config/demo/sim.yaml", config).ok());
  BOOST_REQUIRE(config.devices.size() == 6u);
  for (const DeviceSpec& spec : config.devices)
    BOOST_TEST(load_recording(spec.file).ok());
  BOOST_TEST(!load_config("/nonexistent/sim.yaml", config).ok());
}

BOOST_AUTO_TEST_CASE(a_fleet_shares_one_tree_and_has_places_of_its_own) {
  Config config;
  config.fleet = 600;
  config.one_port = true;
  const auto devices = fleet_devices(config);
  BOOST_TEST(devices[0].name == "fleet-00001");
  BOOST_TEST(devices[599].address == "127.1.2.100");
  BOOST_TEST(devices[599].port == config.first_port);
  BOOST_TEST(fleet_template(48)->size() > 48u * 30);
}

BOOST_AUTO_TEST_SUITE_END()
