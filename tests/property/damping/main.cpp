// The book of alarms against a small model that keeps every raise and clearing for ever and works each answer
// out anew. Random lives of a few alarms: calm ones, ones that flap, findings; now and then the daemon starts
// again. After each second the two must agree on what holds and what is damped, and what people were told
// must follow from the truth: everything that holds for long is known, nothing that flaps is told of often,
// and no finding is ever kept back.
//
//   property-damping [FIRST-SEED [LIVES]]
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "daemon/alarms/alarms.hpp"

using namespace assent;
using namespace assent::alarms;

namespace {

constexpr int length = 5400; // seconds of a life

struct Subject_ {
  const char* type;
  const char* resource;
  bool finding;
};
constexpr Subject_ subjects[] = {{"device-unreachable", "device/1", false},
                                 {"device-unreachable", "device/2", false},
                                 {"reading-refused", "device/3", false},
                                 {"unapproved-change", "finding/4", true}};

[[noreturn]] void wrong(unsigned seed, int second, const char* type, const std::string& what) {
  std::printf("seed %u, second %d, %s: %s\n", seed, second, type, what.c_str());
  std::exit(1);
}

/// One alarm by the book of rules: a penalty is the sum of what is left of every raise, cut at the ceiling.
class Model {
 public:
  explicit Model(const Limits& limits, bool damps) : limits_(limits), damps_(damps) {}

  void raise(int second) {
    if (real_) return;
    real_ = true;
    raises_.push_back(second);
    if (damps_ && penalty(second) > limits_.suppress) damped_ = true;
  }
  void clear() { real_ = false; }
  void tick(int second) {
    if (damped_ && penalty(second) < limits_.reuse) damped_ = false;
  }
  bool holds() const { return real_ || damped_; }
  bool damped() const { return damped_; }
  std::size_t raises() const { return raises_.size(); }
  /// Worked out from the first raise on, so that nothing is carried along.
  double penalty(int second) const {
    const double half = std::chrono::duration<double>(limits_.half_life).count();
    const double longest = std::chrono::duration<double>(limits_.longest).count();
    const double top = std::max(limits_.reuse * std::pow(2.0, longest / half), limits_.suppress + 1000.0);
    double sum = 0;
    int last = 0;
    for (const int at : raises_) {
      if (at > second) break;
      sum = std::min(sum * std::pow(0.5, (at - last) / half) + 1000.0, top);
      last = at;
    }
    return sum * std::pow(0.5, (second - last) / half);
  }

 private:
  Limits limits_;
  bool damps_;
  bool real_ = false, damped_ = false;
  std::vector<int> raises_;
};

class Life {
 public:
  explicit Life(unsigned seed) : seed_(seed), random_(seed) {
    limits_.half_life = std::chrono::seconds{60 + below(600)};
    limits_.suppress = 1000 + static_cast<std::uint32_t>(below(5000));
    limits_.reuse = 1 + static_cast<std::uint32_t>(below(static_cast<int>(limits_.suppress)));
    limits_.longest = std::chrono::seconds{60 + below(3600)};
    limits_.wait = std::chrono::seconds{1 + below(60)};
    limits_.interval = limits_.wait + std::chrono::seconds{below(600)};
    book_.set_limits(limits_);
    for (const auto& subject : subjects) {
      models_.emplace_back(limits_, !subject.finding);
      restless_.push_back(below(3) == 0 ? 2 + below(10) : 30 + below(2000));
    }
  }

  void run() {
    for (second_ = 1; second_ <= length; ++second_) {
      now_.wall += std::chrono::seconds{1};
      now_.steady += std::chrono::seconds{1};
      for (std::size_t i = 0; i < models_.size(); ++i)
        if (second_ < length - 3000 && below(restless_[i]) == 0) turn(i);
      book_.tick(now_);
      for (auto& model : models_)
        model.tick(second_);
      listen();
      for (std::size_t i = 0; i < models_.size(); ++i)
        compare(i);
      if (below(500) == 0) restart();
    }
    for (std::size_t i = 0; i < models_.size(); ++i)
      judge_end(i);
  }

 private:
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }

  void turn(std::size_t i) {
    const auto& subject = subjects[i];
    real_[i] = !real_[i];
    if (real_[i]) {
      book_.raise(subject.type, subject.resource, {"agent/1"}, Severity::major, {}, now_);
      models_[i].raise(second_);
    } else {
      book_.clear(subject.type, subject.resource, now_);
      models_[i].clear();
    }
  }

  /// What people hear.
  void listen() {
    for (const auto& news : book_.take_news()) {
      if (news.sort == News::Sort::told)
        hear(news);
      else if (news.how == News::How::now)
        hear(news.alarm.key, news.sort == News::Sort::cleared, 1);
      if (news.how == News::How::hidden && news.alarm.key.type == "unapproved-change")
        wrong(seed_, second_, "unapproved-change", "was kept back");
    }
    for (auto& [key, body] : book_.take_kept(now_))
      kept_[key] = std::move(body);
  }

