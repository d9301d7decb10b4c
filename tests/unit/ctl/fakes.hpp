// The outside of assentctl, made up: a daemon that answers from a table, a signer and a terminal that
// remember.
#pragma once

#include <map>
#include <vector>

#include "agents/ctl/program.hpp"

namespace assent::ctl::test {

struct FakeApi final : Api {
  std::map<std::string, json::object> resources;            ///< by path, without the query
  std::map<std::string, Result<json::object>> answers;      ///< by operation
  std::vector<std::pair<std::string, json::object>> called; ///< what was asked
  std::vector<std::string> got;
  std::vector<Happening> happenings;
  bool reachable = true;

  Result<json::object> call(const std::string& operation, const json::object& input) override {
    called.emplace_back(operation, input);
    const auto hit = answers.find(operation);
    if (hit == answers.end()) return fail(Fault::not_found, "test.no-answer");
    return hit->second;
  }
  Result<json::object> get(const std::string& path) override {
    got.push_back(path);
    if (!reachable)
      return fail(Fault::unavailable, "common.daemon-unreachable", {{"socket", "s"}, {"reason", "r"}});
    if (const auto exact = resources.find(path); exact != resources.end()) return exact->second;
    const auto hit = resources.find(path.substr(0, path.find('?')));
    if (hit == resources.end()) return fail(Fault::not_found, "test.no-resource", {{"path", path}});
    return hit->second;
  }
  Result<std::string> text(const std::string&) override { return std::string("text"); }
  Status follow(const std::string&, const std::function<bool(const Happening&)>& each) override {
    if (!each({"", {}, true})) return Done{};
    for (const auto& one : happenings)
      if (!each(one)) return Done{};
    return fail(Fault::outside, "test.stream-ended");
  }
  Status join(int, int) override {
    if (!reachable)
      return fail(Fault::unavailable, "common.daemon-unreachable", {{"socket", "s"}, {"reason", "r"}});
    return Done{};
  }
};

struct FakeSigning final : Signing {
  std::vector<SigningKey> agent;
  std::string name_space, signed_page;

  Result<SigningKey> from_file(const std::string& file) override {
    return SigningKey{file, "SHA256:" + file};
  }
  std::vector<SigningKey> from_agent() override { return agent; }
  Result<std::string> sign(const SigningKey&, std::string_view space, std::string_view page) override {
    name_space = space;
    signed_page = page;
    return std::string("SIGNATURE");
  }
};

struct FakeConsole final : Console {
  std::string shown, told;
  std::map<std::string, std::string> variables;
  bool person = false, yes = false;
  std::size_t width = 0;

  void out(std::string_view text) override { shown += text; }
  void err(std::string_view text) override { told += text; }
  void flush() override {}
  bool can_ask() const override { return person; }
  bool ask(std::string_view question) override {
    told += question;
    return yes;
  }
  std::size_t columns() const override { return width; }
  bool colour() const override { return false; }
  std::string environment(const char* name) const override {
    const auto hit = variables.find(name);
    return hit == variables.end() ? std::string() : hit->second;
  }
};

inline json::object object(std::string_view text) {
  return json::parse(text).as_object();
}

/// One daemon with a small register, one key `k` of li.na, and whatever a test adds.
struct World {
  FakeApi api;
  FakeSigning signing;
  FakeConsole console;
  FakeClock clock;
  Catalogue catalogue = *Catalogue::load(std::string(ASSENT_BUILD_DIR) + "/share/locale");

  World() {
    api.resources["assent-registry:organisation"] =
        object(R"({"assent-registry:organisation":[{"id":1,"version":1,"name":"九江市","tier":"city"},
          {"id":2,"version":1,"name":"浔阳区","tier":"county","parent":1}]})");
    api.resources["assent-registry:network"] =
        object(R"({"assent-registry:network":[{"id":1,"version":1,"name":"extranet"}]})");
    api.resources["assent-registry:network=1"] = api.resources["assent-registry:network"];
    api.resources["assent-registry:person=5"] =
        object(R"({"assent-registry:person":[{"id":5,"version":1,"handle":"li.na","organisation":2}]})");
    api.resources["assent-registry:key?limit=1&fingerprint=SHA256%3Ak"] =
        object(R"({"assent-registry:key":[{"id":7,"version":1,"person":5,"fingerprint":"SHA256:k"}]})");
    api.resources["assent-registry:key"] = object(R"({"assent-registry:key":[]})");
    api.answers.emplace(
        "assent-ticket:prepare",
        object(R"x({"ticket":9,"page":"assent page 1\nline\u001b[31m\n","stages":[{"name":"holder",
          "right":"approve","organisation":1,"quorum":1,"rule":"policy.yaml:9:3 (county-space)"}],"edits":[
          {"operation":"create","kind":"address","value":{"address":"10.0.0.7"}}]})x"));
    api.answers.emplace("assent-ticket:act",
                        object(R"({"ticket":9,"state":"submitted","waiting":{"stage":"holder"},"made":[]})"));
  }

  int run(const std::vector<std::string>& words) {
    struct Borrowed final : Api {
      explicit Borrowed(Api& to) : real(to) {}
      Result<json::object> call(const std::string& o, const json::object& i) override {
        return real.call(o, i);
      }
      Result<json::object> get(const std::string& p) override { return real.get(p); }
      Result<std::string> text(const std::string& p) override { return real.text(p); }
      Status follow(const std::string& a, const std::function<bool(const Happening&)>& e) override {
        return real.follow(a, e);
      }
      Status join(int in, int out) override { return real.join(in, out); }
      Api& real;
    };
    const Outside outside{console, signing, clock, catalogue,
                          [this](const std::string&, Language) { return std::make_unique<Borrowed>(api); }};
    return static_cast<int>(ctl::run(words, outside));
  }
  /// What an operation was asked; an empty object where it was not.
  json::object asked(const std::string& operation) const {
    for (const auto& [name, input] : api.called)
      if (name == operation) return input;
    return {};
  }
};

inline bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

} // namespace assent::ctl::test
