#include "tests/unit/core/world.hpp"

#include <cstdlib>
#include <fstream>
#include <future>
#include <stdexcept>

#include <unistd.h>

#include "daemon/watch/canonical.hpp"

namespace assent::test {
namespace {

constexpr std::string_view policy = R"(name: test
clock: {require: none}
intervals: {counters: 60s, state: 5m}
limits: {approval: 24h, ticket: 30d, held: 4}
roles:
  - {name: founder, rights: [request, approve, policy-authority, read]}
  - {name: administrator, rights: [request, read]}
  - {name: approver, rights: [approve, read]}
rules:
  - name: authority
    match: {kinds: [organisation, person, key, role, policy, profile, agent, network]}
    stages: [{name: founders, right: policy-authority, of: root, quorum: 1, due: 5d}]
  - name: register
    match: {kinds: [block, prefix, address, device, link, baseline]}
    stages: [{name: holder, right: approve, of: holder, quorum: 1, due: 3d}]
  - name: settings
    match: {permits: true}
    stages: [{name: owner, right: approve, of: owner, quorum: 1, due: 3d}]
templates:
  - name: next-address
    match: {kinds: [address], operations: [create], networks: [extranet]}
    unsigned: true
    per-day: 3
    expires: 2030-01-01
    max-edits: 10
)";

std::string indented(std::string_view text, const std::string& by) {
  std::string out = by;
  for (const char c : text) {
    out += c;
    if (c == '\n') out += by;
  }
  while (!out.empty() && out.back() == ' ')
    out.pop_back();
  return out;
}

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void must(bool good, const std::string& what) {
  if (!good) throw std::runtime_error(what);
}

std::string text_of_error(const Error& error) {
  std::string text = error.what.id;
  for (const auto& [name, value] : error.what.args)
    text += " " + name + "=" + value;
  for (const auto& evidence : error.evidence)
    text += " / " + evidence.id;
  for (const auto& mistake : error.mistakes)
    text += " / " + mistake.path + " " + mistake.what.id;
  return text;
}

} // namespace

World::World() {
  std::string name = std::filesystem::temp_directory_path() / "assent-world-XXXXXX";
  must(::mkdtemp(name.data()) != nullptr, "mkdtemp");
  directory = name;
  for (const auto* handle : {"zhang", "li", "stranger", "wang"}) {
    const std::string file = directory + "/" + handle;
    must(std::system(("ssh-keygen -q -t ed25519 -N '' -C " + std::string(handle) + " -f " + file).c_str()) ==
             0,
         "ssh-keygen");
    auto signer = trust::Signer::load(file);
    must(signer.ok(), "signer");
    signers_[handle] = std::move(*signer);
  }
  auto profile = read(std::string(ASSENT_SOURCE_DIR) + "/mibs/standard.yaml");
  // Readings name the revision: the shipped one rises now and then.
  const auto at = profile.find("revision: ");
  profile.replace(at, profile.find('\n', at) - at, "revision: 1");
  profile.insert(
      profile.find("hints:\n") + 7,
      "  - {name: config-sequence, oid: 1.3.6.1.4.1.2011.5.25.191.1.1.0, moves-on: configuration}\n"
      "  - {name: entered, oid: 1.3.6.1.4.1.9.9.43.1.1.1.0, moves-on: entering}\n");
  profile_text = profile;
  core::Founding founding;
  founding.file_name = "founding.yaml";
  founding.text = "organisation: {name: 九江市, tier: city}\nfounders:\n";
  for (const auto* handle : {"zhang", "li"})
    founding.text += "  - {handle: " + std::string(handle) + ", public-key: \"" + public_key(handle) +
                     "\", accounts: [" + handle + "], roles: [founder]}\n";
  founding.text += "checkpoint-key: \"" + public_key("stranger") +
                   "\"\ncreated: 2026-11-23T00:00:00Z\npolicy: |\n" + indented(policy, "  ") +
                   "profiles:\n  - text: |\n" + indented(profile, "      ");
  for (const auto* handle : {"zhang", "li"})
    founding.signatures[handle] = sign(handle, "assent-founding", founding.text);
  auto model = model::Model::load(std::string(ASSENT_SOURCE_DIR) + "/policies");
  must(model.ok(), "model");
  store::Options options;
  options.path = directory + "/assent.db";
  auto founded = core::found(founding, **model, options, clock.wall());
  must(founded.ok(), founded ? "" : text_of_error(founded.error()));
  installation = *founded;
}

