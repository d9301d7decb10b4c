#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>
#include <future>

#include "fakes.hpp"

using namespace assent;
using namespace assent::api;
using Door = core::Peer::Door;

namespace {

struct Searched {
  FakeClock clock;
  fake::Core core;
  std::uint64_t authority = 1;
  Service service{{fake::catalogue(), Language::en, {}, [this] { return authority; }, {}},
                  core,
                  clock,
                  std::make_unique<fake::Model>()};

  Searched() {
    auto& rows = core.kept.contents;
    rows.put(Kind::organisation, 1, 1, R"({"name":"九江市","tier":"city"})");
    rows.put(Kind::organisation, 2, 1, R"({"name":"浔阳区","parent":1,"tier":"county"})");
    rows.put(Kind::person, 1, 1, R"({"accounts":["li"],"handle":"li.na","organisation":2,"state":"active"})");
    rows.put(Kind::role, 1, 1, R"({"organisation":2,"person":1,"role":"administrator"})");
    rows.put(Kind::policy, 1, 1, R"({"name":"demo","text":"name: demo"})");
    rows.put(Kind::address, 1, 3,
             R"({"address":"10.1.0.1","name":"printer-1","network":1,"organisation":1})");
    rows.put(Kind::address, 2, 1,
             R"({"address":"10.1.0.2","name":"printer-2","network":1,"organisation":2})");
    rows.put(Kind::ticket, 7, 1, R"({"reason":"printer 维修","requester":1,"state":"open"})");
    core.kept.contents.decisions.push_back({journal::Stream::decisions, 0, "", "{}"});
  }

  HttpResponse get(std::string target, Door door = Door::person, bool trusted = true) {
    Call call;
    call.peer = {door, door == Door::person ? "li" : "", ""};
    call.trusted = trusted;
    call.request.method = "GET";
    call.request.target = std::move(target);
    call.request.host = "localhost";
    const auto promised = std::make_shared<std::promise<Later>>();
    auto now = service.handle(call, [promised](Later later) { promised->set_value(std::move(later)); });
    return now ? std::move(*now) : service.finish(call, promised->get_future().get());
  }
  /// `address.1 ticket.7`
  std::string found(const std::string& query, Door door = Door::person, bool trusted = true) {
    const auto response = get("/restconf/data/assent-status:search?q=" + query, door, trusted);
    BOOST_TEST(response.status == 200, response.body);
    const auto body = json::parse(response.body);
    std::string out;
    for (const auto& hit : body.at("assent-status:search").as_array())
      out += (out.empty() ? "" : " ") + std::string(hit.at("kind").as_string()) + "." +
             std::to_string(hit.at("object").at("id").to_number<Id>());
    return out;
  }
  void decide(std::uint64_t number, const std::string& rows) {
    const std::lock_guard lock(core.kept.contents.mutex);
    core.kept.contents.decisions.push_back(
        {journal::Stream::decisions, number, "", R"({"event":"ticket-opened","rows":[)" + rows + "]}"});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(searching, Searched)

BOOST_AUTO_TEST_CASE(a_hit_is_told_with_its_kind_its_row_and_where_it_matched) {
  const auto response = get("/restconf/data/assent-status:search?q=printer-1");
  BOOST_TEST(
      response.body ==
      R"({"assent-status:search":[{"kind":"address","object":{"id":1,"version":3,"address":"10.1.0.1",)"
      R"("name":"printer-1","network":1,"organisation":1},"matched":["name"]}]})");
}

BOOST_AUTO_TEST_CASE(pages_go_on_where_they_ended) {
  const auto first = json::parse(get("/restconf/data/assent-status:search?q=printer&limit=2").body);
  BOOST_TEST(first.at("assent-status:search").as_array().size() == 2U);
  BOOST_TEST(first.at("next").as_string() == "ticket.0");
  const auto second =
      json::parse(get("/restconf/data/assent-status:search?q=printer&limit=2&after=ticket.0").body);
  BOOST_TEST(second.at("assent-status:search").as_array().size() == 1U);
  BOOST_TEST(!second.as_object().contains("next"));
}

BOOST_AUTO_TEST_CASE(readers_find_only_what_they_may_read) {
  BOOST_TEST(found("printer") == "address.1 address.2 ticket.7");
  BOOST_TEST(found("printer", Door::person, false) ==
             "address.2 ticket.7");                                    // li.na: 浔阳区 and his own ticket
  BOOST_TEST(found("printer", Door::status) == "address.1 address.2"); // reasons are not for monitors
  BOOST_TEST(found("li.na").find("person.1") != std::string::npos);
  BOOST_TEST(found("li.na", Door::status).empty());
  BOOST_TEST(found("requester:li.na", Door::status).empty());
  BOOST_TEST(get("/restconf/data/assent-status:search?q=printer", Door::agent).status == 403);
}

BOOST_AUTO_TEST_CASE(what_was_decided_a_moment_ago_is_found) {
  BOOST_TEST(found("printer") == "address.1 address.2 ticket.7");
  core.kept.contents.put(Kind::address, 3, 1,
                         R"({"address":"10.1.0.3","name":"printer-3","network":1,"organisation":1})");
  decide(
      1,
      R"({"body":{"address":"10.1.0.3","name":"printer-3","network":1,"organisation":1},"id":3,"kind":"address","version":1})");
  BOOST_TEST(found("printer") == "address.1 address.2 address.3 ticket.7");
  {
    const std::lock_guard lock(core.kept.contents.mutex);
    core.kept.contents.rows[Kind::address].erase(1);
  }
  decide(2, R"({"gone":true,"id":1,"kind":"address","version":4})");
  BOOST_TEST(found("printer") == "address.2 address.3 ticket.7");
}

BOOST_AUTO_TEST_CASE(what_makes_no_question_is_refused) {
  const std::pair<const char*, const char*> cases[] = {{"", "search.empty"},
                                                       {"?q=", "search.empty"},
                                                       {"?q=%22open", "search.open-quote"},
                                                       {"?q=a&limit=0", "api.bad-parameter"},
                                                       {"?q=a&limit=1001", "api.bad-parameter"},
                                                       {"?q=a&after=1", "api.bad-parameter"},
                                                       {"?q=a&after=act.1", "api.bad-parameter"},
                                                       {"?q=a&other=1", "api.bad-parameter"},
                                                       {"?q=%FF%FE", "search.not-text"}};
  for (const auto& [query, id] : cases) {
    const auto response = get(std::string("/restconf/data/assent-status:search") + query);
    BOOST_TEST(response.status == 400, query);
    BOOST_TEST(error_from_restconf(json::parse(response.body), response.status).what.id == id, query);
  }
}

BOOST_AUTO_TEST_CASE(a_service_that_ends_leaves_nobody_waiting) {
  // Questions that wait are dropped with the connections that asked them.
  auto searching = std::make_unique<Search>(core.kept);
  std::atomic<int> answered = 0;
  for (int i = 0; i < 80; ++i)
    searching->ask([](const Indexed&, store::Reader&) { return Result<json::object>(json::object{}); },
                   [&](Result<json::object>) { ++answered; });
  searching.reset();
  BOOST_TEST(answered <= 80);
}

BOOST_AUTO_TEST_SUITE_END()
