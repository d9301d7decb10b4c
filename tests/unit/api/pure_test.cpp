#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>
#include <fstream>

#include "daemon/api/cursor.hpp"
#include "daemon/api/metrics.hpp"
#include "daemon/api/route.hpp"
#include "daemon/api/rows.hpp"
#include "fakes.hpp"

using namespace assent;
using namespace assent::api;
using What = Route::What;

BOOST_AUTO_TEST_SUITE(pure)

BOOST_AUTO_TEST_CASE(each_path_leads_where_the_documents_say) {
  const auto what = [](const char* method, const char* target) { return route(method, target)->what; };
  BOOST_TEST((what("GET", "/restconf/data/assent-registry:address") == What::listing));
  BOOST_TEST((what("HEAD", "/restconf/data/assent-registry:address=7") == What::object));
  BOOST_TEST((what("GET", "/restconf/data/assent-registry:tree=sha256:ab") == What::tree));
  BOOST_TEST((what("GET", "/restconf/data/assent-status:journal?stream=records") == What::journal));
  BOOST_TEST((what("GET", "/restconf/data/assent-status:alarms") == What::status));
  BOOST_TEST((what("GET", "/restconf/streams/events") == What::events));
  BOOST_TEST((what("POST", "/restconf/operations/assent-ticket:act") == What::operation));
  BOOST_TEST((what("GET", "/healthz") == What::livez));
  BOOST_TEST((what("GET", "/") == What::page));
  BOOST_TEST((what("GET", "/page/app.js") == What::page));
  BOOST_TEST((what("POST", "/") == What::not_allowed));
  BOOST_TEST((what("GET", "/restconf/data/assent-status:events?limit=9") == What::recent));
  BOOST_TEST((what("GET", "/restconf/data/assent-status:space?network=1") == What::space));
  BOOST_TEST((what("DELETE", "/restconf/data/assent-registry:address=7") == What::not_allowed));
  BOOST_TEST((what("GET", "/restconf/operations/assent-ticket:act") == What::not_allowed));
  for (const char* target :
       {"/pages", "/restconf/data/assent-registry:nonsense", "/restconf/data/assent-registry:address=x",
        "/restconf/data/assent-registry:address=0", "/restconf/data/assent-registry:tree",
        "/restconf/data/../operations", "/metrics/", "/restconf/data/assent-status:secrets"})
    BOOST_TEST((what("GET", target) == What::nothing), target);
}

BOOST_AUTO_TEST_CASE(malformed_targets_are_refused) {
  for (const std::string target :
       {"", "restconf", "http://host/restconf", "*", "/a b", "/%", "/%4", "/%zz", "/%00", "/a#b", "/\x80"})
    BOOST_TEST(!route("GET", target).ok(), target);
  BOOST_TEST(!route("GET", "/" + std::string(3000, 'a')).ok());
  BOOST_TEST(!route("GET", "/metrics?a=1&a=2").ok());
  BOOST_TEST(!route("GET", "/metrics?=1").ok());
}

BOOST_AUTO_TEST_CASE(a_query_is_decoded_once) {
  const auto routed =
      route("GET", "/restconf/data/assent-registry:prefix?prefix=10.0.0.0%2F8&name=%2541&limit=5&after=9");
  BOOST_REQUIRE(routed.ok());
  const auto query = list_query(*routed);
  BOOST_REQUIRE(query.ok());
  BOOST_TEST(query->limit == 5);
  BOOST_TEST(query->after == 9);
  BOOST_REQUIRE(query->filter.size() == 2);
  BOOST_TEST(query->filter[0].second == "10.0.0.0/8");
  BOOST_TEST(query->filter[1].second == "%41");
}

BOOST_AUTO_TEST_CASE(numbers_out_of_bounds_are_refused) {
  for (const char* value : {"0", "-1", "10001", "1e3", "9007199254740993", "99999999999999999999", ""}) {
    const auto routed = route("GET", std::string("/restconf/data/assent-registry:prefix?limit=") + value);
    BOOST_REQUIRE(routed.ok());
    BOOST_TEST(!list_query(*routed).ok(), value);
  }
  std::uint64_t number = 0;
  BOOST_TEST(read_number("9007199254740991", number));
  BOOST_TEST(!read_number("9007199254740992", number));
}

