// A book of alarms on a clock that the test moves, and what it has told, as text.
#pragma once

#include <string>

#include "daemon/alarms/alarms.hpp"

namespace assent::alarms::test {

struct World {
  Book book;
  Moment now{wall(0), std::chrono::hours{1}};

  static Instant wall(int seconds) { return Instant{std::chrono::seconds{1'800'000'000 + seconds}}; }
  static Key key(const char* type, const char* resource) { return {type, resource, ""}; }
  static Act by(const char* person, const char* reason = "") {
    Act act;
    act.account = act.person = person;
    act.reason = reason;
    return act;
  }

  /// Moves both clocks, a second at a time, with a tick for each.
  void at(int seconds) {
    while (now.wall < wall(seconds)) {
      now.wall += std::chrono::seconds{1};
      now.steady += std::chrono::seconds{1};
      book.tick(now);
    }
  }
  void raise_on(const char* type, const char* resource, std::vector<std::string> on,
                Severity severity = Severity::major) {
    book.raise(type, resource, std::move(on), severity, {std::string("alarm.") + type, {}}, now);
  }
  void raise(const char* type, const char* resource, Severity severity = Severity::major) {
    raise_on(type, resource, {"agent/1"}, severity);
  }
  void clear(const char* type, const char* resource) { book.clear(type, resource, now); }
  /// Up and down, a second each, and up in the end.
  void flap(const char* type, const char* resource, int times) {
    for (int i = 0; i < times; ++i) {
      if (i > 0) clear(type, resource);
      forward(1);
      raise(type, resource);
      forward(1);
    }
  }
  void forward(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      now.wall += std::chrono::seconds{1};
      now.steady += std::chrono::seconds{1};
      book.tick(now);
    }
  }
  const Alarm* find(const char* type, const char* resource) { return book.find(key(type, resource)); }

  /// One line for each: `raised TYPE RESOURCE now|grouped|hidden WHY BY`, `told GROUP: TYPE RESOURCE WHAT,
  /// …`.
  std::string news() {
    static constexpr const char* sorts[] = {"raised", "changed", "cleared", "flapping",
                                            "calm",   "acted",   "told"};
    static constexpr const char* hows[] = {"now", "grouped", "hidden", "silent"};
    std::string out;
    for (const auto& one : book.take_news()) {
      out += sorts[static_cast<int>(one.sort)];
      if (one.sort == News::Sort::told) {
        out += std::string(one.repeat ? " again " : " ") + one.group + ":";
        for (const auto& item : one.items)
          out += " " + name_of(item.key) + " " + std::string(name_of(item.what)) + ",";
      } else {
        out += " " + name_of(one.alarm.key) + " " + hows[static_cast<int>(one.how)];
        if (one.hidden) out += " " + std::string(name_of(one.hidden->why)) + " " + one.hidden->by;
      }
      out += "\n";
    }
    return out;
  }

  /// Stops, and starts `seconds` later on a steady clock that has begun anew.
  void restart(int seconds) {
    for (auto& [name, body] : book.take_kept(now))
      kept[name] = std::move(body);
    now.wall += std::chrono::seconds{seconds};
    now.steady = std::chrono::seconds{7};
    book = Book();
    for (const auto& [name, body] : kept) {
      if (body.empty()) continue;
      auto alarm = from_kept(body, now);
      if (!alarm) throw std::runtime_error(alarm.error().what.id);
      book.load(std::move(*alarm), now);
    }
  }
  std::map<std::string, std::string> kept;
};

} // namespace assent::alarms::test
