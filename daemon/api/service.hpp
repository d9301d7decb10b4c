// What each request gets, without sockets: reads are answered at once from a snapshot of the store,
// operations are validated by YANG and handed to core. One Service for each I/O thread; it is used by that
// thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <variant>

#include "daemon/api/atlas.hpp"
#include "daemon/api/http.hpp"
#include "daemon/api/route.hpp"
#include "daemon/api/scope.hpp"
#include "daemon/api/search.hpp"
#include "daemon/model/model.hpp"

namespace assent::api {

/// What core answers, on whatever thread it runs.
using Later = std::variant<core::Answer, core::Figures>;

/// A request on its way through.
struct Call {
  HttpRequest request;
  core::Peer peer;
  bool trusted = false; ///< root or the daemon's own account: reads the database file anyway
  Route route;
  Language language = Language::en;
  Scope scope{View::agent, 0, {}, nullptr};
};

class Service {
 public:
  struct Options {
    Catalogue catalogue;
    Language language = Language::en;
    /// Adds figures that are not core's (API, syslog). Any I/O thread.
    std::function<void(core::Figures&)> add_figures;
    std::function<std::uint64_t()> authority; ///< see Readers
    std::shared_ptr<Search> search;           ///< one for all; where there is none, one of its own
  };

  Service(Options options, core::Core& core, Clock& clock, std::unique_ptr<model::Model> model);

  /// The answer, or nothing: then `later` has run or will run once, on any thread, and finish() makes the
  /// answer of it.
  std::optional<HttpResponse> handle(Call& call, std::function<void(Later)> later);
  HttpResponse finish(const Call& call, Later later);

  /// For requests that never became a Call, and for those that core leaves without an answer.
  HttpResponse refuse(const Error& error, Language language, unsigned status = 0, std::string_view tag = {});

  const Catalogue& catalogue() const { return options_.catalogue; }
  Language language() const { return options_.language; }
  void set_language(Language language) { options_.language = language; }

  /// Whose eyes these are now; a follower of the event stream is asked for again with each piece.
  Scope scope_of(const Call& call);

 private:
  HttpResponse no(const Call& call, const Error& error, unsigned status = 0, std::string_view tag = {});
  /// The same, of something that would have changed state: it goes into the journal too.
  HttpResponse no_write(const Call& call, const Error& error, unsigned status = 0, std::string_view tag = {});
  std::optional<HttpResponse> operate(Call& call, std::function<void(Later)> later);
  HttpResponse read(Call& call);
  HttpResponse listing(const Call& call, store::Reader& reader);
  HttpResponse object(const Call& call, store::Reader& reader);
  HttpResponse tree(const Call& call, store::Reader& reader);
  HttpResponse journal(const Call& call, store::Reader& reader);
  HttpResponse events(const Call& call, store::Reader& reader);
  HttpResponse recent(const Call& call, store::Reader& reader);
  HttpResponse discovery(const Call& call, store::Reader& reader);
  HttpResponse summary(const Call& call, const core::Figures& figures);
  std::optional<HttpResponse> space(Call& call, std::function<void(Later)> later);
  std::optional<HttpResponse> search(Call& call, std::function<void(Later)> later);
  std::optional<HttpResponse> history(Call& call, std::function<void(Later)> later);
  std::optional<HttpResponse> past(Call& call, const std::string& at, std::function<void(Later)> later);
  void ask(std::function<void(Later)> later, Search::Work work);
  HttpResponse operations(const Call& call);
  HttpResponse with_figures(const Call& call, core::Figures figures);
  /// The text of /metrics if it is younger than 100 ms: many who ask at once get one text.
  std::optional<HttpResponse> recent_metrics() const;
  HttpResponse metrics_answer() const;
  HttpResponse status_list(const Call& call, const core::Figures& figures);
  HttpResponse links(const Call& call, const core::Figures& figures);
  HttpResponse readiness_page(const Call& call, const core::Figures& figures);
  /// Is the operation about something that this reader may not see?
  std::optional<HttpResponse> hidden(Call& call, const json::value& input);
  std::optional<HttpResponse> hidden_alarm(Call& call, const json::object& input);

  Options options_;
  core::Core& core_;
  Clock& clock_;
  std::unique_ptr<model::Model> model_;
  std::set<std::string, std::less<>> operations_;
  Readers readers_;
  AtlasThread atlas_;
  std::shared_ptr<Search> search_;
  std::shared_ptr<const std::string> metrics_; ///< made last
  std::chrono::nanoseconds metrics_made_{};
  std::shared_ptr<const std::string> devices_; ///< /sd/devices for those who see all, as of …
  std::uint64_t devices_head_ = 0;             ///< … this decision
};

} // namespace assent::api
