#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "agents/snmp/values.hpp"
#include "world.hpp"

using namespace world;

namespace {

Interpreted read(Agent& agent, const std::set<Oid>& seen_before = {}, const std::string& name = "standard") {
  const auto profile = shipped(name);
  return interpret(*profile, read_all(agent, profile), seen_before);
}

} // namespace

BOOST_AUTO_TEST_SUITE(interpret_)

BOOST_AUTO_TEST_CASE(a_switch_is_told_by_names_not_by_indexes) {
  Agent agent = small_switch();
  const std::string text = state_of(agent);
  BOOST_TEST(has(text, "/system/name\t县交换机"));
  BOOST_TEST(has(text, "/interfaces/interface[name='GE0/0/1']/mtu\t1500"));
  BOOST_TEST(has(text, "/interfaces/interface[name='GE0/0/1']/enabled\ttrue"));
  BOOST_TEST(has(text, "/interfaces/interface[name='GE0/0/2']/mac-address\t00:1a:2b:3c:4d:02"));
  BOOST_TEST(has(text, "/interfaces/interface[name='GE0/0/2']/pvid\t10"));
  BOOST_TEST(has(text, "/vlans/vlan[id='10']/port[name='GE0/0/1']/mode\tuntagged"));
  BOOST_TEST(has(text, "/vlans/vlan[id='10']/port[name='GE0/0/2']/mode\ttagged"));
  BOOST_TEST(has(text, "/addresses/address[ip='10.1.2.3']/interface\tGE0/0/2"));
  BOOST_TEST(has(text, "/addresses/address[ip='10.1.2.3']/prefix-length\t24"));
}

BOOST_AUTO_TEST_CASE(other_indexes_after_a_reboot_are_no_change) {
  Agent before = small_switch();
  Agent after = small_switch();
  std::map<Oid, Value> moved;
  const std::set<Oid> by_port{oid("1.3.6.1.2.1.17.7.1.4.5.1.1")};
  for (auto& [name, value] : after.objects) {
    Oid to = name;
    const bool by_index =
        starts_with(name, oid("1.3.6.1.2.1.2.2.1")) || starts_with(name, oid("1.3.6.1.2.1.31.1.1.1"));
    if (by_index) to.back() = 100 - to.back(); // the order turns round too
    Value what = value;
    const bool points =
        starts_with(name, oid("1.3.6.1.2.1.17.1.4.1.2")) || starts_with(name, oid("1.3.6.1.2.1.4.20.1.2"));
    if (points) what.number = 100 - what.number;
    moved[to] = what;
  }
  after.objects = moved;
  BOOST_TEST(state_of(before) == state_of(after));
}

BOOST_AUTO_TEST_CASE(two_interfaces_of_one_name_are_told_apart_by_mac_else_by_description) {
  Agent agent = small_switch();
  agent.set("1.3.6.1.2.1.31.1.1.1.1.2", octets("GE0/0/1"));
  BOOST_TEST(has(state_of(agent), "/interfaces/interface[name='GE0/0/1 (00:1a:2b:3c:4d:02)']/mtu\t1500"));
  agent.set("1.3.6.1.2.1.2.2.1.6.2", octets(std::string("\x00\x1a\x2b\x3c\x4d\x01", 6)));
  BOOST_TEST(has(state_of(agent), "/interfaces/interface[name='GE0/0/1 (GigabitEthernet0/0/2)']/mtu\t1500"));
}

BOOST_AUTO_TEST_CASE(interfaces_that_nothing_tells_apart_are_a_set_whose_order_says_nothing) {
  const auto alike = [](Agent agent, bool turned) {
    for (const char* row : {"1", "2"}) {
      agent.set(std::string("1.3.6.1.2.1.31.1.1.1.1.") + row, octets("port"));
      agent.set(std::string("1.3.6.1.2.1.2.2.1.2.") + row, octets("port"));
      agent.set(std::string("1.3.6.1.2.1.2.2.1.6.") + row, octets(""));
    }
    agent.set(turned ? "1.3.6.1.2.1.2.2.1.4.1" : "1.3.6.1.2.1.2.2.1.4.2", integer(9000));
    return agent;
  };
  Agent agent = alike(small_switch(), false);
  const Interpreted reading = read(agent);
  const std::string text = reading.tree.text();
  BOOST_TEST(has(text, "/interfaces/interface[name='port~']/mtu\t1500 ×1, 9000 ×1"));
  BOOST_TEST(has(text, "/interfaces/interface[name='port~']/type\tethernetCsmacd ×2"));
  BOOST_TEST(has(text, "/vlans/vlan[id='10']/port[name='port~']/mode\ttagged ×1, untagged ×1"));
  BOOST_TEST(has(text, "/addresses/address[ip='10.1.2.3']/interface\tport~"));
  BOOST_TEST(reading.notes.contains("interfaces-that-nothing-tells-apart: port~"));
  Agent turned = alike(small_switch(), true);
  for (const char* port : {"11", "12"}) // the bridge ports turn round with the rows
    turned.set(std::string("1.3.6.1.2.1.17.1.4.1.2.") + port, integer(port[1] == '1' ? 2 : 1));
  BOOST_TEST(state_of(turned) == text);
}

