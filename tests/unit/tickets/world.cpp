#define BOOST_TEST_DYN_LINK
#include "world.hpp"

#include <boost/test/unit_test.hpp>

#include "common/hash.hpp"

namespace assent::tickets::test {

const std::vector<TestKey>& test_keys() {
  static const std::vector<TestKey> keys = {
      {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPzSd5Dk0dYuxTf1blJnCC6x3f7ssR2E2zf1X/QwbhVh",
       "SHA256:o4vWBORSss2gE5OS1KmE7sUv3tXBgbIPWAQ829Av6fw"},
      {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKB/3pzCQdwFiirG/DSAdAAP2Y7oWGh1/kF105FusMFB",
       "SHA256:7Pz2ojs0Oj/5RKuaH7/HnUnPpZcUFY8E0ce/AZWZbac"},
      {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAn7VAzbuZO2F19XapOiXZSJgT0CuLLXHSuUw6eC52RW",
       "SHA256:geYGbNHTkDaHOaOXHMT4eWE63NVTqIRk6Q6lv17Ee1Y"},
      {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKdCOhqlSAqYbMD7Gjw5zSjxSiEwADL8pfGXtbtlBFqH",
       "SHA256:875rLJhNbv2tmuNYIPkkZB6Ie48Hg1P/sn3IcLyznzQ"},
      {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK1NNZCmj4YpgtmOOy0+1PVonQQNtlTNiSvbc6ABFAG+",
       "SHA256:dREuW8vFg/8dy09Av1daxYiz/ERQUxi8/1wrdz9GZ6g"},
      {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEv6NpikGTf6aZTl1xOoV0s0NPhkE74UCjYjjdlurTjb",
       "SHA256:T0psN4YIoa5QyXIaJ7kG4ENM71bWHSXqCEAf+1MZdaY"},
      {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGB9bSJoI8RHuzZL6vBOdg6Cb91vBXQTMNGaUxOZHdGW",
       "SHA256:CIoBR1Nt4ZVz1suv4l5bMT9bKczcii0IcYnDCk4O5pg"}};
  return keys;
}

Instant at(int minute) {
  return Instant{std::chrono::seconds{1'800'000'000}} + std::chrono::minutes{minute};
}

json::object parse(std::string_view text) {
  return parse_json(text).value().as_object();
}

const std::string& policy_text() {
  static const std::string text = R"(name: demo
# who may do what
roles:
  - {name: administrator, rights: [request, read]}
rules:
  - name: space
    match: {kinds: [prefix, address]}
    stages:
      - {name: holder, right: approve, of: holder, due: 3d}

  # devices
  - name: inventory
    match: {kinds: [device, link]}
    stages: [{name: owner, right: approve, of: owner, due: 2d}]
  - name: extranet-space
    match: {kinds: [prefix], networks: [extranet]}
  - {name: settings, match: {permits: true, paths: [/vlans/**]}}
  - {name: mtu, match: {permits: true, labels: [access]}}
  - {name: authority, match: {kinds: [person]}}
  - {name: no-blocks, match: {kinds: [block]}}
  - {name: paper, match: {kinds: [network]}}
templates:
  - {name: next-address}
  - {name: signed-address}
)";
  return text;
}

json::object policy_content() {
  return parse(R"({
    "name": "demo", "clock": {"require": "none"}, "intervals": {"counters": "10s", "state": "1m"},
    "limits": {"approval": "24h", "ticket": "30d", "held": 16},
    "roles": [
      {"name": "administrator", "rights": ["request", "read"]},
      {"name": "approver", "rights": ["approve", "read"]},
      {"name": "auditor", "rights": ["read", "read-all"], "excludes": ["administrator", "approver", "founder"]},
      {"name": "founder", "rights": ["request", "approve", "policy-authority", "read"]}],
    "rules": [
      {"name": "space", "match": {"kinds": ["prefix", "address"]},
       "stages": [{"name": "holder", "right": "approve", "of": "holder", "quorum": 1, "due": "3d"}]},
      {"name": "inventory", "match": {"kinds": ["device", "link"]},
       "stages": [{"name": "owner", "right": "approve", "of": "owner", "quorum": 1, "due": "2d"}]},
      {"name": "extranet-space", "match": {"kinds": ["prefix"], "networks": ["extranet"]}, "tickets": ["normal"],
       "stages": [{"name": "city", "right": "approve", "of": "root", "quorum": 2, "due": "5d"},
                  {"name": "again", "right": "approve", "of": "holder", "quorum": 1, "due": "1d"}]},
      {"name": "settings", "match": {"permits": true, "paths": ["/vlans/**"]},
       "stages": [{"name": "owner", "right": "approve", "of": "owner", "quorum": 1}]},
      {"name": "mtu", "match": {"permits": true, "labels": ["access"], "paths": ["/interfaces/*/mtu"],
                                "operations": ["modify"]},
       "stages": [{"name": "owner", "right": "approve", "of": "owner", "quorum": 1}]},
      {"name": "authority", "match": {"kinds": ["organisation", "person", "key", "role", "policy"]},
       "stages": [{"name": "founders", "right": "policy-authority", "of": "root", "quorum": 1, "due": "5d"}]},
      {"name": "no-blocks", "match": {"kinds": ["block"], "operations": ["delete"]}, "forbid": "blocks go back"},
      {"name": "paper", "match": {"kinds": ["network"], "operations": ["create"], "organisations": ["九江市"]},
       "stages": [{"name": "founders", "right": "policy-authority", "of": "parent", "quorum": 3}]}],
    "templates": [
      {"name": "next-address", "match": {"kinds": ["address"], "operations": ["create"], "networks": ["extranet"]},
       "unsigned": true, "per-day": 10, "expires": "2027-06-30", "max-edits": 2},
      {"name": "signed-address", "match": {"kinds": ["address"]}, "per-day": 10, "expires": "2027-06-30",
       "max-edits": 2}]})");
}

Policy policy_of(const json::object& content, std::uint64_t version) {
  auto policy = Policy::parse(content, version, policy_text());
  BOOST_REQUIRE(policy.ok());
  return *std::move(policy);
}

Policy demo_policy(std::uint64_t version) {
  return policy_of(policy_content(), version);
}

namespace {

void put(std::map<std::string, std::string>& rows, std::string_view kind, Id id, std::string body) {
  rows[std::string(kind) + " " + std::to_string(id)] = std::move(body);
}

void put_people(std::map<std::string, std::string>& rows) {
  const std::vector<std::tuple<Id, std::string, Id, std::string>> people = {
      {wang, "wang", city, "founder"},       {zhao, "zhao", city, "founder"},
      {li, "li", xunyang, "administrator"},  {chen, "chen", xunyang, "approver"},
      {sun, "sun", lianxi, "administrator"}, {zhou, "zhou", city, "approver"},
      {wu, "wu", xunyang, "approver"}};
  for (const auto& [id, handle, organisation, role] : people) {
    put(rows, "person", id,
        R"({"accounts":["u-)" + handle + R"("],"handle":")" + handle + R"(","organisation":)" +
            std::to_string(organisation) + R"(,"state":")" + (id == wu ? "left" : "active") + R"("})");
    put(rows, "key", id,
        R"({"fingerprint":")" + key_of(id) + R"(","person":)" + std::to_string(id) + R"(,"public-key":")" +
            test_keys()[id - 1].text + R"(","state":"active"})");
    put(rows, "role", id,
        R"({"organisation":)" + std::to_string(organisation) + R"(,"person":)" + std::to_string(id) +
            R"(,"role":")" + role + R"("})");
  }
}

} // namespace

