#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/registry/world.hpp"

using namespace assent;
using namespace assent::registry;
using namespace assent::registry::testing;

BOOST_AUTO_TEST_SUITE(load)

BOOST_FIXTURE_TEST_CASE(a_register_loaded_from_its_rows_is_the_same, City) {
  prefix("10.1.0.0/16", "浔阳区");
  prefix("10.1.2.0/24", "浔阳区", "active");
  must(next_address("10.1.2.0/24"));
  must(next_address("10.1.0.0/16"));
  World again;
  for (std::size_t i = 0; i < kind_names.size(); ++i) {
    std::vector<Object> rows;
    registry.each(static_cast<Kind>(i), [&](const Object& object) { rows.push_back(object); });
    // Rows of one kind come in any order.
    for (auto row = rows.rbegin(); row != rows.rend(); ++row)
      BOOST_REQUIRE(again.registry.load(static_cast<Kind>(i), row->id, row->version, row->body).ok());
  }
  BOOST_REQUIRE(again.registry.loaded().ok());
  BOOST_TEST(print(again.registry) == print(registry));
  for (const char* from : {"10.1.2.0/24", "10.1.0.0/16", "10.0.0.0/8"})
    BOOST_TEST(text_of(again.must(next_address(from)).body, "address") == address(from));
  BOOST_TEST(text_of(again.must(next_prefix("10.1.0.0/16", 20)).body, "prefix") == room("10.1.0.0/16", 20));
}

BOOST_AUTO_TEST_CASE(a_damaged_store_is_not_believed) {
  const auto fails = [](std::vector<std::tuple<Kind, Id, const char*>> rows) {
    Registry registry;
    for (const auto& [kind, id, text] : rows) {
      const auto status = registry.load(kind, id, 1, body(text));
      if (!status) {
        BOOST_TEST((status.error().fault == Fault::outside));
        return true;
      }
    }
    const auto status = registry.loaded();
    if (!status) BOOST_TEST((status.error().fault == Fault::outside));
    return !status.ok();
  };
  const std::tuple<Kind, Id, const char*> root{Kind::organisation, 1, R"({"name":"九江市","tier":"city"})"};
  const std::tuple<Kind, Id, const char*> net{Kind::network, 1, R"({"name":"extranet"})"};
  const std::tuple<Kind, Id, const char*> block{Kind::block, 1,
                                                R"({"network":1,"prefix":"10.0.0.0/8","organisation":1})"};
  BOOST_TEST(!fails({root, net, block}));
  BOOST_TEST(fails({root, root}));
  BOOST_TEST(fails({root, {Kind::organisation, 2, R"({"name":"b","tier":"city"})"}}));
  BOOST_TEST(fails({{Kind::organisation, 1, R"({"name":"a","tier":"city","parent":2})"},
                    {Kind::organisation, 2, R"({"name":"b","tier":"city","parent":1})"}}));
  BOOST_TEST(fails({{Kind::organisation, 1, R"({"name":"a","tier":"town"})"}}));
  BOOST_TEST(fails({root, net, {Kind::block, 1, R"({"network":2,"prefix":"10.0.0.0/8","organisation":1})"}}));
  BOOST_TEST(
      fails({root, net, block, {Kind::block, 2, R"({"network":1,"prefix":"10.0.0.0/9","organisation":1})"}}));
  BOOST_TEST(fails(
      {root, net, block, {Kind::prefix, 1, R"({"network":1,"prefix":"11.0.0.0/9","organisation":1})"}}));
  BOOST_TEST(fails(
      {root, net, block, {Kind::address, 1, R"({"network":1,"address":"11.0.0.0","organisation":1})"}}));
  BOOST_TEST(fails({root,
                    net,
                    block,
                    {Kind::address, 1, R"({"network":1,"address":"10.0.0.1","organisation":1})"},
                    {Kind::address, 2, R"({"network":1,"address":"10.0.0.1","organisation":1})"}}));
  BOOST_TEST(fails({root,
                    net,
                    {Kind::device, 1,
                     R"({"name":"d","network":1,"address":"10.0.0.1","organisation":1,"profile":"none"})"}}));
  BOOST_TEST(fails({{Kind::ticket, 1, "{}"}}));
  BOOST_TEST(fails({{Kind::organisation, 0, R"({"name":"九江市","tier":"city"})"}}));
}

BOOST_FIXTURE_TEST_CASE(numbers_of_deleted_objects_stay_used_after_a_restart, City) {
  registry.set_last_id(Kind::prefix, 41);
  registry.set_last_id(Kind::prefix, 7);
  BOOST_TEST(prefix("10.1.0.0/16") == 42U);
}

BOOST_FIXTURE_TEST_CASE(people_find_things_by_what_they_write, City) {
  BOOST_TEST(*registry.find(Kind::organisation, "九江市/浔阳区") == xunyang);
  BOOST_TEST(*registry.find(Kind::organisation, "浔阳区/教育局") == bureau);
  BOOST_TEST(*registry.find(Kind::organisation, "教育局") == bureau);
  BOOST_TEST(*registry.find(Kind::organisation, "3") == lushan);
  const Id other = make(Kind::organisation, R"({"name":"教育局","tier":"bureau","parent":"九江市"})");
  const auto two = registry.find(Kind::organisation, "教育局");
  BOOST_REQUIRE(!two.ok());
  BOOST_TEST(two.error().what.id == "registry.ambiguous");
  BOOST_TEST(two.error().evidence.size() == 2U);
  BOOST_TEST(*registry.find(Kind::organisation, "九江市/教育局") == other);
  const Id id = prefix("10.1.0.0/16");
  BOOST_TEST(*registry.find(Kind::prefix, "10.1.0.0/16", extranet) == id);
  BOOST_TEST(*registry.find(Kind::prefix, "10.1.0.0/16") == id);
  BOOST_TEST(!registry.find(Kind::prefix, "10.1.0.0/16", intranet).ok());
  BOOST_TEST(*registry.find(Kind::block, "extranet 10.0.0.0/8") == block);
}

BOOST_FIXTURE_TEST_CASE(a_typo_is_answered_with_what_was_perhaps_meant, City) {
  const auto net = registry.find(Kind::network, "extrant");
  BOOST_REQUIRE(!net.ok());
  BOOST_TEST((net.error().fault == Fault::not_found));
  BOOST_REQUIRE(net.error().next.has_value());
  BOOST_TEST(net.error().next->args.at(0).second == "extranet");
  const auto part = registry.find(Kind::organisation, "浔阳");
  BOOST_REQUIRE(!part.ok());
  BOOST_TEST(part.error().evidence.at(0).args.at(0).second == "organisation 九江市/浔阳区");
  prefix("10.1.0.0/16");
  const auto near = registry.find(Kind::address, "10.1.0.7");
  BOOST_REQUIRE(!near.ok());
  BOOST_TEST(near.error().evidence.at(0).args.at(0).second == "prefix extranet 10.1.0.0/16 九江市");
  for (const char* text : {"", "0", "99", "a/b/c", "/", "$1", "-1"})
    BOOST_TEST(!registry.find(Kind::organisation, text).ok(), text);
  BOOST_TEST(!registry.find(Kind::ticket, "1").ok());
  BOOST_TEST(!registry.find(Kind::organisation, std::string(5000, 'x')).ok());
}

BOOST_AUTO_TEST_SUITE_END()
