// A Service over fakes, and a register of which each person reads a part.
#pragma once

#include <boost/test/unit_test.hpp>

#include "fakes.hpp"

namespace assent::api::test {

using Door = core::Peer::Door;

struct World {
  FakeClock clock;
  fake::Core core;
  std::uint64_t authority = 1;
  Service service{{fake::catalogue(), Language::en, {}, [this] { return authority; }},
                  core,
                  clock,
                  std::make_unique<fake::Model>()};
  Call call;

  HttpResponse ask(Door door, std::string method, std::string target, std::string body = {},
                   std::string account = "li", bool trusted = false) {
    call = Call{};
    call.peer = {door, door == Door::person ? std::move(account) : "", door == Door::agent ? "snmp" : ""};
    call.trusted = trusted;
    call.request.method = std::move(method);
    call.request.target = std::move(target);
    call.request.host = "localhost";
    call.request.body = std::move(body);
    return run();
  }
  HttpResponse run() {
    std::optional<Later> kept;
    auto now = service.handle(call, [&](Later later) { kept = std::move(later); });
    if (now) return std::move(*now);
    BOOST_REQUIRE(kept.has_value());
    return service.finish(call, std::move(*kept));
  }
  HttpResponse get(std::string target) { return ask(Door::person, "GET", std::move(target), {}, "li", true); }
  HttpResponse post(std::string operation, std::string body) {
    return ask(Door::person, "POST", "/restconf/operations/" + std::move(operation), std::move(body));
  }
};

inline std::string id_of(const HttpResponse& response) {
  return error_from_restconf(json::parse(response.body), response.status).what.id;
}

/// A city with two counties, people with roles, and things that belong to each county.
struct Subtrees : World {
  Subtrees() {
    put(Kind::organisation, 1, R"({"name":"九江市","tier":"city"})");
    put(Kind::organisation, 2, R"({"name":"浔阳区","parent":1,"tier":"county"})");
    put(Kind::organisation, 3, R"({"name":"濂溪区","parent":1,"tier":"county"})");
    put(Kind::organisation, 4, R"({"name":"财政局","parent":2,"tier":"bureau"})");
    put(Kind::policy, 1, R"({"name":"demo","sha256":"x","text":"x"})");
    person(1, "root-li", 1, "administrator", 1);
    person(2, "county", 2, "administrator", 2);
    person(3, "audit", 3, "auditor", 3);
    person(4, "other", 3, "administrator", 3);
    put(Kind::person, 5, R"({"accounts":["rankless"],"handle":"e","organisation":2,"state":"active"})");
    put(Kind::person, 6, R"({"accounts":["shared"],"handle":"f","organisation":2,"state":"active"})");
    put(Kind::person, 7, R"({"accounts":["shared"],"handle":"g","organisation":2,"state":"active"})");
    put(Kind::device, 21, R"({"name":"own","organisation":4})");
    put(Kind::device, 31, R"({"name":"foreign","organisation":3})");
    put(Kind::finding, 1, R"({"device":21,"path":"/a","state":"open","who":"x"})");
    put(Kind::finding, 2, R"({"device":31,"path":"/a","state":"open","who":"x"})");
    put(Kind::ticket, 1, ticket(4, 2));
    put(Kind::ticket, 2, ticket(4, 3));
    put(Kind::ticket, 3, ticket(2, 3));
  }
  void put(Kind kind, Id id, const std::string& body) { core.kept.contents.put(kind, id, 1, body); }
  void person(Id id, const std::string& account, Id organisation, const std::string& role, Id on) {
    put(Kind::person, id,
        R"({"accounts":[")" + account + R"("],"handle":"p","organisation":)" + std::to_string(organisation) +
            R"(,"state":"active"})");
    put(Kind::role, id,
        R"({"organisation":)" + std::to_string(on) + R"(,"person":)" + std::to_string(id) + R"(,"role":")" +
            role + R"("})");
  }
  static std::string ticket(Id requester, Id stage) {
    return R"({"requester":)" + std::to_string(requester) + R"(,"stages":[{"organisation":)" +
           std::to_string(stage) + R"(}],"state":"submitted"})";
  }
  /// The numbers that an account sees of a kind.
  std::vector<Id> seen(const char* account, const std::string& kind) {
    const auto answer = ask(Door::person, "GET", "/restconf/data/assent-registry:" + kind, {}, account);
    std::vector<Id> ids;
    if (answer.status != 200) return {answer.status};
    const auto body = json::parse(answer.body);
    for (const auto& row : body.at("assent-registry:" + kind).as_array())
      ids.push_back(row.at("id").to_number<Id>());
    return ids;
  }
  unsigned one(const char* account, const std::string& what) {
    return ask(Door::person, "GET", "/restconf/data/assent-registry:" + what, {}, account).status;
  }
  using Ids = std::vector<Id>;
};

} // namespace assent::api::test