registry::Registry world(const std::map<std::string, std::string>& change) {
  std::map<std::string, std::string> rows;
  put(rows, "organisation", city, R"({"name":"九江市","tier":"city"})");
  put(rows, "organisation", xunyang, R"({"name":"浔阳区","parent":1,"tier":"county"})");
  put(rows, "organisation", lianxi, R"({"name":"濂溪区","parent":1,"tier":"county"})");
  put(rows, "organisation", bureau, R"({"name":"财政局","parent":2,"tier":"bureau"})");
  put_people(rows);
  put(rows, "network", extranet, R"({"name":"extranet"})");
  put(rows, "network", intranet, R"({"name":"intranet"})");
  put(rows, "block", 1, R"({"network":1,"organisation":1,"prefix":"10.0.0.0/8"})");
  put(rows, "prefix", 1, R"({"network":1,"organisation":2,"prefix":"10.3.0.0/16","status":"container"})");
  put(rows, "prefix", 2, R"({"network":1,"organisation":3,"prefix":"10.4.0.0/16","status":"container"})");
  put(rows, "agent", 1, R"({"name":"extranet-1","network":1})");
  put(rows, "profile", 1,
      R"({"name":"standard","revision":1,"sha256":")" + sha256_hex("x") + R"(","text":"x"})");
  put(rows, "device", 1,
      R"({"address":"10.3.0.2","agent":1,"credential":"ro","labels":["access"],"name":"sw1","network":1,)"
      R"("organisation":2,"port":161,"profile":"standard"})");
  put(rows, "device", 2,
      R"({"address":"10.0.0.2","agent":1,"credential":"ro","labels":["core"],"name":"core1","network":1,)"
      R"("organisation":1,"port":161,"profile":"standard"})");
  for (const auto& [name, body] : change)
    rows[name] = body;
  registry::Registry registry;
  for (std::size_t kind = 0; kind < kind_names.size(); ++kind)
    for (const auto& [name, body] : rows) {
      const auto space = name.find(' ');
      if (body.empty() || name.substr(0, space) != kind_names[kind]) continue;
      const auto status =
          registry.load(static_cast<Kind>(kind), std::stoull(name.substr(space)), 1, parse(body));
      BOOST_REQUIRE_MESSAGE(status.ok(), name);
    }
  BOOST_REQUIRE(registry.loaded().ok());
  return registry;
}