World::~World() {
  stop();
  std::filesystem::remove_all(directory);
}

void World::start() {
  store::Options options;
  options.path = directory + "/assent.db";
  options.fail_commit = fail_commit;
  auto store = store::Store::open(options);
  must(store.ok(), store ? "" : text_of_error(store.error()));
  core::Core::Options core_options;
  core_options.policy_directory = std::string(ASSENT_SOURCE_DIR) + "/policies";
  core_options.agents = {"snmp-extranet"};
  auto started = core::Core::start(core_options, std::move(*store), clock, [this](const core::Event& event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(event);
  });
  must(started.ok(), started ? "" : text_of_error(started.error()));
  core = std::move(*started);
}

void World::stop() {
  core.reset();
}

core::Peer World::person_peer(const std::string& account) {
  core::Peer peer;
  peer.door = core::Peer::Door::person;
  peer.account = account;
  return peer;
}

core::Peer World::agent_peer(const std::string& agent) {
  core::Peer peer;
  peer.door = core::Peer::Door::agent;
  peer.agent = agent;
  return peer;
}

core::Answer World::ask(const std::string& operation, json::object input, core::Peer peer) {
  std::promise<core::Answer> promise;
  auto future = promise.get_future();
  core::Request request;
  request.peer = std::move(peer);
  request.operation = operation;
  request.input = std::move(input);
  core->post(std::move(request), [&](core::Answer answer) { promise.set_value(std::move(answer)); });
  return future.get();
}

core::Figures World::figures() {
  std::promise<core::Figures> promise;
  auto future = promise.get_future();
  core->figures([&](core::Figures figures) { promise.set_value(std::move(figures)); });
  return future.get();
}

void World::advance(Duration by) {
  clock.advance(by);
  // The first question wakes core, which then looks at the clock; the second is answered after that.
  figures();
  figures();
}

std::string World::sign(const std::string& handle, std::string_view name_space, const std::string& text) {
  return signers_.at(handle)->sign(name_space, text);
}

std::string World::public_key(const std::string& handle) {
  return signers_.at(handle)->public_key();
}

core::Answer World::request(const std::string& handle, json::object input) {
  input["requester"] = handle;
  if (!input.contains("reason")) input["reason"] = "测试";
  auto prepared = ask("assent-ticket:prepare", std::move(input));
  if (!prepared) return prepared;
  const std::string page = text_of(*prepared, "page");
  return ask("assent-ticket:act", {{"page", page}, {"signature", sign(handle, "assent-request", page)}});
}

core::Answer World::decide(const std::string& handle, Id ticket, const std::string& word) {
  auto page = ask("assent-ticket:page", {{"ticket", ticket}, {"word", word}, {"person", handle}});
  if (!page) return page;
  const std::string text = text_of(*page, "page");
  const std::string name_space = word == "approve" || word == "reject" ? "assent-approval"
                                 : word == "revoke"                    ? "assent-revocation"
                                                                       : "assent-request";
  return ask("assent-ticket:act", {{"page", text}, {"signature", sign(handle, name_space, text)}});
}