  void hear(const Key& key, bool cleared, std::size_t raised) {
    for (std::size_t i = 0; i < models_.size(); ++i)
      if (key.type == subjects[i].type && key.resource == subjects[i].resource) {
        believed_[i] = !cleared;
        if (!cleared) told_[i] += raised;
      }
  }
  /// The only finding is a group of its own, so the numbers of its group are its own.
  void hear(const News& news) {
    for (const auto& item : news.items) {
      const bool cleared = item.what == What::cleared;
      const bool alone = item.key.type == "unapproved-change";
      hear(item.key, cleared, alone ? 0 : 1);
      if (alone) told_[std::size(subjects) - 1] += news.raised;
    }
  }

  void compare(std::size_t i) {
    const auto* alarm = book_.find({subjects[i].type, subjects[i].resource, {}});
    const bool holds = alarm != nullptr && !alarm->cleared;
    if (holds != models_[i].holds())
      wrong(seed_, second_, subjects[i].type, holds ? "holds, and should not" : "should hold");
    if (holds && alarm->damper.damped() != models_[i].damped())
      wrong(seed_, second_, subjects[i].type,
            "penalty " + std::to_string(models_[i].penalty(second_)) +
                (models_[i].damped() ? ": should be damped" : ": is damped"));
    if (alarm != nullptr && models_[i].raises() != alarm->times)
      wrong(seed_, second_, subjects[i].type, "counts " + std::to_string(alarm->times));
  }

  /// Long after the last change everybody knows how it is, and was not told of every turn.
  void judge_end(std::size_t i) {
    if (models_[i].damped()) return; // a penalty of policy's that outlasts the life
    if (believed_[i] != real_[i])
      wrong(seed_, second_, subjects[i].type,
            real_[i] ? "nobody knows that it holds" : "people think that it holds");
    const auto raises = models_[i].raises();
    if (told_[i] > raises) wrong(seed_, second_, subjects[i].type, "was told more often than it was raised");
    if (subjects[i].finding) {
      if (told_[i] != raises)
        wrong(seed_, second_, subjects[i].type,
              std::to_string(raises) + " raised, " + std::to_string(told_[i]) + " told");
      return;
    }
    // Undamped it takes penalties above `suppress` again, so at most that many raises fit in a half-life.
    const double half_lives = length / std::chrono::duration<double>(limits_.half_life).count();
    const double most = (limits_.suppress / 1000.0 + 2) * (half_lives * 2 + 2);
    if (static_cast<double>(told_[i]) > most)
      wrong(seed_, second_, subjects[i].type,
            "told " + std::to_string(told_[i]) + " times, " + std::to_string(most) + " are enough");
    flapped_ += raises - told_[i];
  }

  /// The penalty's age is known to a second, its height as a whole number: a start is no time to compare them
  /// closely, so only calm alarms live through one.
  void restart() {
    for (std::size_t i = 0; i < models_.size(); ++i)
      if (!subjects[i].finding && models_[i].penalty(second_) > 0.5) return;
    if (waits()) return;
    ++restarts_;
    book_ = Book();
    book_.set_limits(limits_);
    now_.steady = std::chrono::seconds{1};
    for (const auto& [key, body] : kept_) {
      if (body.empty()) continue;
      auto alarm = from_kept(body, now_);
      if (!alarm) wrong(seed_, second_, key.c_str(), "cannot be restored");
      book_.load(std::move(*alarm), now_);
    }
    for (std::size_t i = 0; i < models_.size(); ++i)
      if (subjects[i].finding && real_[i])
        book_.raise(subjects[i].type, subjects[i].resource, {"agent/1"}, Severity::major, {}, now_);
    book_.confirmed(now_);
  }
  /// What waits in its group when the daemon stops is told as it is after the start, not as it was.
  bool waits() const {
    for (const auto& subject : subjects)
      if (const auto* alarm = book_.find({subject.type, subject.resource, {}}); alarm != nullptr)
        if (alarm->waits || alarm->known == alarm->cleared.has_value()) return true;
    return false;
  }

  unsigned seed_;
  std::mt19937 random_;
  Limits limits_;
  Book book_;
  Moment now_{Instant{std::chrono::seconds{1'800'000'000}}, std::chrono::hours{5}};
  int second_ = 0;
  std::vector<Model> models_;
  std::vector<int> restless_;
  std::map<std::size_t, bool> real_, believed_;
  std::map<std::size_t, std::size_t> told_;
  std::map<std::string, std::string> kept_;

 public:
  static inline std::size_t flapped_ = 0, restarts_ = 0;
};

} // namespace

int main(int count, char** words) {
  const unsigned first = count > 1 ? static_cast<unsigned>(std::atoi(words[1])) : 1;
  const unsigned lives = count > 2 ? static_cast<unsigned>(std::atoi(words[2])) : 150;
  for (unsigned seed = first; seed < first + lives; ++seed)
    Life(seed).run();
  std::printf("%u lives; %zu raises were damped, %zu restarts\n", lives, Life::flapped_, Life::restarts_);
  if (count <= 2 && (Life::flapped_ == 0 || Life::restarts_ == 0)) {
    std::puts("nothing was damped or restarted: this shows nothing");
    return 1;
  }
  return 0;
}
