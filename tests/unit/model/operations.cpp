#define BOOST_TEST_DYN_LINK
#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "tests/unit/model/fixture.hpp"

using namespace assent;
using namespace assent::model::test;

BOOST_AUTO_TEST_SUITE(operations)

BOOST_AUTO_TEST_CASE(a_request_is_bound_with_its_edits_untouched_and_its_defaults) {
  const auto bound = shipped().bind_input("assent-ticket:prepare", R"({"assent-ticket:input": {
    "requester": "wang.li", "reason": "地址", "edits": [
      {"operation": "create", "kind": "address", "value": {"network": "extranet", "from": "10.2.0.0/16"}}],
    "permits": [{"label": "access", "path": "/interfaces/interface[name='*']/mtu"}],
    "opens": "2026-11-24T08:00:00+08:00"}})");
  BOOST_REQUIRE_MESSAGE(bound.ok(), shown(bound));
  BOOST_TEST(text_of(*bound, "kind") == "normal");
  BOOST_TEST(!flag_of(*bound, "dry-run", true));
  BOOST_TEST(text_of(*bound, "opens") == "2026-11-24T00:00:00.000000Z");
  const auto& edit = array_of(*bound, "edits").at(0).as_object();
  BOOST_TEST(text_of(object_of(edit, "value"), "from") == "10.2.0.0/16");
  BOOST_TEST(text_of(array_of(*bound, "permits").at(0).as_object(), "operation") == "any");
}

BOOST_AUTO_TEST_CASE(an_operation_without_input_takes_none) {
  BOOST_TEST(shipped().bind_input("assent-admin:checkpoint", "").ok());
  BOOST_TEST(shipped().bind_input("assent-admin:checkpoint", "{}").ok());
  BOOST_TEST(!shipped().bind_input("assent-admin:checkpoint", R"({"a":1})").ok());
}

BOOST_AUTO_TEST_CASE(counters_are_exact_to_the_last_of_64_bits) {
  const auto bound = shipped().bind_input("assent-agent:report", R"({
    "session": "0b0e4c1e-5a43-4f2b-9d8c-0123456789ab", "sequence": "7", "sent": "2026-11-24T08:00:00Z",
    "counters": [{"device": 3, "time": "2026-11-24T08:00:00Z", "names": ["eth0", "eth0"],
      "in-octets": [18446744073709551615, "unknown"], "out-octets": ["18446744073709551615", 0]}]})");
  BOOST_REQUIRE_MESSAGE(bound.ok(), shown(bound));
  BOOST_TEST(number_of(*bound, "sequence") == 7u);
  const auto& row = array_of(*bound, "counters").at(0).as_object();
  BOOST_TEST(array_of(row, "in-octets").at(0).as_uint64() == UINT64_MAX);
  BOOST_TEST(array_of(row, "in-octets").at(1).as_string() == "unknown");
}

BOOST_AUTO_TEST_CASE(an_unknown_operation_is_not_found_and_its_likeness_named) {
  const auto bound = shipped().bind_input("assent-ticket:prepar", "{}");
  BOOST_REQUIRE(!bound.ok());
  BOOST_CHECK(bound.error().fault == Fault::not_found);
  BOOST_REQUIRE(bound.error().next.has_value());
  BOOST_TEST(bound.error().next->args.at(0).second == "assent-ticket:prepare");
}

BOOST_AUTO_TEST_CASE(all_operations_of_the_contract_exist) {
  const auto names = shipped().operations();
  for (const std::string name :
       {"assent-ticket:prepare", "assent-ticket:page", "assent-ticket:act", "assent-ticket:standard",
        "assent-ticket:explain", "assent-ticket:status", "assent-ticket:restructure", "assent-agent:plan",
        "assent-agent:report", "assent-agent:tree", "assent-admin:backup", "assent-admin:checkpoint",
        "assent-admin:check"})
    BOOST_TEST((std::find(names.begin(), names.end(), name) != names.end()), name);
}

BOOST_AUTO_TEST_CASE(a_new_object_needs_what_is_mandatory_and_a_modified_one_does_not) {
  const auto value = json::parse(R"({"description": "office"})");
  BOOST_TEST(!shipped().bind_object("prefix", value, false).ok());
  const auto partial = shipped().bind_object("prefix", value, true);
  BOOST_REQUIRE_MESSAGE(partial.ok(), shown(partial));
  BOOST_TEST(partial->size() == 1u); // no default creeps into a modification
  const auto made = shipped().bind_object(
      "prefix",
      json::parse(R"({"network": "extranet", "from": 5, "length": 24, "organisation": "九江市/浔阳区"})"),
      false);
  BOOST_REQUIRE_MESSAGE(made.ok(), shown(made));
  BOOST_TEST(text_of(*made, "status") == "active");
  BOOST_TEST(number_of(*made, "from") == 5u);
}

BOOST_AUTO_TEST_CASE(null_removes_only_in_a_modification) {
  const auto value = json::parse(R"({"description": null})");
  const auto partial = shipped().bind_object("prefix", value, true);
  BOOST_REQUIRE_MESSAGE(partial.ok(), shown(partial));
  BOOST_TEST(partial->at("description").is_null());
  BOOST_TEST(!shipped().bind_object("prefix", json::parse(R"({"network": null})"), true).ok());
}

BOOST_AUTO_TEST_CASE(a_quoted_number_stays_a_name_where_a_reference_may_be_either) {
  const auto bound = shipped().bind_object(
      "role", json::parse(R"({"person": "5", "role": "auditor", "organisation": 5})"), false);
  BOOST_REQUIRE_MESSAGE(bound.ok(), shown(bound));
  BOOST_TEST(bound->at("person").is_string());
  BOOST_TEST(bound->at("organisation").is_int64());
}

BOOST_AUTO_TEST_CASE(nobody_gives_a_number_a_version_or_a_fingerprint) {
  for (const char* name : {"id", "version", "fingerprint"}) {
    json::object value{{"person", 1}, {"public-key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA=="}};
    BOOST_TEST(shipped().bind_object("key", value, false).ok());
    value[name] = 1;
    const auto bound = shipped().bind_object("key", value, false);
    BOOST_REQUIRE(!bound.ok());
    BOOST_TEST(bound.error().mistakes.at(0).what.id == "model.computed");
  }
  BOOST_TEST(!shipped().bind_object("ticket", json::object{}, false).ok());
}

BOOST_AUTO_TEST_SUITE_END()