json::object World::done(json::array edits, json::array permits, const std::string& closes) {
  json::object input{{"edits", std::move(edits)}, {"permits", std::move(permits)}};
  if (!closes.empty()) input["closes"] = closes;
  auto asked = request("zhang", std::move(input));
  must(asked.ok(), asked ? "" : "request: " + text_of_error(asked.error()));
  auto approved = decide("li", number_of(*asked, "ticket"), "approve");
  must(approved.ok(), approved ? "" : "approve: " + text_of_error(approved.error()));
  const auto state = text_of(*approved, "state");
  must(state == "closed" || state == "open", "ticket is " + state);
  return *approved;
}

core::Answer World::report(const std::string& agent, json::object message) {
  message["session"] = "11111111-2222-4333-8444-55555555555" + std::to_string(session_ % 10);
  message["sequence"] = ++sequences_[agent];
  message["sent"] = to_text(clock.wall());
  return ask("assent-agent:report", std::move(message), agent_peer(agent));
}

core::Answer World::send_tree(const std::string& agent, Id device, const std::string& text) {
  return ask("assent-agent:tree",
             {{"session", "11111111-2222-4333-8444-55555555555" + std::to_string(session_ % 10)},
              {"sequence", ++sequences_[agent]},
              {"device", device},
              {"fingerprint", watch::fingerprint(text)},
              {"text", text}},
             agent_peer(agent));
}

void World::reading(const std::string& agent, Id device,
                    const std::vector<std::pair<std::string, std::string>>& leaves,
                    std::vector<std::string> unknown) {
  const Instant started = clock.wall();
  clock.advance(std::chrono::milliseconds{200});
  reading(agent, device, leaves, std::move(unknown), started, clock.wall());
}

void World::reading(const std::string& agent, Id device,
                    const std::vector<std::pair<std::string, std::string>>& leaves,
                    std::vector<std::string> unknown, Instant started, Instant ended) {
  watch::CanonicalBuilder builder;
  for (const auto& [path, value] : leaves)
    builder.set(path, value);
  const std::string text = builder.text();
  json::array paths;
  for (const auto& path : unknown)
    paths.push_back(json::string(path));
  last_fingerprint = watch::fingerprint(text);
  json::object state{{"device", device},
                     {"profile", "standard"},
                     {"revision", revision},
                     {"fingerprint", watch::fingerprint(text)},
                     {"started", to_text(started)},
                     {"ended", to_text(ended)},
                     {"unknown", paths}};
  json::array hints;
  for (const auto& [name, value] : stamps)
    hints.push_back(json::object{{"name", name}, {"value", value}});
  if (!hints.empty()) state["stamps"] = std::move(hints);
  if (uptime) state["uptime"] = *uptime;
  if (boots) state["boots"] = *boots;
  auto answer = report(agent, {{"states", json::array{std::move(state)}}});
  must(answer.ok(), answer ? "" : "report: " + text_of_error(answer.error()));
  if (array_of(*answer, "wanted").empty()) return;
  auto sent = send_tree(agent, device, text);
  must(sent.ok(), sent ? "" : "tree: " + text_of_error(sent.error()));
}

std::vector<core::Event> World::events(const std::string& msgid) {
  const std::lock_guard lock(mutex_);
  std::vector<core::Event> found;
  for (const auto& event : events_)
    if (event.msgid == msgid) found.push_back(event);
  return found;
}

std::vector<json::object> World::rows(Kind kind) {
  auto reader = core->store().read();
  must(reader.ok(), "reader");
  std::vector<json::object> rows;
  auto read = (*reader)->each(kind, [&](store::StoredRow&& row) {
    json::object body = parse_json(row.body).value().as_object();
    body["id"] = row.id;
    rows.push_back(std::move(body));
  });
  must(read.ok(), "each");
  return rows;
}

json::object World::row(Kind kind, Id id) {
  auto reader = core->store().read();
  must(reader.ok(), "reader");
  auto row = (*reader)->get(kind, id);
  must(row.ok(), "get");
  return parse_json(row->body).value().as_object();
}

json::object create(std::string kind, json::object value) {
  return {{"operation", "create"}, {"kind", std::move(kind)}, {"value", std::move(value)}};
}

} // namespace assent::test
