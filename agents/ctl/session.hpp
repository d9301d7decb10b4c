// What a command works with. Each outside thing (daemon, ssh-keygen, terminal, clock) is a seam, made in
// main.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agents/ctl/command.hpp"
#include "common/json.hpp"
#include "common/messages.hpp"
#include "common/result.hpp"
#include "common/time.hpp"

namespace assent::ctl {

/// One server-sent event.
struct Happening {
  std::string id; ///< cursor `D.R`
  json::object data;
  bool opened = false; ///< the first call: the daemon listens; whatever is read from now on misses nothing
};

/// The daemon, as a client sees it. Fault::unavailable with id `ctl.unreachable` where it does not answer.
class Api {
 public:
  virtual ~Api() = default;
  /// The output of an operation, `MODULE:RPC`.
  virtual Result<json::object> call(const std::string& operation, const json::object& input) = 0;
  /// A resource below /restconf/data/, percent-encoded already.
  virtual Result<json::object> get(const std::string& path) = 0;
  /// The same for a resource that is plain text.
  virtual Result<std::string> text(const std::string& path) = 0;
  /// Events after the cursor (empty: from now on) until `each` says false.
  virtual Status follow(const std::string& after, const std::function<bool(const Happening&)>& each) = 0;
  /// Joins two descriptors with the daemon's socket (agents/ctl/ssh.hpp); only for a daemon of this machine.
  virtual Status join(int in, int out) = 0;
};

/// A key that can sign: a file, or a public key whose private half an ssh-agent holds.
struct SigningKey {
  std::string file;        ///< what ssh-keygen -f gets
  std::string fingerprint; ///< `SHA256:…`
};

/// People sign on their own machine, with ssh-keygen and its agent; assentctl never reads a private key.
class Signing {
 public:
  virtual ~Signing() = default;
  virtual Result<SigningKey> from_file(const std::string& file) = 0;
  virtual std::vector<SigningKey> from_agent() = 0;
  /// The armoured signature of the page.
  virtual Result<std::string> sign(const SigningKey& key, std::string_view name_space,
                                   std::string_view page) = 0;
};

/// Data goes to out, everything else to err.
class Console {
 public:
  virtual ~Console() = default;
  virtual void out(std::string_view text) = 0;
  virtual void err(std::string_view text) = 0;
  virtual void flush() = 0;
  virtual bool can_ask() const = 0;                            ///< a person can answer
  virtual bool ask(std::string_view question) = 0;             ///< true only for a clear yes
  virtual std::size_t columns() const = 0;                     ///< of the terminal that shows out; 0: none
  virtual bool colour() const = 0;                             ///< a terminal, and NO_COLOR is not set
  virtual std::string environment(const char* name) const = 0; ///< empty where not set
};

class Session {
 public:
  Session(const Invocation& invocation, Api& daemon, Signing& signer, Console& terminal,
          const Catalogue& texts, Language spoken, Clock& time)
      : asked(invocation), api(daemon), signing(signer), console(terminal), catalogue(texts),
        language(spoken), clock(time) {}

  const Invocation& asked;
  Api& api;
  Signing& signing;
  Console& console;
  const Catalogue& catalogue;
  Language language;
  Clock& clock;

  /// The sentence in the language of the session; arguments are made safe for terminals.
  std::string say(std::string id, std::vector<std::pair<std::string, std::string>> args = {}) const;
  /// A line on err.
  void tell(std::string id, std::vector<std::pair<std::string, std::string>> args = {}) const;
  /// Text from outside, fit for a terminal.
  std::string safe(std::string_view text) const;
  /// Shows a refusal with all its parts on err; gives the exit status for it.
  Exit refuse(const Error& error) const;

  const std::string& argument(std::size_t n) const { return asked.arguments.at(n); }
  std::string noun() const { return asked.noun; }

  /// Rows of a kind that answer the filter, all pages; at most `limit` (0: all). Each row has `id` and
  /// `version`.
  Result<json::array> rows(std::string_view kind,
                           const std::vector<std::pair<std::string, std::string>>& filter = {},
                           std::size_t limit = 0) const;
  Result<json::object> row(std::string_view kind, std::uint64_t id) const;
  /// The object that a person means: a number, a name, a path of organisations. Fault::not_found with what
  /// was meant perhaps; Fault::conflict where several have that name.
  Result<json::object> find(std::string_view kind, const std::string& text,
                            const std::string& network = {}) const;
  /// How an object of a kind is called in a table; the number where it is not known.
  std::string name_of(std::string_view kind, std::uint64_t id) const;

 private:
  std::string path_of(std::uint64_t organisation) const;
  const std::map<std::uint64_t, json::object>& known(std::string_view kind) const;
  mutable std::map<std::string, std::map<std::uint64_t, json::object>, std::less<>> known_;
};

} // namespace assent::ctl