BOOST_AUTO_TEST_CASE(an_index_that_says_the_place_names_where_the_profile_says_so) {
  Agent agent = small_switch();
  for (const std::uint32_t row : {201326592U, 201326656U})
    for (const char* column : {"1.3.6.1.2.1.31.1.1.1.1.", "1.3.6.1.2.1.2.2.1.2."})
      agent.set(column + std::to_string(row), octets("ADSL"));
  agent.set("1.3.6.1.2.1.2.2.1.4.201326656", integer(1800));
  BOOST_TEST(has(state_of(agent, "huawei-vrp"), "/interfaces/interface[name='ADSL#201326656']/mtu\t1800"));
  BOOST_TEST(has(state_of(agent), "/interfaces/interface[name='ADSL~']/mtu\t1800 ×1"));
}

BOOST_AUTO_TEST_CASE(sessions_that_come_and_go_are_not_shown_nor_is_what_hangs_on_them) {
  Agent agent = small_switch();
  const std::string before = state_of(agent, "net-snmp");
  agent.set("1.3.6.1.2.1.31.1.1.1.1.77", octets("ppp0"));
  agent.set("1.3.6.1.2.1.2.2.1.4.77", integer(1492));
  agent.set("1.3.6.1.2.1.17.1.4.1.2.13", integer(77));
  agent.set("1.3.6.1.2.1.17.7.1.4.3.1.2.10", octets(std::string("\x00\x38", 2))); // port 13 too
  agent.set("1.3.6.1.2.1.4.20.1.2.10.9.9.9", integer(77));
  agent.set("1.3.6.1.2.1.4.20.1.3.10.9.9.9", address(std::string("\xff\xff\xff\xff", 4)));
  BOOST_TEST(state_of(agent, "net-snmp") == before);
}

BOOST_AUTO_TEST_CASE(a_name_pattern_stands_for_whole_names) {
  BOOST_TEST(matches_glob("ppp17", "ppp*"));
  BOOST_TEST(matches_glob("<pppoe-wang>", "<pppoe-*>"));
  BOOST_TEST(matches_glob("Vi2.1", "Vi*.*"));
  BOOST_TEST(!matches_glob("Vlan10", "Vi*"));
  BOOST_TEST(!matches_glob("xppp0", "ppp*"));
  BOOST_TEST(!matches_glob("ppp0 (spare)", "ppp*0"));
  BOOST_TEST(matches_glob("", "*"));
  BOOST_TEST(!matches_glob("", "a"));
}

