// A network of devices in memory: objects by OID, answered as an agent would, with the mistakes that agents
// make.
#pragma once

#include <deque>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "agents/snmp/interpret.hpp"
#include "agents/snmp/plan.hpp"
#include "agents/snmp/poller.hpp"
#include "agents/snmp/state_job.hpp"
#include "common/text.hpp"
#include "daemon/model/model.hpp"

namespace world {

using namespace assent;
using namespace assent::snmp;

inline Oid oid(std::string_view text) {
  const auto parsed = parse_oid(text);
  if (!parsed) throw std::runtime_error("bad OID in a test");
  return *parsed;
}

inline Value octets(std::string text) {
  return {Type::octets, 0, std::move(text), {}};
}
inline Value integer(std::int64_t number) {
  return {Type::integer, static_cast<std::uint64_t>(number), {}, {}};
}
inline Value ticks(std::uint64_t number) {
  return {Type::ticks, number, {}, {}};
}
inline Value counter(std::uint64_t number) {
  return {Type::counter64, number, {}, {}};
}
inline Value object(std::string_view text) {
  return {Type::object_id, 0, {}, oid(text)};
}
inline Value address(std::string text) {
  return {Type::address, 0, std::move(text), {}};
}

/// An answer with what its views point to.
struct Reply {
  Answer answer;
  std::deque<Oid> oids;
  std::deque<Value> values;
  std::vector<Varbind> varbinds;

  void add(const Oid& name, const Value& value) {
    oids.push_back(name);
    values.push_back(value);
  }
  void bind() {
    varbinds.clear();
    for (std::size_t i = 0; i < oids.size(); ++i)
      varbinds.push_back({oids[i], values[i].type, values[i].number, values[i].octets, values[i].object});
    answer.varbinds = varbinds;
  }
};

/// A device's SNMP agent.
struct Agent {
  std::map<Oid, Value> objects;
  std::size_t most_varbinds = 60; ///< of one answer; more are cut, even in mid-row
  bool silent = false;
  std::function<bool(const Request&)> ignores = [](const Request&) { return false; };
  std::size_t too_big_above = 1000; ///< varbinds; 0: never too big
  std::size_t asked = 0;
  /// Of what begins so, the agent says noSuchInstance, of all else that is not there noSuchObject. Empty: it
  /// says noSuchInstance of everything.
  std::vector<Oid> implemented;

  void set(std::string_view name, Value value) { objects[oid(name)] = std::move(value); }
  void drop(std::string_view prefix) {
    std::erase_if(objects, [p = oid(prefix)](const auto& each) { return starts_with(each.first, p); });
  }

  bool reply(const Request& request, Reply& reply) {
    ++asked;
    if (silent || ignores(request)) return false;
    if (request.kind == Request::Kind::get)
      for (const Oid& name : request.oids) {
        const auto found = objects.find(name);
        const bool known = implemented.empty() || std::ranges::any_of(implemented, [&](const Oid& prefix) {
                             return starts_with(name, prefix);
                           });
        reply.add(name, found == objects.end() ? Value{known ? Type::no_instance : Type::no_object, 0, {}, {}}
                                               : found->second);
      }
    else
      reply_next(request, reply);
    if (reply.oids.size() > too_big_above) {
      reply.oids.clear();
      reply.values.clear();
      reply.answer.error_status = too_big;
    }
    while (reply.oids.size() > most_varbinds) {
      reply.oids.pop_back();
      reply.values.pop_back();
    }
    reply.bind();
    return true;
  }