BOOST_AUTO_TEST_CASE(only_local_host_names_pass_the_status_door) {
  for (const char* host : {"localhost", "LOCALHOST:9723", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:9723"})
    BOOST_TEST(is_local_host(host), host);
  for (const char* host : {"", "example.org", "localhost.example.org", "127.0.0.10", "localhost:",
                           "localhost:x", "localhost:123456", "[::1]x", "127.0.0.1.evil", "0.0.0.0"})
    BOOST_TEST(!is_local_host(host), host);
}

BOOST_AUTO_TEST_CASE(a_monitor_sees_no_personal_data) {
  for (const Kind kind : {Kind::person, Kind::key, Kind::role, Kind::act}) {
    BOOST_TEST(!may_read(View::monitor, kind));
    BOOST_TEST(may_read(View::full, kind));
    BOOST_TEST(!may_read(View::agent, kind));
  }
  const store::StoredRow ticket{5, 2, R"({"account":"li","reason":"for Li","requester":3,"state":"open"})"};
  BOOST_TEST(row_text(View::monitor, Kind::ticket, ticket) == R"({"id":5,"version":2,"state":"open"})");
  BOOST_TEST(row_text(View::full, Kind::ticket, ticket) == R"({"id":5,"version":2,)" + ticket.body.substr(1));
  const store::StoredRow approved{
      5, 3, R"({"approvals":[{"act":9,"at":"2026-11-23T00:00:00Z","key":"k","person":3,"stage":"city"}]})"};
  BOOST_TEST(row_text(View::monitor, Kind::ticket, approved) ==
             R"({"id":5,"version":3,"approvals":[{"at":"2026-11-23T00:00:00Z","stage":"city"}]})");
  const store::StoredRow finding{6, 1, R"({"after":"1500","how":"CLI","path":"/a","who":"li"})"};
  BOOST_TEST(row_text(View::monitor, Kind::finding, finding) ==
             R"({"id":6,"version":1,"after":"1500","path":"/a"})");
  const store::StoredRow device{7, 1, R"({"credential":"secret-name","name":"sw1"})"};
  BOOST_TEST(row_text(View::monitor, Kind::device, device) == R"({"id":7,"version":1,"name":"sw1"})");
  BOOST_TEST(row_text(View::monitor, Kind::device, {8, 1, "{}"}) == R"({"id":8,"version":1})");
  BOOST_TEST(!may_follow(View::monitor, "ticket-submitted"));
  BOOST_TEST(!may_follow(View::monitor, "refused"));
  BOOST_TEST(may_follow(View::monitor, "finding-opened"));
  BOOST_TEST((shown(View::monitor, {"a.b", {{"who", "li"}, {"path", "/a"}}}).args[0].second == "…"));
}

BOOST_AUTO_TEST_CASE(metrics_are_grouped_by_family_with_help_and_type) {
  core::Figures figures;
  figures.gauges = {{"assent_tickets{state=\"open\"}", 2},
                    {"assent_ready", 1},
                    {"assent_tickets{state=\"approved\"}", 1},
                    {"assent_alarms", std::numeric_limits<double>::quiet_NaN()}};
  figures.counters = {{"syslog_sent", 12345678}};
  figures.step_buckets = {1, 2, 3, 0, 0, 1};
  figures.step_seconds = 0.5;
  BOOST_TEST(
      metrics_text(figures) ==
      "# HELP assent_ready Whether /readyz would say yes.\n# TYPE assent_ready gauge\nassent_ready 1\n"
      "# HELP assent_tickets Tickets on their way, by state.\n# TYPE assent_tickets gauge\n"
      "assent_tickets{state=\"approved\"} 1\nassent_tickets{state=\"open\"} 2\n"
      "# HELP assent_syslog_sent_total Messages sent.\n# TYPE assent_syslog_sent_total counter\n"
      "assent_syslog_sent_total 12345678\n"
      "# HELP assent_core_step_seconds Length of core's steps.\n# TYPE assent_core_step_seconds histogram\n"
      "assent_core_step_seconds_bucket{le=\"1e-05\"} 1\nassent_core_step_seconds_bucket{le=\"0.0001\"} 3\n"
      "assent_core_step_seconds_bucket{le=\"0.001\"} 6\nassent_core_step_seconds_bucket{le=\"0.002\"} 6\n"
      "assent_core_step_seconds_bucket{le=\"0.01\"} 6\nassent_core_step_seconds_bucket{le=\"+Inf\"} 7\n"
      "assent_core_step_seconds_sum 0.5\nassent_core_step_seconds_count 7\n");
}

BOOST_AUTO_TEST_CASE(every_family_of_the_document_has_its_own_help) {
  std::ifstream file(ASSENT_SOURCE_DIR "/docs/metrics.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  core::Figures figures;
  for (auto at = text.find("`assent_"); at != std::string::npos; at = text.find("`assent_", at + 1)) {
    const auto end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at + 1);
    figures.counters.emplace_back(text.substr(at + 1, end - at - 1), 1);
  }
  BOOST_TEST(figures.counters.size() > 20);
  for (auto& [family, value] : figures.counters) {
    if (family == "assent_core_step_seconds") continue;
    core::Figures one;
    (family.ends_with("_total") ? one.counters : one.gauges).emplace_back(family, 1);
    BOOST_TEST(metrics_text(one).find("See docs/metrics.md") == std::string::npos, family);
  }
}

BOOST_AUTO_TEST_CASE(label_values_are_escaped) {
  BOOST_TEST(labelled("a", {{"b", "x\"y\\z\nw"}, {"c", "中"}}) == "a{b=\"x\\\"y\\\\z\\nw\",c=\"中\"}");
}

BOOST_AUTO_TEST_CASE(a_cursor_reads_back_and_nonsense_is_refused) {
  BOOST_TEST(to_text(*parse_cursor("12.0")) == "12.0");
  for (const char* text : {"", "1", "1.", ".1", "1.2.3", "-1.2", "1.x", "99999999999999999.1"})
    BOOST_TEST(!parse_cursor(text).ok(), text);
}

BOOST_AUTO_TEST_CASE(the_head_of_a_response_is_exact) {
  HttpResponse response;
  response.status = 503;
  response.body = "{}";
  response.retry_later = true;
  BOOST_TEST(
      response_head(response, false) ==
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/yang-data+json\r\nCache-Control: "
      "no-store\r\n"
      "X-Content-Type-Options: nosniff\r\nRetry-After: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\n");
}

BOOST_AUTO_TEST_SUITE_END()
