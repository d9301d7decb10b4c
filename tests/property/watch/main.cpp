// The watch against the truth: random lives of a device, whose every change is known to the second, read now
// and then with parts missing, while tickets open and close. What the watch says must follow from the truth,
// and a watch that is restarted after every reading must say the same as one that is not.
//
//   property-watch [FIRST-SEED [LIVES]]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "daemon/watch/watch.hpp"

using namespace assent;
using namespace assent::watch;

namespace {

constexpr Id device = 7;
Instant at(int second) {
  return Instant{std::chrono::seconds{1'800'000'000 + second}};
}

const std::vector<std::string> paths = {"/a/x[k='1']/v", "/a/x[k='2']/v", "/a/x[k='3']/v", "/b/y[k='1']/w",
                                        "/b/y[k='2']/w", "/b/z",          "/s/name"};
const std::vector<std::string> patterns = {"/a/x[k='*']/v", "/a/x[k='1']/v", "/b/**", "/s/name", "/**"};
const std::vector<std::string> sections = {"/a", "/b", "/b/y", "/b/y/w", "/s/name"};
using Values = std::map<std::string, std::string>;

struct Window {
  Id ticket = 0;
  int opens = 0, closes = 0;
  std::string pattern;
};

/// One reading with what it was made of.
struct Reading {
  Observation observation;
  Values seen;
  std::set<std::string> unknown_schemas; ///< of the baseline, not to be judged
};

class Life {
 public:
  explicit Life(unsigned seed) : seed_(seed), random_(seed) {}

  void run() {
    for (const std::string& path : paths)
      if (below(4) != 0) change(path, 0, std::to_string(below(3)));
    Reading first = read(false);
    approved_ = first.seen;
    keep(first.observation.text);
    for (Watch* watch : {&steady_, &restarted_})
      watch->set_baseline({device, "p", 1, first.observation.fingerprint, 1, 1});
    judge(first);
    for (int i = 0; i < 60; ++i) {
      step();
      judge(read(true));
    }
  }

 private:
  int below(int end) { return static_cast<int>(random_() % static_cast<unsigned>(end)); }

  [[noreturn]] void wrong(const std::string& what) {
    std::fprintf(stderr, "seed %u, second %d: %s\n", seed_, now_, what.c_str());
    std::exit(1);
  }
  void require(bool holds, const std::string& what) {
    if (!holds) wrong(what);
  }

  void keep(const std::string& text) { store_[fingerprint(text)] = text; }

  void change(const std::string& path, int when, const std::string& value) {
    auto& history = truth_[path];
    if (!history.empty() && history.back().second == value) return;
    history.emplace_back(when, value);
  }

  /// Time goes on: changes and tickets.
  void step() {
    const int length = 20 + below(600);
    if (below(3) == 0) {
      Window window{next_ticket_++, now_ + below(length), 0, patterns[static_cast<std::size_t>(below(5))]};
      window.closes = window.opens + 1 + below(1500);
      windows_.push_back(window);
    }
    std::vector<int> times;
    for (int i = below(5); i > 0; --i)
      times.push_back(now_ + 1 + below(length));
    std::sort(times.begin(), times.end());
    for (const int when : times)
      change(paths[static_cast<std::size_t>(below(static_cast<int>(paths.size())))], when,
             below(4) == 0 ? std::string() : std::to_string(below(3)));
    now_ += length;
    for (const Window& window : windows_)
      if (window.opens <= now_) open(window);
  }

  void open(const Window& window) {
    tickets::PermitTicket ticket;
    ticket.ticket = window.ticket;
    ticket.state = "open";
    ticket.opened = at(window.opens);
    ticket.closes = at(window.closes);
    tickets::Permit permit;
    permit.device = device;
    permit.path = *tickets::PathPattern::parse(window.pattern);
    ticket.permits = {permit};
    permits_.put(std::move(ticket));
  }

  /// The value of a path at a moment; empty: not there.
  std::string value(const std::string& path, int when) const {
    std::string out;
    const auto history = truth_.find(path);
    if (history == truth_.end()) return out;
    for (const auto& [time, text] : history->second)
      if (time <= when) out = text;
    return out;
  }

  /// Of a lost table, all below its topmost node of which nothing is shown.
  static void lose(const std::string& lost, const std::set<std::string>& shown,
                   std::set<std::string>& unknown) {
    const auto shows = [&](const std::string& above) {
      return std::any_of(shown.begin(), shown.end(),
                         [&](const std::string& one) { return is_under(one, above); });
    };
    std::size_t slash = lost.find('/', 1);
    while (slash != std::string::npos && shows(lost.substr(0, slash)))
      slash = lost.find('/', slash + 1);
    for (const std::string& path : paths)
      if (is_under(schema_path(path), lost.substr(0, slash))) unknown.insert(schema_path(path));
  }

  Reading read(bool may_fail) {
    Reading out;
    const int started = now_, ended = now_ + 1 + below(10);
    std::set<std::string> lost;
    if (may_fail && below(3) == 0) lost.insert(sections[static_cast<std::size_t>(below(5))]);
    CanonicalBuilder builder;
    std::set<std::string> shown, promised;
    for (const auto& [path, text] : approved_)
      promised.insert(schema_path(path));
    bool must_report = false; // what no baseline promises can only be missed by the agent
    for (const std::string& path : paths) {
      const std::string schema = schema_path(path);
      bool is_lost = false;
      for (const std::string& section : lost)
        is_lost = is_lost || is_under(schema, section);
      const std::string text = value(path, started + below(ended - started + 1));
      must_report = must_report || (is_lost && !promised.contains(schema));
      if (text.empty() || is_lost) continue;
      builder.set(path, text);
      out.seen[path] = text;
      shown.insert(schema);
    }
    const bool reported = must_report || below(2) == 0;
    for (const std::string& path : paths) {
      const std::string schema = schema_path(path);
      for (const std::string& section : lost)
        if (reported && is_under(schema, section)) lose(section, shown, out.unknown_schemas);
      if (approved_.contains(path) && !shown.contains(schema)) lose(schema, shown, out.unknown_schemas);
    }
    out.observation = {device,    "p", 1, fingerprint(builder.text()), builder.text(), at(started),
                       at(ended), {},  {}};
    if (reported) out.observation.unknown.assign(lost.begin(), lost.end());
    now_ = ended;
    return out;
  }

  Outcome observe(Watch& watch, const Observation& observation, Id& number) {
    Outcome out = watch.observe(observation, permits_, {}, at(now_), [this](const std::string& print) {
      const auto found = store_.find(print);
      return found == store_.end() ? Result<std::string>(fail(Fault::not_found, "test.no-tree"))
                                   : found->second;
    });
    require(!out.want_tree && !out.failed, "a good reading was not judged");
    for (Finding& finding : out.opened) {
      finding.id = number++;
      ++finding.version;
      watch.adopt_number(finding.id, finding);
    }
    for (Finding& finding : out.changed)
      watch.adopt_number(finding.id, (++finding.version, finding));
    if (out.moved) keep(out.moved->text);
    return out;
  }

  void restart() {
    Watch fresh;
    fresh.set_baseline(*restarted_.baseline(device));
    for (const Finding* finding : restarted_.open_findings(device)) {
      const auto body = parse_json(canonical(to_json(*finding)));
      fresh.load_finding(*finding_from_json(finding->id, finding->version, body->get_object()));
    }
    const auto last = restarted_.last_reading(device);
    const auto detail = parse_json(canonical(restarted_.reading_detail(device)));
    fresh.load_reading(device, last->fingerprint, last->started, last->ended, detail->get_object());
    restarted_ = std::move(fresh);
  }

  static json::array list(const std::vector<Finding>& findings) {
    json::array out;
    for (const Finding& finding : findings)
      out.push_back(to_json(finding));
    return out;
  }

  void judge(const Reading& reading) {
    const Outcome out = observe(steady_, reading.observation, number_);
    const Outcome twin = observe(restarted_, reading.observation, twin_number_);
    keep(reading.observation.text);
    require(canonical(list(out.opened)) == canonical(list(twin.opened)), "a restart changes what opens");
    require(canonical(list(out.changed)) == canonical(list(twin.changed)), "a restart changes what changes");
    require(canonical(list(out.cleared)) == canonical(list(twin.cleared)), "a restart changes what clears");
    require(out.moved.has_value() == twin.moved.has_value(), "a restart changes what is covered");
    restart();
    if (out.moved) covered(*out.moved, reading);
    for (const auto* findings : {&out.opened, &out.changed})
      for (const Finding& finding : *findings)
        deviates(finding, reading);
    complete(reading);
  }

  /// Whatever moves the baseline was changed, for the last time, inside the window of a ticket that permits
  /// the path.
  void covered(const Outcome::Move& move, const Reading& reading) {
    for (std::size_t i = 0; i < move.changes.size(); ++i) {
      const Difference& change = move.changes[i];
      const Window* window = nullptr;
      for (const Window& known : windows_)
        if (known.ticket == move.used[i].first) window = &known;
      require(window != nullptr, "covered by no ticket");
      require(tickets::PathPattern::parse(window->pattern)->matches(change.path),
              "covered by another path's permit");
      int last_change = -1;
      for (const auto& [time, text] : truth_[change.path])
        if (at(time) <= reading.observation.ended && text == change.after.value_or("")) last_change = time;
      require(last_change >= window->opens && last_change <= window->closes,
              change.path + " covered, though it was changed outside of the window");
      if (change.after)
        approved_[change.path] = *change.after;
      else
        approved_.erase(change.path);
    }
    CanonicalBuilder builder;
    for (const auto& [path, text] : approved_)
      builder.set(path, text);
    require(builder.text() == move.text, "the baseline moved to something else");
  }

  void deviates(const Finding& finding, const Reading& reading) {
    if (finding.kind != "deviation") return;
    const auto seen = reading.seen.find(finding.path);
    const auto approved = approved_.find(finding.path);
    require(!reading.unknown_schemas.contains(schema_path(finding.path)), "a finding on missing data");
    require((seen != reading.seen.end()) == finding.after.has_value(), "a finding on what is not so");
    require(seen == reading.seen.end() || approved == approved_.end() || seen->second != approved->second,
            "a finding on what is approved");
    require(finding.earliest <= finding.latest, "an interval that ends before it begins");
  }

  /// Every path that was seen differs from the baseline exactly where it has an open finding.
  void complete(const Reading& reading) {
    Values open;
    for (const Finding* finding : steady_.open_findings(device))
      if (finding->kind == "deviation") open[finding->path] = finding->after.value_or("");
    for (const std::string& path : paths) {
      if (reading.unknown_schemas.contains(schema_path(path))) continue;
      const auto seen = reading.seen.find(path);
      const auto approved = approved_.find(path);
      const std::string is = seen == reading.seen.end() ? "" : seen->second;
      const std::string should = approved == approved_.end() ? "" : approved->second;
      if (is == should)
        require(!open.contains(path), path + " is as approved and has a finding");
      else
        require(open.contains(path) && open[path] == is, path + " deviates without a finding");
    }
  }

  const unsigned seed_;
  std::mt19937 random_;
  int now_ = 0;
  Id next_ticket_ = 10, number_ = 1, twin_number_ = 1;
  std::map<std::string, std::vector<std::pair<int, std::string>>> truth_;
  std::vector<Window> windows_;
  tickets::Permits permits_;
  std::map<std::string, std::string> store_;
  Values approved_;
  Watch steady_, restarted_;
};

} // namespace

int main(int argc, char** argv) {
  const unsigned first = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 1;
  const unsigned usual = std::getenv("ASSENT_LONG") != nullptr ? 2000 : 100;
  const unsigned lives = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : usual;
  for (unsigned seed = first; seed < first + lives; ++seed)
    Life(seed).run();
  std::printf("%u lives of 60 readings agree with the truth\n", lives);
  return 0;
}
