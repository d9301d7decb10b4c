// A small world for the tests of the watch: trees, tickets, and a store of trees that forgets nothing.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "daemon/watch/watch.hpp"

namespace assent::watch::test {

inline Instant at(int seconds) {
  return Instant{std::chrono::seconds{1'800'000'000 + seconds}};
}

inline std::string tree(const std::map<std::string, std::string>& leaves) {
  CanonicalBuilder builder;
  for (const auto& [path, value] : leaves)
    builder.set(path, value);
  return builder.text();
}

inline tickets::Permit permit(Id device, const std::string& pattern,
                              std::optional<std::string> value = std::nullopt) {
  tickets::Permit out;
  out.device = device;
  out.path = *tickets::PathPattern::parse(pattern);
  out.value = std::move(value);
  return out;
}

inline tickets::PermitTicket ticket(Id id, int opened, int closes, std::vector<tickets::Permit> permits) {
  tickets::PermitTicket out;
  out.ticket = id;
  out.state = "open";
  out.opened = at(opened);
  out.closes = at(closes);
  out.permits = std::move(permits);
  return out;
}

/// One device, number 7, read again and again; each reading lasts two seconds.
struct World {
  Watch watch;
  tickets::Permits permits;
  std::map<std::string, std::string> store;
  Id next_finding = 100;
  std::string profile = "standard";
  std::uint64_t revision = 1;
  std::vector<std::string> unknown;
  std::optional<Instant> stamp;
  const Revised* revised = nullptr;

  Result<std::string> tree_of(const std::string& fingerprint) const {
    const auto found = store.find(fingerprint);
    if (found == store.end()) return fail(Fault::not_found, "test.no-tree");
    return found->second;
  }

  Observation observation(const std::string& text, int seconds) const {
    Observation out;
    out.device = 7;
    out.profile = profile;
    out.revision = revision;
    out.fingerprint = fingerprint(text);
    out.text = text;
    out.started = at(seconds);
    out.ended = at(seconds + 2);
    out.unknown = unknown;
    out.stamp = stamp;
    return out;
  }

  Outcome observe(const Observation& given, int now) {
    Outcome out = watch.observe(
        given, permits, {"access"}, at(now), [this](const std::string& print) { return tree_of(print); },
        revised);
    if (!given.text.empty() && !out.failed) store[given.fingerprint] = given.text;
    if (out.moved) store[out.moved->baseline.fingerprint] = out.moved->text;
    for (Finding finding : out.changed)
      adopt(finding);
    for (Finding finding : out.cleared)
      adopt(finding);
    for (Finding& finding : out.opened) {
      finding.id = next_finding++;
      adopt(finding);
    }
    return out;
  }
  void adopt(Finding finding) {
    ++finding.version;
    watch.adopt_number(finding.id, finding);
  }
  Outcome read(const std::map<std::string, std::string>& leaves, int seconds) {
    return observe(observation(tree(leaves), seconds), seconds + 3);
  }

  void take_baseline(const std::map<std::string, std::string>& leaves) {
    const std::string text = tree(leaves);
    store[fingerprint(text)] = text;
    watch.set_baseline({7, profile, revision, fingerprint(text), 1, 1});
  }

  /// What a restart does: only rows and the stored reading remain.
  void restart() {
    Watch fresh;
    fresh.set_baseline(*watch.baseline(7));
    for (const Finding* finding : watch.open_findings(7)) {
      const auto body = parse_json(canonical(to_json(*finding)));
      fresh.load_finding(*finding_from_json(finding->id, finding->version, body->get_object()));
    }
    if (const auto last = watch.last_reading(7)) {
      const auto detail = parse_json(canonical(watch.reading_detail(7)));
      fresh.load_reading(7, last->fingerprint, last->started, last->ended, detail->get_object());
    }
    watch = std::move(fresh);
  }
};

} // namespace assent::watch::test
