// A table whose last row was removed, and one that was lost, look the same to a walk.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "world.hpp"

using namespace world;

namespace {

const char* const vlan_table = "1.3.6.1.2.1.17.7.1.4.3.1";
const char* const vlan_count = "1.3.6.1.2.1.17.7.1.1.4.0";
const char* const address_table = "1.3.6.1.2.1.4.20.1";
const std::set<std::string> vlan_leaves = {"/vlans/vlan/name", "/vlans/vlan/port/mode", "/vlans/vlan/status"};

/// Readings of one device, one after the other, as the poller has them interpreted.
struct Session {
  Agent agent = small_switch();
  std::set<Oid> seen;
  std::set<std::string> empty_before;
  Session() { agent.set(vlan_count, {Type::gauge32, 2, {}, {}}); }

  Interpreted read() {
    const auto profile = shipped("standard");
    Interpreted reading = interpret(*profile, read_all(agent, profile), seen, empty_before);
    seen.insert(reading.seen.begin(), reading.seen.end());
    empty_before = reading.empty_tables;
    return reading;
  }
  void no_vlans(std::uint64_t count) {
    agent.drop(vlan_table);
    agent.set(vlan_count, {Type::gauge32, count, {}, {}});
  }
};

bool all_of(const std::set<std::string>& wanted, const std::set<std::string>& in) {
  return std::ranges::all_of(wanted, [&](const std::string& path) { return in.contains(path); });
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(empty_tables, Session)

BOOST_AUTO_TEST_CASE(a_table_that_its_counter_calls_empty_twice_is_empty) {
  BOOST_TEST(read().empty.empty());
  no_vlans(0);
  const Interpreted once = read();
  BOOST_TEST(once.empty.empty());
  BOOST_TEST(all_of(vlan_leaves, once.unknown));
  const Interpreted twice = read();
  BOOST_TEST(all_of(vlan_leaves, twice.empty));
  BOOST_TEST(twice.unknown.empty());
}

BOOST_AUTO_TEST_CASE(a_table_whose_counter_still_counts_rows_was_lost) {
  read();
  no_vlans(2);
  for (int reading = 0; reading < 4; ++reading) {
    const Interpreted lost = read();
    BOOST_TEST(lost.empty.empty());
    BOOST_TEST(all_of(vlan_leaves, lost.unknown));
  }
}

BOOST_AUTO_TEST_CASE(without_a_counter_the_device_must_know_the_object) {
  read();
  agent.drop(address_table);
  for (int reading = 0; reading < 2; ++reading)
    BOOST_TEST(read().empty.empty()); // it says noSuchInstance of everything: that proves nothing
  agent.implemented = {oid("1.3.6.1.2.1.4.20.1.2"), oid("1.3.6.1.2.1.4.34.1.3")};
  BOOST_TEST(read().empty.empty());
  const Interpreted known = read();
  BOOST_TEST(known.empty.contains("/addresses/address/interface"));
  BOOST_TEST(known.empty.contains("/addresses/address/prefix-length"));
  agent.implemented = {oid("1.3.6.1.2.1.1")};
  read();
  BOOST_TEST(read().empty.empty()); // the view was narrowed, or the subagent has gone
}

BOOST_AUTO_TEST_CASE(a_leaf_of_two_tables_is_empty_only_where_both_are) {
  agent.set("1.3.6.1.2.1.4.34.1.3.1.4.10.1.2.4", integer(1));
  agent.set("1.3.6.1.2.1.4.34.1.4.1.4.10.1.2.4", integer(1));
  read();
  agent.drop("1.3.6.1.2.1.4.34.1");
  agent.drop(address_table);
  agent.implemented = {oid("1.3.6.1.2.1.4.20.1.2")}; // of the newer table it says that there is none
  read();
  const Interpreted reading = read();
  BOOST_TEST(reading.empty.empty());
  BOOST_TEST(reading.unknown.contains("/addresses/address/interface"));
}

BOOST_AUTO_TEST_CASE(a_device_that_has_just_started_proves_nothing) {
  read();
  no_vlans(0);
  agent.set("1.3.6.1.2.1.1.3.0", ticks(299 * 100));
  for (int reading = 0; reading < 3; ++reading)
    BOOST_TEST(read().empty.empty());
  agent.set("1.3.6.1.2.1.1.3.0", ticks(300 * 100));
  read();
  BOOST_TEST(all_of(vlan_leaves, read().empty));
}

BOOST_AUTO_TEST_CASE(an_agent_that_shows_no_interface_has_lost_more_than_a_table) {
  read();
  no_vlans(0);
  agent.drop("1.3.6.1.2.1.2.2.1");
  agent.drop("1.3.6.1.2.1.31.1.1.1");
  for (int reading = 0; reading < 3; ++reading)
    BOOST_TEST(read().empty.empty());
}

BOOST_AUTO_TEST_CASE(a_walk_that_broke_off_proves_nothing) {
  const auto profile = shipped("standard");
  read();
  no_vlans(0);
  agent.ignores = [](const Request& request) {
    return request.kind != Request::Kind::get && starts_with(request.oids.back(), oid(vlan_table));
  };
  for (int reading = 0; reading < 3; ++reading)
    BOOST_TEST(read().empty.empty());
}

BOOST_AUTO_TEST_CASE(lists_without_a_port_say_that_no_vlan_has_one) {
  read();
  for (const char* list : {".2.10", ".2.20", ".4.10", ".4.20"})
    agent.set(vlan_table + std::string(list), octets(std::string("\0\0", 2)));
  const Interpreted reading = read();
  BOOST_TEST((reading.empty == std::set<std::string>{"/vlans/vlan/port/mode"}));
  BOOST_TEST(has(reading.tree.text(), "/vlans/vlan[id='10']/name\tvlan.10"));
  agent.set(vlan_table + std::string(".2.10"), integer(7)); // not a list at all
  BOOST_TEST(read().empty.empty());
}

BOOST_AUTO_TEST_CASE(rows_that_are_all_put_out_of_service_are_gone) {
  read();
  for (const char* row : {".5.10", ".5.20"})
    agent.set(vlan_table + std::string(row), integer(2));
  BOOST_TEST(all_of(vlan_leaves, read().empty));
}

BOOST_AUTO_TEST_CASE(a_configured_vlan_without_name_and_ports_is_there) {
  agent.set(vlan_table + std::string(".5.30"), integer(1));
  const std::string text = read().tree.text();
  BOOST_TEST(has(text, "/vlans/vlan[id='30']/status\tactive"));
  BOOST_TEST(text.find("/vlans/vlan[id='30']/name") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
