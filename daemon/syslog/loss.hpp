// What one receiver has not been given, until it can be told. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>

#include "daemon/syslog/sender.hpp"

namespace assent::syslog {

/// Collects until clear(); the reason that is told is the first one.
class Loss {
 public:
  std::uint64_t count() const { return count_; }
  void clear() { *this = Loss{}; }

  /// `reason` is a word of docs/formats/syslog.md. The event is looked at for its time and journal number.
  void add(const Event& event, const char* reason) {
    count(1, reason, event.time);
    if (event.params.empty()) return;
    const auto& [stream, number] = event.params.front();
    if (stream == "decisions") decisions_.take(number);
    if (stream == "records") records_.take(number);
  }
  /// Where only the number is known, at least.
  void add(std::uint64_t lost, const char* reason, Instant at) { count(lost, reason, at); }
  void merge(const Loss& other) {
    if (other.count_ == 0) return;
    count(other.count_, other.reason_.c_str(), other.from_);
    to_ = std::max(to_, other.to_);
    decisions_.merge(other.decisions_);
    records_.merge(other.records_);
  }

  /// The event that tells the receiver: MSGID `syslog-gap`.
  Event told(const std::function<std::string(const Message&)>& text, const std::string& receiver) const {
    Event event;
    event.severity = Severity::error;
    event.msgid = "syslog-gap";
    event.time = to_;
    event.params = {{"receiver", receiver},
                    {"lost", std::to_string(count_)},
                    {"reason", reason_},
                    {"from", to_text(from_)},
                    {"to", to_text(to_)}};
    decisions_.tell("decisions", event);
    records_.tell("records", event);
    const Message message{"event.syslog-gap", {{"lost", std::to_string(count_)}, {"reason", reason_}}};
    event.text = text ? text(message) : message.id;
    return event;
  }

 private:
  /// The journal numbers of one stream, as text: the first and the last.
  struct Range {
    std::string first, last;
    static bool before(const std::string& a, const std::string& b) {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    }
    void take(const std::string& number) {
      if (first.empty() || before(number, first)) first = number;
      if (last.empty() || before(last, number)) last = number;
    }
    void merge(const Range& other) {
      if (other.first.empty()) return;
      take(other.first);
      take(other.last);
    }
    void tell(const std::string& stream, Event& event) const {
      if (first.empty()) return;
      event.params.emplace_back(stream + "-first", first);
      event.params.emplace_back(stream + "-last", last);
    }
  };

  void count(std::uint64_t lost, const char* reason, Instant at) {
    if (count_ == 0 || at < from_) from_ = at;
    to_ = std::max(to_, at);
    if (count_ == 0) reason_ = reason;
    count_ += lost;
  }

  std::uint64_t count_ = 0;
  std::string reason_;
  Instant from_{}, to_{};
  Range decisions_, records_;
};

} // namespace assent::syslog