registry::Edit edit(std::string_view operation, Kind kind, std::string_view value, Id id,
                    std::uint64_t before) {
  registry::Edit made;
  made.operation = operation == "create"   ? registry::Operation::create
                   : operation == "modify" ? registry::Operation::modify
                                           : registry::Operation::remove;
  made.kind = kind;
  made.id = id;
  made.before = before;
  if (!value.empty()) made.value = parse(value);
  return made;
}

std::vector<registry::Touch> touches(registry::Registry& registry, const std::vector<registry::Edit>& edits) {
  registry::Transaction trial(registry);
  std::vector<registry::Touch> touched;
  for (const auto& wanted : edits) {
    const auto resolved = trial.resolve(wanted, 1);
    BOOST_REQUIRE_MESSAGE(resolved.ok(), canonical(registry::to_json(wanted)));
    BOOST_REQUIRE(trial.apply(*resolved, 1).ok());
    touched.push_back(trial.touch(*resolved).value());
  }
  return touched;
}

Permit permit(Id device, std::string_view path, std::string_view label) {
  return {device, std::string(label), PathPattern::parse(path).value(), PathOperation::any, {}};
}

Ticket address_ticket(registry::Registry& registry, const Policy& policy) {
  Ticket ticket;
  ticket.id = 17;
  ticket.requester = li;
  ticket.account = "u-li";
  ticket.reason = "new server";
  ticket.edits = {edit("create", Kind::address, R"({"address":"10.3.0.9","network":1,"organisation":2})")};
  ticket.touched = {{{Kind::prefix, 1}, 1}};
  ticket.policy_version = policy.version();
  ticket.submitted = at(0);
  ticket.stages = policy.stages(registry, li, touches(registry, ticket.edits), {}, "normal").value();
  return ticket;
}

} // namespace assent::tickets::test