 private:
  void reply_next(const Request& request, Reply& reply) {
    std::vector<Oid> at = request.oids;
    const bool bulk = request.kind == Request::Kind::get_bulk;
    const auto first = static_cast<std::size_t>(request.non_repeaters);
    const int turns = bulk ? request.repetitions : 1;
    for (int turn = 0; turn < turns; ++turn)
      for (std::size_t i = turn == 0 ? 0 : first; i < at.size(); ++i) {
        const auto next = objects.upper_bound(at[i]);
        if (next == objects.end()) {
          reply.add(at[i], {Type::end_of_view, 0, {}, {}});
          continue;
        }
        reply.add(next->first, next->second);
        at[i] = next->first;
      }
  }
};

/// Two interfaces, a bridge, two VLANs and an address.
inline Agent small_switch() {
  Agent agent;
  agent.set("1.3.6.1.2.1.1.1.0", octets("a switch"));
  agent.set("1.3.6.1.2.1.1.2.0", object("1.3.6.1.4.1.2011.2.23.276"));
  agent.set("1.3.6.1.2.1.1.3.0", ticks(100'000));
  agent.set("1.3.6.1.2.1.1.5.0", octets("县交换机"));
  agent.set("1.3.6.1.6.3.10.2.1.2.0", integer(7));
  agent.set("1.3.6.1.2.1.31.1.5.0", ticks(500));
  for (int i = 1; i <= 2; ++i) {
    const std::string at = "." + std::to_string(i);
    agent.set("1.3.6.1.2.1.2.2.1.2" + at, octets("GigabitEthernet0/0/" + std::to_string(i)));
    agent.set("1.3.6.1.2.1.2.2.1.3" + at, integer(6));
    agent.set("1.3.6.1.2.1.2.2.1.4" + at, integer(1500));
    agent.set("1.3.6.1.2.1.2.2.1.6" + at,
              octets(std::string("\x00\x1a\x2b\x3c\x4d", 5) + static_cast<char>(i)));
    agent.set("1.3.6.1.2.1.2.2.1.7" + at, integer(1));
    agent.set("1.3.6.1.2.1.31.1.1.1.1" + at, octets("GE0/0/" + std::to_string(i)));
    agent.set("1.3.6.1.2.1.31.1.1.1.18" + at, octets(""));
    agent.set("1.3.6.1.2.1.31.1.1.1.6" + at, counter(1'000'000'000'000ULL + static_cast<unsigned>(i)));
    agent.set("1.3.6.1.2.1.31.1.1.1.10" + at, counter(2));
    agent.set("1.3.6.1.2.1.31.1.1.1.15" + at, {Type::gauge32, 1000, {}, {}});
    // Bridge ports 11 and 12.
    const std::string port = "." + std::to_string(10 + i);
    agent.set("1.3.6.1.2.1.17.1.4.1.2" + port, integer(i));
    agent.set("1.3.6.1.2.1.17.7.1.4.5.1.1" + port, {Type::gauge32, 10, {}, {}});
  }
  for (const char* vlan : {".10", ".20"}) {
    agent.set(std::string("1.3.6.1.2.1.17.7.1.4.3.1.1") + vlan, octets(std::string("vlan") + vlan));
    agent.set(std::string("1.3.6.1.2.1.17.7.1.4.3.1.2") + vlan, octets(std::string("\x00\x30", 2)));
    agent.set(std::string("1.3.6.1.2.1.17.7.1.4.3.1.4") + vlan, octets(std::string("\x00\x20", 2)));
    agent.set(std::string("1.3.6.1.2.1.17.7.1.4.3.1.5") + vlan, integer(1));
  }
  agent.set("1.3.6.1.2.1.4.20.1.2.10.1.2.3", integer(2));
  agent.set("1.3.6.1.2.1.4.20.1.3.10.1.2.3", address(std::string("\xff\xff\xff\0", 4)));
  return agent;
}

/// The shipped profiles, bound as the agent binds them. Read once.
inline std::shared_ptr<const Profile> shipped(const std::string& name) {
  static const auto model = model::Model::load(ASSENT_SOURCE_DIR "/policies");
  if (!model) throw std::runtime_error("the model does not load");
  std::ifstream in(ASSENT_SOURCE_DIR "/mibs/" + name + ".yaml");
  const std::string text(std::istreambuf_iterator<char>(in), {});
  auto profile = bind_profile(**model, text, name);
  if (!profile) throw std::runtime_error(name + ": " + profile.error().what.id);
  return *profile;
}

/// Reads an agent to the end, without a poller.
inline Gathered read_all(Agent& agent, std::shared_ptr<const Profile> profile,
                         StateJob::Outcome* outcome = nullptr) {
  StateJob job(std::move(profile));
  Request request;
  while (job.next(request, 20)) {
    Reply reply;
    if (agent.reply(request, reply))
      job.answered(reply.answer, reply.varbinds.size() * 24 + 40);
    else
      job.silent();
  }
  if (outcome != nullptr) *outcome = job.outcome();
  return job.gathered();
}

inline std::string state_of(Agent& agent, const std::string& profile = "standard") {
  const auto rules = shipped(profile);
  return interpret(*rules, read_all(agent, rules), {}).tree.text();
}

inline bool has(const std::string& text, std::string_view line) {
  return text.find("\n" + std::string(line) + "\n") != std::string::npos;
}

} // namespace world