BOOST_AUTO_TEST_CASE(a_vlan_without_name_and_ports_is_there) {
  Agent agent = small_switch();
  agent.drop("1.3.6.1.2.1.17.7.1.4.3.1");
  agent.set("1.3.6.1.2.1.17.7.1.4.2.1.4.0.30", octets(std::string("\0", 1)));
  agent.set("1.3.6.1.2.1.17.7.1.4.2.1.5.0.30", octets(std::string("\0", 1)));
  agent.set("1.3.6.1.2.1.17.7.1.4.2.1.6.0.30", integer(2));
  agent.set("1.3.6.1.2.1.17.7.1.4.2.1.6.0.31", integer(3)); // made by GVRP
  BOOST_TEST(has(state_of(agent), "/vlans/vlan[id='30']/status\tpermanent"));
  BOOST_TEST(state_of(agent).find("id='31'") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(rows_that_come_or_go_in_mid_reading_are_left_out_and_the_rest_counts) {
  const auto profile = shipped("standard");
  const auto churned = [&](const std::function<void(Agent&)>& churn, StateJob::Outcome& outcome) {
    Agent agent = small_switch();
    agent.set("1.3.6.1.2.1.2.2.1.2.5", octets("session"));
    agent.set("1.3.6.1.2.1.31.1.1.1.1.5", octets("session"));
    agent.ignores = [&](const Request& request) {
      // Once, when the last table is walked.
      if (churn && starts_with(request.oids.back(), oid("1.3.6.1.2.1.4.34")) &&
          agent.objects[oid("1.3.6.1.2.1.31.1.5.0")].number == 500) {
        agent.set("1.3.6.1.2.1.31.1.5.0", ticks(900));
        churn(agent);
      }
      return false;
    };
    return interpret(*profile, read_all(agent, profile, &outcome), {});
  };
  StateJob::Outcome outcome{};
  const Interpreted gone = churned(
      [](Agent& agent) {
        agent.drop("1.3.6.1.2.1.2.2.1.2.5");
        agent.drop("1.3.6.1.2.1.31.1.1.1.1.5");
        agent.set("1.3.6.1.2.1.31.1.1.1.1.6", octets("another session"));
      },
      outcome);
  BOOST_TEST(int(outcome) == int(StateJob::Outcome::complete));
  BOOST_TEST(gone.unknown.empty());
  BOOST_TEST(has(gone.tree.text(), "/interfaces/interface[name='GE0/0/1']/mtu\t1500"));
  BOOST_TEST(gone.tree.text().find("session") == std::string::npos);
  churned(
      [](Agent& agent) {
        agent.set("1.3.6.1.2.1.31.1.1.1.1.1", octets("GE0/0/2"));
        agent.set("1.3.6.1.2.1.31.1.1.1.1.2", octets("GE0/0/1"));
      },
      outcome);
  BOOST_TEST(int(outcome) == int(StateJob::Outcome::moved));
}

BOOST_AUTO_TEST_CASE(names_told_apart_by_mac_are_unknown_while_the_macs_are) {
  const auto profile = shipped("standard");
  const Oid macs = oid("1.3.6.1.2.1.2.2.1.6");
  Agent agent = small_switch();
  Gathered apart = read_all(agent, profile);
  apart.columns[macs].complete = false;
  BOOST_TEST(!interpret(*profile, apart, {}).unknown.contains("/interfaces/interface/mtu"));

  agent.set("1.3.6.1.2.1.31.1.1.1.1.2", octets("GE0/0/1"));
  Gathered gathered = read_all(agent, profile);
  const std::set<Oid> seen = interpret(*profile, gathered, {}).seen;
  gathered.columns[macs].complete = false;
  BOOST_TEST(interpret(*profile, gathered, {}).unknown.contains("/interfaces/interface/mtu"));
  gathered.columns[macs] = {};
  gathered.columns[macs].complete = true;
  BOOST_TEST(interpret(*profile, gathered, seen).unknown.contains("/interfaces/interface/mtu"));
}

BOOST_AUTO_TEST_CASE(without_ifname_the_description_names) {
  Agent agent = small_switch();
  agent.drop("1.3.6.1.2.1.31.1.1.1.1");
  BOOST_TEST(has(state_of(agent), "/interfaces/interface[name='GigabitEthernet0/0/1']/mtu\t1500"));
}

BOOST_AUTO_TEST_CASE(a_column_that_broke_off_is_unknown_and_not_shown) {
  const auto profile = shipped("standard");
  Agent agent = small_switch();
  Gathered gathered = read_all(agent, profile);
  gathered.columns[oid("1.3.6.1.2.1.2.2.1.4")].complete = false;
  const Interpreted reading = interpret(*profile, gathered, {});
  BOOST_TEST(reading.unknown.contains("/interfaces/interface/mtu"));
  BOOST_TEST(!has(reading.tree.text(), "/interfaces/interface[name='GE0/0/1']/mtu\t1500"));
  BOOST_TEST(has(reading.tree.text(), "/interfaces/interface[name='GE0/0/1']/enabled\ttrue"));
}

BOOST_AUTO_TEST_CASE(without_names_all_that_needs_them_is_unknown) {
  const auto profile = shipped("standard");
  Agent agent = small_switch();
  Gathered gathered = read_all(agent, profile);
  gathered.columns[oid("1.3.6.1.2.1.31.1.1.1.1")].complete = false;
  const Interpreted reading = interpret(*profile, gathered, {});
  for (const char* path : {"/interfaces/interface/mtu", "/interfaces/interface/pvid", "/vlans/vlan/port/mode",
                           "/addresses/address/interface"})
    BOOST_TEST(reading.unknown.contains(path), path);
  BOOST_TEST(has(reading.tree.text(), "/vlans/vlan[id='10']/name\tvlan.10"));
}

BOOST_AUTO_TEST_CASE(a_table_that_was_there_and_is_empty_now_is_unknown) {
  Agent agent = small_switch();
  const Interpreted before = read(agent);
  BOOST_TEST(before.unknown.empty());
  agent.drop("1.3.6.1.2.1.17.7.1.4.3.1");
  const Interpreted after = read(agent, before.seen);
  BOOST_TEST(after.unknown.contains("/vlans/vlan/name"));
  BOOST_TEST(after.unknown.contains("/vlans/vlan/port/mode"));
  // To a session that never saw it, it is not there.
  BOOST_TEST(read(agent).unknown.empty());
}

BOOST_AUTO_TEST_CASE(the_current_vlan_table_counts_only_where_there_is_no_static_one) {
  Agent agent = small_switch();
  const std::string mark = "1.3.6.1.2.1.17.7.1.4.2.1";
  for (const char* vlan : {".0.30", ".0.40"}) {
    agent.set(mark + ".4" + vlan, octets(std::string("\x00\x20", 2)));
    agent.set(mark + ".5" + vlan, octets(std::string("\x00\x20", 2)));
    agent.set(mark + ".6" + vlan, integer(vlan == std::string(".0.30") ? 2 : 3)); // permanent, dynamicGvrp
  }
  BOOST_TEST(state_of(agent).find("[id='30']") == std::string::npos);
  agent.drop("1.3.6.1.2.1.17.7.1.4.3.1");
  const std::string text = state_of(agent);
  BOOST_TEST(has(text, "/vlans/vlan[id='30']/port[name='GE0/0/1']/mode\tuntagged"));
  BOOST_TEST(text.find("[id='40']") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_link_local_address_is_named_with_its_interface_not_with_a_zone_number) {
  Agent agent = small_switch();
  const std::string at = ".4.20.254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.2";
  agent.set("1.3.6.1.2.1.4.34.1.3" + at, integer(2));
  agent.set("1.3.6.1.2.1.4.34.1.4" + at, integer(1));
  agent.set("1.3.6.1.2.1.4.34.1.6" + at, integer(2));
  const std::string privacy = ".2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.9";
  agent.set("1.3.6.1.2.1.4.34.1.3" + privacy, integer(2));
  agent.set("1.3.6.1.2.1.4.34.1.6" + privacy, integer(6)); // random: comes and goes
  const std::string text = state_of(agent);
  BOOST_TEST(has(text, "/addresses/address[ip='fe80::1%GE0/0/2']/origin\tmanual"));
  BOOST_TEST(text.find("2001:db8") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(values_are_written_in_one_way) {
  BOOST_TEST(mac_value("00-1A-2B-3C-4D-5E") == "00:1a:2b:3c:4d:5e");
  BOOST_TEST(mac_value("0:15:99:7D:b1:6a") == "00:15:99:7d:b1:6a"); // a printer
  BOOST_TEST(mac_value("a:b:c:d:e") == "61:3a:62:3a:63:3a:64:3a:65");
  BOOST_TEST(mac_value("") == "");
  BOOST_TEST(netmask_value(std::string("\xff\xff\xfe\x00", 4)) == "23");
  BOOST_TEST(netmask_value(std::string("\xff\x00\xff\x00", 4)) == "255.0.255.0");
  BOOST_TEST(text_value("\xbe\xc5\xbd\xad", Encoding::gb18030) == "九江");
  BOOST_TEST(text_value("\xbe\xc5\xbd\xad", Encoding::utf8) == "\xbe\xc5\xbd\xad");
  BOOST_TEST(text_value("九江", Encoding::gb18030) == "九江");
  BOOST_TEST(text_value(std::string("abc\0\0", 5), Encoding::utf8) == "abc");
  BOOST_TEST((ports_value(std::string("\x80\x01", 2), 1) == std::vector<std::uint32_t>{1, 16}));
  BOOST_TEST((ports_value(std::string("\x40", 1), 0) == std::vector<std::uint32_t>{1}));
  BOOST_TEST(ports_value("", 1).empty());
}

BOOST_AUTO_TEST_CASE(hostile_indexes_and_syntaxes_give_no_line_and_no_crash) {
  Agent agent = small_switch();
  agent.set("1.3.6.1.2.1.4.20.1.2.300.1.2.3", integer(2));
  agent.set("1.3.6.1.2.1.4.20.1.2.10.1.2.3.4", integer(2));
  agent.set("1.3.6.1.2.1.4.34.1.3.2.255.1", integer(1));
  agent.set("1.3.6.1.2.1.4.34.1.3.1", integer(1));
  agent.set("1.3.6.1.2.1.31.1.1.1.1.4294967295.7", octets("x"));
  agent.set("1.3.6.1.2.1.2.2.1.4.1", octets("not a number"));
  agent.set("1.3.6.1.2.1.17.1.4.1.2.11", integer(-5));
  agent.set("1.3.6.1.2.1.17.7.1.4.3.1.2.10", integer(77));
  const std::string text = state_of(agent);
  BOOST_TEST(text.find("300.1") == std::string::npos);
  BOOST_TEST(text.find("[name='GE0/0/1']/mtu") == std::string::npos);
  BOOST_TEST(has(text, "/interfaces/interface[name='GE0/0/2']/mtu\t1500"));
  BOOST_TEST(bool(watch::leaves(text)));
}

BOOST_AUTO_TEST_CASE(a_reboot_in_mid_reading_is_noticed) {
  Agent agent = small_switch();
  const auto profile = shipped("standard");
  StateJob job(profile);
  Request request;
  int exchanges = 0;
  while (job.next(request, 20)) {
    if (++exchanges == 4) agent.set("1.3.6.1.2.1.1.3.0", ticks(50));
    Reply reply;
    BOOST_REQUIRE(agent.reply(request, reply));
    job.answered(reply.answer, 500);
  }
  BOOST_TEST(int(job.outcome()) == int(StateJob::Outcome::moved));
}

BOOST_AUTO_TEST_CASE(a_table_stamp_that_is_only_the_clock_moves_nothing) {
  const auto exchanges_with = [](std::uint64_t first, std::uint64_t last) {
    Agent agent = small_switch();
    agent.set("1.3.6.1.2.1.1.3.0", ticks(700'000));
    agent.set("1.3.6.1.2.1.31.1.5.0", ticks(first));
    StateJob job(shipped("standard"));
    Request request;
    int exchanges = 0;
    while (job.next(request, 20)) {
      if (++exchanges == 4) {
        agent.set("1.3.6.1.2.1.1.3.0", ticks(700'300));
        agent.set("1.3.6.1.2.1.31.1.5.0", ticks(last));
      }
      Reply reply;
      BOOST_REQUIRE(agent.reply(request, reply));
      job.answered(reply.answer, 500);
    }
    BOOST_TEST(int(job.outcome()) == int(StateJob::Outcome::complete));
    return exchanges;
  };
  const int quiet = exchanges_with(500, 500);
  BOOST_TEST(exchanges_with(700'000, 700'301) == quiet);
  BOOST_TEST(exchanges_with(500, 700'250) == quiet + 1); // the names once more
}

BOOST_AUTO_TEST_CASE(one_table_that_is_never_answered_costs_only_itself) {
  Agent agent = small_switch();
  agent.ignores = [](const Request& request) {
    return request.kind != Request::Kind::get &&
           starts_with(request.oids.back(), oid("1.3.6.1.2.1.17.7.1.4.3"));
  };
  const auto profile = shipped("standard");
  StateJob::Outcome outcome{};
  const Gathered gathered = read_all(agent, profile, &outcome);
  BOOST_TEST(int(outcome) == int(StateJob::Outcome::complete));
  const Interpreted reading = interpret(*profile, gathered, {});
  BOOST_TEST(reading.unknown.contains("/vlans/vlan/name"));
  BOOST_TEST(!reading.unknown.contains("/addresses/address/interface"));
  BOOST_TEST(has(reading.tree.text(), "/addresses/address[ip='10.1.2.3']/prefix-length\t24"));
}

BOOST_AUTO_TEST_SUITE_END()
