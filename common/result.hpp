// The one way a part says "no": a value that the caller must look at.
//
// Three kinds of trouble, never mixed (see CONTRIBUTING.md):
//   refusal          a rule forbids it        -> Result<T> holding an Error
//   outside failure  disk, network, time-out  -> Result<T> holding an Error with Fault::outside or
//   ::unavailable bug              a broken promise of ours -> ASSENT_CHECK ends the process; the service
//   manager restarts it
#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace assent {

/// A sentence for people, not yet in any language: an id of the catalogue (`po/`) and its named arguments.
/// Ids look like `ticket.self-approval`; arguments fill `{name}` in the catalogue's text.
struct Message {
  std::string id;
  std::vector<std::pair<std::string, std::string>> args;

  friend bool operator==(const Message&, const Message&) = default;
};

/// What kind of "no" it is; decides HTTP status and the exit status of assentctl.
enum class Fault {
  invalid,     ///< the input is malformed or breaks the schema (400; exit 2)
  refused,     ///< a rule forbids it (403; exit 4)
  not_found,   ///< no such object (404; exit 5)
  conflict,    ///< the object is not as the request supposes: version, state, taken (409; exit 5)
  busy,        ///< a bounded queue or rate is full, try again (503 with Retry-After; exit 1)
  unavailable, ///< the daemon is read-only or cannot reach its store (503; exit 1)
  outside,     ///< disk, network or a peer failed (500; exit 1)
};

/// A mistake's place in a file that a person wrote; line and column count from 1, 0 means unknown.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;

  friend bool operator==(const Place&, const Place&) = default;
};

/// One mistake of an input: where it stands, which schema path it concerns, what was found, what was
/// expected.
struct Mistake {
  Place place;
  std::string path;
  Message what;
  Message expected; ///< id may be empty
};

/// A refusal or an outside failure. A refusal says what, why (the rule), the evidence and the next step.
struct Error {
  Fault fault = Fault::invalid;
  Message what;
  std::string rule; ///< the rule that decided: `policy.yaml:12:3 (register-county)`; may be empty
  std::vector<Message> evidence; ///< facts that show it
  std::optional<Message> next;   ///< what the person can do now
  std::vector<Mistake> mistakes; ///< for Fault::invalid: all of them, at once
};

/// Shorthand for an Error: `fail(Fault::refused, "ticket.self-approval", {{"person", handle}})`.
[[nodiscard]] inline Error fail(Fault fault, std::string id,
                                std::vector<std::pair<std::string, std::string>> args = {}) {
  Error error;
  error.fault = fault;
  error.what = Message{std::move(id), std::move(args)};
  return error;
}

/// Nothing, as a value: the T of a Result that only says whether.
struct Done {};

/// A T or an Error. Reading the wrong one ends the process: it is a bug, not a case.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return ok() ? std::get<0>(state_) : (die(), std::get<0>(state_)); }
  const T& value() const& { return ok() ? std::get<0>(state_) : (die(), std::get<0>(state_)); }
  T&& value() && { return ok() ? std::get<0>(std::move(state_)) : (die(), std::get<0>(std::move(state_))); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  Error& error() & { return std::get<1>(state_); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  [[noreturn]] static void die() { std::abort(); }
  std::variant<T, Error> state_;
};

using Status = Result<Done>;

/// Ends the process with the place of a broken promise; never used for input from outside.
[[noreturn]] void bug(const char* condition, const char* file, int line);

} // namespace assent

#define ASSENT_CHECK(condition)                                                                              \
  ((condition) ? static_cast<void>(0) : ::assent::bug(#condition, __FILE__, __LINE__))
